//===- JudgeConstrained.cpp - what the end of a constrained solve is worth ------===//
//
// The conditions of Karush, Kuhn and Tucker tested anew at the returned point and
// multipliers, by kernels that the method did not use for it: violation,
// stationarity of the Lagrangian, complementarity, signs.
//
//===--------------------------------------------------------------------===//

#include "driver/SolveConstrained.h"
#include "support/Numbers.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

namespace {

/// Judged as solved, and as acceptable: relative to the size of the derivatives.
constexpr double solved = 1e-6, acceptable = 1e-3;
constexpr double violationAllowed = 1e-8, violationAcceptable = 1e-6;
constexpr size_t mostFighting = 8;

/// How far `value` is outside, beyond what rounding explains.
double outside(double value, double lower, double upper) {
  return std::isnan(value) ? HUGE_VAL : std::max({0.0, lower - value, value - upper});
}
/// The distance to the side that a multiplier pushes against: y > 0 the upper one.
double slack(double value, double lower, double upper, double y) {
  return std::max(0.0, y > 0 ? upper - value : value - lower);
}

} // namespace

bool ConstrainedSolver::call(const char *name, double sigma, const std::vector<const double *> &in,
                             double *out, bool withSigma) {
  GradusFrame frame{};
  Workspace workspace;
  if (!workspace.allocate(session_, workspace_, frame))
    return false;
  Arguments a(session_);
  for (ValueId v : inputs_)
    a.input(v);
  a.input(descent_.n);
  if (withSigma)
    a.real(sigma);
  for (const double *p : in)
    a.pointer(const_cast<double *>(p));
  a.pointer(out);
  return code_->find(name)(&frame, a.data()) == 0;
}

bool ConstrainedSolver::objectiveAt(const std::vector<double> &x, double &value,
                                    std::vector<double> &gradient) {
  GradusFrame frame{};
  Workspace workspace;
  if (!workspace.allocate(session_, workspace_, frame))
    return false;
  Arguments a(session_);
  for (ValueId v : inputs_)
    a.input(v);
  a.input(descent_.n);
  a.pointer(const_cast<double *>(x.data()));
  a.pointer(&value);
  a.pointer(gradient.data());
  return code_->find("value_gradient_flat")(&frame, a.data()) == 0 && std::isfinite(value);
}

/// What the run has left, and why it says that it has ended.
void ConstrainedSolver::collect(Solution &s) {
  using lower::Ending;
  double sign = problem_.maximize ? -1.0 : 1.0;
  collectRun(s);
  s.trace = std::move(trace_);
  for (TraceRow &row : s.trace)
    row.f *= sign;
  switch (static_cast<Ending>(status_)) {
  case Ending::Running:
  case Ending::Converged:
    s.status = Status::Converged;
    break;
  case Ending::Steps:
    s.status = Status::Limit;
    s.message = "the " + std::to_string(k_) + (k_ == 1 ? " step is" : " steps are") + " used up";
    break;
  case Ending::Stalled:
  case Ending::Diverged:
    s.status = Status::Stalled;
    break;
  case Ending::Unbounded:
    s.status = Status::Unbounded;
    s.message = problem_.maximize ? "the objective rises without bound where the constraints hold"
                                  : "the objective falls without bound where the constraints hold";
    break;
  case Ending::NotFinite:
    s.status = Status::EvaluationFailed;
    break;
  case Ending::StartNotFinite:
    s.status = Status::NotEvaluable;
    explainStart(s);
    break;
  case Ending::Stopped:
    s.status = Status::Limit;
    s.message = "the method's own test asked to stop";
    break;
  case Ending::Host:
    s.status = outOfTime_ ? Status::Limit : Status::Interrupted;
    s.message = outOfTime_ ? "the time is used up" : "interrupted; the last point";
    break;
  case Ending::Infeasible:
    s.status = Status::Infeasible;
    break;
  }
}

std::vector<std::string> ConstrainedSolver::elementNames() {
  Graph &g = session_.graph();
  std::vector<std::string> names;
  for (const Constraint &c : problem_.constraints) {
    std::string name = c.name;
    if (name.empty())
      name = "line " + std::to_string(session_.sources.lineColumn(c.range.file, c.range.begin).line);
    std::vector<int64_t> shape, lo;
    session_.extents(g.type(c.value).shape, shape);
    const std::vector<Axis> axes = g.axesOf(c.value);
    size_t size = 1;
    for (size_t k = 0; k < axes.size(); ++k) {
      lo.push_back(session_.whole(axes[k].lo).value_or(1));
      size *= static_cast<size_t>(shape[k]);
    }
    for (size_t k = 0; k < size; ++k) {
      std::string index;
      size_t rest = k;
      for (size_t d = shape.size(); d-- > 0;) {
        index = std::to_string(lo[d] + static_cast<int64_t>(rest) % shape[d]) + (index.empty() ? "" : ",") + index;
        rest /= static_cast<size_t>(shape[d]);
      }
      names.push_back(shape.empty() ? name : name + "[" + index + "]");
    }
  }
  return names;
}

/// Whether the constraints hold at x, far out, but for what the rounding of their
/// terms explains.
bool ConstrainedSolver::holdsBut(const std::vector<double> &c) {
  constexpr double rounding = 1e-13;
  constexpr size_t mostColumns = 1000;
  const size_t n = x_.size(), m = clower_.size();
  std::vector<double> terms(m, 0.0), along(n + 1, 0.0), column(m + 1);
  for (size_t k = 0; k < std::min(n, mostColumns); ++k) {
    along[k] = x_[k];
    if (!call("constraints_along_flat", 0.0, {x_.data(), along.data()}, column.data(), false))
      return false;
    along[k] = 0;
    for (size_t j = 0; j < m; ++j)
      terms[j] += std::fabs(column[j]);
  }
  for (size_t j = 0; j < m; ++j)
    if (!(outside(c[j], clower_[j], cupper_[j]) <= violationAcceptable + rounding * terms[j]))
      return false;
  return true;
}

void ConstrainedSolver::judgeConstrained(Solution &s) {
  collect(s);
  size_t n = x_.size(), m = clower_.size();
  std::vector<double> c(m + 1), gradient(n + 1), slope(n + 1);
  double value = 0;
  bool evaluated = objectiveAt(x_, value, gradient) &&
                   call("constraints_flat", 0, {x_.data()}, c.data(), false) &&
                   call("lagrangian_gradient_flat", 1.0, {x_.data(), y_.data()}, slope.data(), true);
  // Multipliers as people read them: what the objective gains by a unit of the side.
  double sign = problem_.maximize ? 1.0 : -1.0;
  std::vector<std::string> names = elementNames();
  ConstraintReport &r = s.constraints;
  r.present = true;
  double largest = 1.0, violation = s.maxViolation, beyond = 0;
  std::vector<std::pair<double, double>> held; ///< multipliers, and distances to their sides
  for (size_t k = 0; k < n; ++k)
    largest = std::max(largest, std::fabs(gradient[k]));
  for (size_t j = 0; j < m; ++j) {
    r.constraints.push_back({names[j], c[j], clower_[j], cupper_[j], sign * y_[j] + 0.0});
    double gap = outside(c[j], clower_[j], cupper_[j]);
    violation = std::max(violation, gap);
    // Numbers of size 1e8 have no digits for 1e-8.
    beyond = std::max(beyond, gap - 1e-14 * std::fabs(c[j]));
    double dual = std::fabs(y_[j]);
    if (clower_[j] == cupper_[j] || dual == 0)
      continue;
    double distance = slack(c[j], clower_[j], cupper_[j], y_[j]);
    r.complementarity = std::max(r.complementarity, std::min(dual, dual * distance));
    held.push_back({dual, distance});
  }
  beyond = std::max(beyond, s.maxViolation);
  // What the bounds hold of the slope is their multiplier.
  size_t at = 0;
  Graph &g = session_.graph();
  std::vector<std::string> unknownNames;
  for (const Unknown &u : problem_.unknowns) {
    std::vector<int64_t> shape;
    ValueId node = g.inputNode(u.input);
    session_.extents(g.type(node).shape, shape);
    const std::vector<Axis> axes = g.axesOf(node);
    size_t size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    for (size_t k = 0; k < size; ++k) {
      std::string index;
      size_t rest = k;
      for (size_t d = shape.size(); d-- > 0;) {
        index = std::to_string(session_.whole(axes[d].lo).value_or(1) +
                               static_cast<int64_t>(rest) % shape[d]) +
                (index.empty() ? "" : ",") + index;
        rest /= static_cast<size_t>(shape[d]);
      }
      unknownNames.push_back(g.inputs()[u.input].name + (shape.empty() ? "" : "[" + index + "]"));
    }
    at += size;
  }
  for (size_t k = 0; k < n; ++k) {
    double d = slope[k], distance = d > 0 ? x_[k] - lower_[k] : upper_[k] - x_[k];
    // A part of the slope that a bound nearby takes up.
    double scale = std::max(1.0, std::fabs(x_[k]));
    if (distance > 1e-4 * scale) {
      r.stationarity = std::max(r.stationarity, std::fabs(d));
      continue;
    }
    r.complementarity = std::max(r.complementarity, std::min(std::fabs(d), std::fabs(d) * distance));
    held.push_back({std::fabs(d), distance});
    if (std::fabs(d) > solved * largest || lower_[k] == upper_[k])
      r.bounds.push_back({unknownNames[k], x_[k], lower_[k], upper_[k], -sign * d + 0.0});
  }
  s.maxViolation = violation;
  s.gradientNorm = r.stationarity;
  // To minus infinity, as log does at 0, or far out: only where the constraints hold.
  if (s.status == Status::Converged && f_ == -HUGE_VAL)
    s.status = Status::Unbounded;
  if (s.status == Status::Unbounded && !holdsBut(c)) {
    if (class_.convexSet)
      return judgeInfeasible(s);
    s.status = Status::Stalled;
    s.message = "the objective falls without bound, but the constraints do not hold there";
    return;
  }
  if (s.status == Status::Unbounded && s.message.empty())
    s.message = "the objective falls without bound where the constraints hold";
  if (!evaluated && s.status == Status::Converged) {
    s.status = Status::EvaluationFailed;
    s.message = "objective or constraints have no finite value at the last point";
  }
  if (s.status == Status::Infeasible && violation > violationAllowed)
    return judgeInfeasible(s);
  if (s.status == Status::Infeasible) // what it could not take away does not matter
    s.status = Status::Stalled;
  if (!evaluated || s.status == Status::NotEvaluable || s.status == Status::Interrupted ||
      s.status == Status::Unbounded)
    return;
  double duals = 0;
  for (size_t j = 0; j < m; ++j)
    duals = std::max(duals, std::fabs(y_[j]));
  double scale = largest + 1e-2 * duals;
  // Where unknowns are large, a small slope is worth much.
  double worth = 0;
  for (size_t k = 0; k < n; ++k) {
    double distance = slope[k] > 0 ? x_[k] - lower_[k] : upper_[k] - x_[k];
    double rounding = 1e-11 * (std::fabs(gradient[k]) + duals);
    double beyondRounding = std::max(0.0, std::fabs(slope[k]) - rounding);
    worth = std::max(worth, beyondRounding * std::min(std::fabs(x_[k]), distance));
  }
  auto within = [&](double tolerance, double allowed) {
    return beyond <= allowed && worth <= 100 * tolerance * std::max(1.0, std::fabs(value)) && r.stationarity <= tolerance * scale &&
           std::all_of(held.begin(), held.end(), [&](const auto &pair) {
             const auto [dual, distance] = pair;
             // Either is small, or the product, by which the objective could change, is
             // small beside the objective.
             return std::min(dual, dual * distance) <= tolerance * scale ||
                    dual * distance <= tolerance * (scale + std::fabs(value));
           });
  };
  if (within(solved, violationAllowed)) {
    s.status = Status::Converged;
    s.message = "the conditions of optimality hold, tested anew at this point";
    if (class_.convex)
      s.message += "; the problem is convex, so no point is better";
  } else if (s.status == Status::Converged || s.status == Status::Stalled ||
             s.status == Status::EvaluationFailed) {
    bool nearly = within(acceptable, violationAcceptable);
    // Where the slopes of the constraints vanish or depend on each other no multipliers
    // need to exist: then they grow, and what they leave of the slope is small beside
    // them (the conditions of Fritz John).
    const double beside = 1e-5 * duals;
    if (!nearly && duals > 1e3 * largest && beyond <= violationAllowed &&
        r.stationarity <= beside && worth <= beside && r.complementarity <= beside) {
      s.status = Status::Acceptable;
      s.message = "nearly optimal beside large multipliers: the slopes of the constraints vanish "
                  "here or depend on each other, so that none need exist";
      return;
    }
    // A point of least violation that the objective has led to: for convex constraints
    // there is none that meets them.
    if (!nearly && class_.convexSet && beyond > violationAcceptable)
      return judgeInfeasible(s);
    s.status = nearly ? Status::Acceptable : Status::Stalled;
    s.message = nearly ? "nearly optimal: violation " + formatNumber(violation, 3) +
                             ", slope of the Lagrangian " + formatNumber(r.stationarity, 3)
                       : "no further progress, and the conditions of optimality do not hold";
  }
}

/// The point of least violation tested anew: the slope of half the sum of squares
/// of the violations vanishes there but for what bounds hold.
void ConstrainedSolver::judgeInfeasible(Solution &s) {
  size_t n = x_.size(), m = clower_.size();
  std::vector<double> r(m + 1), slope(n + 1);
  double size = 0;
  for (size_t j = 0; j < m; ++j) {
    double c = s.constraints.constraints[j].value;
    r[j] = c > cupper_[j] ? c - cupper_[j] : c < clower_[j] ? c - clower_[j] : 0.0;
    size = std::max(size, std::fabs(r[j]));
  }
  bool stationary = call("lagrangian_gradient_flat", 0.0, {x_.data(), r.data()}, slope.data(), true);
  // What unknowns that move by their own size, or by 1, could take away from half the
  // sum of squares is less than that: for convex constraints a proof that no point
  // so near meets them.
  double largest = 0, within = 0, squares = 0;
  for (size_t k = 0; k < n; ++k) {
    double distance = slope[k] > 0 ? x_[k] - lower_[k] : upper_[k] - x_[k];
    double own = std::max(1.0, std::fabs(x_[k]));
    if (distance > 1e-4 * own) {
      largest = std::max(largest, std::fabs(slope[k]));
      within += std::fabs(slope[k]) * own;
    }
  }
  for (double violation : r)
    squares += 0.5 * violation * violation;
  // Along the gradients of the violated constraints nothing is left.
  s.status = Status::Infeasible;
  if (!stationary || !(largest <= 1e-2 * size) || !(within <= squares) ||
      size <= violationAcceptable) {
    s.status = Status::Stalled;
    s.message = "the constraints are not met, and no point of least violation was found";
    return;
  }
  std::vector<std::pair<double, std::string>> fighting;
  for (size_t j = 0; j < m; ++j)
    if (std::fabs(r[j]) > 1e-3 * size)
      fighting.push_back({-std::fabs(r[j]), s.constraints.constraints[j].name});
  std::stable_sort(fighting.begin(), fighting.end(),
                   [](const auto &a, const auto &b) { return a.first < b.first; });
  auto &names = s.constraints.fighting;
  for (const auto &[weight, name] : fighting) // those in place of kinks have one name
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  for (const ConstraintElement &b : s.constraints.bounds)
    s.constraints.fighting.push_back("the bounds of " + b.name);
  std::string list;
  for (size_t k = 0; k < s.constraints.fighting.size() && k < mostFighting; ++k)
    list += (k ? ", " : "") + s.constraints.fighting[k];
  if (s.constraints.fighting.size() > mostFighting)
    list += ", ...";
  s.message = "no point near meets all constraints; at the one of least violation these "
              "contradict each other: " + list;
}

} // namespace gradus::driver
