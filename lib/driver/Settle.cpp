//===- Settle.cpp - saddles, flat points, and points at infinity -------------------===//

#include "driver/Settle.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

namespace {

constexpr double valueNoise = 1e-13; ///< the part of a value that may be rounding
constexpr size_t mostProbedUnknowns = 200, fewDirections = 20;
constexpr double probeStep = 1e-3; ///< times the size of an unknown, at least 1
/// What a Newton step may still promise, relative to the objective, and in all
/// where that vanishes.
constexpr double promisedPart = 1e-9, promisedLeast = 1e-13;
/// What the gradient may explain of a lower value where it is not small.
constexpr double explainedPart = 1e-6;
/// A Newton step is within the rounding of the unknowns up to this many times that.
constexpr double roundedUnknowns = 50;
constexpr double farAway = 1e5; ///< times the start
constexpr double longStep = 1e-2; ///< of a Newton step: relative to the unknowns
/// How far values must be level: from here on they may rise, as no direction is exact.
constexpr double farEnough = 1e4;
constexpr double slightPart = 1e-3; ///< of a direction: an element that may be left out

} // namespace

double EndOfDescent::valueAt(const Vector &x) {
  double f = 0;
  Vector gradient;
  return landscape_.value(x, f, gradient) ? f : std::numeric_limits<double>::infinity();
}

/// How much values scatter where x changes in its last digits: terms that cancel
/// leave rounding errors of their own size. Found by third differences, in which a
/// smooth function is lost (after Hamming, Introduction to Applied Numerical
/// Analysis, 1971, section 6.1).
double EndOfDescent::measuredNoise() {
  constexpr int points = 7;
  constexpr double ulps = 8 * std::numeric_limits<double>::epsilon();
  double differences[points], largest = 0;
  for (int k = 0; k < points; ++k) {
    Vector y = x_;
    for (size_t i = 0; i < y.size(); ++i)
      y[i] = std::clamp(y[i] * (1 + (k - points / 2) * ulps), lower_[i], upper_[i]);
    differences[k] = valueAt(y);
  }
  for (int order = 1; order <= 3; ++order)
    for (int k = 0; k + order < points; ++k)
      differences[k] = differences[k + 1] - differences[k];
  for (int k = 0; k + 3 < points; ++k)
    largest = std::max(largest, std::fabs(differences[k]));
  return std::isfinite(largest) ? largest / std::sqrt(20.0) : 0.0; // 1 + 9 + 9 + 1
}

EndOfDescent::Vector EndOfDescent::moved(const Vector &d, double t) const {
  Vector y = x_;
  for (size_t i = 0; i < y.size(); ++i)
    y[i] = std::clamp(y[i] + t * d[i], lower_[i], upper_[i]);
  return y;
}

/// Lower by more than rounding errors and the rest of the gradient explain.
void EndOfDescent::consider(const Vector &x, double value) {
  double length = 0;
  for (size_t i = 0; i < x.size(); ++i)
    length += std::fabs(x[i] - x_[i]);
  const double slope = 10 * norm_ * length;
  const double explained = small_ ? slope : std::min(slope, explainedPart * std::fabs(f_));
  if (value < least_ && value < f_ - noise_ - explained) {
    least_ = value;
    better_ = x;
  }
}

bool EndOfDescent::confirm(double f, double norm) {
  double value = 0;
  if (!landscape_.value(x_, value, g_))
    return false;
  held_.assign(x_.size(), false);
  double squares = 0;
  for (size_t k = 0; k < x_.size(); ++k) {
    if (!(x_[k] >= lower_[k] && x_[k] <= upper_[k]))
      return false;
    held_[k] = (x_[k] <= lower_[k] && g_[k] > 0) || (x_[k] >= upper_[k] && g_[k] < 0) ||
               lower_[k] == upper_[k];
    squares += held_[k] ? 0.0 : g_[k] * g_[k];
  }
  norm_ = std::sqrt(squares);
  f_ = value;
  return std::isfinite(norm_) && norm_ <= 2 * norm + 1e-12 * std::fabs(f) + 1e-300 &&
         std::fabs(value - f) <= 1e-9 * std::max(std::fabs(value), std::fabs(f)) + 1e-300;
}

/// To both sides along each unknown, or along some directions when there are many.
void EndOfDescent::probeNearby() {
  const size_t n = x_.size();
  const size_t directions =
      std::min<size_t>(n <= mostProbedUnknowns ? n + 2 : fewDirections, budget_ / 4);
  uint64_t random = 0x9E3779B97F4A7C15ull;
  for (size_t d = 0; d < directions; ++d) {
    Vector direction(n, 0.0);
    for (size_t k = 0; k < n; ++k) {
      double part = k == d ? 1.0 : 0.0;
      if (n > mostProbedUnknowns || d >= n) { // xorshift: the same on every run
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        part = (random >> 40 & 1) != 0 ? 1.0 : -1.0;
      }
      direction[k] = part * std::max(1.0, std::fabs(x_[k]));
    }
    for (double sign : {probeStep, -probeStep}) {
      const Vector y = moved(direction, sign);
      consider(y, valueAt(y));
    }
  }
}

/// The factor by which a direction is as long as the unknowns are large.
double EndOfDescent::longestReach(const Vector &d) const {
  double t = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < x_.size(); ++i)
    if (d[i] != 0)
      t = std::min(t, std::max(std::fabs(x_[i]), 1.0) / std::fabs(d[i]));
  return t;
}

/// Ever farther to both sides, as long as it goes down.
void EndOfDescent::probeAlong(const Vector &d) {
  const double t = longestReach(d);
  if (!std::isfinite(t))
    return;
  for (double side : {1.0, -1.0}) {
    double last = f_;
    for (double part = 1e-4; part < 10; part *= 4) {
      const Vector y = moved(d, side * t * part);
      const double value = valueAt(y);
      consider(y, value);
      if (part > 1 && !(value < last))
        break;
      last = value;
    }
  }
}

/// Goes far along a direction in which the objective hardly changes, also without
/// the unknowns that hardly move. A lower value on the way is considered. True when
/// the objective levels off to one side and not to the other: then it has no minimum
/// there, it only approaches one.
bool EndOfDescent::follow(const Vector &d) {
  const double t = longestReach(d);
  if (!std::isfinite(t))
    return false;
  if (followOnce(d, t))
    return true;
  Vector main = d;
  for (size_t i = 0; i < d.size(); ++i)
    if (std::fabs(d[i]) * t < slightPart * std::max(1.0, std::fabs(x_[i])))
      main[i] = 0;
  return main != d && followOnce(main, t);
}

bool EndOfDescent::followOnce(const Vector &d, double t) {
  // Densest about where an unknown vanishes.
  std::vector<double> parts{1e-3, 3e-3, 0.5, 0.9, 0.98, 1, 1.02, 1.1, 1.5};
  for (double part = 1e-2; part < 1e9; part *= 3)
    parts.push_back(part);
  std::sort(parts.begin(), parts.end());
  bool levelsOff[2] = {true, true}, falls = false;
  for (int side : {0, 1}) {
    double last = f_;
    Vector before = x_;
    for (double part : parts) {
      const Vector y = moved(d, (side == 0 ? t : -t) * part);
      if (y == before) { // bounds are in the way
        levelsOff[side] = false;
        break;
      }
      before = y;
      const double value = valueAt(y);
      // Formulas overflow far out; what was level up to there counts.
      if (!std::isfinite(value) && part > parts.front())
        break;
      // Terms that cancel grow with x, and so do their rounding errors.
      if (!(value <= last + noise_ * (1 + part))) {
        levelsOff[side] = part >= farEnough;
        break;
      }
      // A fall of some size is a way on, not a plateau.
      if (f_ - value > noise_ + 1e-3 * std::max(std::fabs(f_), 1e-9 * std::fabs(atStart_)) &&
          value < least_) {
        least_ = value;
        better_ = y;
        falls = true;
      }
      last = value;
    }
  }
  if (levelsOff[0] == levelsOff[1] || !smooth_)
    return false;
  if (falls) {
    onward_ = true;
    return false;
  }
  // Only what has no bound on that side can run away.
  const double side = levelsOff[0] ? 1.0 : -1.0;
  double most = 0;
  for (size_t i = 0; i < x_.size(); ++i)
    if (const double part = std::fabs(d[i]) / std::max(1.0, std::fabs(x_[i]));
        part > most && std::isinf(side * d[i] > 0 ? upper_[i] : lower_[i])) {
      most = part;
      runaway_ = i;
    }
  return most > 0;
}

bool EndOfDescent::fallsOn(const Vector &x, const Vector &from) {
  Vector y = x;
  double last = valueAt(x);
  for (double t : {1e3, 1e6, 1e9, 1e12}) {
    for (size_t i = 0; i < x.size(); ++i)
      y[i] = std::clamp(x[i] + t * (x[i] - from[i]), lower_[i], upper_[i]);
    const double value = valueAt(y);
    if (!(value < last - 1 - 10 * std::fabs(last)))
      return false;
    last = value;
  }
  return true;
}

bool EndOfDescent::isNewtonStep() const {
  constexpr double about = 3; // steps
  if (better_.empty() || onward_ || curvature_.newton.empty())
    return false;
  double way = 0, step = 0;
  for (size_t i = 0; i < x_.size(); ++i) {
    const double size = std::max(1.0, std::fabs(x_[i]));
    way = std::max(way, std::fabs(better_[i] - x_[i]) / size);
    step = std::max(step, std::fabs(curvature_.newton[i]) / size);
  }
  return way <= about * step;
}

EndOfDescent::Verdict EndOfDescent::look(const Vector &x, double f, double norm,
                                         bool small) {
  x_ = x;
  small_ = small;
  better_.clear();
  onward_ = false;
  promised_ = 0;
  curvature_ = {};
  if (!confirm(f, norm))
    return Verdict::Unconfirmed;
  const double size = std::min(1.0, std::fabs(atStart_));
  noise_ = valueNoise * std::max(std::fabs(f_), 1e-2 * size);
  if (budget_ >= 100)
    noise_ = std::max(noise_, measuredNoise());
  least_ = f_;
  curvature_ = curvatureAt(landscape_, x_, noise_, g_, held_, budget_ / 2);
  for (const Vector &d : curvature_.negative)
    probeAlong(d);
  if (!better_.empty())
    return Verdict::Lower;
  Vector way = x_; // that the descent has come
  for (size_t i = 0; i < x_.size(); ++i)
    way[i] -= start_[i];
  probeNearby();
  if (!better_.empty()) {
    if (budget_ >= 100)
      follow(way); // is it lower still farther on?
    return Verdict::Lower;
  }
  promised_ = curvature_.decrement /
              (std::fabs(f_) + promisedLeast / promisedPart * size +
               roundedUnknowns / promisedPart * curvature_.rounding + 1e-300);
  // An unknown that the objective does not determine, and that has left its start
  // for something lower.
  for (const Vector &d : curvature_.level)
    for (size_t i = 0; i < x_.size(); ++i)
      if (std::fabs(d[i]) * longestReach(d) > 1e-3 * std::fabs(x_[i]) &&
          std::fabs(x_[i]) > farAway * std::max(1.0, std::fabs(start_[i])) &&
          std::isinf(x_[i] > 0 ? upper_[i] : lower_[i])) {
        const double back = valueAt(moved(d, (start_[i] - x_[i]) / d[i])) - f_;
        if (back <= 10 * noise_)
          continue;
        // Without curvature, a kink determines the place where it rises on both sides.
        if (kinked && valueAt(moved(d, x_[i] / d[i])) - f_ > 0.1 * back)
          continue;
        runaway_ = i;
        return Verdict::RunsAway;
      }
  // Directions along which it hardly changes, and where a Newton step is long.
  for (const Vector &d : curvature_.level)
    if (follow(d))
      return Verdict::RunsAway;
    else if (!better_.empty())
      return Verdict::Lower;
  // Where the curvature is positive the objective has to rise, to both sides, and
  // so it has along the way the descent has come.
  if (budget_ >= 100) {
    curvature_.lowest.push_back(way);
    for (const Vector &d : curvature_.lowest)
      if (follow(d))
        return Verdict::RunsAway;
    if (!better_.empty())
      return Verdict::Lower;
  }
  double longest = 0;
  for (size_t i = 0; i < curvature_.newton.size(); ++i)
    longest = std::max(longest, std::fabs(curvature_.newton[i]) / std::max(1.0, std::fabs(x_[i])));
  if (longest > longStep && follow(curvature_.newton))
    return Verdict::RunsAway;
  if (!better_.empty())
    return Verdict::Lower;
  return promised_ > promisedPart ? Verdict::NotYet : Verdict::Confirmed;
}

} // namespace gradus::driver
