//===- KeptValues.cpp - what a step has computed and the way back reads ---------===//

#include "differentiate/KeptValues.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace gradus::differentiate {

using namespace ir;

namespace {

using Nodes = std::unordered_set<ValueId, ValueIdHash>;

/// Of ranges whose ends are not constants.
constexpr double unknownTrips = 8;

/// Operations, for one number kept, from which on it is kept. A number that is written
/// and read takes about as long as some of them; where tangents will be made again too,
/// they are about three times as many for twice the numbers.
double leastGain(Storing storing) { return storing == Storing::Tangents ? 3 : 8; }

class Keeper {
public:
  Keeper(Graph &graph, const Opened &opened, std::span<const ValueId> adjoints)
      : g(graph), o(opened), adjointSymbols(adjoints) {}

  /// Where adjoints read values of the step alone.
  void read(const Contributions &reached) {
    Nodes seen;
    std::vector<ValueId> work;
    auto visit = [&](ValueId v) {
      if (g.hasFree(v) && seen.insert(v).second)
        work.push_back(v);
    };
    for (const auto &[v, a] : reached) {
      visit(a.value);
      visit(a.guard);
    }
    while (!work.empty()) {
      ValueId v = work.back();
      work.pop_back();
      if (ofTheStep(v) && !g.isOpenTerm(v)) {
        need(v);
        continue;
      }
      for (ValueId operand : g.operands(v))
        visit(operand);
    }
    while (!needed.empty()) {
      ValueId v = needed.back();
      needed.pop_back();
      for (ValueId part : parts(v))
        need(part);
    }
  }

  std::vector<ValueId> innerStates() {
    std::vector<ValueId> found;
    // The number of steps is not kept: who reads it needs the recurrence itself.
    for (const auto &[v, uses] : count)
      if (g.node(v).op == Op::State && !g.isRemade(g.operand(v, 0)) && closedAxes(v))
        found.push_back(v);
    std::sort(found.begin(), found.end());
    return found;
  }

  /// The last ones first: with these, less of those before is needed.
  std::vector<ValueId> dearValues(double least) {
    const std::vector<ValueId> all = g.reachable(o.nexts);
    const Nodes made(all.begin(), all.end());
    std::unordered_map<ShapeId, Nodes> always;
    auto isAlwaysMade = [&](ValueId v) {
      auto [it, fresh] = always.try_emplace(g.type(v).shape);
      if (fresh)
        it->second = madeInAnyCase(g.axesOf(v));
      return it->second.count(v) != 0;
    };
    std::vector<ValueId> order, found;
    for (const auto &[v, uses] : count)
      if (g.type(v).kind == Kind::Real && g.node(v).op != Op::State &&
          g.node(v).op != Op::Index && made.count(v) && closedAxes(v) && isAlwaysMade(v))
        order.push_back(v);
    std::sort(order.begin(), order.end(), std::greater<>());
    for (ValueId v : order) {
      if (count.at(v) == 0)
        continue; // who read it has been kept
      std::vector<ValueId> spared;
      if (gain(v, made, spared) >= least * elements(v)) {
        found.push_back(v);
        continue;
      }
      for (ValueId part : spared)
        ++count.at(part);
    }
    std::reverse(found.begin(), found.end());
    return found;
  }

private:
  bool ofTheStep(ValueId v) const {
    return g.dependsOnAny(v, o.symbols) && !g.dependsOnAny(v, adjointSymbols);
  }
  bool closedAxes(ValueId v) const {
    const std::vector<Axis> &axes = g.axesOf(v);
    return std::none_of(axes.begin(), axes.end(), [&](const Axis &axis) {
      return g.hasFree(axis.lo) || g.hasFree(axis.hi);
    });
  }

  void need(ValueId v) {
    if (count[v]++ == 0)
      needed.push_back(v);
  }

  /// What of the step v is made of, through the bodies of its loops.
  const std::vector<ValueId> &parts(ValueId v) {
    auto [it, fresh] = partsOf.try_emplace(v);
    if (!fresh || g.node(v).op == Op::State || g.node(v).op == Op::Index)
      return it->second;
    std::vector<ValueId> work{v}, found;
    Nodes seen;
    while (!work.empty()) {
      ValueId w = work.back();
      work.pop_back();
      for (ValueId operand : g.operands(w)) {
        if (!g.hasFree(operand) || !seen.insert(operand).second)
          continue;
        if (g.isOpenTerm(operand))
          work.push_back(operand);
        else if (ofTheStep(operand))
          found.push_back(operand);
      }
    }
    return partsOf[v] = std::move(found);
  }

  /// What each step makes in any case, not under a condition, where it may not be made or
  /// may fail. Loops count that certainly run, and those over `ranges`: a value over the
  /// same range has no elements where they do not run.
  Nodes madeInAnyCase(const std::vector<Axis> &ranges) const {
    Nodes made;
    std::vector<ValueId> work(o.nexts.begin(), o.nexts.end());
    while (!work.empty()) {
      ValueId v = work.back();
      work.pop_back();
      if (!made.insert(v).second)
        continue;
      const Node &n = g.node(v);
      const auto operands = g.operands(v);
      size_t some = n.operandCount;
      if (n.op == Op::Select ||
          (n.op == Op::Prim && (n.prim() == Prim::And || n.prim() == Prim::Or)))
        some = 1;
      else if (n.op == Op::Recur)
        some = n.rangeOperands();
      for (unsigned k = 0; k < n.binders && n.op != Op::Recur; ++k) {
        const Axis range{operands[2 * k], operands[2 * k + 1]};
        const bool runs = g.isConstant(range.lo) && g.isConstant(range.hi) &&
                          g.intValue(range.lo) <= g.intValue(range.hi);
        if (!runs && std::find(ranges.begin(), ranges.end(), range) == ranges.end())
          some = n.rangeOperands();
      }
      if (n.op == Op::Reduce && !g.isConstant(operands[2]))
        some = n.rangeOperands() + 1;
      for (ValueId operand : operands.first(some))
        work.push_back(operand);
    }
    return made;
  }

  double trips(ValueId lo, ValueId hi) const {
    if (!g.isConstant(lo) || !g.isConstant(hi))
      return unknownTrips;
    return std::max<double>(0, static_cast<double>(g.intValue(hi) - g.intValue(lo) + 1));
  }
  double elements(ValueId v) const {
    double all = 1;
    for (const Axis &axis : g.axesOf(v))
      all *= trips(axis.lo, axis.hi);
    return std::max(all, 1.0);
  }

  /// Operations of the node itself; of a loop, those of its body.
  double ownCost(ValueId v) {
    const Node &n = g.node(v);
    switch (n.op) {
    case Op::Prim:
      // What is written out shares its dear part, an exponential, with its slope.
      if (info(n.prim()).lowering == Lowering::Expanded)
        return 4;
      return n.type.kind == Kind::Real ? info(n.prim()).cost * elements(v) : 0;
    case Op::Select:
      return n.type.kind == Kind::Real ? elements(v) : 0;
    case Op::Matrix:
      return unknownTrips * unknownTrips * elements(v);
    case Op::Reduce:
    case Op::Build: {
      double rounds = 1;
      for (unsigned k = 0; k < n.binders; ++k)
        rounds *= trips(g.operand(v, 2 * k), g.operand(v, 2 * k + 1));
      double body = n.op == Op::Reduce ? 1 : 0;
      std::vector<ValueId> work{v};
      Nodes seen;
      while (!work.empty()) {
        ValueId w = work.back();
        work.pop_back();
        if (w != v) {
          body += ownCost(w);
          if (g.node(w).binders != 0)
            continue; // it has counted its body
        }
        for (ValueId operand : g.operands(w))
          if (g.isOpenTerm(operand) && seen.insert(operand).second)
            work.push_back(operand);
      }
      return rounds * body;
    }
    default:
      return 0;
    }
  }

  /// Operations that need not be made a second time when v is kept. What only v needs
  /// loses its uses, and `spared` says who.
  double gain(ValueId v, const Nodes &made, std::vector<ValueId> &spared) {
    double total = 0;
    std::vector<ValueId> work{v};
    while (!work.empty()) {
      ValueId w = work.back();
      work.pop_back();
      if (made.count(w))
        total += ownCost(w);
      for (ValueId part : parts(w)) {
        spared.push_back(part);
        if (--count.at(part) == 0)
          work.push_back(part);
      }
    }
    return total;
  }

  Graph &g;
  const Opened &o;
  std::span<const ValueId> adjointSymbols;
  std::unordered_map<ValueId, unsigned, ValueIdHash> count; ///< uses by what is made again
  std::vector<ValueId> needed;
  std::unordered_map<ValueId, std::vector<ValueId>, ValueIdHash> partsOf;
};

} // namespace

std::vector<ValueId> valuesToKeep(Graph &g, const Opened &o, const Contributions &reached,
                                  std::span<const ValueId> adjointSymbols, Storing storing) {
  Keeper keeper(g, o, adjointSymbols);
  keeper.read(reached);
  std::vector<ValueId> found = keeper.innerStates();
  if (storing != Storing::States)
    for (ValueId v : keeper.dearValues(leastGain(storing)))
      found.push_back(v);
  return found;
}

ValueId branchOf(Graph &g, std::span<const ValueId> roots, ValueId v) {
  const ValueId always = g.boolean(true);
  std::map<ValueId, ValueId> conditions; // of what is still to be taken, users last
  auto readUnder = [&](ValueId part, ValueId condition) {
    auto [it, fresh] = conditions.try_emplace(part, condition);
    if (!fresh && it->second != condition)
      it->second = always;
  };
  for (ValueId root : roots)
    readUnder(root, always);
  while (!conditions.empty()) {
    const auto [user, here] = *conditions.rbegin();
    conditions.erase(user);
    if (user == v)
      return here;
    const Node n = g.node(user);
    const bool select = n.op == Op::Select;
    const bool branches =
        select || (n.op == Op::Prim && (n.prim() == Prim::And || n.prim() == Prim::Or));
    for (unsigned k = 0; k < n.operandCount; ++k) {
      ValueId condition = here;
      if (const ValueId c = g.operand(user, 0); branches && k > 0 && !g.isOpenTerm(c)) {
        const bool holds = select ? k == 1 : n.prim() == Prim::And;
        condition = g.logicalAnd(here, holds ? c : g.logicalNot(c));
      }
      readUnder(g.operand(user, k), condition);
    }
  }
  return always;
}

} // namespace gradus::differentiate
