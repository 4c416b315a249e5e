//===- ScopeFill.cpp - zeros that need not be written --------------------------===//
//
// A sum of arrays starts from zeros. Where the first loop that adds to a buffer
// writes every element once, it sets them instead, and nobody fills the buffer.
//
//===--------------------------------------------------------------------===//

#include "lower/ScopeEmitter.h"

#include <algorithm>

namespace gradus::lower {

using namespace ir;
using loops::Combine;
using loops::ScalarId;

/// Whether an action of the loop over `symbol` writes each element of its buffer
/// exactly once: a nest of loops that puts at (i + c, j + d, ..) and goes from
/// end to end.
bool Scope::coversOnce(ValueId symbol, ValueId lo, ValueId hi, const Action &a) {
  if (a.covers)
    return true;
  std::vector<Axis> ranges{{lo, hi}};
  std::vector<ValueId> open{symbol}, indices = a.indices;
  ShapeId shape = a.checked;
  if (a.kind == Action::Kind::Array) {
    ValueId v = a.value;
    while (g.node(v).op == Op::Reduce && g.isConstant(g.operand(v, 2)) && !b.hasArray(v)) {
      Opened o = g.open(v);
      open.push_back(o.symbols[0]);
      ranges.push_back(o.ranges[0]);
      v = o.body;
    }
    if (g.node(v).op != Op::Put)
      return false;
    indices.assign(g.operands(v).begin() + 1, g.operands(v).end());
    shape = g.type(v).shape;
  }
  const std::vector<Axis> axes = g.axes(shape);
  if (shape == 0 || indices.size() != open.size() || axes.size() != open.size())
    return false;
  std::vector<bool> used(open.size());
  for (size_t d = 0; d < axes.size(); ++d) {
    bool found = false;
    for (size_t k = 0; k < open.size() && !found; ++k) {
      ValueId shift = g.sub(indices[d], open[k]);
      found = !used[k] && g.isConstant(shift) && g.add(ranges[k].lo, shift) == axes[d].lo &&
              g.add(ranges[k].hi, shift) == axes[d].hi;
      used[k] = used[k] || found;
    }
    if (!found)
      return false;
  }
  return true;
}

/// Whether all but a few elements are written by the carrying loop.
bool Scope::takesOver(Carry &c, ValueId lo, ValueId hi) {
  constexpr int64_t mostStores = 8;
  if (c.shape == 0 || !c.outer.empty())
    return false;
  const Axis axis = g.axes(c.shape)[0];
  auto reach = static_cast<int64_t>(c.pending.size());
  ValueId before = g.add(g.sub(lo, axis.lo), g.integer(c.first));
  ValueId after = g.sub(g.sub(axis.hi, hi), g.integer(c.first + reach));
  if (!g.isConstant(before) || !g.isConstant(after))
    return false;
  c.before = g.intValue(before);
  c.after = g.intValue(after);
  return c.before >= 0 && c.after >= 0 && c.before + c.after <= mostStores &&
         !g.hasFree(axis.lo);
}

/// Fills the buffers that the loop is the first to add to, unless the loop sets
/// what would be added.
void Scope::replaceFills(const LoopItem &loop, std::vector<Action> &inner,
                         std::vector<Carry> &carries) {
  if (unfilled.empty())
    return;
  for (Carry &c : carries)
    if (unfilled.count(c.buffer.index) && takesOver(c, loop.lo, loop.hi)) {
      c.sets = true;
      inner[c.store].combine = Combine::Set;
      inner[c.store].ontoZero = true;
      unfilled.erase(c.buffer.index);
    }
  for (Action &a : inner) {
    if (a.kind == Action::Kind::Variable || !unfilled.count(a.buffer.index))
      continue;
    auto same = [&](const Action &other) {
      return other.kind != Action::Kind::Variable && other.buffer == a.buffer;
    };
    if (std::count_if(inner.begin(), inner.end(), same) == 1 && a.combine == Combine::Add &&
        g.isConstant(a.guard) && coversOnce(loop.symbol, loop.lo, loop.hi, a)) {
      a.combine = Combine::Set;
      a.covers = a.ontoZero = true;
      unfilled.erase(a.buffer.index);
    } else {
      emitFill(a.buffer);
    }
  }
}

void Scope::fillBefore(const Action &a) {
  if (a.kind != Action::Kind::Variable && unfilled.count(a.buffer.index))
    emitFill(a.buffer);
}

/// The places behind the loop that are not complete yet, and the zeros around.
void Scope::emitCarried(const Carry &c, ScalarId hi) {
  auto at = [&](ScalarId from, int64_t offset, ScalarId value) {
    ScalarId shift = b.let(loops::Kind::Int, loops::ConstInt{offset});
    loops::Store store{c.buffer, {}, value, c.sets ? Combine::Set : Combine::Add};
    for (ValueId i : c.outer)
      store.indices.push_back(b.bound(i));
    store.indices.push_back(b.let(loops::Kind::Int, loops::PrimOp{Prim::Add, {from, shift}}));
    b.push(std::move(store));
  };
  ScalarId zero;
  if (c.sets)
    zero = b.let(loops::Kind::Real, loops::ConstReal{0.0});
  auto reach = static_cast<int64_t>(c.pending.size());
  for (int64_t d = 0; d < reach; ++d) {
    ScalarId value = b.read(c.pending[static_cast<size_t>(d)]);
    if (c.sets)
      value = b.let(loops::Kind::Real, loops::PrimOp{Prim::Add, {zero, value}});
    at(hi, c.first + 1 + d, value);
  }
  for (int64_t d = 0; d < c.after; ++d)
    at(hi, c.first + reach + 1 + d, zero);
  if (c.before > 0) {
    ScalarId lo = b.size(g.axes(c.shape)[0].lo);
    for (int64_t d = 0; d < c.before; ++d)
      at(lo, d, zero);
  }
}

} // namespace gradus::lower
