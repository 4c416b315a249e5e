//===- Judge.cpp - what the end of a descent is worth ---------------------------===//

#include "differentiate/SumOfSquares.h"
#include "driver/ChooseMethod.h"
#include "driver/Settle.h"
#include "driver/Solve.h"
#include "driver/Unknowns.h"
#include "support/Numbers.h"
#include "support/Timings.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

namespace {

constexpr int mostEscapes = 20, mostReturns = 6, mostFarther = 2;
constexpr int64_t mostLookWork = 200'000'000; ///< elements
/// What a look at the end may take where the descent has taken less.
constexpr int64_t freeLookWork = 20'000'000;
constexpr int64_t usualLook = 100; ///< evaluations
constexpr double usualTolerance = 1e-8;
/// What a Newton step may promise, relative to the objective, at a point that is
/// good enough for some purposes.
constexpr double acceptablePart = 1e-4;

} // namespace

const char *statusName(Status s) {
  switch (s) {
  case Status::Converged:
    return "converged";
  case Status::Limit:
    return "limit";
  case Status::Acceptable:
    return "acceptable";
  case Status::Infeasible:
    return "infeasible";
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
  case Status::Infeasible:
    return 6;
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

/// Looks at where the descent has ended, and sends it on from what is no minimum.
bool Solver::settle(Solution &s) {
  const Stage stage("judge");
  using lower::Ending;
  using Verdict = EndOfDescent::Verdict;
  if (start_.empty())
    return true;
  const double atStart = trace_.empty() ? f_ : trace_.front().f;
  const bool levels = !hasPlateaus(session_.graph(), described_.objective, described_.unknowns);
  const bool smooth =
      isSmooth(session_.graph(), described_.objective, described_.unknowns) ||
      differentiate::residuals(session_.graph(), described_.objective, described_.unknowns);
  const bool asked = optionValue("tol") > usualTolerance; // for less than usual
  const std::vector<double> given = attempt_ ? origin_ : start_;
  int returns = 0, fartherOut = 0;
  bool triedBeside = false, triedFarther = false;
  for (int round = 0;; ++round) {
    const Ending ending = static_cast<Ending>(status_);
    if (ending != Ending::Converged && ending != Ending::Stalled && ending != Ending::Steps)
      return true;
    const int64_t budget =
        std::min(mostLookWork / elements_,
                 std::max(freeLookWork / elements_, 2 * (values_ + gradients_)));
    if (!landscape_) {
      const jit::Level level = levelFor(std::min(budget, usualLook) * elements_);
      std::shared_ptr<Landscape> &kept = prepared_->landscapes[level];
      if (!kept)
        kept = Landscape::create(session_, described_, level, options_.strict);
      if (!kept || !kept->fit(start_.size()))
        return false;
      landscape_ = kept;
      if (hoist_ != semantics::Hoist::Normal) // that is code of another form
        landscape_->borrow(prepared_->descent, prepared_->module, level_ == level ? code_.get() : nullptr);
    }
    EndOfDescent end(*landscape_, lower_, upper_, given, levels, atStart, budget);
    end.kinked = !smooth;
    const Verdict verdict = end.look(x_, f_, norm_, ending == Ending::Converged);
    s.curvature = end.curvature();
    promised_ = end.promised();
    const double before = f_;
    // Who asks for less than usual gets it where the function curves upward, and is
    // lower about where the minimum must be, not farther away.
    if (asked && ending == Ending::Converged && k_ > 0 &&
        s.curvature.kind == Curvature::Kind::Minimum && verdict == Verdict::Lower &&
        end.isNewtonStep())
      return true;
    if (verdict == Verdict::RunsAway) {
      status_ = static_cast<int64_t>(Ending::Unbounded);
      s.runaway = unknownName(session_, problem_, end.runaway());
      return true;
    }
    // At a kink the gradient jumps over zero.
    if (!smooth && (verdict == Verdict::NotYet || (verdict == Verdict::Confirmed && ending != Ending::Converged)) &&
        end.atKink()) {
      status_ = static_cast<int64_t>(Ending::Converged);
      atKink_ = true;
      s.curvature = {};
      return true;
    }
    if (ending == Ending::Steps)
      return true;
    switch (verdict) {
    case Verdict::RunsAway:
      return true;
    case Verdict::Unconfirmed:
      confirmed_ = false;
      return true;
    case Verdict::Lower:
      if (round >= mostEscapes) {
        status_ = static_cast<int64_t>(end.fallsOn(x_, given) ? Ending::Unbounded : Ending::Stalled);
        return true;
      }
      if (!again(end.better(), -1, 0))
        return false;
      if (f_ < before)
        continue;
      return true;
    case Verdict::Confirmed:
      if (ending == Ending::Stalled && smooth && s.curvature.kind != Curvature::Kind::Negative) {
        status_ = static_cast<int64_t>(Ending::Converged);
        roundedOff_ = true;
      }
      // Unknowns that are far out may only have stopped there.
      if (const size_t k = farthest(given); k < x_.size() && !triedFarther) {
        const double place = std::fabs(x_[k]);
        if (!tryFarther(given))
          return false;
        if (f_ < before) {
          if (std::fabs(x_[k]) > 3 * place && ++fartherOut == mostFarther) {
            status_ = static_cast<int64_t>(Ending::Unbounded);
            s.runaway = unknownName(session_, problem_, k);
            return true;
          }
          continue;
        }
        triedFarther = true;
      }
      if (s.curvature.kind == Curvature::Kind::Flat && !triedBeside && !start_.empty()) {
        // A flat direction may be the floor of a curved valley that leads lower.
        triedBeside = true;
        if (!tryBeside(s.curvature))
          return false;
        if (f_ < before)
          continue;
      }
      return true;
    case Verdict::NotYet:
      if (asked && ending == Ending::Converged)
        return true;
      // Again with fresh states, and without regard to rounding errors.
      if (++returns <= mostReturns) {
        if (!again(x_, 0, 0))
          return false;
        if (f_ < before) {
          if (static_cast<Ending>(status_) == Ending::Steps)
            rough_ = ending == Ending::Converged;
          continue;
        }
      }
      rough_ = true;
      return true;
    }
  }
}

void Solver::judge(Solution &s) {
  using lower::Ending;
  double sign = problem_.maximize ? -1.0 : 1.0;
  collectRun(s);
  s.timeUsedUp = outOfTime_;
  switch (static_cast<Ending>(status_)) {
  case Ending::Running:
  case Ending::Converged:
    s.status = Status::Converged;
    s.message = start_.empty() ? "there are no unknowns"
                : atKink_      ? "a kink, with zero among the gradients close by and nothing lower"
                : roundedOff_  ? "rounding errors of the objective allow no more"
                : k_ == 0      ? "the gradient vanishes at the start"
                               : "the gradient is as small as asked for";
    if (s.curvature.kind == Curvature::Kind::Negative) {
      s.status = Status::Stalled;
      s.message = "the curvature is negative in some direction, but nothing lower was found";
    }
    if (!confirmed_) {
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
    if (s.runaway.empty() && levelledOff() && std::fabs(x_[largestUnknown()]) > 1e10)
      s.runaway = unknownName(session_, problem_, largestUnknown());
    if (!s.runaway.empty())
      s.message = "diverging parameters: the objective levels off at " +
                  formatNumber(s.objective, 6) + " while " + s.runaway + " runs away";
    break;
  case Ending::NotFinite:
    s.status = Status::EvaluationFailed;
    s.message = "no finite value was found near the last point; a smaller step may help";
    break;
  case Ending::Diverged:
    s.status = Status::Stalled;
    s.message = "the method diverges: the point runs away while the objective rises; a smaller "
                "step may help";
    break;
  case Ending::Infeasible: // of methods with constraints only
    s.status = Status::Infeasible;
    s.message = "the constraints are not met";
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
  s.trace = std::move(trace_);
  for (TraceRow &row : s.trace)
    row.f *= sign;
  if (!rough_ || (s.status != Status::Converged && s.status != Status::Stalled &&
                  s.status != Status::Limit))
    return;
  s.status = promised_ <= acceptablePart ? Status::Acceptable : Status::Stalled;
  s.message = s.status == Status::Acceptable
                  ? "near a minimum, but not as near as asked for; about " +
                        formatNumber(promised_, 1) + " of the objective could be gained"
                  : "the gradient is small, but a Newton step still promises " +
                        formatNumber(promised_, 2) + " of the objective";
}

/// Errors of the parameters, where the objective is a sum of squares and the end is
/// a minimum.
void Solver::addStatistics(Solution &s) {
  if ((s.status != Status::Converged && s.status != Status::Acceptable) || problem_.maximize ||
      x_.empty() || !landscape_ || landscape_->residualCount() <= x_.size() ||
      static_cast<int64_t>(x_.size()) * elements_ > mostLookWork)
    return;
  auto scale = differentiate::residualScale(session_.graph(), described_.objective,
                                            described_.unknowns);
  if (!scale)
    return;
  interpret::Interpreter<double> interpreter(session_.graph(), session_.environment());
  interpret::Result<double> factor;
  interpret::EvalError error;
  if (!interpreter.evaluate(*scale, factor, error))
    return;
  std::vector<bool> held(x_.size());
  for (size_t k = 0; k < x_.size(); ++k)
    held[k] = x_[k] <= lower_[k] || x_[k] >= upper_[k];
  s.fit = fitStatistics(*landscape_, x_, held, factor.real);
}

/// Whether the objective has stayed of the size it had, while x has left.
bool Solver::levelledOff() const {
  const double atStart = trace_.empty() ? 0.0 : trace_.front().f;
  return std::isfinite(f_) && f_ > atStart - 1e6 * (1 + std::fabs(atStart));
}

size_t Solver::largestUnknown() const {
  size_t largest = 0;
  for (size_t k = 0; k < x_.size(); ++k)
    if (std::fabs(x_[k]) > std::fabs(x_[largest]))
      largest = k;
  return largest;
}

/// Names the subexpression that has no finite value at the start.
void Solver::explainStart(Solution &s) {
  Graph &g = session_.graph();
  s.message = "the objective or its gradient is not finite at the start";
  if (attempt_)
    return;
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
