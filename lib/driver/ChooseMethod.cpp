//===- ChooseMethod.cpp - structure and size decide ------------------------------===//

#include "driver/ChooseMethod.h"

#include "differentiate/Differentiate.h"
#include "differentiate/SumOfSquares.h"

#include <algorithm>

namespace gradus::driver {

using namespace ir;

namespace {

/// Unknowns up to which dense matrices are of no concern, and the work of a
/// matrix of second derivatives that a step may cost.
constexpr int64_t mostDense = 200;
constexpr int64_t mostWork = 20'000'000;

/// Second derivatives that do not depend on the unknowns.
bool isQuadratic(Graph &g, const lower::DescentProblem &p) {
  const std::vector<ValueId> &products =
      lower::derivativesOf(g, p).products(differentiate::Storing::States);
  const auto depends = g.dependsOnInputs(products, p.unknowns);
  return std::none_of(products.begin(), products.end(),
                      [&](ValueId v) { return depends[v.index]; });
}

} // namespace

namespace {

/// Whether what depends on the unknowns has a kink (also of roots and absolute
/// values) or, with `plateaus`, something that is constant for a while.
bool hasKinks(const Graph &g, ValueId value, std::span<const ValueId> unknowns, bool plateaus) {
  ValueId roots[1] = {value};
  const auto depends = g.dependsOnInputs(roots, unknowns);
  // The terms of sums too, which reachable() leaves out.
  std::vector<ValueId> work{value};
  std::vector<bool> seen(depends.size());
  while (!work.empty()) {
    const ValueId v = work.back();
    work.pop_back();
    if (!v.valid() || seen[v.index] || !depends[v.index])
      continue;
    seen[v.index] = true;
    for (ValueId o : g.operands(v))
      work.push_back(o);
    const Node &n = g.node(v);
    if (n.op == Op::Select && depends[g.operand(v, 0).index])
      return true;
    if (n.op == Op::Reduce &&
        (n.reduceOp() == ReduceOp::Min || n.reduceOp() == ReduceOp::Max ||
         depends[g.operand(v, 2).index]))
      return true;
    if (n.op != Op::Prim)
      continue;
    switch (n.prim()) {
    case Prim::Min:
    case Prim::Max:
    case Prim::Sign:
    case Prim::Floor:
    case Prim::Ceil:
    case Prim::Round:
    case Prim::Relu:
    case Prim::Mod:
      return true;
    case Prim::Abs:
    case Prim::Cbrt:
    case Prim::Hypot:
      if (!plateaus)
        return true;
      break;
    default: // differentiable inside its domain
      break;
    }
  }
  return false;
}

} // namespace

bool isSmooth(const Graph &g, ValueId value, std::span<const ValueId> unknowns) {
  return !hasKinks(g, value, unknowns, false);
}

bool hasPlateaus(const Graph &g, ValueId value, std::span<const ValueId> unknowns) {
  return hasKinks(g, value, unknowns, true);
}

Choice chooseMethod(Graph &g, const lower::DescentProblem &p, int64_t unknowns, int64_t elements,
                    bool bounded, const std::function<bool()> &sparse) {
  const std::string held = bounded ? ", with its steps projected on the bounds" : "";
  const std::string steps = bounded ? "" : "one step of ";
  const bool small = unknowns <= mostDense && unknowns * elements <= mostWork;
  const bool squares = differentiate::residuals(g, p.objective, p.unknowns).has_value();
  if (!squares && !isSmooth(g, p.objective, p.unknowns))
    return {"lbfgs", "the objective has kinks, so lbfgs, which asks for least" + held};
  if (!small && sparse())
    return {"newton_sparse",
            (isQuadratic(g, p)
                 ? "a large quadratic objective with a sparse Hessian, so " + steps + "newton_sparse"
                 : "many unknowns, each coupled with few others, so newton_sparse") +
                held};
  if (!small)
    return {"lbfgs", "many unknowns or data, so lbfgs, which keeps no matrix" + held};
  const bool quadratic = isQuadratic(g, p);
  if (squares && quadratic)
    return {"gauss_newton", "a sum of squares, linear in the unknowns, so " + steps + "gauss_newton" + held};
  if (squares)
    return {"levenberg_marquardt", "a sum of squares of few unknowns, so levenberg_marquardt" + held};
  if (quadratic)
    return {"newton", "the objective is quadratic, so " + steps + "newton" + held};
  return {"newton", "few unknowns and a smooth objective, so newton" + held};
}

} // namespace gradus::driver
