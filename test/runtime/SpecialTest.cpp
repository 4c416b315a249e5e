//===- SpecialTest.cpp - special functions against 50 digits ------------------===//
#include "runtime/Runtime.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

const double inf = std::numeric_limits<double>::infinity();

double ulps(double result, double expected) {
  if (result == expected)
    return 0;
  return std::abs(result - expected) / std::abs(std::nextafter(expected, inf) - expected);
}

/// Computed with 50 digits and rounded once. Left out: neighbourhoods of the
/// negative roots, where reflection cancels and only the absolute error is small.
const struct {
  int64_t order;
  double x, value;
} table[] = {
    {0, 1, -0.5772156649015329},
    {0, 0.5, -1.9635100260214235},
    {0, 1.4616321449683622, -9.241265521729427e-17},
    {0, 1.4616321449683625, 1.2245374622004068e-16},
    {0, 1.5, 0.03648997397857652},
    {0, 2, 0.42278433509846713},
    {0, 3.25, 1.016990911068179},
    {0, 7.75, 1.9817915626943456},
    {0, 11.9, 2.4339335368825377},
    {0, 12.1, 2.4513143481743374},
    {0, 100.5, 4.605174352581845},
    {0, 10000000000.0, 23.025850929890456},
    {0, 1e-05, -100000.57719921567},
    {0, 1e-300, -9.999999999999999e+299},
    {0, 1e+300, 690.7755278982137},
    {0, -0.5, 0.03648997397857652},
    {0, -1.25, 3.714139120213528},
    {0, -3.999, -998.4908138087342},
    {0, -20.5, 3.044616882512525},
    {0, -1000000.25, 16.957103961553827},
    {1, 1.0, 1.6449340668482264},
    {1, 0.25, 17.19732915450711},
    {1, 10.5, 0.09991695605912673},
    {1, 100000000.0, 1.000000005e-08},
    {1, -0.5, 8.934802200544679},
    {1, -7.75, 19.61814433435229},
    {2, 1.0, -2.4041138063191885},
    {2, 0.1, -2001.8614573783436},
    {2, 30.25, -0.001129544772272828},
    {2, -2.75, -124.11765305971518},
    {3, 1.5, 1.4090910340024372},
    {3, -0.25, 1555.7633125348507},
    {4, 2.5, -0.3137559995067314},
    {5, 0.75, 678.7533428745797},
    {10, 3.5, -4.026693041232995},
    {25, 12.5, 0.0005442547841149791},
    {60, 2.25, -2.7355285054051784e+60},
    {150, 1.5, -1.4693095234403325e+236},
};

TEST(Special, PolygammaIsAccurate) {
  for (const auto &row : table)
    EXPECT_LE(ulps(gradus_polygamma(row.order, row.x), row.value), 8)
        << "polygamma(" << row.order << ", " << row.x << ")";
}

TEST(Special, DigammaIsPolygammaOfOrderZero) {
  for (double x : {0.1, 1.4, 1.46, 2.0, 5.5, 40.0, -0.3, -11.6})
    EXPECT_EQ(gradus_polygamma(0, x), gradus_digamma(x));
  EXPECT_EQ(gradus_polygamma_r(2.5, 3), gradus_polygamma(3, 2.5));
}

TEST(Special, RecurrencesHoldOverTheBordersOfTheMethods) {
  // psi(x+1) - psi(x) = 1/x, and 1/x^2 with the other sign one order up
  for (double x = 0.0625; x < 40; x += 0.0625) {
    double scale = std::abs(gradus_digamma(x)) + 1 / x + 1;
    EXPECT_NEAR(gradus_digamma(x + 1) - gradus_digamma(x), 1 / x, 4e-16 * scale) << x;
    EXPECT_NEAR(gradus_polygamma(1, x) - gradus_polygamma(1, x + 1), 1 / (x * x),
                8e-16 * gradus_polygamma(1, x))
        << x;
  }
}

TEST(Special, PolesAndInfinities) {
  EXPECT_EQ(gradus_digamma(0.0), -inf);
  EXPECT_EQ(gradus_digamma(-0.0), inf);
  EXPECT_EQ(gradus_digamma(inf), inf);
  EXPECT_EQ(gradus_polygamma(1, 0.0), inf);
  EXPECT_EQ(gradus_polygamma(1, -2.0), inf);
  EXPECT_EQ(gradus_polygamma(2, 0.0), -inf);
  EXPECT_EQ(gradus_polygamma(2, -0.0), inf);
  EXPECT_EQ(gradus_polygamma(1, inf), 0);
  EXPECT_TRUE(std::signbit(gradus_polygamma(2, inf)));
  for (double x : {-1.0, -2.0, -1e300, -inf, double(NAN)})
    EXPECT_TRUE(std::isnan(gradus_digamma(x))) << x;
  EXPECT_TRUE(std::isnan(gradus_polygamma(2, -3.0)));
  EXPECT_TRUE(std::isnan(gradus_polygamma(1, NAN)));
  EXPECT_TRUE(std::isnan(gradus_polygamma(-1, 1.0)));
}

TEST(Special, PowersMultiplyInTheStatedOrder) {
  for (double x : {1.1, -0.7, 3.0, 1e-3}) {
    double x2 = x * x, x4 = x2 * x2, x8 = x4 * x4;
    EXPECT_EQ(gradus_powi(x, 1), x);
    EXPECT_EQ(gradus_powi(x, 2), x2);
    EXPECT_EQ(gradus_powi(x, 3), x * x2);
    EXPECT_EQ(gradus_powi(x, 7), x * x2 * x4);
    EXPECT_EQ(gradus_powi(x, 10), x2 * x8);
    EXPECT_EQ(gradus_powi(x, -3), 1 / (x * x2));
  }
}

TEST(Special, PowersOfSpecialValues) {
  for (double x : {0.0, -0.0, inf, -inf, double(NAN), 2.0})
    EXPECT_EQ(gradus_powi(x, 0), 1);
  EXPECT_EQ(gradus_powi(-0.0, -1), -inf);
  EXPECT_EQ(gradus_powi(0.0, -2), inf);
  EXPECT_TRUE(std::signbit(gradus_powi(-0.0, 3)));
  EXPECT_EQ(gradus_powi(-inf, 3), -inf);
  EXPECT_EQ(gradus_powi(inf, -1), 0);
  EXPECT_EQ(gradus_powi(-1.0, INT64_MIN), 1);
  EXPECT_EQ(gradus_powi(-1.0, INT64_MAX), -1);
  EXPECT_EQ(gradus_powi(2.0, INT64_MAX), inf);
  EXPECT_EQ(gradus_powi(2.0, INT64_MIN), 0);
  EXPECT_EQ(gradus_powi(2.0, -1074), 0) << "by 1/2^1074, which overflows first";
  EXPECT_TRUE(std::isnan(gradus_powi(NAN, 5)));
}

} // namespace
