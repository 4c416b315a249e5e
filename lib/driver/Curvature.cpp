//===- Curvature.cpp - eigenvalues of the Hessian ---------------------------------===//

#include "driver/Curvature.h"
#include "driver/Eigen.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace gradus::driver {

namespace {

constexpr size_t mostDirections = 12;  ///< of each kind that are kept
constexpr size_t lanczosSteps = 40, leastSteps = 4;
constexpr double negativeLevel = 1e-9; ///< of a scaled eigenvalue
constexpr double flatLevel = 1e-13;
/// A curvature counts when going as far as the unknowns are large changes the
/// objective by more than this many rounding errors.
constexpr double visible = 10;

double dot(const std::vector<double> &a, const std::vector<double> &b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += a[i] * b[i];
  return sum;
}

/// The factor by which a direction is as long as the unknowns are large.
double reach(const std::vector<double> &x, const std::vector<double> &d) {
  double t = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < x.size(); ++i)
    if (d[i] != 0)
      t = std::min(t, std::max(std::fabs(x[i]), 1.0) / std::fabs(d[i]));
  return t;
}

/// Factors that bring the largest element of each row of s*h*s near 1 (Ruiz,
/// RAL-TR-2001-034). A row of zeros takes the size of its unknown.
std::vector<double> scaling(const std::vector<double> &h, const std::vector<double> &x, size_t n) {
  constexpr int rounds = 6;
  std::vector<double> s(n, 1.0);
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> next = s;
    for (size_t i = 0; i < n; ++i) {
      double largest = 0;
      for (size_t j = 0; j < n; ++j)
        largest = std::max(largest, std::fabs(s[i] * h[i * n + j] * s[j]));
      if (largest > 0)
        next[i] = s[i] / std::sqrt(largest);
    }
    s = std::move(next);
  }
  for (size_t i = 0; i < n; ++i)
    if (!std::isfinite(s[i]) || std::all_of(&h[i * n], &h[i * n] + n, [](double v) { return v == 0; }))
      s[i] = std::max(1.0, std::fabs(x[i]));
  return s;
}

Curvature dense(Landscape &landscape, const std::vector<double> &x, double noise,
                const std::vector<double> &g, const std::vector<size_t> &free) {
  const size_t n = free.size();
  Curvature c;
  std::vector<double> h(n * n), unit(x.size(), 0.0), column, xs(n);
  for (size_t j = 0; j < n; ++j) {
    unit[free[j]] = 1;
    if (!landscape.product(x, unit, column))
      return c;
    unit[free[j]] = 0;
    for (size_t i = 0; i < n; ++i)
      h[i * n + j] = column[free[i]];
    xs[j] = x[free[j]];
  }
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < i; ++j)
      h[i * n + j] = h[j * n + i] = 0.5 * (h[i * n + j] + h[j * n + i]);
  for (size_t i = 0; i < n; ++i) {
    const double step = std::numeric_limits<double>::epsilon() * xs[i];
    c.rounding += std::fabs(h[i * n + i]) * step * step;
  }
  const Eigensystem plain = eigensystem(h, n);
  c.least = plain.values.front();
  c.greatest = plain.values.back();
  const std::vector<double> s = scaling(h, xs, n);
  std::vector<double> scaled(n * n);
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < n; ++j)
      scaled[i * n + j] = s[i] * h[i * n + j] * s[j];
  const Eigensystem e = eigensystem(scaled, n);
  if (std::isnan(e.values.front()))
    return c;
  const double largest = std::max(std::fabs(e.values.front()), std::fabs(e.values.back()));
  c.kind = Curvature::Kind::Minimum;
  c.newton.assign(x.size(), 0.0);
  bool anyNegative = false;
  for (size_t j = 0; j < n; ++j) {
    std::vector<double> d(x.size(), 0.0);
    for (size_t i = 0; i < n; ++i)
      d[free[i]] = s[i] * e.vectors[i * n + j];
    const double t = reach(x, d), value = e.values[j];
    const bool counts = std::fabs(value) > flatLevel * largest &&
                        0.5 * t * t * std::fabs(value) > visible * noise;
    const double slope = dot(g, d);
    if (!counts) {
      ++c.flat;
      if (c.level.size() < mostDirections)
        c.level.push_back(d);
      continue;
    }
    c.decrement += 0.5 * slope * slope / std::fabs(value);
    for (size_t i = 0; i < x.size(); ++i)
      c.newton[i] -= slope / std::fabs(value) * d[i];
    if (value < -negativeLevel * largest) {
      anyNegative = true;
      if (c.negative.size() < mostDirections)
        c.negative.push_back(d);
    } else if (value < 0) {
      ++c.flat;
      if (c.level.size() < mostDirections)
        c.level.push_back(d);
    } else if (c.lowest.size() < mostDirections) { // eigenvalues ascend
      c.lowest.push_back(d);
    }
  }
  if (anyNegative)
    c.kind = Curvature::Kind::Negative;
  else if (c.flat != 0)
    c.kind = Curvature::Kind::Flat;
  return c;
}

/// Lanczos' recurrence from a fixed start, over what is not held: v_1, v_2, ..., each
/// visited with its place on the diagonal and its length before, which stands beside
/// the diagonal. False where the objective cannot be evaluated.
bool recurrence(Landscape &landscape, const std::vector<double> &x, const std::vector<bool> &held,
                size_t steps,
                const std::function<void(const std::vector<double> &, double, double)> &visit) {
  std::vector<double> v(x.size(), 0.0), before(x.size(), 0.0), w;
  uint64_t random = 0x9E3779B97F4A7C15ull;
  for (size_t i = 0; i < v.size(); ++i) {
    if (held[i])
      continue;
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    v[i] = static_cast<double>(random >> 11) * 0x1p-53 - 0.5;
  }
  double first = 0;
  for (size_t k = 0; k < steps; ++k) {
    const double length = std::sqrt(dot(v, v));
    if (k != 0 && !(length > 1e-12 * std::fabs(first)))
      break;
    for (double &e : v)
      e /= length;
    if (!landscape.product(x, v, w))
      return false;
    for (size_t i = 0; i < w.size(); ++i)
      if (held[i])
        w[i] = 0;
    const double diagonal = dot(w, v);
    visit(v, diagonal, length);
    if (k == 0)
      first = diagonal;
    for (size_t i = 0; i < v.size(); ++i) {
      const double next = w[i] - diagonal * v[i] - (k == 0 ? 0.0 : length * before[i]);
      before[i] = v[i];
      v[i] = next;
    }
  }
  return true;
}

/// The ends of the spectrum come first (Golub and Van Loan, section 10.1). Without
/// orthogonalization values come several times in the end, but are no others (Paige,
/// J. Inst. Maths Applics 18, 1976): memory for three vectors is enough, and a second
/// run for a direction.
Curvature lanczos(Landscape &landscape, const std::vector<double> &x,
                  const std::vector<bool> &held, size_t steps) {
  Curvature c;
  std::vector<double> diagonal, off;
  if (!recurrence(landscape, x, held, steps, [&](const auto &, double at, double length) {
        if (!diagonal.empty())
          off.push_back(length);
        diagonal.push_back(at);
      }))
    return c;
  const size_t k = diagonal.size();
  std::vector<double> t(k * k, 0.0);
  for (size_t i = 0; i < k; ++i) {
    t[i * k + i] = diagonal[i];
    if (i + 1 < k)
      t[i * k + i + 1] = t[(i + 1) * k + i] = off[i];
  }
  const Eigensystem e = eigensystem(t, k);
  c.least = e.values.front();
  c.greatest = e.values.back();
  c.kind = Curvature::Kind::Positive;
  if (c.least < -negativeLevel * std::max(std::fabs(c.least), std::fabs(c.greatest))) {
    c.kind = Curvature::Kind::Negative;
    std::vector<double> d(x.size(), 0.0);
    size_t j = 0;
    if (!recurrence(landscape, x, held, k, [&](const std::vector<double> &v, double, double) {
          for (size_t i = 0; i < d.size(); ++i)
            d[i] += e.vectors[j * k] * v[i];
          ++j;
        }))
      return c;
    c.negative.push_back(std::move(d));
  }
  return c;
}

} // namespace

const char *curvatureName(Curvature::Kind kind) {
  switch (kind) {
  case Curvature::Kind::Unknown:
    return "unknown";
  case Curvature::Kind::Minimum:
    return "minimum";
  case Curvature::Kind::Positive:
    return "positive";
  case Curvature::Kind::Flat:
    return "flat direction";
  case Curvature::Kind::Negative:
    return "negative";
  }
  return "";
}

Curvature curvatureAt(Landscape &landscape, const std::vector<double> &x, double noise,
                      const std::vector<double> &g, const std::vector<bool> &held,
                      int64_t products) {
  const size_t free = static_cast<size_t>(std::count(held.begin(), held.end(), false));
  if (free == 0) {
    Curvature c;
    c.kind = Curvature::Kind::Minimum; // held at every bound
    return c;
  }
  const size_t most = static_cast<size_t>(std::max<int64_t>(products, 0));
  if (free <= std::min(mostDenseUnknowns, most)) {
    std::vector<size_t> places;
    for (size_t i = 0; i < x.size(); ++i)
      if (!held[i])
        places.push_back(i);
    return dense(landscape, x, noise, g, places);
  }
  const size_t steps = std::min({lanczosSteps, free, most / 2});
  return steps < leastSteps ? Curvature{} : lanczos(landscape, x, held, steps);
}

} // namespace gradus::driver
