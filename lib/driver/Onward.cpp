//===- Onward.cpp - descents again, from beside an end or farther out ------------===//

#include "driver/Solve.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::driver {

bool Solver::isFar(size_t k, const std::vector<double> &given) const {
  constexpr double far = 100;
  return std::fabs(x_[k]) > far * std::max(1.0, std::fabs(given[k])) &&
         std::isinf(x_[k] > 0 ? upper_[k] : lower_[k]);
}

/// The unknown that has gone farthest from where it began, if any has gone far.
size_t Solver::farthest(const std::vector<double> &given) const {
  size_t k = x_.size();
  double most = 0;
  for (size_t i = 0; i < x_.size(); ++i)
    if (const double part = std::fabs(x_[i]) / std::max(1.0, std::fabs(given[i]));
        isFar(i, given) && part > most) {
      most = part;
      k = i;
    }
  return k;
}

/// Descends from a point ten times as far out: a valley that falls for ever is
/// entered again there.
bool Solver::tryFarther(const std::vector<double> &given) {
  std::vector<double> y = x_;
  for (size_t k = 0; k < y.size(); ++k)
    if (isFar(k, given))
      y[k] *= 10;
  return again(y, -1, 1e-10 * std::fabs(f_));
}

/// Descends from both sides of the point along its flat directions; what ends lower
/// is the new point.
bool Solver::tryBeside(const Curvature &curvature) {
  constexpr size_t mostTried = 3;
  const std::vector<double> x = x_;
  for (size_t k = 0; k < std::min(mostTried, curvature.level.size()); ++k) {
    const std::vector<double> &d = curvature.level[k];
    double t = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < x.size(); ++i)
      if (d[i] != 0)
        t = std::min(t, std::max(std::fabs(x[i]), 1.0) / std::fabs(d[i]));
    if (!std::isfinite(t))
      continue;
    for (double part : {0.5, -0.5, 0.95, -0.95}) {
      std::vector<double> y = x;
      for (size_t i = 0; i < x.size(); ++i)
        y[i] = std::clamp(x[i] + part * t * d[i], lower_[i], upper_[i]);
      const double before = f_;
      if (!again(y, -1, 1e-9 * std::fabs(before)))
        return false;
      if (f_ < before)
        return true;
    }
  }
  return true;
}

} // namespace gradus::driver
