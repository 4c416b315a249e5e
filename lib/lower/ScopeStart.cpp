//===- ScopeStart.cpp - recurrences that may fail before their first step ------===//
//
// The states of a recurrence are stored before the loop that reads them: they cost too
// much to be made where they are read. But the loop may read none: where its branch is
// not taken, where there are none. Then nobody asks for what the recurrence starts with
// either, and that is not looked at.
//
//===--------------------------------------------------------------------===//

#include "lower/ScopeEmitter.h"

#include <algorithm>

namespace gradus::lower {

using namespace ir;

bool Scope::stops(const Opened &recur) const {
  return !g.isConstant(recur.condition) || g.boolValue(recur.condition);
}

/// Whether the recurrence of an array of states cannot fail before its first step.
bool Scope::startsSurely(ValueId states) {
  const ValueId recur = g.operand(states, 0);
  const Node n = g.node(recur);
  for (unsigned k = 0; k < n.operandCount; ++k)
    if ((k < n.rangeOperands() || isStart(n, k)) && mayFail(g.operand(recur, k)))
      return false;
  return true;
}

/// Whether no step of the recurrence of an array of states can fail.
bool Scope::stepsSurely(ValueId states) {
  const Opened o = g.open(g.operand(states, 0));
  LoopItem step;
  step.symbol = o.symbols[0];
  return !mayFailInside(o.condition, step) &&
         std::none_of(o.nexts.begin(), o.nexts.end(),
                      [&](ValueId next) { return mayFailInside(next, step); });
}

/// The same states of a recurrence that starts with zeros unless the condition holds; one
/// that may stop does not begin then, and of `steps` all that may fail is left out.
ValueId Scope::startedIf(ValueId condition, ValueId states, bool steps) {
  const ValueId recur = g.operand(states, 0);
  const Opened o = g.open(recur);
  std::vector<ValueId> starts;
  for (ValueId start : o.starts)
    starts.push_back(mayFail(start) ? g.select(condition, start, nothing(start)) : start);
  std::vector<ValueId> nexts;
  for (ValueId next : o.nexts)
    nexts.push_back(steps && !stops(o) && mayFail(next)
                        ? g.select(condition, next, nothing(next))
                        : next);
  const ValueId stop =
      stops(o) ? g.logicalOr(g.logicalNot(condition), o.condition) : o.condition;
  const ValueId made = g.recur(o.symbols, o.ranges[0], stop, starts, nexts, g.isRemade(recur));
  const auto which = static_cast<unsigned>(g.node(states).payload);
  return g.node(states).statePart() == StatePart::All ? g.allStates(made, which)
                                                      : g.lastState(made, which);
}

/// Whether a recurrence that may stop makes its first step, where it reads the states of
/// another; invalid where that cannot be asked before.
ValueId Scope::firstStep(const Recurrence &r, ValueId states) {
  const Opened &o = r.opened;
  const Axis range = o.ranges[0];
  Substitution first{{o.symbols[0], range.lo}};
  for (size_t k = 0; k < o.starts.size(); ++k)
    first.emplace(o.symbols[k + 1], o.starts[k]);
  const ValueId begins = g.logicalAnd(runs(range.lo, range.hi),
                                      g.logicalNot(g.substitute(o.condition, first)));
  const std::vector<ValueId> reads = g.reachable({&begins, 1});
  // (It starts in any case.)
  if (mayFail(o.condition) || std::binary_search(reads.begin(), reads.end(), g.operand(states, 0)))
    return {};
  return begins;
}

/// What to store for an array of states that the loop reads, where a branch is taken, if
/// a condition is given. All loops find the same array if the recurrence starts surely
/// where it has a state, or if it has a step where they run. Else it is made in any case:
/// made where it is read, it would be made again for each index of the loop.
ValueId Scope::storedStates(ValueId states, ValueId condition, LoopItem &loop) {
  if (startsSurely(states))
    return condition.valid() && !stepsSurely(states) ? startedIf(condition, states, true) : states;
  const Opened o = g.open(g.operand(states, 0));
  const Axis range = o.ranges[0];
  if (mayFail(range.lo) || mayFail(range.hi))
    return states;
  ValueId some = always; // where there are no states nobody reads one
  if (g.node(states).statePart() == StatePart::All) {
    const Axis all = g.axesOf(states)[0];
    some = runs(all.lo, all.hi);
    LoopItem reading;
    reading.symbol = g.newSymbol(all.lo, all.hi);
    if (std::none_of(o.starts.begin(), o.starts.end(),
                     [&](ValueId start) { return mayFailInside(start, reading); }))
      return startedIf(some, states);
  }
  std::vector<ValueId> open = b.openSymbols;
  if (loop.symbol.valid())
    open.push_back(loop.symbol);
  if (b.bounds.nonNegative(g.sub(range.hi, range.lo), open))
    return startedIf(runs(range.lo, range.hi), states);
  return condition.valid() ? startedIf(condition, states, true) : startedIf(some, states);
}

/// Makes the loop read the states that are stored for it.
void Scope::readStored(LoopItem &loop) {
  if (loop.stored.empty())
    return;
  Substitution map;
  for (ValueId v : loop.needs)
    map.emplace(v, v);
  for (const auto &[v, here] : loop.aliases)
    map.emplace(v, v);
  map.insert(loop.stored.begin(), loop.stored.end());
  std::vector<ValueId *> reads = readsOf(loop.inner);
  if (loop.recurrence >= 0) {
    Opened &steps = recurrences[static_cast<size_t>(loop.recurrence)].opened;
    for (ValueId &next : steps.nexts)
      reads.push_back(&next);
    reads.push_back(&steps.condition);
  }
  g.substitute(reads, map);
}

} // namespace gradus::lower
