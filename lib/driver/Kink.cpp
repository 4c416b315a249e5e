//===- Kink.cpp - minima at kinks --------------------------------------------------===//
//
// Where an objective has a kink the gradient does not vanish at the minimum, it jumps.
// There the gradients of points close by, taken together, tell: when zero lies in
// their convex hull the point is stationary in the sense of Clarke. Gradient
// sampling: Burke, Lewis and Overton, SIAM J. Optim. 15(3), 2005. The shortest vector
// of the hull is found by pairwise Frank-Wolfe steps (Lacoste-Julien and Jaggi,
// Advances in Neural Information Processing Systems 28, 2015).
//
//===--------------------------------------------------------------------===//

#include "driver/Landscape.h"
#include "driver/Settle.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

namespace {

constexpr size_t mostUnknowns = 50;
constexpr double radius = 1e-7;  ///< of the samples, times the size of an unknown
constexpr double vanishes = 1e-5; ///< the shortest vector, relative to the longest gradient
/// Gradients that grow by more than this nearer to the point are those of a cusp, whose
/// length says nothing.
constexpr double mostGrowth = 3;
constexpr int mostSteps = 5000;

using Vector = std::vector<double>;

double dot(const Vector &a, const Vector &b) {
  double s = 0;
  for (size_t k = 0; k < a.size(); ++k)
    s += a[k] * b[k];
  return s;
}

/// The length of the shortest vector in the convex hull, once below `enough`.
double shortest(const std::vector<Vector> &points, double enough) {
  Vector weights(points.size(), 0.0), sum = points.front();
  weights[0] = 1;
  for (int step = 0; step < mostSteps; ++step) {
    const double squares = dot(sum, sum);
    if (squares <= enough * enough)
      break;
    size_t to = 0, from = 0;
    double least = HUGE_VAL, most = -HUGE_VAL;
    for (size_t k = 0; k < points.size(); ++k) {
      const double along = dot(points[k], sum);
      if (along < least)
        least = along, to = k;
      if (weights[k] > 0 && along > most)
        most = along, from = k;
    }
    if (!(squares - least > 1e-12 * squares) || to == from)
      break;
    Vector d = points[to];
    for (size_t k = 0; k < d.size(); ++k)
      d[k] -= points[from][k];
    const double length = dot(d, d);
    if (!(length > 0))
      break;
    const double t = std::min(weights[from], std::max(0.0, -dot(sum, d) / length));
    weights[to] += t;
    weights[from] -= t;
    for (size_t k = 0; k < d.size(); ++k)
      sum[k] += t * d[k];
  }
  return std::sqrt(dot(sum, sum));
}

} // namespace

/// Whether x is a minimum at a kink, as far as gradients and values close by tell.
bool EndOfDescent::atKink() {
  const size_t n = x_.size(), samples = 4 * n + 12;
  if (n == 0 || n > mostUnknowns || static_cast<int64_t>(2 * samples) > budget_)
    return false;
  uint64_t random = 0x9E3779B97F4A7C15ull;
  std::vector<Vector> gradients;
  double longest = 0, nearer = 0; // the same, at a hundredth of the distance
  for (size_t s = 0; s < 2 * samples; ++s) {
    const bool near = s >= samples;
    Vector y = x_;
    for (size_t k = 0; k < n; ++k) {
      random ^= random << 13; // xorshift: the same on every run
      random ^= random >> 7;
      random ^= random << 17;
      const double part = static_cast<double>(random >> 11) * 0x1p-52 - 1;
      y[k] = std::clamp(y[k] + part * radius * (near ? 0.01 : 1.0) * std::max(1.0, std::fabs(y[k])), lower_[k], upper_[k]);
    }
    double value = 0;
    Vector g;
    if (!landscape_.value(y, value, g) || value < f_ - 10 * noise_)
      return false;
    for (size_t k = 0; k < n; ++k)
      g[k] = held_[k] ? 0.0 : g[k] * std::max(1.0, std::fabs(x_[k]));
    double &most = near ? nearer : longest;
    most = std::max(most, std::sqrt(dot(g, g)));
    if (!near)
      gradients.push_back(std::move(g));
  }
  return std::isfinite(longest) && nearer <= mostGrowth * longest &&
         shortest(gradients, vanishes * longest) <= vanishes * longest;
}

} // namespace gradus::driver
