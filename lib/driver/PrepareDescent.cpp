//===- PrepareDescent.cpp - a problem laid out, lowered and compiled --------------===//

#include "driver/Point.h"
#include "driver/Solve.h"
#include "driver/SparseSolve.h"
#include "loops/Operations.h"
#include "semantics/Elaborate.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;

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

double Solver::operationsOf(loops::FunctionId function, std::span<const ValueId> inputs) {
  std::vector<int64_t> wholes;
  const Graph &g = session_.graph();
  for (ValueId v : inputs)
    if (g.type(v) == Type{Kind::Int, 0})
      wholes.push_back(session_.value(g.inputIndex(v)).whole);
  constexpr double most = 1e12; // hours; products with a number of steps stay in range
  return std::min(most, loops::operations(prepared_->module, function, wholes));
}

/// Long formulas without data are work, too: so many operations count as an element.
constexpr double operationsOfElement = 32;

void Solver::countWork() {
  elements_ = std::max(elements_, static_cast<int64_t>(operationsOf(descent_.valueGradient, inputs_) /
                                                       operationsOfElement));
}

/// With the products that a Hessian is made of, a history, factors.
void Solver::countStep(double elements) {
  std::vector<ValueId> inputs = inputs_;
  inputs.push_back(descent_.n);
  if (constrained_)
    inputs.insert(inputs.end(), descent_.patternSizes.begin(), descent_.patternSizes.end());
  inputs.insert(inputs.end(), descent_.options.begin(), descent_.options.end());
  const double operations = elements + operationsOf(descent_.solve, inputs);
  stepWork_ = static_cast<int64_t>(operations / operationsOfElement) + 1;
  // A statement takes LLVM 10 to 20 microseconds, with passes ten times as long. An
  // element of work is a tenth of a microsecond of bytecode, or three where sparse
  // matrices are around the arithmetic.
  const int64_t size = loops::statements(prepared_->module);
  mostBytecodeWork_ = size * (constrained_ ? 20 : 200);
  mostPlainWork_ = size * (constrained_ ? 3000 : 8000);
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
  const auto data = static_cast<double>(elements_); // each is read
  countWork();
  if (!bindDescent())
    return false;
  countStep(data);
  auto elements = session_.whole(descent_.workspace);
  if (!elements)
    return false;
  workspace_ = *elements;
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

/// Counted in elements, not in time: the same model takes the same way every time.
jit::Level Solver::levelFor(int64_t work) const {
  if (isCompiled(jit::Level::Fast))
    return jit::Level::Fast;
  const int64_t all = prepared_->work + work;
  if (all <= mostBytecodeWork_)
    return jit::Level::Bytecode;
  return all <= mostPlainWork_ ? jit::Level::O0 : jit::Level::Fast;
}

} // namespace gradus::driver
