//===- SolveKinks.cpp - problems whose kinks can be taken out -----------------===//

#include "driver/SolveKinks.h"

#include "differentiate/Sparse.h"
#include "driver/Extents.h"
#include "driver/ProgramClass.h"
#include "driver/SolveConstrained.h"
#include "transform/Epigraph.h"

#include <algorithm>
#include <cmath>

namespace gradus::driver {

using namespace ir;
using transform::Epigraph;

namespace {

/// Unknowns and constraints in all; and given unknowns times constraints, where not each
/// constraint reads few unknowns; then the numbers in their derivatives.
constexpr int64_t most = 500'000, mostDense = 1'000'000, mostEntries = 4'000'000;

std::vector<ValueId> unknownsOf(Graph &g, const Problem &p) {
  std::vector<ValueId> unknowns;
  for (const Unknown &u : p.unknowns)
    unknowns.push_back(g.inputNode(u.input));
  return unknowns;
}

/// Numbers that a matrix of derivatives has, at most; nothing where that is not seen.
std::optional<int64_t> entriesOf(Session &session,
                                 const std::optional<differentiate::SparseMatrix> &matrix) {
  if (!matrix || matrix->coupled)
    return {};
  const Graph &g = session.graph();
  double all = 0;
  for (const differentiate::Family &f : matrix->families) {
    double each = 1;
    for (const Axis &axis : f.ranges) {
      if (g.hasFree(axis.lo) || g.hasFree(axis.hi))
        return {};
      const auto lo = session.whole(axis.lo), hi = session.whole(axis.hi);
      if (!lo || !hi)
        return {};
      each *= static_cast<double>(std::max<int64_t>(0, *hi - *lo + 1));
    }
    all += each;
  }
  return all < 1e15 ? std::optional(static_cast<int64_t>(all)) : std::nullopt;
}

bool isAffordable(Session &session, const Problem &given, const Problem &smooth) {
  Graph &g = session.graph();
  const std::vector<ValueId> unknowns = unknownsOf(g, smooth);
  std::vector<ValueId> values;
  for (const Constraint &c : smooth.constraints)
    values.push_back(c.value);
  const auto n = elementsOf(session, unknownsOf(g, given)), all = elementsOf(session, unknowns),
             m = elementsOf(session, values);
  if (!n || !all || !m || *all + *m > most)
    return false;
  if (*n * (*n + *m) <= mostDense)
    return true;
  int64_t entries = 0;
  auto add = [&](const std::optional<differentiate::SparseMatrix> &matrix) {
    const auto more = entriesOf(session, matrix);
    entries += more.value_or(mostEntries);
    return more && entries <= mostEntries;
  };
  return add(differentiate::hessian(g, g.toReal(smooth.objective), unknowns)) &&
         add(differentiate::jacobian(g, values, unknowns));
}

/// What the kinks are at the start of the given unknowns, where that can be computed.
void startKinks(Session &session, const Problem &given, Epigraph &e) {
  Graph &g = session.graph();
  Substitution starts;
  for (const Unknown &u : given.unknowns) {
    const ValueId x = g.inputNode(u.input);
    const ValueId zero = g.elementwise(g.type(x).shape, [&](auto) { return g.real(0); });
    starts[x] = u.start.valid() ? u.start : zero;
  }
  interpret::Interpreter<double> interpreter(g, session.environment());
  for (size_t k = 0; k < e.kinks.size(); ++k) {
    const ValueId start = g.substitute(e.kinks[k], starts);
    interpret::Result<double> out;
    interpret::EvalError error;
    const bool fine = interpreter.evaluate(start, out, error) &&
                      (out.type.scalar() ? std::isfinite(out.real)
                                         : std::all_of(out.array.data.begin(), out.array.data.end(),
                                                       [](double x) { return std::isfinite(x); }));
    if (fine)
      e.problem.unknowns[given.unknowns.size() + k].start = start;
  }
}

std::optional<double> objectiveAt(Session &session, const Problem &problem,
                                  const std::vector<double> &x) {
  Graph &g = session.graph();
  interpret::Environment<double> environment = session.environment();
  size_t at = 0;
  for (const Unknown &u : problem.unknowns) {
    const ValueId v = g.inputNode(u.input);
    std::vector<int64_t> shape;
    if (!session.extents(g.type(v).shape, shape))
      return {};
    size_t size = 1;
    for (int64_t e : shape)
      size *= static_cast<size_t>(e);
    if (shape.empty())
      environment.setReal(v, x[at]);
    else
      environment.setArray(v, {x.begin() + static_cast<std::ptrdiff_t>(at),
                               x.begin() + static_cast<std::ptrdiff_t>(at + size)}, shape);
    at += size;
  }
  interpret::Interpreter<double> interpreter(g, environment);
  interpret::Result<double> out;
  interpret::EvalError error;
  if (!interpreter.evaluate(g.toReal(problem.objective), out, error))
    return {};
  return out.real;
}

/// The solution without what belongs to the kinks; `n` unknowns and `m` elements of
/// constraints are given. False where the value at the point is not what was promised.
bool withoutAdded(Session &session, const Problem &problem, size_t n, size_t m, Solution &s) {
  constexpr double tolerance = 1e-6;
  for (std::vector<double> *v : {&s.x, &s.gradient, &s.startX})
    v->resize(std::min(v->size(), n));
  for (TraceRow &row : s.trace)
    row.x.resize(std::min(row.x.size(), n));
  for (Sensitivity &e : s.constraints.sensitivities)
    e.x.resize(std::min(e.x.size(), n));
  auto &constraints = s.constraints.constraints;
  constraints.resize(std::min(constraints.size(), m));
  std::erase_if(s.constraints.bounds,
                [](const ConstraintElement &e) { return e.name.starts_with(transform::kinkName); });
  if (const auto start = objectiveAt(session, problem, s.startX))
    s.start = *start;
  const auto end = objectiveAt(session, problem, s.x);
  const double sign = problem.maximize ? -1.0 : 1.0;
  if (!end)
    return s.status != Status::Converged;
  const double more = sign * (*end - s.objective);
  s.objective = *end;
  return s.status != Status::Converged || more <= tolerance * std::max(1.0, std::fabs(*end));
}

} // namespace

std::optional<bool> solveWithoutKinks(Session &session, const Problem &problem,
                                      const SolveOptions &options,
                                      const syntax::MethodCall *method, Solution &solution,
                                      bool rescue) {
  const bool chosen = !method && problem.method.name.empty();
  const bool constrained = needsConstraints(session, problem, method);
  if (!chosen && !constrained)
    return {};
  const std::vector<ValueId> nonNegative = nonNegativeInputs(session, &problem);
  Epigraph *e = session.withoutKinks(problem, nonNegative);
  if (!e)
    return {};
  const ProgramClass what = programClass(session, e->problem);
  if (!constrained && !what.convex && !rescue)
    return {};
  if (chosen && !isAffordable(session, problem, e->problem))
    return {};
  std::vector<ValueId> values;
  for (const Constraint &c : problem.constraints)
    values.push_back(c.value);
  const auto n = elementsOf(session, unknownsOf(session.graph(), problem)),
             m = elementsOf(session, values),
             all = elementsOf(session, unknownsOf(session.graph(), e->problem));
  if (!n || !m || !all)
    return false;
  if (*all == *n) // none at this size
    return {};
  startKinks(session, problem, *e);
  SolveOptions how = options;
  if (options.progress)
    how.progress = [&](const TraceRow &row, const double *x, size_t) {
      return options.progress(row, x, static_cast<size_t>(*n));
    };
  Solution smooth;
  if (!ConstrainedSolver(session, e->problem, how).solve(method, smooth))
    return false;
  const bool sound = withoutAdded(session, problem, static_cast<size_t>(*n),
                                  static_cast<size_t>(*m), smooth);
  const bool fine = sound && (smooth.status == Status::Converged || smooth.status == Status::Infeasible ||
                              smooth.status == Status::Unbounded || smooth.status == Status::Interrupted);
  if (chosen && !fine)
    return {};
  if (!sound)
    smooth.status = Status::Stalled;
  const std::string kinks = *all - *n == 1
                                ? "an unknown in place of the kink"
                                : "an unknown in place of each of " + std::to_string(*all - *n) + " kinks";
  if (chosen && constrained)
    smooth.method.why += "; " + kinks;
  else if (chosen)
    smooth.method.why = (what.text().empty() ? "interior_point" : what.text() + ", so interior_point") +
                        (what.isLinear() || what.isQuadratic() ? ", without a line search, " : " ") +
                        "with " + kinks;
  solution = std::move(smooth);
  return true;
}

} // namespace gradus::driver
