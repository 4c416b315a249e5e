//===- SparseEntries.cpp - what can be done with open entries -----------------===//

#include "differentiate/SparseEntries.h"
#include "differentiate/IndexAlgebra.h"

#include <algorithm>
#include <map>

namespace gradus::differentiate {

using namespace ir;

void substitute(Graph &g, Entry &e, const Substitution &map) {
  auto replace = [&](ValueId &v) {
    if (v.valid() && g.hasFree(v))
      v = g.substitute(v, map);
  };
  for (Binder &b : e.binders) {
    replace(b.range.lo);
    replace(b.range.hi);
    replace(b.origin);
  }
  for (ValueId &guard : e.guards)
    replace(guard);
  for (Place *place : {&e.row, &e.column})
    for (ValueId &index : place->indices)
      replace(index);
  replace(e.value);
}

namespace {

/// `not (a == b)` of whole numbers as `a != b`, and so on.
ValueId plain(Graph &g, ValueId condition) {
  const Node &n = g.node(condition);
  if (n.op != Op::Prim || n.prim() != Prim::Not)
    return condition;
  const ValueId inner = g.operand(condition, 0);
  const Node &m = g.node(inner);
  if (m.op != Op::Prim || m.operandCount != 2 || g.type(g.operand(inner, 0)).kind != Kind::Int)
    return condition;
  const Prim p = m.prim();
  const ValueId a = g.operand(inner, 0), b = g.operand(inner, 1);
  switch (p) {
  case Prim::Equal:
    return g.prim(Prim::NotEqual, {a, b});
  case Prim::NotEqual:
    return g.equal(a, b);
  case Prim::Less:
    return g.lessEqual(b, a);
  case Prim::LessEqual:
    return g.less(b, a);
  default: // a condition made of others
    return condition;
  }
}

bool dropSettled(Graph &g, Entry &e) {
  std::vector<ValueId> open;
  for (ValueId guard : e.guards) {
    guard = plain(g, guard);
    auto known = decide(g, guard);
    if (known && !*known)
      return false;
    if (!known && std::find(open.begin(), open.end(), guard) == open.end())
      open.push_back(guard);
  }
  // What follows from another guard.
  const std::vector<ValueId> all = open;
  std::erase_if(open, [&](ValueId guard) {
    const Node n = g.node(guard);
    if (n.op != Op::Prim || n.prim() != Prim::Or)
      return false;
    const ValueId either[2] = {g.operand(guard, 0), g.operand(guard, 1)};
    return std::any_of(either, either + 2, [&](ValueId part) {
      return std::find(all.begin(), all.end(), plain(g, part)) != all.end();
    });
  });
  std::sort(open.begin(), open.end());
  e.guards = std::move(open);
  return true;
}

bool isEquation(const Graph &g, ValueId guard) {
  const Node &n = g.node(guard);
  return n.op == Op::Prim && n.prim() == Prim::Equal && g.type(g.operand(guard, 0)).kind == Kind::Int;
}

/// Loops whose ranges read a symbol come after the loop of that symbol. False: there is no
/// such order.
bool sortBinders(const Graph &g, std::vector<Binder> &binders) {
  std::vector<Binder> sorted, rest = binders;
  while (!rest.empty()) {
    auto next = std::find_if(rest.begin(), rest.end(), [&](const Binder &b) {
      return std::none_of(rest.begin(), rest.end(), [&](const Binder &other) {
        return g.dependsOn(b.range.lo, other.symbol) || g.dependsOn(b.range.hi, other.symbol);
      });
    });
    if (next == rest.end())
      return false;
    sorted.push_back(*next);
    rest.erase(next);
  }
  binders = std::move(sorted);
  return true;
}

/// Removes the loop of one symbol that an equation determines.
bool eliminate(Graph &g, Entry &e) {
  for (size_t k = 0; k < e.guards.size(); ++k) {
    ValueId guard = e.guards[k];
    if (!isEquation(g, guard))
      continue;
    for (size_t b = e.binders.size(); b-- > 0;) {
      const Binder gone = e.binders[b];
      if (!g.dependsOn(guard, gone.symbol))
        continue;
      ValueId solution = solveFor(g, g.operand(guard, 0), g.operand(guard, 1), gone.symbol);
      if (!solution.valid())
        continue;
      Entry next = e;
      next.guards.erase(next.guards.begin() + static_cast<std::ptrdiff_t>(k));
      next.binders.erase(next.binders.begin() + static_cast<std::ptrdiff_t>(b));
      substitute(g, next, {{gone.symbol, solution}});
      next.guards.push_back(g.lessEqual(gone.range.lo, solution));
      next.guards.push_back(g.lessEqual(solution, gone.range.hi));
      if (!sortBinders(g, next.binders))
        continue;
      e = std::move(next);
      return true;
    }
  }
  return false;
}

std::vector<uint32_t> keyOf(const Entry &e) {
  std::vector<uint32_t> key;
  for (const Binder &b : e.binders) {
    key.push_back(b.symbol.index);
    key.push_back(b.range.lo.index);
    key.push_back(b.range.hi.index);
  }
  key.push_back(UINT32_MAX);
  for (ValueId guard : e.guards)
    key.push_back(guard.index);
  for (const Place *place : {&e.row, &e.column}) {
    key.push_back(UINT32_MAX);
    key.push_back(place->which);
    for (ValueId index : place->indices)
      key.push_back(index.index);
  }
  return key;
}

} // namespace

bool settle(Graph &g, Entry &e) {
  do
    if (!dropSettled(g, e))
      return false;
  while (eliminate(g, e));
  return true;
}

void sumInside(Graph &g, Entry &e) {
  for (size_t b = e.binders.size(); b-- > 0;) {
    const Binder binder = e.binders[b];
    auto reads = [&](ValueId v) { return g.dependsOn(v, binder.symbol); };
    bool placed = std::any_of(e.row.indices.begin(), e.row.indices.end(), reads) ||
                  std::any_of(e.column.indices.begin(), e.column.indices.end(), reads);
    for (const Binder &other : e.binders)
      placed = placed || reads(other.range.lo) || reads(other.range.hi);
    for (ValueId guard : e.guards)
      placed = placed || (reads(guard) && isEquation(g, guard));
    if (placed)
      continue;
    ValueId condition = g.boolean(true);
    std::vector<ValueId> outside;
    for (ValueId guard : e.guards)
      if (reads(guard))
        condition = g.logicalAnd(condition, guard);
      else
        outside.push_back(guard);
    e.value = g.reduce(ReduceOp::Sum, binder.symbol, binder.range.lo, binder.range.hi, condition,
                       e.value);
    e.guards = std::move(outside);
    e.binders.erase(e.binders.begin() + static_cast<std::ptrdiff_t>(b));
  }
}

void merge(Graph &g, Entries &entries) {
  if (entries.size() < 2)
    return;
  std::map<std::vector<uint32_t>, size_t> first;
  Entries merged;
  for (Entry &e : entries) {
    auto [it, fresh] = first.emplace(keyOf(e), merged.size());
    if (fresh)
      merged.push_back(std::move(e));
    else
      merged[it->second].value = g.add(merged[it->second].value, e.value);
  }
  entries = std::move(merged);
}

} // namespace gradus::differentiate
