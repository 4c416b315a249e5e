//===- Prepare.cpp - what no back end knows, written out -----------------------===//

#include "ir/Expansions.h"
#include "ir/Rewrite.h"
#include "lower/Kernel.h"

#include <limits>

namespace gradus::lower {

using namespace ir;

namespace {

/// log(sum exp(t)) = m + log(sum exp(t - m)) with m the largest term; m itself
/// where it is infinite, and -inf over an empty range.
ValueId expandLogSumExp(Graph &g, ValueId v) {
  Opened o = g.open(v);
  ValueId i = o.symbols[0];
  const Axis range = o.ranges[0];
  ValueId minus = g.real(-std::numeric_limits<double>::infinity());
  ValueId plus = g.real(std::numeric_limits<double>::infinity());
  ValueId always = g.boolean(true);
  ValueId term = g.select(o.condition, o.body, minus);
  ValueId largest = g.select(g.lessEqual(range.lo, range.hi),
                             g.reduce(ReduceOp::Max, i, range.lo, range.hi, always, term), minus);
  ValueId shifted = g.prim(Prim::Exp, {g.sub(o.body, largest)});
  ValueId sum = g.reduce(ReduceOp::Sum, i, range.lo, range.hi, o.condition, shifted);
  ValueId infinite = g.logicalOr(g.equal(largest, minus), g.equal(largest, plus));
  return g.select(infinite, largest, g.add(largest, g.prim(Prim::Log, {sum})));
}

} // namespace

ValueId prepare(Graph &g, ValueId root) {
  RewriteRule rule;
  rule.applies = [&](ValueId v) {
    const Node &n = g.node(v);
    return (n.op == Op::Prim && info(n.prim()).lowering == Lowering::Expanded) ||
           (n.op == Op::Reduce && n.reduceOp() == ReduceOp::LogSumExp);
  };
  rule.replace = [&](ValueId v) {
    const Node n = g.node(v);
    if (n.op == Op::Reduce && n.reduceOp() == ReduceOp::LogSumExp)
      return expandLogSumExp(g, v);
    if (n.op != Op::Prim || info(n.prim()).lowering != Lowering::Expanded)
      return v; // it folded to something simpler
    std::vector<ValueId> operands(g.operands(v).begin(), g.operands(v).end());
    return expand(g, n.prim(), operands);
  };
  // An expansion may use another expanded row.
  for (int round = 0; round < 4; ++round) {
    ValueId next = rewrite(g, root, rule);
    if (next == root)
      break;
    root = next;
  }
  return root;
}

} // namespace gradus::lower
