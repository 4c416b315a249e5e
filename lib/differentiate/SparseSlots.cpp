//===- SparseSlots.cpp - the arrays that sparse matrices are assembled from ----===//

#include "differentiate/IndexAlgebra.h"
#include "differentiate/Sparse.h"

#include <cassert>

namespace gradus::differentiate {

using namespace ir;

namespace {

ValueId runs(Graph &g, const Axis &range) {
  return g.prim(Prim::Max, {largest(g, g.extent(range)), g.integer(0)});
}

ValueId slotsOf(Graph &g, const Family &f) {
  ValueId count = g.integer(1);
  for (const Axis &range : f.ranges)
    count = g.mul(count, runs(g, range));
  return count;
}

/// The family's slot, from 1 on after `before` slots of others.
ValueId slotOf(Graph &g, const Family &f, ValueId before) {
  ValueId position = g.integer(0);
  for (size_t k = 0; k < f.symbols.size(); ++k) {
    position = g.mul(position, runs(g, f.ranges[k]));
    position = g.add(position, g.sub(f.symbols[k], f.ranges[k].lo));
  }
  return g.add(g.add(before, position), g.integer(1));
}

/// The sum of all that the loops of the family put. Conditions are tested as
/// soon as what they read is there.
ValueId loop(Graph &g, const Family &f, ValueId body) {
  const std::vector<ValueId> guards = conjuncts(g, f.guard);
  std::vector<bool> tested(guards.size());
  for (size_t k = f.symbols.size(); k-- > 0;) {
    ValueId condition = g.boolean(true);
    for (size_t j = 0; j < guards.size(); ++j)
      if (!tested[j] && g.dependsOn(guards[j], f.symbols[k])) {
        tested[j] = true;
        condition = g.logicalAnd(condition, guards[j]);
      }
    body = g.reduce(ReduceOp::Sum, f.symbols[k], f.ranges[k].lo, f.ranges[k].hi, condition, body);
  }
  const Type t = g.type(body);
  for (size_t j = 0; j < guards.size(); ++j)
    if (!tested[j])
      body = g.select(guards[j], body, g.zeros(t));
  return body;
}

/// What `value` makes of each family and its slot, in an array.
template <class F>
ValueId scatter(Graph &g, const SparseMatrix &matrix, ShapeId shape, Kind kind, F valueAt) {
  ValueId sum = g.zeros({kind, shape}), before = g.integer(0);
  for (const Family &f : matrix.families) {
    auto [value, place] = valueAt(f, slotOf(g, f, before));
    sum = g.add(sum, loop(g, f, g.put(shape, {&place, 1}, value)));
    before = g.add(before, slotsOf(g, f));
  }
  return sum;
}

} // namespace

ValueId slots(Graph &g, const SparseMatrix &matrix) {
  ValueId count = g.integer(0);
  for (const Family &f : matrix.families)
    count = g.add(count, slotsOf(g, f));
  return count;
}

ValueId slotRows(Graph &g, const SparseMatrix &matrix) {
  const ShapeId shape = g.shape({{g.integer(1), slots(g, matrix)}});
  return scatter(g, matrix, shape, Kind::Int,
                 [](const Family &f, ValueId slot) { return std::pair(f.row, slot); });
}

ValueId slotColumns(Graph &g, const SparseMatrix &matrix) {
  const ShapeId shape = g.shape({{g.integer(1), slots(g, matrix)}});
  return scatter(g, matrix, shape, Kind::Int,
                 [](const Family &f, ValueId slot) { return std::pair(f.column, slot); });
}

ValueId slotValues(Graph &g, const SparseMatrix &matrix, ValueId positions, ValueId entries) {
  const ShapeId shape = g.shape({{g.integer(1), entries}});
  return scatter(g, matrix, shape, Kind::Real, [&](const Family &f, ValueId slot) {
    return std::pair(f.value, g.at(positions, {&slot, 1}));
  });
}

} // namespace gradus::differentiate
