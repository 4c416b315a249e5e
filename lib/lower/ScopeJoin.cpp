//===- ScopeJoin.cpp - loops that read what a loop stores, in one loop -----------===//
//
//     for i: t[i] = f(i)      for i: s += t[i]^2      for i: g += t[i]*A[i, ..]
// are one loop: who reads an array only at the loop's own index reads the value that
// has just been made. When nobody reads it otherwise it is not stored at all.
//
//===--------------------------------------------------------------------===//

#include "lower/ScopeEmitter.h"

#include <algorithm>

namespace gradus::lower {

using namespace ir;
using loops::Combine;

/// Whether the loop reads the elements of `array` at nothing but `index`. What it needs
/// of this scope besides has read the array before, wherever it liked.
bool Scope::readsOnlyAt(const LoopItem &item, ValueId array, ValueId index) {
  std::vector<ValueId> work;
  std::unordered_set<ValueId, ValueIdHash> seen(item.needs.begin(), item.needs.end());
  for (const auto &[v, here] : item.aliases)
    seen.insert(v);
  auto visit = [&](ValueId v) {
    if (seen.insert(v).second)
      work.push_back(v);
  };
  for (const Action &a : item.inner) {
    if (a.value == array || a.guard == array)
      return false;
    visit(a.value);
    visit(a.guard);
    for (ValueId i : a.indices)
      visit(i);
  }
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    const Node &n = g.node(v);
    if (n.op != Op::Index && !g.hasFree(v) && v < array)
      continue; // older than the array
    for (unsigned k = 0; k < n.operandCount; ++k) {
      ValueId o = g.operand(v, k);
      if (o == array) {
        if (n.op != Op::At || k != 0 || g.operand(v, 1) != index)
          return false;
      } else {
        visit(o);
      }
    }
  }
  return true;
}

/// What a loop that makes an array of one axis, each element in its own round, makes
/// there; invalid where the producer does anything else.
ValueId Scope::elementMade(const Producer &p) {
  if (p.nested || p.recurrence >= 0 || p.accumulator.valid() || !p.elements.empty() ||
      p.items.size() != 1 || g.rank(p.node) != 1)
    return {};
  const LoopItem &item = items[p.items[0]];
  if (!g.isConstant(item.guard) || !item.aliases.empty() || item.inner.size() != 1)
    return {};
  const Action &a = item.inner[0];
  if (!g.isConstant(a.guard))
    return {};
  const bool real = g.type(a.value).kind == Kind::Real;
  if (g.node(a.value).op == Op::Zeros)
    return real ? g.real(0) : g.integer(0);
  if (a.kind == Action::Kind::Element && a.covers && a.combine == Combine::Set)
    return a.value;
  // A sum of arrays that are 0 but at one element.
  if (a.kind != Action::Kind::Array || a.combine != Combine::Add || g.node(a.value).op != Op::Put ||
      g.operand(a.value, 1) != item.symbol || !coversOnce(item.symbol, item.lo, item.hi, a))
    return {};
  ValueId v = g.operand(a.value, 0);
  return real ? g.add(g.real(0), v) : v;
}

/// Whether a loop of the region `home` that needs the array `v` can run with the loop
/// that makes it.
bool Scope::joinsMaker(LoopItem &item, ValueId v, int home) {
  const Info *of = find(v);
  if (b.module.strict || !of || of->producer < 0 || of->home != home || item.recurrence >= 0 ||
      !item.symbol.valid() || g.type(v).scalar() || !item.aliases.empty())
    return false;
  const Producer &p = producers[static_cast<size_t>(of->producer)];
  if (p.items.size() != 1 || items[p.items[0]].symbol != item.symbol)
    return false;
  // A loop with states runs its rounds one after the other: it is better alone.
  for (const Recurrence &r : recurrences)
    if (r.opened.symbols[0] == item.symbol)
      return false;
  ValueId element = elementMade(p);
  return element.valid() && readsOnlyAt(item, v, item.symbol) && !mayFailInside(element, item);
}

/// The values that are read other than by loops that run with what makes them.
std::unordered_set<ValueId, ValueIdHash> Scope::readElsewhere() {
  std::unordered_set<ValueId, ValueIdHash> read;
  auto mark = [&](ValueId v) { read.insert(v); };
  auto markItem = [&](size_t k) {
    for (ValueId v : items[k].needs)
      if (!joined.count({k, v}))
        mark(v);
  };
  for (const Info &info : infos) {
    if (info.producer < 0) {
      forEachNeed(info, mark);
      continue;
    }
    const Producer &p = producers[static_cast<size_t>(info.producer)];
    for (ValueId v : p.needs)
      mark(v);
    for (size_t k : p.elements)
      mark(actions[k].value);
    for (size_t k : p.items)
      markItem(k);
  }
  for (const Action &a : actions)
    mark(a.value);
  for (size_t k = 0; k < items.size(); ++k)
    markItem(k);
  return read;
}

/// Loops that run with the makers of arrays get the elements in place of the reads.
void Scope::joinMakers(const std::unordered_set<ValueId, ValueIdHash> &elsewhere) {
  std::vector<size_t> order;
  for (const auto &[k, v] : joined)
    if (g.node(v).op != Op::State && (order.empty() || order.back() != k))
      order.push_back(k);
  std::unordered_set<size_t> done;
  // Makers first: what they make may be made of what they have joined themselves.
  while (!order.empty()) {
    const size_t k = order.back();
    if (done.count(k)) {
      order.pop_back();
      continue;
    }
    bool waiting = false;
    Substitution map;
    std::vector<ValueId> needs;
    for (ValueId v : items[k].needs) {
      if (g.node(v).op == Op::State || !joined.count({k, v})) {
        needs.push_back(v);
        continue;
      }
      Producer &p = producers[static_cast<size_t>(find(v)->producer)];
      const size_t maker = p.items[0];
      bool joins = false;
      for (ValueId o : items[maker].needs)
        joins = joins || (g.node(o).op != Op::State && joined.count({maker, o}));
      if (joins && !done.count(maker)) {
        order.push_back(maker);
        waiting = true;
        continue;
      }
      ValueId index[1] = {items[k].symbol};
      map.emplace(g.at(v, index), elementMade(p));
      needs.insert(needs.end(), items[maker].needs.begin(), items[maker].needs.end());
      p.stored = elsewhere.count(v) != 0;
    }
    if (waiting)
      continue;
    order.pop_back();
    done.insert(k);
    g.substitute(readsOf(items[k].inner), map);
    std::sort(needs.begin(), needs.end());
    needs.erase(std::unique(needs.begin(), needs.end()), needs.end());
    items[k].needs = std::move(needs);
  }
}

} // namespace gradus::lower
