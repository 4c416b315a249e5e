//===- ElementaryTest.cpp - exp and logarithms for lanes --------------------------===//
#include "runtime/Elementary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// In units in the last place of `wanted`, rounded to a double.
double error(double got, long double wanted) {
  const auto rounded = static_cast<double>(wanted);
  if (std::isinf(rounded) || rounded == 0)
    return got == rounded ? 0 : inf;
  const double unit = std::nextafter(std::fabs(rounded), inf) - std::fabs(rounded);
  return static_cast<double>(std::fabs((static_cast<long double>(got) - wanted) / unit));
}

void expectClose(double (*f)(double), long double (*wanted)(long double),
                 const std::function<double(std::mt19937_64 &)> &draw, double most) {
  std::mt19937_64 random(1);
  double worst = 0, at = 0;
  for (int k = 0; k < 300'000; ++k) {
    const double x = draw(random);
    if (const double e = error(f(x), wanted(x)); e > worst)
      worst = e, at = x;
  }
  EXPECT_LE(worst, most) << "at " << at;
}

std::function<double(std::mt19937_64 &)> uniform(double lo, double hi) {
  return [=](std::mt19937_64 &random) {
    return std::uniform_real_distribution<double>(lo, hi)(random);
  };
}
/// Of all sizes, down to the smallest and up to the largest numbers.
std::function<double(std::mt19937_64 &)> sizes(double lo, double hi, double sign = 1) {
  return [=](std::mt19937_64 &random) { return sign * std::exp2(uniform(lo, hi)(random)); };
}

TEST(Elementary, Exponential) {
  expectClose(vector_exp, expl, uniform(-745.2, 709.8), 1.5);
  expectClose(vector_exp, expl, uniform(-1, 1), 1.5);
  expectClose(vector_exp, expl, uniform(-745.2, -708), 1.5); // below the normal numbers
  expectClose(vector_exp, expl, sizes(-1074, 10), 1.5);
  EXPECT_EQ(vector_exp(0.0), 1);
  EXPECT_EQ(vector_exp(inf), inf);
  EXPECT_EQ(vector_exp(-inf), 0);
  EXPECT_EQ(vector_exp(1e300), inf);
  EXPECT_TRUE(std::isnan(vector_exp(NAN)));
}

TEST(Elementary, Logarithm) {
  expectClose(vector_log, logl, sizes(-1074, 1024), 1.5);
  expectClose(vector_log, logl, uniform(0.5, 2), 1.5);
  EXPECT_EQ(vector_log(1.0), 0);
  EXPECT_EQ(vector_log(0.0), -inf);
  EXPECT_EQ(vector_log(-0.0), -inf);
  EXPECT_EQ(vector_log(inf), inf);
  for (double x : {-1.0, -inf, -5e-324, double(NAN)})
    EXPECT_TRUE(std::isnan(vector_log(x))) << x;
}

TEST(Elementary, LogarithmNextToOne) {
  expectClose(vector_log1p, log1pl, sizes(-1074, 1024), 1.5);
  expectClose(vector_log1p, log1pl, sizes(-1074, -0.001, -1), 1.5);
  expectClose(vector_log1p, log1pl, uniform(-1, 2), 1.5);
  EXPECT_EQ(vector_log1p(-1.0), -inf);
  EXPECT_EQ(vector_log1p(inf), inf);
  EXPECT_TRUE(std::signbit(vector_log1p(-0.0)));
  for (double x : {-1.5, -inf, double(NAN)})
    EXPECT_TRUE(std::isnan(vector_log1p(x))) << x;
}

} // namespace
