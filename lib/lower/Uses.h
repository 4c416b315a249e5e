//===- Uses.h - under which conditions a loop reads a value (private) ----------===//
#pragma once

#include "ir/Graph.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <vector>

namespace gradus::lower {

/// Conditions that hold wherever a value is read: those of loops that run around it and
/// of choices, in the order in which they may be looked at.
class Guards {
public:
  explicit Guards(ir::Graph &graph) : g(graph), sets{{{}, graph.boolean(true)}} {}

  ir::ValueId condition(uint32_t set) const { return sets[set].all; }
  uint32_t with(uint32_t set, ir::ValueId condition) {
    const std::vector<ir::ValueId> &had = sets[set].conditions;
    if (g.isConstant(condition) || std::find(had.begin(), had.end(), condition) != had.end())
      return set;
    auto [it, fresh] = found.try_emplace({set, condition}, static_cast<uint32_t>(sets.size()));
    if (fresh) {
      Set longer{had, g.logicalAnd(sets[set].all, condition)};
      longer.conditions.push_back(condition);
      sets.push_back(std::move(longer));
    }
    return it->second;
  }
  /// Whether all conditions of `weaker` are among those of `set`.
  bool implies(uint32_t set, uint32_t weaker) const {
    const std::vector<ir::ValueId> &has = sets[set].conditions, &asked = sets[weaker].conditions;
    return std::all_of(asked.begin(), asked.end(), [&](ir::ValueId c) {
      return std::find(has.begin(), has.end(), c) != has.end();
    });
  }

private:
  struct Set {
    std::vector<ir::ValueId> conditions;
    ir::ValueId all;
  };
  ir::Graph &g;
  std::vector<Set> sets;
  std::map<std::pair<uint32_t, ir::ValueId>, uint32_t> found;
};

/// How the body of a loop reads a value under some guards.
struct Use {
  /// Always: each run that meets the guards reads it. Chosen: the same, and choices are
  /// among the guards.
  enum Kind : uint8_t { Perhaps, Chosen, Always } kind;
  uint32_t guards;
  bool written; ///< an array that the body writes somewhere, not one that it reads
  bool operator==(const Use &) const = default;
};

/// The uses of each value. Values are taken users first, so that all uses of one are
/// known when it is its turn.
class Uses {
public:
  void add(ir::ValueId v, Use use) {
    constexpr size_t mostUses = 8;
    auto [it, fresh] = uses.try_emplace(v);
    if (fresh) {
      order.push_back(v);
      std::push_heap(order.begin(), order.end());
    }
    std::vector<Use> &known = it->second;
    if (std::find(known.begin(), known.end(), use) != known.end())
      return;
    if (known.size() >= mostUses)
      use = {Use::Perhaps, 0, use.written};
    if (std::find(known.begin(), known.end(), use) == known.end())
      known.push_back(use);
  }
  bool empty() const { return order.empty(); }
  std::pair<ir::ValueId, std::vector<Use>> take() {
    std::pop_heap(order.begin(), order.end());
    auto entry = uses.extract(order.back());
    order.pop_back();
    return {entry.key(), std::move(entry.mapped())};
  }

private:
  std::unordered_map<ir::ValueId, std::vector<Use>, ir::ValueIdHash> uses;
  std::vector<ir::ValueId> order;
};

} // namespace gradus::lower
