#include "support/Numbers.h"

#include <gtest/gtest.h>

#include <clocale>
#include <cmath>
#include <limits>

using namespace gradus;

namespace {

TEST(Numbers, FormatIsShortestAndExact) {
  EXPECT_EQ(formatNumber(0.1), "0.1");
  EXPECT_EQ(formatNumber(4), "4");
  EXPECT_EQ(formatNumber(-0.0), "-0");
  EXPECT_EQ(formatNumber(1e-10), "1e-10");
  EXPECT_EQ(formatNumber(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(formatNumber(NAN), "nan");
  EXPECT_EQ(formatNumber(-INFINITY), "-inf");
  EXPECT_EQ(formatNumber(INFINITY), "inf");
  for (double value : {5e-324, 1.7976931348623157e308, 2.0 / 7, 123456789.125})
    EXPECT_EQ(parseNumber(formatNumber(value)), value);
  EXPECT_EQ(formatNumber(1.0 / 3, 4), "0.3333");
  EXPECT_EQ(formatNumber(0.5, 6), "0.5");
}

TEST(Numbers, ParseTakesTheWholeText) {
  EXPECT_EQ(parseNumber("12"), 12);
  EXPECT_EQ(parseNumber("+1.5"), 1.5);
  EXPECT_EQ(parseNumber("-.5"), -0.5);
  EXPECT_EQ(parseNumber("1e-3"), 1e-3);
  EXPECT_EQ(parseNumber("1e-400"), 0.0);
  EXPECT_EQ(parseNumber("0.000" + std::string(400, '0') + "1"), 0.0);
  for (const char *bad : {"", " 3", "3 ", "nan", "inf", "-inf", "0x10", "1e5x", "1_000", "--5", "+-5",
                          "NA", "1,5", ".", "-", "+", "e5", "1e", "1e999", "-1e999"})
    EXPECT_FALSE(parseNumber(bad)) << bad;
  EXPECT_FALSE(parseNumber(std::string(400, '9')));
}

TEST(Numbers, Integers) {
  EXPECT_EQ(parseInteger("-12"), -12);
  EXPECT_EQ(parseInteger("+7"), 7);
  EXPECT_EQ(parseInteger("9223372036854775807"), std::numeric_limits<int64_t>::max());
  EXPECT_FALSE(parseInteger("9223372036854775808"));
  EXPECT_FALSE(parseInteger("1.0"));
  EXPECT_FALSE(parseInteger(""));
}

} // namespace
