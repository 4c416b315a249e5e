//===- Carry.cpp - sums into neighbouring elements ------------------------------===//
//
// The adjoint of x[i] and x[i+1] under one loop adds to g[i] and g[i+1]. Done
// as written, each iteration waits for the store of the one before. Instead
// what belongs to g[i+1] is carried in a variable:
//     g[i] += pending + v0;  pending = v1
// which back ends vectorize as a first-order recurrence.
//
//===--------------------------------------------------------------------===//

#include "lower/ScopeEmitter.h"

#include <algorithm>

namespace gradus::lower {

using namespace ir;
using loops::Combine;

namespace {

constexpr int64_t longestReach = 8;

/// Takes sums of Puts apart, so that all element actions of the body are seen.
void flatten(Graph &g, std::vector<Action> &actions) {
  std::vector<Action> work(actions.rbegin(), actions.rend());
  actions.clear();
  while (!work.empty()) {
    Action a = std::move(work.back());
    work.pop_back();
    const Node n = g.node(a.value);
    if (a.kind == Action::Kind::Array && a.combine == Combine::Add && n.op == Op::Prim) {
      for (unsigned k : {1u, 0u}) {
        Action part = a;
        part.value = g.operand(a.value, k);
        work.push_back(std::move(part));
      }
    } else if (a.kind == Action::Kind::Array && a.combine == Combine::Add && n.op == Op::Put) {
      auto ops = g.operands(a.value);
      Action element = a;
      element.kind = Action::Kind::Element;
      element.indices.assign(ops.begin() + 1, ops.end());
      element.value = ops[0];
      element.checked = n.type.shape;
      actions.push_back(std::move(element));
    } else {
      actions.push_back(std::move(a));
    }
  }
}

struct Group {
  std::vector<size_t> members;
  std::vector<ValueId> outer;
  ShapeId shape = 0;
  int64_t first = INT64_MAX, last = INT64_MIN;
  bool suitable = true;
};

} // namespace

std::vector<Carry> carryNeighbours(FunctionBuilder &b, ValueId symbol, std::vector<Action> &inner) {
  Graph &g = b.g;
  if (b.module.strict) // which promises the order as written
    return {};
  flatten(g, inner);
  std::vector<ValueId> open = b.openSymbols;
  open.push_back(symbol);
  std::map<uint32_t, Group> groups; // by buffer
  std::vector<int64_t> offsets(inner.size());
  for (size_t k = 0; k < inner.size(); ++k) {
    const Action &a = inner[k];
    if (a.kind == Action::Kind::Variable)
      continue;
    Group &group = groups[a.buffer.index];
    group.members.push_back(k);
    if (a.kind != Action::Kind::Element || a.combine != Combine::Add || !g.isConstant(a.guard) ||
        b.f.buffers[a.buffer.index].kind != loops::Kind::Real) {
      group.suitable = false;
      continue;
    }
    ValueId offset = g.sub(a.indices.back(), symbol);
    std::vector<ValueId> outer(a.indices.begin(), a.indices.end() - 1);
    if (group.members.size() == 1)
      group.outer = outer, group.shape = a.checked;
    group.suitable = group.suitable && g.isConstant(offset) && outer == group.outer &&
                     !std::any_of(outer.begin(), outer.end(), [&](ValueId v) {
                       return g.dependsOn(v, symbol) || !b.bound(v).valid();
                     });
    if (a.checked != 0) {
      const Axis axis = g.axes(a.checked).back();
      group.suitable = group.suitable &&
                       b.bounds.nonNegative(g.sub(a.indices.back(), axis.lo), open) &&
                       b.bounds.nonNegative(g.sub(axis.hi, a.indices.back()), open);
    }
    if (!group.suitable)
      continue;
    offsets[k] = g.intValue(offset);
    group.first = std::min(group.first, offsets[k]);
    group.last = std::max(group.last, offsets[k]);
  }

  std::vector<Carry> carries;
  std::vector<bool> removed(inner.size());
  std::vector<Action> added;
  for (auto &[buffer, group] : groups) {
    int64_t reach = group.last - group.first;
    if (!group.suitable || reach < 1 || reach > longestReach)
      continue;
    Carry c;
    c.buffer = {buffer};
    c.outer = group.outer;
    c.first = group.first;
    c.shape = group.shape;
    std::vector<ValueId> sums(static_cast<size_t>(reach) + 1);
    for (size_t k : group.members) {
      ValueId &sum = sums[static_cast<size_t>(offsets[k] - group.first)];
      sum = sum.valid() ? g.add(sum, inner[k].value) : inner[k].value;
      removed[k] = true;
    }
    for (int64_t d = 0; d < reach; ++d) {
      c.pending.push_back(b.variable(loops::Kind::Real, "pending"));
      c.locals.push_back(g.input({"pending", {Kind::Real, 0}, InputRole::Local, {}}));
    }
    auto plus = [&](ValueId carried, ValueId sum) {
      return !sum.valid() ? carried : !carried.valid() ? sum : g.add(carried, sum);
    };
    Action store = inner[group.members[0]];
    store.indices = c.outer;
    store.indices.push_back(g.add(symbol, g.integer(group.first)));
    store.value = plus(c.locals[0], sums[0]);
    c.store = added.size();
    added.push_back(std::move(store));
    for (int64_t d = 0; d < reach; ++d) {
      auto n = static_cast<size_t>(d);
      ValueId next = plus(d + 1 < reach ? c.locals[n + 1] : ValueId{}, sums[n + 1]);
      added.push_back({Action::Kind::Variable, next, g.boolean(true), Combine::Set, c.pending[n],
                       {}, {}, 0});
    }
    carries.push_back(std::move(c));
  }
  std::vector<Action> kept;
  for (size_t k = 0; k < inner.size(); ++k)
    if (!removed[k])
      kept.push_back(std::move(inner[k]));
  for (Carry &c : carries)
    c.store += kept.size();
  for (Action &a : added)
    kept.push_back(std::move(a));
  inner = std::move(kept);
  return carries;
}

} // namespace gradus::lower
