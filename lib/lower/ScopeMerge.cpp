//===- ScopeMerge.cpp - a recurrence that is a part of another --------------------===//
//
// A gradient may read a recurrence that carries more than the value's own: the states of
// inner recurrences, kept for the way back. Where both are computed, the value reads
// the larger one.
//
//===--------------------------------------------------------------------===//

#include "lower/ScopeEmitter.h"

#include <algorithm>

namespace gradus::lower {

using namespace ir;

namespace {

/// Whether the states of `part` are the first of `whole`.
bool isPart(Graph &g, ValueId part, ValueId whole) {
  const unsigned states = g.stateCount(part);
  if (states >= g.stateCount(whole))
    return false;
  for (unsigned k = 0; k < 2; ++k)
    if (g.operand(part, k) != g.operand(whole, k))
      return false;
  for (unsigned k = 0; k < states; ++k)
    if (g.operand(part, 3 + k) != g.operand(whole, 3 + k))
      return false;
  const Opened w = g.open(whole);
  std::vector<ValueId> symbols(w.symbols.begin(), w.symbols.begin() + states + 1);
  const Opened p = g.openWith(part, symbols);
  return p.condition == w.condition &&
         std::equal(p.nexts.begin(), p.nexts.end(), w.nexts.begin());
}

} // namespace

void Scope::mergeRecurrences(std::vector<Action> &given) {
  for (;;) {
    std::vector<ValueId> roots, recurs;
    for (const Action &a : given) {
      roots.push_back(a.value);
      roots.push_back(a.guard);
      roots.insert(roots.end(), a.indices.begin(), a.indices.end());
    }
    for (ValueId v : g.reachable(roots, [&](ValueId v) { return isThere(v); }))
      if (g.node(v).op == Op::Recur && !isThere(v))
        recurs.push_back(v);
    Substitution map;
    for (ValueId part : recurs) {
      ValueId whole = part;
      for (ValueId v : recurs)
        if (g.stateCount(v) > g.stateCount(whole) && isPart(g, part, v))
          whole = v;
      if (whole == part)
        continue;
      map.emplace(part, whole);
      for (unsigned k = 0; k < g.stateCount(part); ++k) {
        map.emplace(g.lastState(part, k), g.lastState(whole, k));
        map.emplace(g.allStates(part, k), g.allStates(whole, k));
      }
    }
    if (map.empty())
      return;
    g.substitute(readsOf(given), map);
  }
}

} // namespace gradus::lower
