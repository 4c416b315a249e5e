//===- FoldConstants.cpp - primitives of constants ------------------------------===//

#include "ir/Scalar.h"

#include <vector>

namespace gradus::ir {

std::optional<ValueId> foldConstants(Graph &g, Prim p, std::span<const ValueId> ops) {
  Kind kind = g.type(ops[0]).kind;
  if (kind == Kind::Bool) {
    bool a = g.boolValue(ops[0]), b = ops.size() > 1 && g.boolValue(ops[1]);
    return g.boolean(evaluateLogic(p, a, b));
  }
  if (p == Prim::ToReal)
    return g.real(g.realValue(ops[0]));
  if (info(p).signature == Signature::Compare)
    return g.boolean(kind == Kind::Int
                         ? evaluateCompare(p, g.intValue(ops[0]), g.intValue(ops[1]))
                         : evaluateCompare(p, g.realValue(ops[0]), g.realValue(ops[1])));
  if (kind == Kind::Int) {
    if (p == Prim::Add || p == Prim::Sub || p == Prim::Mul || p == Prim::Neg)
      return {}; // the normal form watches for overflow
    std::vector<int64_t> x;
    for (ValueId v : ops)
      x.push_back(g.intValue(v));
    if ((p == Prim::IntDiv || p == Prim::Mod) && x[1] == 0)
      return {};
    return g.integer(evaluateWhole(p, x));
  }
  std::vector<double> x;
  bool finite = true;
  for (ValueId v : ops) {
    x.push_back(g.realValue(v));
    finite &= std::isfinite(x.back());
  }
  double value = p == Prim::Powi        ? algebra::powi(x[0], g.intValue(ops[1]))
                 : p == Prim::Polygamma ? algebra::polygamma(g.intValue(ops[1]), x[0])
                                        : evaluateReal<double>(p, x);
  if (finite && !std::isfinite(value))
    return {};
  return g.real(value);
}

} // namespace gradus::ir
