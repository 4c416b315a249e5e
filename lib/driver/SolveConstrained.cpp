//===- SolveConstrained.cpp - problems with constraints -------------------------===//

#include "driver/SolveConstrained.h"

#include "support/Numbers.h"
#include "support/Timings.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradus::driver {

using namespace ir;
using interpret::Dependence;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The numbers of a value, row major.
std::vector<double> numbers(const interpret::Result<double> &r) {
  if (r.type.scalar())
    return {r.type.kind == Kind::Real ? r.real : static_cast<double>(r.whole)};
  return r.array.data;
}

} // namespace

bool needsConstraints(Session &session, const Problem &problem, const syntax::MethodCall *call) {
  if (!problem.constraints.empty() || !problem.conditions.empty())
    return true;
  const std::string &name = call ? call->method.name : problem.method.name;
  if (name.empty())
    return false;
  if (name == outsideMethod)
    return true;
  const syntax::MethodDecl *method = session.findMethod(name);
  return method && lower::asksConstraints(*method);
}

//--- the constraints -----------------------------------------------------------------------

/// What reads no unknown holds, or nothing can be done.
bool ConstrainedSolver::conditionsHold() {
  interpret::Interpreter<double> interpreter(session_.graph(), session_.environment());
  for (const Condition &c : problem_.conditions) {
    interpret::Result<double> out;
    interpret::EvalError error;
    if (!interpreter.evaluate(c.holds, out, error)) {
      session_.diagnostics.report(Diag::EvaluationFailed, error.range, error.message);
      return false;
    }
    for (double gap : numbers(out))
      if (!(gap <= 1e-12)) {
        session_.diagnostics.report(Diag::EmptyBounds, c.range,
                                    "the constraint reads no unknown and does not hold: it is "
                                    "missed by " +
                                        formatNumber(gap, 6));
        return false;
      }
  }
  return true;
}

bool ConstrainedSolver::layOutConstraints() {
  Graph &g = session_.graph();
  interpret::Interpreter<double> interpreter(g, session_.environment());
  auto side = [&](const Constraint &c, ValueId v, double otherwise, size_t size,
                  std::vector<double> &into) {
    if (!v.valid()) {
      into.insert(into.end(), size, otherwise);
      return true;
    }
    interpret::Result<double> out;
    interpret::EvalError error;
    if (!interpreter.evaluate(v, out, error)) {
      session_.diagnostics.report(Diag::EvaluationFailed, error.range, error.message);
      return false;
    }
    for (double value : numbers(out)) {
      if (std::isnan(value)) {
        session_.diagnostics.report(Diag::EvaluationFailed, c.range,
                                    "a side of the constraint is nan");
        return false;
      }
      into.push_back(value);
    }
    return true;
  };
  for (const Constraint &c : problem_.constraints) {
    std::vector<int64_t> shape;
    if (!session_.extents(g.type(c.value).shape, shape))
      return false;
    size_t size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    size_t first = clower_.size();
    if (!side(c, c.lower, -infinity, size, clower_) || !side(c, c.upper, infinity, size, cupper_))
      return false;
    for (size_t k = first; k < clower_.size(); ++k)
      if (clower_[k] > cupper_[k]) {
        session_.diagnostics.report(Diag::EmptyBounds, c.range,
                                    "no value lies between " + formatNumber(clower_[k], 6) +
                                        " and " + formatNumber(cupper_[k], 6));
        return false;
      }
  }
  return true;
}

//--- patterns -------------------------------------------------------------------------------

/// The pattern, from two evaluations at points in general position.
bool ConstrainedSolver::patterns() {
  Graph &g = session_.graph();
  uint64_t random = 0x9E3779B97F4A7C15ull;
  auto uniform = [&] {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return static_cast<double>(random >> 11) * 0x1p-53;
  };
  DependenceTask task{g, {}, described_.unknowns, described_.constraints, descent_, {},
                      [&](ShapeId shape, std::vector<int64_t> &out) {
                        return session_.extents(shape, out);
                      },
                      [&](size_t at, int round) {
                        const double x = start_[at];
                        return round == 0 ? x
                                          : std::clamp(x + 0.01 * std::max(1.0, std::fabs(x)) * uniform(),
                                                       lower_[at], upper_[at]);
                      }};
  for (ValueId v : inputs_) {
    const InputValue &value = session_.value(g.inputIndex(v));
    const Type t = g.type(v);
    if (t.scalar() && t.kind == Kind::Real)
      task.inputs.setReal(v, Dependence(value.real));
    else if (t.scalar())
      task.inputs.setInt(v, value.whole);
    else if (t.kind == Kind::Real)
      task.inputs.setArray(v, {value.realData(), value.realData() + value.elements()}, value.extents);
    else
      task.inputs.setIntArray(v, value.wholes, value.extents);
  }
  interpret::EvalError error;
  std::optional<KktPattern> found = findPattern(std::move(task), error);
  if (found)
    pattern_ = std::move(*found);
  else if (!session_.diagnostics.hasErrors())
    session_.diagnostics.report(Diag::EvaluationFailed, error.range, error.message);
  return found.has_value();
}

bool ConstrainedSolver::bindDescent() {
  if (!patterns())
    return false;
  Graph &g = session_.graph();
  for (size_t k = 0; k < lower::patternSizeCount; ++k) {
    InputValue &v = session_.value(g.inputIndex(descent_.patternSizes[k]));
    v.known = true;
    v.whole = pattern_.sizes[k];
  }
  return true;
}

/// The order of elimination, once there is code to look at the Jacobian with: an
/// equation goes with an unknown that it determines.
bool ConstrainedSolver::orderElimination() {
  const size_t n = start_.size(), m = clower_.size();
  const auto &first = pattern_.tables[lower::FirstJ], &color = pattern_.tables[lower::ColorJ];
  std::vector<double> sizes(pattern_.tables[lower::RowJ].size(), HUGE_VAL);
  std::vector<double> point = start_, seed(n + 1), along(m + 1);
  for (int round = 0; round < 2; ++round) {
    for (size_t q = 0; q + 1 < first.size(); ++q) {
      for (size_t i = 0; i < n; ++i)
        seed[i] = color[i] == static_cast<int64_t>(q) + 1 ? 1.0 : 0.0;
      if (!call("constraints_along_flat", 0.0, {point.data(), seed.data()}, along.data(), false))
        continue;
      for (auto k = static_cast<size_t>(first[q] - 1); k < static_cast<size_t>(first[q + 1] - 1); ++k) {
        const double size = std::fabs(along[static_cast<size_t>(pattern_.tables[lower::RowJ][k] - 1)]);
        sizes[k] = std::min(sizes[k], std::isfinite(size) ? size : 0.0);
      }
    }
    for (size_t i = 0; i < n; ++i)
      point[i] = std::clamp(point[i] + 0.01 * std::max(1.0, std::fabs(point[i])), lower_[i], upper_[i]);
  }
  for (double &size : sizes)
    size = std::isfinite(size) ? size : 0.0;
  std::vector<bool> free(n), equation(m);
  for (size_t i = 0; i < n; ++i)
    free[i] = lower_[i] < upper_[i];
  for (size_t j = 0; j < m; ++j)
    equation[j] = clower_[j] == cupper_[j];
  kktFactors(pattern_, n, m, matchEquations(pattern_, sizes, free, equation), equation);
  Graph &g = session_.graph();
  for (size_t k : {lower::SizeK, lower::SizeL})
    session_.value(g.inputIndex(descent_.patternSizes[k])).whole = pattern_.sizes[k];
  auto elements = session_.whole(descent_.workspace);
  workspace_ = elements.value_or(0);
  return elements.has_value();
}

//--- running ----------------------------------------------------------------------------------

bool ConstrainedSolver::runConstrained() {
  GradusFrame frame{};
  Workspace workspace;
  if (!workspace.allocate(session_, workspace_, frame))
    return false;
  frame.hook = &Solver::hook;
  frame.hookUser = this;
  x_ = start_;
  y_ = startY_;
  y_.push_back(0.0); // never empty
  z_.assign(start_.size() + 1, 0.0);
  g_.assign(start_.size() + 1, 0.0);
  trace_.clear();
  Arguments a(session_);
  // Scalars stand before the arrays that they are the sizes of only in the list of
  // the model's own inputs.
  for (ValueId v : inputs_)
    a.input(v);
  a.input(descent_.n);
  for (ValueId v : descent_.patternSizes)
    a.input(v);
  a.pointer(lower_.values().data());
  a.pointer(upper_.values().data());
  a.pointer(clower_.data());
  a.pointer(cupper_.data());
  for (auto &table : pattern_.tables)
    a.pointer(table.data());
  a.pointer(x_.data());
  a.pointer(y_.data());
  a.pointer(z_.data());
  return callSolve(frame, a);
}

bool ConstrainedSolver::solve(const syntax::MethodCall *given, Solution &solution) {
  auto begin = Clock::now();
  syntax::MethodCall standard;
  standard.method.name = "interior_point";
  bool chosen = !given && problem_.method.name.empty();
  const bool outside = (given ? given->method.name : problem_.method.name) == outsideMethod &&
                       !session_.findMethod(outsideMethod);
  if (outside && !findOutside(given))
    return false;
  // Patterns and derivatives are those that our own method has.
  if (!chooseMethod(chosen || outside ? &standard : given))
    return false;
  class_ = programClass(session_, problem_);
  constrained_ = true;
  if (chosen)
    choice_.why = class_.text().empty()
                      ? "no method was named; interior_point is for problems with constraints"
                      : class_.text() + ", so interior_point" +
                            (class_.isLinear() || class_.isQuadratic() ? ", without a line search" : "");
  else if (attempt_)
    choice_.why = attempt_->why;
  if (!lower::asksConstraints(*method_)) {
    session_.diagnostics.report(
        Diag::MethodText, given ? given->method.range : problem_.method.range,
        "the method " + method_->name.name + " does not know constraints",
        "choose interior_point, or leave the choice to the compiler");
    return false;
  }
  if (!conditionsHold() || !layOut() || !layOutConstraints())
    return false;
  startY_.assign(clower_.size(), 0.0);
  if (!applyStart(startY_))
    return false;
  describe();
  if (!hoistData() || !prepare())
    return false;
  if (chosen && (class_.isLinear() || class_.isQuadratic())) {
    setOptionValue("line_search", 0);
    for (auto &[name, value] : choice_.options)
      value = name == "line_search" ? 0 : value;
  }
  // Given as people read them.
  for (double &y : startY_)
    y *= problem_.maximize ? 1.0 : -1.0;
  constexpr int64_t fewSteps = 10; // there rarely are fewer
  if (!compile(levelFor(workOfSteps(fewSteps))) || !orderElimination())
    return false;
  solution.compileMs = milliseconds(begin);
  auto solveBegin = Clock::now();
  deadline_ = solveBegin + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(options_.maxTime));
  if (outside_) {
    choice_.name = outsideMethod;
    choice_.options = outsideOptions_;
  }
  if (outside_ ? !runOutside() : !runInTiers([this] { return runConstrained(); }))
    return false;
  solution.compileMs += recompileMs_;
  solution.solveMs = milliseconds(solveBegin) - recompileMs_;
  judgeConstrained(solution);
  if (chosen && options_.start.empty() && !tryOtherwise(solution))
    return false;
  if (!outside_ && !secondOrder(solution))
    return false;
  if (options_.sensitivity && solution.status == Status::Converged)
    return addSensitivities(solution);
  return true;
}

} // namespace gradus::driver
