//===- SparseScatter.cpp - the scalars that make up an array ---------------------===//
//
// An adjoint is a sum of arrays that are zero but at one element: under which
// loops, where and what. Any other array is taken element by element.
//
//===--------------------------------------------------------------------===//

#include "differentiate/IndexAlgebra.h"
#include "differentiate/SparseEntries.h"

namespace gradus::differentiate {

using namespace ir;

namespace {
/// Part of an array on the way to the scalars that are scattered in it.
struct Part {
  ValueId array;
  Entry entry;
  std::vector<ValueId> conditions; ///< those that read the variables
};
} // namespace

void SparseGradient::scatter(Entry e, ValueId scalar, std::span<const ValueId> conditions,
                             ValueId array, Entries &found) {
  e.value = scalar;
  for (ValueId c : conditions)
    e.value = g.select(c, e.value, g.real(0.0));
  if (!conditions.empty())
    keepInside(e, e.row, array);
  if (settle(g, e))
    found.push_back(std::move(e));
}

Entries SparseGradient::scattered(ValueId value) {
  Entries found;
  if (g.type(value).scalar()) {
    scatter({}, value, {}, value, found);
    return found;
  }
  std::vector<Part> work{{value, {}, {}}};
  auto condition = [&](Part &p, ValueId c) {
    for (ValueId part : conjuncts(g, c))
      (readsVariables(part) ? p.conditions : p.entry.guards).push_back(part);
  };
  while (!work.empty()) {
    Part p = std::move(work.back());
    work.pop_back();
    const ValueId v = p.array;
    const Node n = g.node(v);
    auto onward = [&](ValueId array, ValueId c) {
      Part next = p;
      next.array = array;
      condition(next, c);
      work.push_back(std::move(next));
    };
    const ValueId always = g.boolean(true);
    if (n.op == Op::Zeros)
      continue;
    if (n.op == Op::Keep) {
      onward(g.operand(v, 0), always);
    } else if (n.op == Op::Prim && n.prim() == Prim::Add) {
      onward(g.operand(v, 1), always);
      onward(g.operand(v, 0), always);
    } else if (n.op == Op::Select) {
      const ValueId c = g.operand(v, 0);
      onward(g.operand(v, 2), g.logicalNot(c));
      onward(g.operand(v, 1), c);
    } else if (n.op == Op::Reduce && n.reduceOp() == ReduceOp::Sum) {
      const Opened o = g.open(v);
      p.entry.binders.push_back({o.symbols[0], o.ranges[0], {}});
      onward(o.body, o.condition);
    } else if (n.op == Op::Put) {
      p.entry.row.indices.assign(g.operands(v).begin() + 1, g.operands(v).end());
      scatter(p.entry, g.operand(v, 0), p.conditions, v, found);
    } else if (n.op == Op::Build) {
      const Opened o = g.open(v);
      for (size_t k = 0; k < o.symbols.size(); ++k)
        p.entry.binders.push_back({o.symbols[k], o.ranges[k], {}});
      p.entry.row.indices = o.symbols;
      scatter(p.entry, o.body, p.conditions, v, found);
    } else { // element by element
      const std::vector<ValueId> axes = freshAxes(v);
      for (size_t k = 0; k < axes.size(); ++k)
        p.entry.binders.push_back({axes[k], g.axesOf(v)[k], {}});
      p.entry.row.indices = axes;
      scatter(p.entry, g.at(v, axes), p.conditions, v, found);
    }
  }
  return found;
}

} // namespace gradus::differentiate
