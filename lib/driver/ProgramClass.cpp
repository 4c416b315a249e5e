//===- ProgramClass.cpp - linear, quadratic, convex problems with constraints ----===//

#include "driver/ProgramClass.h"

#include "differentiate/Structure.h"
#include "driver/Native.h"
#include "ir/Rows.h"

#include <algorithm>

namespace gradus::driver {

using namespace ir;
using differentiate::Curvature;

namespace {

bool isNonNegative(Session &session, ValueId v) {
  interpret::Interpreter<double> interpreter(session.graph(), session.environment());
  interpret::Result<double> out;
  interpret::EvalError error;
  if (!interpreter.evaluate(v, out, error) || out.type.kind != Kind::Real)
    return false;
  if (out.type.scalar())
    return out.real >= 0;
  return std::all_of(out.array.data.begin(), out.array.data.end(),
                     [](double x) { return x >= 0; });
}

/// The values that lie between the sides of the constraint are a convex set: a convex
/// one below a side, a concave one above, an affine one between two.
bool isConvexSet(Graph &g, const Rows &r, std::span<const ValueId> unknowns,
                 std::span<const ValueId> nonNegative) {
  const Curvature c = differentiate::curvature(g, r.value, unknowns, nonNegative);
  if (c <= Curvature::Affine)
    return true;
  return (c == Curvature::Convex && !r.lower.valid()) ||
         (c == Curvature::Concave && !r.upper.valid());
}

} // namespace

std::vector<ValueId> nonNegativeInputs(Session &session, const Problem *problem) {
  Graph &g = session.graph();
  std::vector<ValueId> found;
  if (problem)
    for (const Unknown &u : problem->unknowns)
      if (u.lower.valid() && isNonNegative(session, u.lower))
        found.push_back(g.inputNode(u.input));
  for (uint32_t k = 0; k < g.inputs().size(); ++k) {
    const Input &input = g.inputs()[k];
    if (!session.value(k).known ||
        (input.role != InputRole::Parameter && input.role != InputRole::Data))
      continue;
    auto isNot = [](auto x) { return !(x >= 0); };
    const InputValue &v = session.value(k);
    if (input.type.scalar()
            ? (input.type.kind == Kind::Real ? v.real >= 0 : v.whole >= 0)
            : std::none_of(v.reals.begin(), v.reals.end(), isNot) &&
                  std::none_of(v.wholes.begin(), v.wholes.end(), isNot))
      found.push_back(g.inputNode(k));
  }
  return found;
}

bool isPositiveDefinite(Session &session, const differentiate::SparseMatrix &hessian,
                        const Pattern &pattern) {
  Graph &g = session.graph();
  std::vector<ValueId> roots;
  for (const differentiate::Family &f : hessian.families)
    roots.push_back(f.value);
  for (ValueId v : inputsOf(g, roots))
    if (!session.value(g.inputIndex(v)).known)
      return false;
  std::vector<double> values;
  return assembleValues(session, hessian, pattern, values) && smallestPivot(pattern, values) > 1e-12;
}

ProgramClass programClass(Session &session, const Problem &problem) {
  Graph &g = session.graph();
  std::vector<ValueId> unknowns;
  for (const Unknown &u : problem.unknowns)
    unknowns.push_back(g.inputNode(u.input));
  const std::vector<ValueId> nonNegative = nonNegativeInputs(session, &problem);
  const ValueId objective = g.toReal(problem.objective);
  const ValueId lowest = problem.maximize ? g.prim(Prim::Neg, {objective}) : objective;
  ProgramClass c;
  c.objective = differentiate::degree(g, objective, unknowns);
  c.constraints = 0;
  c.convexSet = true;
  for (const Constraint &constraint : problem.constraints) {
    const Rows r = rows(g, constraint);
    c.constraints = std::max(c.constraints, differentiate::degree(g, r.value, unknowns));
    c.convexSet = c.convexSet && isConvexSet(g, r, unknowns, nonNegative);
  }
  c.convex = c.convexSet &&
             differentiate::curvature(g, lowest, unknowns, nonNegative) <= Curvature::Convex;
  if (c.convexSet && !c.convex && c.objective == 2)
    if (auto h = differentiate::hessian(g, lowest, unknowns); h && !h->coupled)
      if (auto pattern = assemblePattern(session, *h))
        c.convex = isPositiveDefinite(session, *h, *pattern);
  return c;
}

std::string ProgramClass::text() const {
  if (isLinear())
    return "a linear program";
  if (isQuadratic())
    return convex ? "a convex quadratic program" : "a quadratic program";
  return convex ? "a convex problem" : "";
}

} // namespace gradus::driver
