//===- Structure.cpp - degree, kinks, and the rest together ---------------------===//

#include "differentiate/Structure.h"

#include "differentiate/Composition.h"
#include "differentiate/SumOfSquares.h"

namespace gradus::differentiate {

using namespace ir;

int degree(const Graph &g, ValueId root, std::span<const ValueId> inputs) {
  constexpr int more = 3;
  const std::vector<bool> reads = readers(g, root, inputs);
  std::vector<int8_t> degrees(root.index + 1);
  forEachUnder(g, root, [&](ValueId v) {
    if (!reads[v.index])
      return; // 0
    const Node &n = g.node(v);
    auto of = [&](unsigned k) { return int{degrees[g.operand(v, k).index]}; };
    int most = 0, sum = 0;
    for (ValueId o : g.operands(v)) {
      most = std::max(most, int{degrees[o.index]});
      sum = std::min(more, sum + degrees[o.index]);
    }
    auto result = more;
    switch (n.op) {
    case Op::Input:
      result = 1;
      break;
    case Op::Put:
    case Op::List:
    case Op::Build:
    case Op::Keep:
      result = most;
      break;
    case Op::At: // the indices are whole numbers
      result = of(0);
      break;
    case Op::Select:
      result = reads[g.operand(v, 0).index] ? more : most;
      break;
    case Op::Reduce:
      if (n.reduceOp() == ReduceOp::Sum && !reads[g.operand(v, 2).index])
        result = of(3);
      break;
    case Op::Prim:
      switch (n.prim()) {
      case Prim::Add:
      case Prim::Sub:
      case Prim::Neg:
        result = most;
        break;
      case Prim::Mul:
        result = sum;
        break;
      case Prim::Div:
        result = reads[g.operand(v, 1).index] ? more : of(0);
        break;
      case Prim::Powi:
        if (g.isConstant(g.operand(v, 1)) && g.intValue(g.operand(v, 1)) >= 0)
          result = static_cast<int>(std::min<int64_t>(more, of(0) * g.intValue(g.operand(v, 1))));
        break;
      default: // no polynomial
        break;
      }
      break;
    default: // no rule
      break;
    }
    degrees[v.index] = static_cast<int8_t>(result);
  });
  return degrees[root.index];
}

namespace {

void findKink(const Graph &g, ValueId root, std::span<const ValueId> inputs, Structure &s) {
  const std::vector<bool> reads = readers(g, root, inputs);
  forEachUnder(g, root, [&](ValueId v) {
    if (!reads[v.index] || !s.kink.empty())
      return;
    const Node &n = g.node(v);
    if (n.op == Op::Prim && !info(n.prim()).smooth)
      s.kink = info(n.prim()).name;
    else if (n.op == Op::Select && reads[g.operand(v, 0).index])
      s.kink = "if";
    else if (n.op == Op::Reduce && n.reduceOp() == ReduceOp::Min)
      s.kink = "min";
    else if (n.op == Op::Reduce && n.reduceOp() == ReduceOp::Max)
      s.kink = "max";
    else if (n.op == Op::Reduce && reads[g.operand(v, 2).index])
      s.kink = "where";
    else
      return;
    s.kinkAt = g.range(v);
  });
}

/// Whether each entry of the Hessian is on its diagonal.
bool isDiagonal(const SparseMatrix &h) {
  return std::all_of(h.families.begin(), h.families.end(),
                     [](const Family &f) { return f.row == f.column; });
}

} // namespace

Structure analyze(Graph &g, ValueId objective, std::span<const ValueId> unknowns,
                  std::span<const ValueId> nonNegative) {
  Structure s;
  s.unknowns = flatSize(g, unknowns);
  s.degree = degree(g, objective, unknowns);
  s.curvature = curvature(g, objective, unknowns, nonNegative);
  for (ValueId u : unknowns)
    s.linearIn.push_back(degree(g, objective, {&u, 1}) <= 1);
  findKink(g, objective, unknowns, s);
  s.residuals = residuals(g, objective, unknowns);
  s.hessian = hessian(g, objective, unknowns, &s.denseAt);
  s.separableKnown = s.hessian.has_value();
  s.separable = s.hessian && isDiagonal(*s.hessian);
  return s;
}

} // namespace gradus::differentiate
