//===- Rows.cpp - which elements of a constraint there are -------------------===//

#include "ir/Rows.h"

#include <cmath>

namespace gradus::ir {

namespace {

/// v = the first where a condition holds, else `otherwise`.
struct Masked {
  ValueId condition, value;
};

Masked masked(Graph &g, ValueId v, double otherwise) {
  if (g.node(v).op != Op::Select)
    return {};
  const ValueId c = g.operand(v, 0), then = g.operand(v, 1), rest = g.operand(v, 2);
  auto neutral = [&](ValueId x) { return g.isConstant(x) && g.realValue(x) == otherwise; };
  if (neutral(rest))
    return {c, then};
  if (neutral(then))
    return {g.logicalNot(c), rest};
  return {};
}

} // namespace

Rows rows(Graph &g, const Constraint &c) {
  Rows r{{}, g.axesOf(c.value), g.boolean(true), c.value, c.lower, c.upper};
  if (r.ranges.empty())
    return r;
  for (const Axis &axis : r.ranges)
    r.symbols.push_back(g.newSymbol(axis.lo, axis.hi));
  for (ValueId *v : {&r.value, &r.lower, &r.upper})
    if (v->valid())
      *v = g.at(*v, r.symbols);
  const Masked value = masked(g, r.value, 0);
  const Masked lower = r.lower.valid() ? masked(g, r.lower, -HUGE_VAL) : value;
  const Masked upper = r.upper.valid() ? masked(g, r.upper, HUGE_VAL) : value;
  if (value.condition.valid() && lower.condition == value.condition &&
      upper.condition == value.condition)
    r = {r.symbols,   r.ranges, value.condition, value.value, r.lower.valid() ? lower.value : r.lower,
         r.upper.valid() ? upper.value : r.upper};
  return r;
}

Constraint closed(Graph &g, const Rows &r, std::string name, SourceRange range) {
  auto close = [&](ValueId v, double otherwise) {
    if (!v.valid() || r.symbols.empty())
      return v;
    return g.build(r.symbols, r.ranges, g.select(r.present, v, g.real(otherwise)));
  };
  // Both sides of an equation are one node where no element is left out.
  const ValueId lower = close(r.lower, -HUGE_VAL), upper = close(r.upper, HUGE_VAL);
  return {std::move(name), range, close(r.value, 0), lower, upper};
}

} // namespace gradus::ir
