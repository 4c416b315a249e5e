//===- Solve.cpp - running a descent ---------------------------------------------===//

#include "driver/SolveConstrained.h"

#include "support/Numbers.h"
#include "support/Timings.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>

namespace gradus::driver {

using namespace ir;

namespace {

std::atomic<bool> interruptRequested{false};

} // namespace

void requestInterrupt() { interruptRequested = true; }

int64_t Solver::hook(void *user, const double *s, int64_t count, const double *x, int64_t n) {
  auto &self = *static_cast<Solver *>(user);
  if (self.options_.trace && (self.options_.wholeTrace || s[0] == 0)) {
    TraceRow row{static_cast<int64_t>(s[0]), s[1], s[2], s[3], {}};
    if (self.options_.traceX && static_cast<size_t>(n) <= self.options_.mostTracedElements)
      row.x.assign(x, x + n);
    if (count == 7) {
      row.violation = s[4];
      row.barrier = s[5];
      row.length = s[6];
    }
    self.trace_.push_back(std::move(row));
  }
  if (self.allowTierUp_ && self.levelFor(self.workOfSteps(static_cast<int64_t>(s[0]))) != self.level_) {
    self.tierUp_ = true;
    return 1;
  }
  if (interruptRequested || (self.options_.cancel && *self.options_.cancel))
    return 2;
  if (self.options_.progress &&
      !self.options_.progress({static_cast<int64_t>(s[0]), s[1], s[2], s[3], {}}, x,
                              static_cast<size_t>(n)))
    return 2;
  if (self.options_.showsProgress)
    self.showProgress(s);
  if (self.options_.maxTime <= 0)
    return 0;
  const auto late = Clock::now() - self.deadline_;
  if (late.count() <= 0)
    return 0;
  // A method with a time of its own finishes by itself, if that does not take long.
  if (self.ownTime_ && std::chrono::duration<double>(late).count() < self.options_.maxTime)
    return -1;
  self.outOfTime_ = true;
  return 3;
}

/// From the first second on, twice a second: on a terminal only.
void Solver::showProgress(const double *s) {
  constexpr std::chrono::milliseconds interval{500};
  const auto now = Clock::now();
  if (now - shown_ < interval)
    return;
  shown_ = now;
  if (now - begun_ < 2 * interval)
    return;
  progressShown_ = true;
  std::fprintf(stderr, "\r  step %lld   f %s   |gradient| %s        ", static_cast<long long>(s[0]),
               formatNumber(problem_.maximize ? -s[1] : s[1], 8).c_str(),
               formatNumber(s[2], 3).c_str());
  std::fflush(stderr);
}

void Solver::endProgress() {
  if (progressShown_)
    std::fputs("\r\033[K", stderr);
  progressShown_ = false;
}

bool Solver::runNative() {
  GradusFrame frame{};
  Workspace workspace;
  if (!workspace.allocate(session_, workspace_, frame))
    return false;
  frame.hook = &Solver::hook;
  frame.hookUser = this;
  x_ = start_;
  g_.assign(start_.size() + 1, 0.0);
  trace_.clear();
  Arguments a(session_);
  for (ValueId v : inputs_)
    a.input(v);
  a.input(descent_.n);
  a.pointer(lower_.values().data());
  a.pointer(upper_.values().data());
  a.pointer(x_.data());
  return callSolve(frame, a);
}

bool Solver::callSolve(GradusFrame &frame, Arguments &a) {
  for (ValueId v : descent_.options)
    a.input(v);
  a.pointer(&status_);
  a.pointer(&k_);
  a.pointer(&f_);
  a.pointer(&norm_);
  a.pointer(&values_);
  a.pointer(&gradients_);
  a.pointer(&hessians_);
  a.pointer(g_.data());
  const Stage stage("descend");
  if (code_->find("solve")(&frame, a.data()) == 0)
    return true;
  reportFailure(session_, prepared_->module, frame);
  return false;
}

void Solver::collectRun(Solution &s) {
  const double sign = problem_.maximize ? -1.0 : 1.0;
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
  s.maxViolation = 0;
  for (size_t k = 0; k < x_.size(); ++k)
    s.maxViolation = std::max({s.maxViolation, lower_[k] - x_[k], x_[k] - upper_[k]});
}

bool Solver::solve(const syntax::MethodCall *call, Solution &solution) {
  if (needsConstraints(session_, problem_, call))
    return ConstrainedSolver(session_, problem_, options_).solve(call, solution);
  auto begin = Clock::now();
  std::vector<double> multipliers; // none without constraints
  if (!layOut() || !applyStart(multipliers))
    return false;
  describe();
  // The choice looks at what a descent will evaluate; a method that is named has options.
  const bool named = call || !problem_.method.name.empty();
  if ((!named && !hoistData()) || !chooseMethod(call) || (named && !hoistData()) || !prepare())
    return false;
  solution.compileMs = milliseconds(begin);
  return run(solution);
}

bool Solver::solve(const Attempt &attempt, Solution &solution) {
  attempt_ = &attempt;
  if (syntax::MethodCall call; !problem_.constraints.empty()) {
    call.method.name = attempt.method;
    ConstrainedSolver constrained(session_, problem_, options_);
    constrained.attempt_ = &attempt;
    return constrained.solve(&call, solution);
  }
  auto begin = Clock::now();
  if (!layOut())
    return false;
  origin_ = start_;
  if (!attempt.start.empty())
    for (size_t k = 0; k < start_.size(); ++k)
      start_[k] = std::clamp(attempt.start[k], lower_[k], upper_[k]);
  describe();
  if (!chooseMethod(nullptr) || !hoistData() || !prepare())
    return false;
  solution.compileMs = milliseconds(begin);
  return run(solution);
}

bool Solver::run(Solution &solution) {
  auto begin = Clock::now();
  // A search makes most of its steps in any case, and others rarely few.
  const double steps = optionValue("explore") > 0 ? optionValue("steps") : 10;
  if (!compile(levelFor(workOfSteps(static_cast<int64_t>(steps)))))
    return false;
  solution.compileMs += milliseconds(begin);
  auto solveBegin = Clock::now();
  begun_ = shown_ = solveBegin;
  deadline_ = solveBegin + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(options_.maxTime));
  if (!runInTiers([this] { return runNative(); }))
    return false;
  const std::vector<double> given = start_;
  if (!settle(solution))
    return false;
  endProgress();
  start_ = given;
  judge(solution);
  addStatistics(solution);
  const double looks = landscape_ ? landscape_->takeCompileMs() : 0; // at the end of the descent
  solution.compileMs += looks + recompileMs_;
  solution.solveMs = milliseconds(solveBegin) - recompileMs_ - looks;
  return true;
}

bool Solver::runInTiers(const std::function<bool()> &run) {
  for (;;) {
    tierUp_ = false;
    allowTierUp_ = level_ != jit::Level::Fast;
    if (!run())
      return false;
    prepared_->work += workOfSteps(k_);
    if (!tierUp_)
      return true;
    const auto begin = Clock::now();
    if (!compile(levelFor(0)))
      return false;
    recompileMs_ += milliseconds(begin);
    deadline_ += Clock::now() - begin;
  }
}

/// The descent goes on from another point; the step to it counts as one. What it
/// reaches counts when it is lower by more than `least`.
bool Solver::again(const std::vector<double> &start, double noise, double least) {
  const std::vector<double> x = x_, g = g_;
  const double f = f_, norm = norm_, steps = optionValue("steps"), usual = optionValue("noise");
  const int64_t status = status_, k = k_, values = values_, gradients = gradients_,
                hessians = hessians_;
  std::vector<TraceRow> before = std::move(trace_);
  trace_.clear();
  start_ = start;
  setOptionValue("steps", std::max(0.0, steps - static_cast<double>(k)));
  setOptionValue("noise", noise < 0 ? usual : noise);
  // A search has been made.
  const double starts = optionValue("starts"), explore = optionValue("explore");
  setOptionValue("starts", 0);
  setOptionValue("explore", 0);
  const bool done = runInTiers([this] { return runNative(); });
  setOptionValue("steps", steps);
  setOptionValue("noise", usual);
  setOptionValue("starts", starts);
  setOptionValue("explore", explore);
  if (!done)
    return false;
  values_ += values;
  gradients_ += gradients;
  hessians_ += hessians;
  if (!(f_ < f - least) || static_cast<lower::Ending>(status_) == lower::Ending::StartNotFinite) { // nothing was gained: the point before stays
    x_ = x;
    g_ = g;
    f_ = f;
    norm_ = norm;
    status_ = status;
    k_ = k;
    trace_ = std::move(before);
    return true;
  }
  for (TraceRow &row : trace_)
    row.k += k + 1;
  before.insert(before.end(), trace_.begin(), trace_.end());
  trace_ = std::move(before);
  k_ += k + 1;
  return true;
}

} // namespace gradus::driver
