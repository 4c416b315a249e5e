//===- Solve.cpp - compiling and running a descent -------------------------------===//

#include "driver/SolveConstrained.h"

#include "driver/ChooseMethod.h"
#include "driver/Point.h"
#include "driver/SparseSolve.h"
#include "loops/Operations.h"
#include "semantics/Elaborate.h"
#include "support/Numbers.h"
#include "support/Timings.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>
#include <cstdio>
#include <limits>

namespace gradus::driver {

using namespace ir;

namespace {

std::atomic<bool> interruptRequested{false};

} // namespace

void requestInterrupt() { interruptRequested = true; }

//--- the method and its options ------------------------------------------------------------

bool Solver::setOption(const std::string &name, SourceRange range, double value) {
  if (name == lower::hostTime) {
    options_.maxTime = value;
    return true;
  }
  if (name == semantics::hoistName) {
    hoist_ = static_cast<semantics::Hoist>(value);
    hoistRange_ = range;
    choice_.options.push_back({name, value});
    return true;
  }
  std::vector<std::string> names{lower::hostTime, semantics::hoistName};
  for (const syntax::MethodDecl *m : {session_.loopMethod("before_descent"), method_})
    for (const syntax::Parameter &p : m->parameters) {
      if (p.declarator.name.name == lower::hostTime)
        continue;
      names.push_back(p.declarator.name.name);
      if (names.back() != name)
        continue;
      if (p.integer && (value != std::floor(value) || value < 0 || value > 9e15)) {
        session_.diagnostics.report(Diag::OptionValue, range,
                                    "'" + name + "' is a whole number that is not negative");
        return false;
      }
      given_.push_back({name, value});
      return true;
    }
  auto near = closest(name, names);
  std::string list;
  for (const std::string &n : names)
    list += (list.empty() ? "" : ", ") + n;
  session_.diagnostics.report(Diag::UnknownOption, range,
                              method_->name.name + " has no option '" + name + "'",
                              "options: " + list +
                                  (near ? "        did you mean '" + *near + "'?" : ""));
  return false;
}

bool Solver::chooseMethod(const syntax::MethodCall *call) {
  std::string name = call ? call->method.name : problem_.method.name;
  SourceRange range = call ? call->method.range : problem_.method.range;
  if (attempt_) {
    name = attempt_->method;
    choice_.why = attempt_->why;
  } else if (name.empty()) {
    Choice c = driver::chooseMethod(session_.graph(), described_,
                                    static_cast<int64_t>(start_.size()), elements_, bounded_,
                                    [&] { return addIfSparse(session_, described_); });
    name = c.name;
    choice_.why = c.why;
  }
  method_ = session_.findMethod(name);
  if (!method_) {
    auto near = closest(name, session_.methodNames());
    std::string list;
    for (const std::string &n : session_.methodNames())
      list += (list.empty() ? "" : ", ") + n;
    session_.diagnostics.report(Diag::UnknownMethod, range, "there is no method '" + name + "'",
                                "methods: " + list +
                                    (near ? "        did you mean '" + *near + "'?" : ""));
    return false;
  }
  choice_.name = name;
  described_.chosen = !choice_.why.empty();
  if (attempt_) {
    for (const auto &[option, value] : attempt_->options)
      if (!setOption(option, range, value))
        return false;
    return true;
  }
  return eachOption(call, [&](const std::string &option, SourceRange at, double value) {
    return setOption(option, at, value);
  });
}

bool Solver::eachOption(const syntax::MethodCall *call, const TakeOption &take) {
  Graph &g = session_.graph();
  if (call) {
    semantics::Elaborator elaborator(g, session_.diagnostics);
    semantics::Scope scope;
    for (const syntax::Option &o : call->options) {
      if (o.name.name == semantics::hoistName) {
        auto h = semantics::hoistOption(o, session_.diagnostics);
        if (!h || !take(o.name.name, o.name.range, static_cast<double>(*h)))
          return false;
        continue;
      }
      ValueId v = elaborator.number(*o.value, scope);
      if (!v.valid())
        return false;
      if (!g.isConstant(v)) {
        session_.diagnostics.report(Diag::OptionValue, o.value->range,
                                    "the value of '" + o.name.name + "' is not a number");
        return false;
      }
      if (!take(o.name.name, o.name.range, g.realValue(v)))
        return false;
    }
    return true;
  }
  for (const OptionValue &o : problem_.method.options) {
    interpret::Interpreter<double> interpreter(g, session_.environment());
    interpret::Result<double> out;
    interpret::EvalError error;
    if (!interpreter.evaluate(o.value, out, error)) {
      session_.diagnostics.report(Diag::OptionValue, o.range, error.message);
      return false;
    }
    if (!take(o.name, o.range, out.type.kind == Kind::Int ? double(out.whole) : out.real))
      return false;
  }
  return true;
}

//--- the unknowns in one vector ----------------------------------------------------------------

bool Solver::fillVector(ValueId value, const Unknown &u, double otherwise,
                        std::vector<double> &into) {
  std::vector<int64_t> shape;
  Graph &g = session_.graph();
  if (!session_.extents(g.type(g.inputNode(u.input)).shape, shape))
    return false;
  size_t size = 1;
  for (int64_t e : shape)
    size *= static_cast<size_t>(e);
  return fillElements(session_, u, value, otherwise, size, into);
}

bool Solver::layOut() {
  Graph &g = session_.graph();
  for (const Unknown &u : problem_.unknowns)
    bounded_ = bounded_ || u.lower.valid() || u.upper.valid();
  for (const Unknown &u : problem_.unknowns) {
    size_t first = start_.size();
    if (bounded_ || readsBounds())
      for (auto [value, bounds] : {std::pair(u.lower, &lower_), std::pair(u.upper, &upper_)})
        if (!fillVector(value, u, bounds->none(), bounds->values()))
          return false;
    if (!fillVector(u.start, u, 0.0, start_))
      return false;
    const std::string &name = g.inputs()[u.input].name;
    for (size_t k = first; k < start_.size(); ++k) {
      auto element = [&] {
        return g.type(g.inputNode(u.input)).scalar() ? name
                                                     : "element " + std::to_string(k - first + 1) + " of " + name;
      };
      if (!(lower_[k] <= upper_[k])) {
        session_.diagnostics.report(Diag::EmptyBounds, u.range,
                                    "the bounds of " + element() + " leave nothing: " +
                                        std::to_string(lower_[k]) + " > " + std::to_string(upper_[k]));
        return false;
      }
      if (std::isnan(start_[k])) {
        session_.diagnostics.report(Diag::NotEvaluable, u.range, "the start of " + element() + " is nan");
        return false;
      }
      start_[k] = std::clamp(start_[k], lower_[k], upper_[k]);
    }
  }
  return true;
}

//--- compilation ---------------------------------------------------------------------------------

void Solver::describe() {
  Graph &g = session_.graph();
  lower::DescentProblem &p = described_;
  for (const Unknown &u : problem_.unknowns)
    p.unknowns.push_back(g.inputNode(u.input));
  p.objective = problem_.maximize ? g.neg(problem_.objective) : problem_.objective;
  p.bounded = bounded_;
  p.hosted = true;
  p.objectiveRange = problem_.objectiveRange;
  for (const Constraint &c : problem_.constraints)
    p.constraints.push_back(c.value);
  p.inputs = inputs_ = inputsFor(p);
  elements_ = static_cast<int64_t>(start_.size()) + 50;
  for (ValueId v : inputs_)
    if (!g.type(v).scalar())
      elements_ += static_cast<int64_t>(session_.value(g.inputIndex(v)).elements());
}

std::vector<ValueId> Solver::inputsFor(const lower::DescentProblem &p) {
  std::vector<ValueId> roots = p.unknowns, inputs;
  roots.push_back(p.objective);
  roots.insert(roots.end(), p.constraints.begin(), p.constraints.end());
  for (ValueId v : inputsOf(session_.graph(), roots))
    if (std::find(p.unknowns.begin(), p.unknowns.end(), v) == p.unknowns.end())
      inputs.push_back(v);
  return inputs;
}

/// The loops of the descent; those that were made before, where data has no part in them.
void Solver::lower() {
  lower::DescentProblem descended = described_;
  if (hoist_ == semantics::Hoist::Normal && !hoistNormal(descended))
    return;
  std::vector<ValueId> roots{described_.objective};
  roots.insert(roots.end(), described_.constraints.begin(), described_.constraints.end());
  const DescentKey key{&problem_, std::move(roots), method_, constrained_, bounded_,
                       described_.chosen, options_.strict, hoist_ == semantics::Hoist::Normal};
  const bool keeps = options_.store && !described_.hessian;
  if (keeps)
    if (auto known = options_.store->find(key); known != options_.store->end())
      prepared_ = known->second;
  if (!prepared_) {
    prepared_ = std::make_shared<PreparedDescent>();
    PreparedDescent &p = *prepared_;
    p.described = described_;
    p.module.name = session_.stem();
    p.module.strict = options_.strict;
    lower::DescentTexts texts{
        method_, session_.loopMethod(constrained_ ? "before_constrained" : "before_descent"),
        session_.loopMethod(constrained_ ? "after_constrained_step" : "after_step"),
        [this](const std::string &name) { return session_.findPiece(name); }};
    const size_t errors = session_.diagnostics.errorCount();
    p.inputs = descended.inputs;
    p.descent = lower::lowerDescent(session_.graph(), p.module, descended, texts,
                                    session_.diagnostics);
    // Called are the descent and, by those who look at its end, kernels on flat vectors.
    if (!constrained_)
      for (loops::Function &f : p.module.functions)
        f.exported = f.exported && (f.name == "solve" || f.name.ends_with("_flat"));
    if (keeps && session_.diagnostics.errorCount() == errors)
      options_.store->emplace(key, prepared_);
  }
  described_ = prepared_->described;
  descent_ = prepared_->descent;
  inputs_ = prepared_->inputs;
}

/// Long formulas without data are work, too: so many operations count as an element.
void Solver::countWork() {
  constexpr double operationsOfElement = 32, most = 1e15;
  std::vector<int64_t> wholes;
  const Graph &g = session_.graph();
  for (ValueId v : inputs_)
    if (g.type(v) == Type{Kind::Int, 0})
      wholes.push_back(session_.value(g.inputIndex(v)).whole);
  const double operations =
      loops::operations(prepared_->module, descent_.valueGradient, wholes);
  elements_ = std::max(elements_, static_cast<int64_t>(std::min(most, operations / operationsOfElement)));
}

/// The loops of the descent, and the values of what only they have.
bool Solver::prepare() {
  Graph &g = session_.graph();
  const bool planned = described_.hessian.has_value(); // to choose the method
  if (!addSparseHessian(session_, *method_, described_))
    return false;
  const size_t errors = session_.diagnostics.errorCount();
  lower();
  if (session_.diagnostics.errorCount() != errors ||
      (described_.hessian && !planned && !bindSparseHessian(session_, *described_.hessian)))
    return false;
  // Sizes that only the descent has: the number of unknowns, whole options.
  InputValue &n = session_.value(g.inputIndex(descent_.n));
  n.known = true;
  n.whole = static_cast<int64_t>(start_.size());
  for (size_t k = 0; k < descent_.options.size(); ++k) {
    const syntax::Parameter &parameter = *descent_.parameters[k];
    const std::string &name = parameter.declarator.name.name;
    const ValueId option = descent_.options[k];
    semantics::Elaborator elaborator(g, session_.diagnostics);
    semantics::Scope scope;
    ValueId initial = elaborator.number(*parameter.initial, scope);
    if (!initial.valid() || !g.isConstant(initial)) {
      session_.diagnostics.report(Diag::MethodText, parameter.initial->range,
                                  "the default of an option is a number");
      return false;
    }
    double value = g.realValue(initial);
    for (const auto &[given, set] : given_)
      if (given == name)
        value = set;
    if (options_.seed && name == "seed")
      value = static_cast<double>(*options_.seed);
    InputValue &v = session_.value(g.inputIndex(option));
    v.known = true;
    v.real = value;
    v.whole = parameter.integer ? static_cast<int64_t>(value) : 0;
    const bool own = std::any_of(method_->parameters.begin(), method_->parameters.end(),
                                 [&](const syntax::Parameter &p) { return &p == &parameter; });
    if (own)
      choice_.options.push_back({name, value});
  }
  if (!constrained_ && !setOwnTime())
    return false;
  countWork();
  if (!bindDescent())
    return false;
  auto elements = session_.whole(descent_.workspace);
  if (!elements)
    return false;
  workspace_ = *elements;
  return true;
}

/// The time that the method declares, where no other is given.
bool Solver::setOwnTime() {
  for (const syntax::Parameter &p : method_->parameters) {
    if (p.declarator.name.name != lower::hostTime || !p.initial)
      continue;
    semantics::Elaborator elaborator(session_.graph(), session_.diagnostics);
    semantics::Scope scope;
    const ValueId v = elaborator.number(*p.initial, scope);
    if (!v.valid() || !session_.graph().isConstant(v)) {
      session_.diagnostics.report(Diag::MethodText, p.initial->range,
                                  "the default of an option is a number");
      return false;
    }
    ownTime_ = true;
    if (options_.maxTime <= 0)
      options_.maxTime = session_.graph().realValue(v);
  }
  return true;
}

bool Solver::isCompiled(jit::Level level) const {
  auto code = prepared_->code.find(level);
  return code != prepared_->code.end() && code->second;
}

bool Solver::compile(jit::Level level) {
  std::string error;
  std::shared_ptr<jit::CompiledModule> &code = prepared_->code[level];
  if (!code)
    code = jit::Jit::compile(prepared_->module, session_.jitOptions(level), error);
  code_ = code;
  level_ = level;
  if (!code_)
    session_.diagnostics.report(Diag::Internal, {}, error);
  return code_ != nullptr;
}

/// Whether the work done by quick code would have paid for optimizing it. Counted
/// in elements, not in time: the same model takes the same way every time.
bool Solver::costly(int64_t iterations) const {
  return (iterations + 1) * (elements_ + stepWork_) > mostQuickWork_;
}

//--- running ------------------------------------------------------------------------------------

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
  if (self.allowTierUp_ && self.costly(static_cast<int64_t>(s[0]))) {
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
  // Quick code first, unless one evaluation alone is already worth optimizing.
  // A search makes most of its steps in any case.
  const double steps = optionValue("explore") > 0 ? optionValue("steps") : 0;
  allowTierUp_ = !costly(static_cast<int64_t>(steps)) && !isCompiled(jit::Level::Fast);
  if (!compile(allowTierUp_ ? jit::Level::O0 : jit::Level::Fast))
    return false;
  solution.compileMs += milliseconds(begin);
  auto solveBegin = Clock::now();
  begun_ = shown_ = solveBegin;
  deadline_ = solveBegin + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(options_.maxTime));
  if (!runNative())
    return false;
  double extra = 0;
  if (tierUp_) {
    // Again from the start with optimized code: what was done is little.
    allowTierUp_ = tierUp_ = false;
    auto recompiled = Clock::now();
    if (!compile(jit::Level::Fast))
      return false;
    extra = milliseconds(recompiled);
    deadline_ += Clock::now() - recompiled;
    solution.compileMs += extra;
    if (!runNative())
      return false;
  }
  allowTierUp_ = false;
  const std::vector<double> given = start_;
  if (!settle(solution))
    return false;
  endProgress();
  start_ = given;
  judge(solution);
  addStatistics(solution);
  const double looks = landscape_ ? landscape_->takeCompileMs() : 0; // at the end of the descent
  solution.compileMs += looks;
  solution.solveMs = milliseconds(solveBegin) - extra - looks;
  return true;
}

double Solver::optionValue(const char *name) {
  Graph &g = session_.graph();
  for (ValueId option : descent_.options)
    if (g.inputOf(option).name == name) {
      const InputValue &v = session_.value(g.inputIndex(option));
      return g.type(option).kind == Kind::Int ? static_cast<double>(v.whole) : v.real;
    }
  return 0;
}

void Solver::setOptionValue(const char *name, double value) {
  Graph &g = session_.graph();
  for (ValueId option : descent_.options)
    if (g.inputOf(option).name == name) {
      InputValue &v = session_.value(g.inputIndex(option));
      v.real = value;
      v.whole = static_cast<int64_t>(value);
      return;
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
  const bool done = runNative();
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
