//===- SecondOrder.cpp - whether a solution with constraints is a minimum -------===//
//
// The conditions of optimality also hold at maxima, at saddles, and nearly so far
// out where an objective only approaches a value. So the curvature of the Lagrangian
// is looked at along the active constraints, as eigenvalues in the null space of
// their derivatives; and the objective is followed where it hardly changes.
//
//===--------------------------------------------------------------------===//

#include "driver/Eigen.h"
#include "driver/SolveConstrained.h"
#include "driver/Unknowns.h"
#include "support/Numbers.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

namespace {

constexpr size_t mostUnknowns = 200;
constexpr int mostEscapes = 6;
constexpr double nearSide = 1e-6;    ///< of a constraint or bound that is active
constexpr double dependent = 1e-9;   ///< what is left of a row that others span
constexpr double negativePart = 1e-6; ///< of the largest curvature: truly negative
constexpr double levelPart = 1e-5;    ///< of it: hardly any
constexpr double allowedViolation = 1e-8;
constexpr double farAway = 1e6; ///< times the start
constexpr double mostWork = 2.5e6;  ///< for descents that are made anew, in elements

double dot(const std::vector<double> &a, const std::vector<double> &b) {
  double s = 0;
  for (size_t k = 0; k < a.size(); ++k)
    s += a[k] * b[k];
  return s;
}

/// Takes from v what the orthonormal rows span, twice for the sake of rounding.
void project(std::vector<double> &v, const std::vector<std::vector<double>> &rows) {
  for (int pass = 0; pass < 2; ++pass)
    for (const std::vector<double> &r : rows) {
      const double part = dot(v, r);
      for (size_t k = 0; k < v.size(); ++k)
        v[k] -= part * r[k];
    }
}

/// Adds what is new in v; false when the rows span it.
bool append(std::vector<std::vector<double>> &rows, std::vector<double> v) {
  const double before = std::sqrt(dot(v, v));
  project(v, rows);
  const double length = std::sqrt(dot(v, v));
  if (!(length > dependent * before))
    return false;
  for (double &e : v)
    e /= length;
  rows.push_back(std::move(v));
  return true;
}

} // namespace

/// Directions within the active constraints, in units of the unknowns, from the
/// lowest curvature on. False when nothing can be said.
bool ConstrainedSolver::reducedCurvature(const Solution &s, ReducedCurvature &out) {
  const size_t n = x_.size(), m = clower_.size();
  std::vector<double> size(n), v(n + 1), product(std::max(n, m) + 1);
  std::vector<bool> rests(n);
  for (size_t k = 0; k < n; ++k) {
    size[k] = std::max(1.0, std::fabs(x_[k]));
    rests[k] = x_[k] - lower_[k] <= nearSide * size[k] || upper_[k] - x_[k] <= nearSide * size[k];
  }
  std::vector<std::vector<double>> curvature(n), rows(m, std::vector<double>(n));
  for (size_t k = 0; k < n; ++k) {
    std::fill(v.begin(), v.end(), 0.0);
    v[k] = rests[k] ? 0.0 : size[k];
    if (!call("lagrangian_curvature_flat", 1.0, {x_.data(), y_.data(), v.data()}, product.data(), true))
      return false;
    curvature[k].resize(n);
    for (size_t i = 0; i < n; ++i)
      curvature[k][i] = rests[i] ? 0.0 : product[i] * size[i];
    if (!call("constraints_along_flat", 0.0, {x_.data(), v.data()}, product.data(), false))
      return false;
    for (size_t j = 0; j < m; ++j)
      rows[j][k] = product[j];
  }
  std::vector<std::vector<double>> active, basis;
  out.regular = true;
  for (size_t j = 0; j < m; ++j) {
    const ConstraintElement &c = s.constraints.constraints[j];
    const double near = nearSide * std::max(1.0, std::fabs(c.value));
    if (c.value - c.lower <= near || c.upper - c.value <= near)
      out.regular = append(active, rows[j]) && out.regular;
  }
  std::vector<std::vector<double>> all = active;
  for (size_t k = 0; k < n; ++k) {
    std::vector<double> unit(n, 0.0);
    unit[k] = 1;
    if (!rests[k] && append(all, unit))
      basis.push_back(all.back());
  }
  const size_t free = basis.size();
  if (free == 0)
    return true;
  std::vector<double> reduced(free * free);
  double largest = 0;
  for (size_t b = 0; b < free; ++b) {
    std::vector<double> image(n, 0.0);
    for (size_t k = 0; k < n; ++k)
      for (size_t i = 0; i < n; ++i)
        image[i] += curvature[k][i] * basis[b][k];
    for (size_t a = 0; a < free; ++a)
      reduced[a * free + b] = dot(basis[a], image);
  }
  for (const auto &row : curvature)
    for (double e : row)
      largest = std::max(largest, std::fabs(e));
  for (size_t a = 0; a < free; ++a)
    for (size_t b = 0; b < a; ++b)
      reduced[a * free + b] = reduced[b * free + a] =
          0.5 * (reduced[a * free + b] + reduced[b * free + a]);
  const Eigensystem e = eigensystem(std::move(reduced), free);
  if (!std::isfinite(e.values.front()))
    return false;
  // What is lost in the rounding of the objective is no curvature.
  const double scale = std::max(largest, 1e-3 * std::fabs(f_));
  for (size_t b = 0; b < free; ++b) {
    if (e.values[b] > levelPart * scale)
      break;
    std::vector<double> d(n, 0.0);
    for (size_t a = 0; a < free; ++a)
      for (size_t k = 0; k < n; ++k)
        d[k] += e.vector(b)[a] * basis[a][k] * size[k];
    (e.values[b] < -negativePart * scale ? out.negative : out.level).push_back(std::move(d));
  }
  return true;
}

/// The descent anew from start_, with a small barrier.
bool ConstrainedSolver::descendAgain(Solution &other) {
  setOptionValue("mu0", 1e-4);
  setOptionValue("push", 1e-4);
  std::fill(startY_.begin(), startY_.end(), 0.0);
  if (!runConstrained())
    return false;
  judgeConstrained(other);
  anewWork_ += workOf(other);
  return true;
}

/// How far the point violates, beyond rounding; infinite without values.
double ConstrainedSolver::violationAt(const std::vector<double> &x) {
  std::vector<double> c(clower_.size() + 1);
  if (!call("constraints_flat", 0, {x.data()}, c.data(), false))
    return HUGE_VAL;
  double most = 0;
  for (size_t j = 0; j < clower_.size(); ++j) {
    const double gap = std::max({0.0, clower_[j] - c[j], c[j] - cupper_[j]});
    most = std::max(most, std::isfinite(c[j]) ? gap - 1e-14 * std::fabs(c[j]) : HUGE_VAL);
  }
  for (size_t k = 0; k < x.size(); ++k)
    most = std::max({most, lower_[k] - x[k], x[k] - upper_[k]});
  return most;
}

/// Straight on along d as far as the constraints hold: whether the objective never
/// stops falling. `without` is set when it falls below any number.
bool ConstrainedSolver::fallsForever(const std::vector<double> &d, double side, bool &without) {
  std::vector<double> y = x_, gradient(x_.size() + 1);
  double last = f_, lastDrop = 0, longest = 0;
  const double noise = 1e-13 * std::fabs(f_);
  for (size_t k = 0; k < y.size(); ++k)
    longest = std::max(longest, std::fabs(d[k]) / std::max(1.0, std::fabs(x_[k])));
  if (!(longest > 1e-3))
    return false;
  without = true;
  for (double t = 0.1; t < 1e9; t *= 10) {
    for (size_t k = 0; k < y.size(); ++k)
      y[k] = x_[k] + side * t / longest * d[k];
    double value = 0;
    if (violationAt(y) > allowedViolation || !objectiveAt(y, value, gradient))
      return false;
    const double drop = last - value;
    if (!(drop >= -noise))
      return false;
    without = without && drop >= 0.5 * lastDrop && drop > noise;
    last = value;
    lastDrop = drop;
  }
  return f_ - last > std::max(noise, 1e-16 * std::fabs(f_)) && f_ > last;
}

/// An unknown that is much farther out than it began, held at its start and farther
/// out still: there the objective is no higher, here it is. So there is no minimum.
bool ConstrainedSolver::leaves(const Solution &s, size_t k) {
  const std::vector<double> x = x_, y = y_, z = z_, g = g_, from = start_;
  const double low = lower_[k], high = upper_[k], f = f_;
  const int64_t status = status_, steps = k_;
  const double noise = 1e-8 * std::max(std::fabs(f), std::fabs(s.start));
  double values[2] = {HUGE_VAL, HUGE_VAL};
  int at = 0;
  std::vector<double> beyond = x, gradient(x.size() + 1);
  beyond[k] *= 100;
  if (!(violationAt(beyond) <= allowedViolation) || !objectiveAt(beyond, values[1], gradient))
    values[1] = HUGE_VAL;
  for (double place : {from[k], beyond[k]}) {
    if (at == 1 && values[1] <= f + noise)
      break;
    start_ = x;
    start_[k] = place;
    lower_.set(k, place);
    upper_.set(k, place);
    Solution other;
    if (descendAgain(other) && other.status == Status::Converged)
      values[at] = f_;
    ++at;
  }
  start_ = from;
  lower_.set(k, low);
  upper_.set(k, high);
  x_ = x, y_ = y, z_ = z, g_ = g, f_ = f, status_ = status, k_ = steps;
  return values[1] <= f + noise && values[0] > f + noise;
}

/// What the end of a descent says that found no minimum: one that falls for ever.
void ConstrainedSolver::sayUnbounded(Solution &s, bool without, size_t unknown) {
  s.status = Status::Unbounded;
  s.runaway = without ? "" : unknownName(session_, problem_, unknown);
  s.message = without ? std::string("the objective ") + (problem_.maximize ? "rises" : "falls") +
                            " without bound where the constraints hold"
                      : "diverging parameters: the objective levels off near " +
                            formatNumber(s.objective, 6) + " while " + s.runaway + " runs away";
}

/// Whether the objective falls for ever along one of these, or as an unknown goes on
/// that is far out already.
bool ConstrainedSolver::runsAway(Solution &s, const std::vector<std::vector<double>> &directions,
                                 const std::function<bool()> &affordable) {
  bool without = false;
  for (const std::vector<double> &d : directions)
    for (double side : {1.0, -1.0})
      if (fallsForever(d, side, without)) {
        size_t most = 0;
        for (size_t k = 0; k < d.size(); ++k)
          if (std::fabs(d[k]) > std::fabs(d[most]))
            most = k;
        sayUnbounded(s, without, most);
        return true;
      }
  for (size_t k = 0; k < x_.size() && affordable(); ++k)
    if (std::fabs(x_[k]) > farAway * std::max(1.0, std::fabs(start_[k])) &&
        std::isinf(x_[k] > 0 ? upper_[k] : lower_[k]) && leaves(s, k)) {
      sayUnbounded(s, false, k);
      return true;
    }
  return false;
}

/// Leaves what is no minimum, as long as something lower is found.
bool ConstrainedSolver::secondOrder(Solution &solution) {
  const size_t n = x_.size();
  const auto begin = Clock::now();
  const double mu0 = optionValue("mu0"), push = optionValue("push");
  const std::vector<double> given = start_, givenY = startY_;
  const double sign = problem_.maximize ? -1.0 : 1.0;
  auto way = [&] {
    std::vector<double> d = x_;
    for (size_t k = 0; k < n; ++k)
      d[k] -= given[k];
    return d;
  };
  const bool stopped = solution.status == Status::Limit || solution.status == Status::Stalled ||
                       solution.status == Status::Acceptable;
  if (n > mostUnknowns || (solution.status != Status::Converged && !stopped))
    return true;
  if (stopped) {
    if (solution.maxViolation <= allowedViolation)
      runsAway(solution, {way()}, [] { return false; });
    return true;
  }
  bool sound = true;
  for (int round = 0; sound && round < mostEscapes; ++round) {
    if (solution.status != Status::Converged)
      break;
    ReducedCurvature curvature;
    if (!reducedCurvature(solution, curvature))
      break;
    bool lower = false;
    for (const std::vector<double> &d : curvature.negative) {
      for (double step : {0.1, -0.1, 0.01, -0.01, 1.0, -1.0}) {
        if (lower || !sound || anewWork_ > mostWork)
          break;
        std::vector<double> x = x_, y = y_, z = z_, g = g_;
        for (size_t k = 0; k < n; ++k)
          start_[k] = std::clamp(x[k] + step * d[k], lower_[k], upper_[k]);
        Solution other;
        sound = descendAgain(other);
        const double noise = 1e-9 * std::fabs(solution.objective);
        lower = sound && (other.status == Status::Unbounded ||
                          (other.status == Status::Converged &&
                           sign * other.objective < sign * solution.objective - noise));
        if (!lower) {
          x_ = std::move(x), y_ = std::move(y), z_ = std::move(z), g_ = std::move(g);
          f_ = sign * solution.objective;
          continue;
        }
        other.method = solution.method;
        other.start = solution.start;
        other.startX = given;
        other.compileMs = solution.compileMs;
        other.solveMs = solution.solveMs;
        other.iterations += solution.iterations;
        other.values += solution.values;
        other.gradients += solution.gradients;
        other.hessians += solution.hessians;
        solution = std::move(other);
      }
      if (lower)
        break;
    }
    start_ = given;
    startY_ = givenY;
    if (lower)
      continue;
    if (!curvature.negative.empty() && curvature.regular) {
      solution.status = Status::Stalled;
      solution.message = "the conditions of optimality hold, but the curvature along the active "
                         "constraints is negative, and nothing lower was found";
      break;
    }
    // Where it hardly changes it may fall for ever.
    curvature.level.push_back(way());
    runsAway(solution, curvature.level, [&] { return anewWork_ <= mostWork; });
    break;
  }
  start_ = given;
  startY_ = givenY;
  setOptionValue("mu0", mu0);
  setOptionValue("push", push);
  solution.solveMs += milliseconds(begin);
  return sound;
}

} // namespace gradus::driver
