//===- Statistics.cpp - standard errors and intervals of a fit --------------------===//
//
// With r = Q*R*... the triangular factor R of the Jacobian, the covariance of the
// parameters is s^2 * inv(R)*inv(R)', s^2 the sum of squares over the degrees of
// freedom (Bates and Watts, Nonlinear Regression Analysis, 1988, section 2.1).
//
//===--------------------------------------------------------------------===//

#include "driver/Statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::driver {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr size_t mostElements = 50'000'000; ///< of a Jacobian
constexpr size_t mostWork = 500'000'000;     ///< multiply-adds of its factorization
constexpr double dependent = 1e-14;         ///< what is left of a dependent column

/// I_x(a, b) by its continued fraction (Abramowitz and Stegun, 26.5.8).
double incompleteBeta(double a, double b, double x) {
  if (x <= 0 || x >= 1)
    return x <= 0 ? 0.0 : 1.0;
  if (x > (a + 1) / (a + b + 2))
    return 1 - incompleteBeta(b, a, 1 - x);
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x)) / a;
  // Lentz's evaluation.
  constexpr double tiny = 1e-300;
  constexpr int mostTerms = 500;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::fabs(d) < tiny ? tiny : d);
  double h = d;
  for (int m = 1; m < mostTerms; ++m) {
    for (double term : {m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))}) {
      d = 1 + term * d;
      d = 1 / (std::fabs(d) < tiny ? tiny : d);
      c = 1 + term / c;
      c = std::fabs(c) < tiny ? tiny : c;
      h *= c * d;
    }
    if (std::fabs(c * d - 1) < 1e-16)
      break;
  }
  return front * h;
}

} // namespace

double studentQuantile(double confidence, double degrees) {
  // P(|T| > t) = I_{v/(v+t^2)}(v/2, 1/2) falls with t: bisection on a doubling range.
  const double outside = 1 - confidence;
  auto tails = [&](double t) {
    return incompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t));
  };
  double low = 0, high = 1;
  while (tails(high) > outside && high < 1e9)
    high *= 2;
  constexpr int halvings = 80;
  for (int k = 0; k < halvings; ++k) {
    const double middle = 0.5 * (low + high);
    (tails(middle) > outside ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

std::optional<FitStatistics> fitStatistics(Landscape &landscape, const std::vector<double> &x,
                                           const std::vector<bool> &held, double scale) {
  const size_t n = x.size(), m = landscape.residualCount();
  std::vector<size_t> free;
  for (size_t i = 0; i < n; ++i)
    if (!held[i])
      free.push_back(i);
  const size_t p = free.size();
  if (p == 0 || m <= p || m > std::min(mostElements, mostWork / p) / p || !(scale > 0))
    return {};
  std::vector<double> r, unit(n, 0.0), column;
  if (!landscape.residuals(x, r))
    return {};
  // Columns of the Jacobian, turned into R by Householder's reflections.
  std::vector<std::vector<double>> a(p);
  for (size_t j = 0; j < p; ++j) {
    unit[free[j]] = 1;
    if (!landscape.jacobianProduct(x, unit, a[j]))
      return {};
    unit[free[j]] = 0;
  }
  FitStatistics s;
  for (size_t i = 0; i < m; ++i) { // a residual that a condition leaves out is none
    bool there = r[i] != 0;
    for (size_t j = 0; j < p && !there; ++j)
      there = a[j][i] != 0;
    s.observations += there;
  }
  if (s.observations <= p)
    return {};
  for (double e : r)
    s.sumOfSquares += e * e;
  if (!std::isfinite(s.sumOfSquares))
    return {};
  std::vector<double> inverse(p * p, 0.0), left(p);
  std::vector<bool> determined(p, true);
  for (size_t j = 0; j < p; ++j) {
    double whole = 0, squares = 0;
    for (size_t i = 0; i < m; ++i)
      whole += a[j][i] * a[j][i];
    for (size_t i = j; i < m; ++i)
      squares += a[j][i] * a[j][i];
    if (!std::isfinite(whole))
      return {};
    determined[j] = std::sqrt(squares) > dependent * std::sqrt(whole) && squares > 0;
    if (!determined[j])
      continue;
    const double length = std::copysign(std::sqrt(squares), a[j][j]);
    std::vector<double> v(a[j].begin() + static_cast<std::ptrdiff_t>(j), a[j].end());
    v[0] += length;
    const double beta = 1 / (length * v[0]);
    a[j][j] = -length;
    for (size_t l = j + 1; l < p; ++l) {
      double sum = 0;
      for (size_t i = j; i < m; ++i)
        sum += v[i - j] * a[l][i];
      for (size_t i = j; i < m; ++i)
        a[l][i] -= beta * sum * v[i - j];
    }
  }
  s.parameters = static_cast<size_t>(std::count(determined.begin(), determined.end(), true));
  s.degreesOfFreedom = s.observations - s.parameters;
  const double variance = s.sumOfSquares / static_cast<double>(s.degreesOfFreedom);
  s.sumOfSquares /= 2 * scale;
  s.residualDeviation = std::sqrt(s.sumOfSquares / static_cast<double>(s.degreesOfFreedom));
  // inverse := inv(R), column by column; what is not determined rests.
  for (size_t j = 0; j < p; ++j) {
    if (!determined[j])
      continue;
    for (size_t i = j + 1; i-- > 0;) {
      if (!determined[i])
        continue;
      double sum = i == j ? 1.0 : 0.0;
      for (size_t l = i + 1; l <= j; ++l)
        sum -= a[l][i] * inverse[l * p + j];
      inverse[i * p + j] = sum / a[i][i];
    }
  }
  s.standardErrors.assign(n, nan);
  s.lower.assign(n, nan);
  s.upper.assign(n, nan);
  s.correlations.assign(n * n, nan);
  auto covariance = [&](size_t i, size_t j) {
    double sum = 0;
    for (size_t l = std::max(i, j); l < p; ++l)
      sum += inverse[i * p + l] * inverse[j * p + l];
    return variance * sum;
  };
  const double t = studentQuantile(s.confidence, static_cast<double>(s.degreesOfFreedom));
  for (size_t j = 0; j < p; ++j)
    if (determined[j]) {
      const size_t k = free[j];
      s.standardErrors[k] = std::sqrt(covariance(j, j));
      s.lower[k] = x[k] - t * s.standardErrors[k];
      s.upper[k] = x[k] + t * s.standardErrors[k];
    }
  for (size_t i = 0; i < p; ++i)
    for (size_t j = 0; j < p; ++j)
      if (determined[i] && determined[j])
        s.correlations[free[i] * n + free[j]] =
            i == j ? 1.0
                   : covariance(i, j) / (s.standardErrors[free[i]] * s.standardErrors[free[j]]);
  return s;
}

} // namespace gradus::driver
