//===- IndexAlgebra.cpp - equations and bounds of index expressions -----------===//

#include "differentiate/IndexAlgebra.h"

#include <algorithm>

namespace gradus::differentiate {

using namespace ir;

std::optional<int64_t> slope(Graph &g, ValueId v, ValueId s) {
  if (!g.dependsOn(v, s))
    return 0;
  ValueId step = g.sub(g.substitute(v, {{s, g.add(s, g.integer(1))}}), v);
  if (!g.isConstant(step))
    return {};
  return g.intValue(step);
}

ValueId solveFor(Graph &g, ValueId a, ValueId b, ValueId s) {
  ValueId difference = g.sub(a, b);
  auto factor = slope(g, difference, s);
  if (!factor || (*factor != 1 && *factor != -1))
    return {};
  ValueId rest = g.substitute(difference, {{s, g.integer(0)}});
  return *factor == 1 ? g.neg(rest) : rest;
}

namespace {

/// The symbol that was made last: its range may read the others.
ValueId lastSymbol(const Graph &g, ValueId v) {
  ValueId last;
  for (int32_t free : g.freeIndices(v))
    if (ValueId s = g.symbolNode(free); s.valid() && (!last.valid() || last < s))
      last = s;
  return last;
}

/// Replaces symbols by the ends of their ranges that make v smallest (or largest).
ValueId extreme(Graph &g, ValueId v, bool smallest) {
  for (int step = 0; step < 64; ++step) {
    ValueId s = lastSymbol(g, v);
    if (!s.valid())
      return g.hasFree(v) ? ValueId{} : v;
    const Symbol symbol = g.symbol(s);
    auto factor = slope(g, v, s);
    if (!factor || !symbol.lo.valid())
      return {};
    v = g.substitute(v, {{s, (*factor > 0) == smallest ? symbol.lo : symbol.hi}});
  }
  return {};
}

bool isSize(const Graph &g, ValueId v) {
  return g.node(v).op == Op::Input && g.inputOf(v).role == InputRole::Size;
}

/// Sums and products of sizes, which are at least 0, and constants.
bool sizesNonNegative(const Graph &g, ValueId v) {
  std::vector<ValueId> work{v};
  while (!work.empty()) {
    ValueId w = work.back();
    work.pop_back();
    const Node &n = g.node(w);
    if (n.op == Op::Constant ? g.intValue(w) >= 0 : isSize(g, w))
      continue;
    bool grows = n.op == Op::Prim && (n.prim() == Prim::Add || n.prim() == Prim::Mul);
    if (!grows)
      return false;
    work.push_back(g.operand(w, 0));
    work.push_back(g.operand(w, 1));
  }
  return true;
}

} // namespace

ValueId largest(Graph &g, ValueId v) { return extreme(g, v, false); }

bool certainlyNonNegative(Graph &g, ValueId v) {
  ValueId least = extreme(g, v, true);
  return least.valid() && sizesNonNegative(g, least);
}

std::optional<bool> decide(Graph &g, ValueId condition) {
  if (g.isConstant(condition))
    return g.boolValue(condition);
  bool negated = false;
  const Node *n = &g.node(condition);
  if (n->op == Op::Prim && n->prim() == Prim::Not) {
    negated = true;
    condition = g.operand(condition, 0);
    n = &g.node(condition);
  }
  if (n->op != Op::Prim || n->operandCount != 2)
    return {};
  const Prim p = n->prim();
  ValueId a = g.operand(condition, 0), b = g.operand(condition, 1), one = g.integer(1);
  if (g.type(a).kind != Kind::Int)
    return {};
  auto less = [&](ValueId c, ValueId d) { return certainlyNonNegative(g, g.sub(g.sub(d, c), one)); };
  auto lessEqual = [&](ValueId c, ValueId d) { return certainlyNonNegative(g, g.sub(d, c)); };
  std::optional<bool> holds;
  switch (p) {
  case Prim::Less:
    holds = less(a, b) ? std::optional(true) : lessEqual(b, a) ? std::optional(false) : std::nullopt;
    break;
  case Prim::LessEqual:
    holds = lessEqual(a, b) ? std::optional(true) : less(b, a) ? std::optional(false) : std::nullopt;
    break;
  case Prim::Equal:
  case Prim::NotEqual:
    if (less(a, b) || less(b, a))
      holds = p == Prim::NotEqual;
    break;
  default: // nothing is known of the others
    return {};
  }
  return holds.has_value() ? std::optional(*holds != negated) : std::nullopt;
}

std::vector<ValueId> conjuncts(const Graph &g, ValueId condition) {
  std::vector<ValueId> parts, work{condition};
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    const Node &n = g.node(v);
    if (n.op == Op::Prim && n.prim() == Prim::And) {
      work.push_back(g.operand(v, 1));
      work.push_back(g.operand(v, 0));
    } else if (!g.isConstant(v) || !g.boolValue(v)) {
      parts.push_back(v);
    }
  }
  return parts;
}

std::optional<int64_t> constantExtent(Graph &g, const Axis &range) {
  ValueId extent = g.extent(range);
  if (!g.isConstant(extent))
    return {};
  return std::max<int64_t>(g.intValue(extent), 0);
}

} // namespace gradus::differentiate
