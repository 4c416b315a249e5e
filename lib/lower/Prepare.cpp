//===- Prepare.cpp - what no back end knows, written out -----------------------===//

#include "ir/Expansions.h"
#include "ir/Rewrite.h"
#include "ir/Under.h"
#include "lower/Kernel.h"

#include <limits>

namespace gradus::lower {

using namespace ir;

namespace {

bool isEmptyMark(const Input &input) {
  return input.role == InputRole::Local && input.type == Type{Kind::Bool, 0} &&
         input.name == "or empty";
}

/// log(sum exp(t)) = m + log(sum exp(t - m)) with m the largest term; m itself
/// where it is infinite, and -inf over an empty range.
ValueId expandLogSumExp(Graph &g, ValueId v) {
  Opened o = g.open(v);
  ValueId i = o.symbols[0];
  const Axis range = o.ranges[0];
  ValueId minus = g.real(-std::numeric_limits<double>::infinity());
  ValueId plus = g.real(std::numeric_limits<double>::infinity());
  ValueId term = g.select(o.condition, o.body, minus);
  ValueId largest = g.reduce(ReduceOp::Max, i, range.lo, range.hi, emptyMark(g), term);
  ValueId shifted = g.prim(Prim::Exp, {g.sub(o.body, largest)});
  ValueId sum = g.reduce(ReduceOp::Sum, i, range.lo, range.hi, o.condition, shifted);
  ValueId infinite = g.logicalOr(g.equal(largest, minus), g.equal(largest, plus));
  return g.select(infinite, largest, g.add(largest, g.prim(Prim::Log, {sum})));
}

/// det: the product of the diagonal of U, with a minus for each exchange of rows.
/// log(det): the sum of their logarithms, nan when the product is negative.
ValueId expandDeterminant(Graph &g, ValueId v) {
  ValueId factor = g.operand(v, 1);
  const Axis range = g.axesOf(factor)[0];
  ValueId i = g.newSymbol(range.lo, range.hi, "i");
  ValueId pivot = g.at(factor, std::vector<ValueId>{i, i});
  ValueId last = g.axesOf(factor)[1].hi;
  ValueId exchanged =
      g.prim(Prim::NotEqual, {g.at(factor, std::vector<ValueId>{i, last}), g.toReal(i)});
  auto over = [&](ReduceOp op, ValueId body) {
    return g.reduce(op, i, range.lo, range.hi, g.boolean(true), body);
  };
  if (g.node(v).matrixOp() == MatrixOp::Det)
    return over(ReduceOp::Prod, g.select(exchanged, g.neg(pivot), pivot));
  ValueId below = g.less(pivot, g.real(0));
  ValueId one = g.real(1), minus = g.real(-1);
  ValueId sign = over(ReduceOp::Prod, g.mul(g.select(exchanged, minus, one),
                                            g.select(below, minus, one)));
  return g.select(g.less(sign, g.real(0)), g.real(std::numeric_limits<double>::quiet_NaN()),
                  over(ReduceOp::Sum, g.prim(Prim::Log, {g.prim(Prim::Abs, {pivot})})));
}

/// softplus and its derivative, the sigmoid, by one exponential: exp(-|x|). The same
/// numbers as those of the table, which has one for each sign.
ValueId expandLogistic(Graph &g, Prim prim, ValueId x) {
  ValueId zero = g.real(0), one = g.real(1);
  ValueId e = g.prim(Prim::Exp, {g.neg(g.prim(Prim::Abs, {x}))});
  ValueId positive = g.lessEqual(zero, x);
  if (prim == Prim::Softplus)
    return g.add(g.prim(Prim::Log1p, {e}), g.select(g.less(x, zero), zero, x));
  return g.div(g.select(positive, one, e), g.add(one, e));
}

bool isDeterminant(const Node &n) {
  return n.op == Op::Matrix &&
         (n.matrixOp() == MatrixOp::Det || n.matrixOp() == MatrixOp::LogDet);
}

} // namespace

/// Stands as the condition of a reduction that has a value over nothing too.
ValueId emptyMark(Graph &g) {
  for (uint32_t k = 0; k < g.inputs().size(); ++k)
    if (isEmptyMark(g.inputs()[k]))
      return g.inputNode(k);
  return g.input({"or empty", {Kind::Bool, 0}, InputRole::Local, {}});
}

bool mayBeEmpty(const Graph &g, ValueId reduce) {
  ValueId condition = g.operand(reduce, 2);
  return g.node(condition).op == Op::Input && isEmptyMark(g.inputOf(condition));
}

ValueId prepare(Graph &g, ValueId root) { return prepare(g, std::span(&root, 1))[0]; }

std::vector<ValueId> prepare(Graph &g, std::span<const ValueId> given) {
  RewriteRule rule;
  auto applies = [&](ValueId v) {
    const Node &n = g.node(v);
    return (n.op == Op::Prim && info(n.prim()).lowering == Lowering::Expanded) ||
           (n.op == Op::Reduce && n.reduceOp() == ReduceOp::LogSumExp) || isDeterminant(n);
  };
  rule.applies = applies;
  rule.replace = [&](ValueId v) {
    const Node n = g.node(v);
    if (n.op == Op::Reduce && n.reduceOp() == ReduceOp::LogSumExp)
      return expandLogSumExp(g, v);
    if (isDeterminant(n))
      return expandDeterminant(g, v);
    if (n.op != Op::Prim || info(n.prim()).lowering != Lowering::Expanded)
      return v; // it folded to something simpler
    if (n.prim() == Prim::Softplus || n.prim() == Prim::Sigmoid)
      return expandLogistic(g, n.prim(), g.operand(v, 0));
    std::vector<ValueId> operands(g.operands(v).begin(), g.operands(v).end());
    return expand(g, n.prim(), operands);
  };
  std::vector<ValueId> roots(given.begin(), given.end());
  if (!anyUnder(g, roots, applies))
    return roots;
  // An expansion may use another expanded row.
  for (int round = 0; round < 4; ++round) {
    std::vector<ValueId> next = rewrite(g, roots, rule);
    if (next == roots)
      break;
    roots = std::move(next);
  }
  return roots;
}

} // namespace gradus::lower
