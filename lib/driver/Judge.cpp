//===- Judge.cpp - what the end of a descent is worth ---------------------------===//

#include "driver/Solve.h"
#include "support/Numbers.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

namespace {

constexpr size_t mostProbedUnknowns = 200, mostProbedDirections = 20;
constexpr double probeStep = 1e-3; ///< times the size of an unknown, at least 1

} // namespace

const char *statusName(Status s) {
  switch (s) {
  case Status::Converged:
    return "converged";
  case Status::Limit:
    return "limit";
  case Status::Acceptable:
    return "acceptable";
  case Status::Unbounded:
    return "unbounded";
  case Status::NotEvaluable:
    return "not_evaluable";
  case Status::EvaluationFailed:
    return "evaluation_failed";
  case Status::Stalled:
    return "stalled";
  case Status::Interrupted:
    return "interrupted";
  }
  return "";
}

int statusExitCode(Status s) {
  switch (s) {
  case Status::Converged:
    return 0;
  case Status::Limit:
    return 4;
  case Status::Acceptable:
    return 5;
  case Status::Unbounded:
    return 7;
  case Status::NotEvaluable:
    return 8;
  case Status::EvaluationFailed:
    return 9;
  case Status::Stalled:
    return 10;
  case Status::Interrupted:
    return 130;
  }
  return 70;
}

/// Value and gradient at a point by the compiled kernel, apart from the descent.
bool Solver::evaluate(const std::vector<double> &x, double &value, std::vector<double> &gradient) {
  GradusFrame frame{};
  Workspace workspace;
  if (!workspace.allocate(session_, workspace_, frame))
    return false;
  gradient.assign(x.size() + 1, 0.0);
  Arguments a(session_);
  for (ValueId v : inputs_)
    a.input(v);
  a.input(descent_.n);
  a.pointer(const_cast<double *>(x.data()));
  a.pointer(&value);
  a.pointer(gradient.data());
  return code_->find("value_gradient_flat")(&frame, a.data()) == 0 && std::isfinite(value);
}

/// The claim of convergence tested anew: value and gradient at the returned
/// point are finite and agree with what the descent said, and the point is
/// within its bounds.
bool Solver::certified() {
  double value = 0;
  std::vector<double> gradient;
  if (!evaluate(x_, value, gradient))
    return false;
  double squares = 0;
  for (size_t k = 0; k < x_.size(); ++k) {
    if (!(x_[k] >= lower_[k] && x_[k] <= upper_[k]))
      return false;
    bool held = (x_[k] <= lower_[k] && gradient[k] > 0) || (x_[k] >= upper_[k] && gradient[k] < 0);
    squares += held ? 0.0 : gradient[k] * gradient[k];
  }
  double norm = std::sqrt(squares);
  return std::isfinite(norm) && norm <= 2 * norm_ + 1e-300 &&
         std::fabs(value - f_) <= 1e-9 * std::max(std::fabs(value), std::fabs(f_));
}

/// A gradient that vanishes may belong to a saddle, a maximum or a flat spot.
/// Looks a little to both sides of the point along each unknown (or some
/// directions, when there are many): a value that is lower by more than rounding
/// and the rest of the gradient explain shows a way on.
bool Solver::findDescent(double scale, std::vector<double> &better) {
  size_t n = x_.size();
  size_t directions = n <= mostProbedUnknowns ? n + 2 : mostProbedDirections;
  double least = f_ - 1e-13 * std::max(std::fabs(f_), scale);
  bool found = false;
  uint64_t random = 0x9E3779B97F4A7C15ull;
  std::vector<double> x, gradient;
  for (size_t d = 0; d < directions; ++d)
    for (double sign : {1.0, -1.0}) {
      x = x_;
      double longest = 0;
      for (size_t k = 0; k < n; ++k) {
        double part = 0;
        if (n <= mostProbedUnknowns && d < n) {
          part = k == d ? 1.0 : 0.0;
        } else { // xorshift: the same directions on every run
          random ^= random << 13;
          random ^= random >> 7;
          random ^= random << 17;
          part = (random >> 40 & 1) != 0 ? 1.0 : -1.0;
        }
        double h = probeStep * std::max(1.0, std::fabs(x_[k]));
        x[k] = std::clamp(x_[k] + sign * part * h, lower_[k], upper_[k]);
        longest += std::fabs(x[k] - x_[k]);
      }
      double value = 0;
      if (evaluate(x, value, gradient) && value < least - 10 * norm_ * longest) {
        least = value;
        better = x;
        found = true;
      }
    }
  return found;
}

void Solver::judge(Solution &s) {
  using lower::Ending;
  double sign = problem_.maximize ? -1.0 : 1.0;
  s.method = choice_;
  s.x = x_;
  s.startX = start_;
  g_.resize(start_.size());
  for (double d : g_)
    s.gradient.push_back(sign * d);
  s.objective = sign * f_;
  s.gradientNorm = norm_;
  s.iterations = k_;
  s.values = values_;
  s.gradients = gradients_;
  s.hessians = hessians_;
  s.trace = std::move(trace_);
  for (TraceRow &row : s.trace)
    row.f *= sign;
  s.maxViolation = 0;
  for (size_t k = 0; k < x_.size(); ++k)
    s.maxViolation = std::max({s.maxViolation, lower_[k] - x_[k], x_[k] - upper_[k]});
  switch (static_cast<Ending>(status_)) {
  case Ending::Running:
  case Ending::Converged:
    s.status = Status::Converged;
    s.message = start_.empty()        ? "there are no unknowns"
                : k_ == 0             ? "the gradient vanishes at the start"
                                      : "the gradient is as small as asked for";
    if (!certified()) {
      s.status = Status::Stalled;
      s.message = "a second evaluation at the last point does not confirm convergence";
    }
    break;
  case Ending::Steps:
    s.status = Status::Limit;
    s.message = "the " + std::to_string(k_) + (k_ == 1 ? " step is" : " steps are") + " used up";
    break;
  case Ending::Stalled:
    s.status = Status::Stalled;
    s.message = "the point no longer moves, but the gradient does not vanish";
    break;
  case Ending::Unbounded:
    s.status = Status::Unbounded;
    s.message = problem_.maximize ? "the objective rises without bound"
                                  : "the objective falls without bound";
    break;
  case Ending::NotFinite:
    s.status = Status::EvaluationFailed;
    s.message = "no finite value was found near the last point; a smaller step may help";
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
    s.message = outOfTime_ ? "the time is used up" : "interrupted; the best point so far";
    break;
  }
}

/// Names the subexpression that has no finite value at the start.
void Solver::explainStart(Solution &s) {
  Graph &g = session_.graph();
  s.message = "the objective or its gradient is not finite at the start";
  size_t offset = 0;
  for (const Unknown &u : problem_.unknowns) {
    InputValue &v = session_.value(u.input);
    ValueId node = g.inputNode(u.input);
    v.known = true;
    if (g.type(node).scalar()) {
      v.real = start_[offset++];
      continue;
    }
    if (!session_.extents(g.type(node).shape, v.extents))
      return;
    size_t size = 1;
    for (int64_t e : v.extents)
      size *= static_cast<size_t>(e);
    v.reals.assign(start_.begin() + static_cast<std::ptrdiff_t>(offset),
                   start_.begin() + static_cast<std::ptrdiff_t>(offset + size));
    offset += size;
  }
  interpret::Interpreter<double> interpreter(g, session_.environment());
  interpret::Result<double> out;
  interpret::EvalError error;
  if (!interpreter.evaluate(problem_.objective, out, error))
    return;
  auto cause = interpreter.explainNonFinite(problem_.objective);
  if (!cause) {
    s.message = "the gradient is not finite at the start";
    session_.diagnostics.report(Diag::NotEvaluable, problem_.objectiveRange, s.message,
                                "choose another start");
    return;
  }
  auto number = [](double v) { return formatNumber(v); };
  std::string values;
  for (double v : cause->operands)
    values += (values.empty() ? "" : ", ") + number(v);
  s.message = cause->operation + (values.empty() ? "" : "(" + values + ")") + " is " +
              number(cause->value) + " at the start";
  for (const auto &[name, index] : cause->indices)
    s.message += (name.empty() ? ", index " : ", " + name + " = ") + std::to_string(index);
  session_.diagnostics.report(Diag::NotEvaluable, cause->range, s.message,
                              "choose a start, or bounds, where it has a value");
}

} // namespace gradus::driver
