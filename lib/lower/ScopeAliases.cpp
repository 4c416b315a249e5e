//===- ScopeAliases.cpp - values that are computed under a condition -----------===//
//
// What may fail and is computed before a loop is computed only if the loop reads
// it: the loop reads select(condition, v, 0) wherever its text says v.
//
//===--------------------------------------------------------------------===//

#include "lower/ScopeEmitter.h"

#include <algorithm>

namespace gradus::lower {

using namespace ir;

/// Loops that become one may find a value computed under different conditions, or
/// compute it themselves: what all that read it find in one place.
Scope::Aliases Scope::sharedAliases(const std::vector<size_t> &group) const {
  Aliases shared;
  for (size_t k : group)
    for (const auto &alias : items[k].aliases)
      if (std::find(shared.begin(), shared.end(), alias) == shared.end())
        shared.push_back(alias);
  if (shared.empty())
    return shared;
  std::erase_if(shared, [&](const auto &alias) {
    return std::any_of(group.begin(), group.end(), [&](size_t k) {
      const Aliases &own = items[k].aliases;
      if (std::find(own.begin(), own.end(), alias) != own.end())
        return false;
      std::vector<ValueId> roots;
      for (const Action &a : items[k].inner) {
        roots.push_back(a.value);
        roots.push_back(a.guard);
        roots.insert(roots.end(), a.indices.begin(), a.indices.end());
      }
      const std::vector<ValueId> read = g.reachable(roots);
      return std::binary_search(read.begin(), read.end(), alias.first);
    });
  });
  return shared;
}

/// Actions of a loop that read the others where this loop finds them.
std::vector<Action> Scope::withAliases(std::vector<Action> given, const LoopItem &item,
                                       const Aliases &shared) {
  if (std::all_of(item.aliases.begin(), item.aliases.end(), [&](const auto &alias) {
        return std::find(shared.begin(), shared.end(), alias) != shared.end();
      }))
    return given;
  Substitution map;
  for (ValueId v : item.needs)
    map.emplace(v, v);
  for (const auto &alias : item.aliases) {
    bool common = std::find(shared.begin(), shared.end(), alias) != shared.end();
    map.emplace(alias.first, common ? alias.first : alias.second);
  }
  // Another name for the number of steps is none for the states.
  for (const auto &[inside, here] : item.aliases)
    if (g.node(inside).op == Op::Recur)
      for (unsigned k = 0; k < g.stateCount(inside); ++k)
        for (ValueId state : {g.lastState(inside, k), g.allStates(inside, k)})
          map.emplace(state, state);
  g.substitute(readsOf(given), map);
  return given;
}

/// What a loop or a scope reads, where it is computed under a condition. In the scope
/// `known` holds.
void Scope::bindAliases(const Aliases &aliases, ValueId known) {
  for (auto [inside, here] : aliases)
    if (g.type(inside).scalar()) {
      b.bind(inside, b.bound(here));
      if (g.node(here).op != Op::Select || g.operand(here, 0) != known)
        b.conditional.insert(inside);
    } else if (b.hasArray(here)) {
      b.bindArray(inside, b.arrayOf(here));
    }
}

} // namespace gradus::lower
