//===- Failing.cpp - recurrences whose steps may have no value ------------------===//

#include "differentiate/Failing.h"

#include <algorithm>
#include <unordered_set>

namespace gradus::differentiate {

using namespace ir;

namespace {

/// Of the loops that run where v is.
void addSymbols(const Graph &g, ValueId v, std::vector<ValueId> &open) {
  for (int32_t free : g.freeIndices(v))
    if (ValueId s = g.symbolNode(free); s.valid())
      open.push_back(s);
}

} // namespace

bool Failing::hasElements(const Axis &axis, std::span<const ValueId> indices) {
  std::vector<ValueId> open;
  for (ValueId i : indices)
    addSymbols(g, i, open);
  return bounds.nonNegative(g.sub(axis.hi, axis.lo), open);
}

/// Computing v from its operands, where the loops run whose indices v reads.
bool Failing::mayFailAlone(ValueId v) {
  const Node n = g.node(v);
  std::vector<ValueId> open;
  addSymbols(g, v, open);
  auto less = [&](ValueId a, ValueId b) { return !bounds.nonNegative(g.sub(a, b), open); };
  if (n.op == Op::At) {
    const std::vector<Axis> axes = g.axesOf(g.operand(v, 0));
    for (unsigned k = 0; k < axes.size(); ++k) {
      const ValueId i = g.operand(v, k + 1);
      if (less(i, axes[k].lo) || less(axes[k].hi, i))
        return true;
    }
    return false;
  }
  if (n.op == Op::Reduce && (n.reduceOp() == ReduceOp::Min || n.reduceOp() == ReduceOp::Max))
    return !g.isConstant(g.operand(v, 2)) || less(g.operand(v, 1), g.operand(v, 0));
  const bool division = n.op == Op::Prim && n.type.kind == Kind::Int &&
                        (n.prim() == Prim::IntDiv || n.prim() == Prim::Mod);
  return division && less(g.operand(v, 1), g.integer(1));
}

bool Failing::mayFail(ValueId recur) {
  std::vector<ValueId> work{recur};
  std::unordered_set<ValueId, ValueIdHash> seen;
  while (!work.empty()) {
    const ValueId v = work.back();
    work.pop_back();
    if (!seen.insert(v).second)
      continue;
    if (mayFailAlone(v))
      return true;
    const Node n = g.node(v);
    if (n.binders == 0) {
      work.insert(work.end(), g.operands(v).begin(), g.operands(v).end());
      continue;
    }
    const Opened o = g.open(v);
    work.insert(work.end(), g.operands(v).begin(), g.operands(v).begin() + n.rangeOperands());
    work.insert(work.end(), o.starts.begin(), o.starts.end());
    work.insert(work.end(), o.nexts.begin(), o.nexts.end());
    for (ValueId part : {o.condition, o.body})
      if (part.valid())
        work.push_back(part);
  }
  return false;
}

bool Failing::isUnder(ValueId root) {
  std::vector<ValueId> work{root};
  while (!work.empty()) {
    const ValueId v = work.back();
    if (under.count(v) != 0) {
      work.pop_back();
      continue;
    }
    bool waiting = false, any = g.node(v).op == Op::Recur && (g.isOpenTerm(v) || mayFail(v));
    for (ValueId o : g.operands(v))
      if (auto it = under.find(o); it != under.end()) {
        any = any || it->second;
      } else {
        work.push_back(o);
        waiting = true;
      }
    if (any || !waiting)
      under[v] = any;
  }
  return under.at(root);
}

} // namespace gradus::differentiate
