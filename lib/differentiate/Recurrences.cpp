//===- Recurrences.cpp - derivatives of nodes with state ----------------------===//

#include "differentiate/Recurrences.h"

#include "differentiate/AdjointArrays.h"

#include <algorithm>
#include <cassert>

namespace gradus::differentiate {

using namespace ir;

std::vector<bool> activeStates(Graph &g, Activity &activity, ValueId recur, const Opened &o) {
  const size_t states = o.starts.size();
  std::vector<bool> active(states);
  Activity without = activity; // as if no state were
  for (size_t k = 0; k < states; ++k)
    active[k] = g.type(o.starts[k]).kind == Kind::Real &&
                (without.active(o.starts[k]) || without.active(o.nexts[k]));
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t k = 0; k < states; ++k)
      for (size_t j = 0; j < states && !active[k]; ++j)
        if (active[j] && g.type(o.nexts[k]).kind == Kind::Real &&
            g.dependsOn(o.nexts[k], o.symbols[j + 1]))
          active[k] = changed = true;
  }
  for (size_t k = 0; k < states; ++k)
    activity.set(o.symbols[k + 1], active[k]);
  return active;
}

namespace {

ValueId nothing(Graph &g, Type type) { return type.scalar() ? g.real(0.0) : g.zeros(type); }

bool stopsEarly(const Graph &g, const Opened &o) {
  return !g.isConstant(o.condition) || g.boolValue(o.condition);
}

/// The last step that is made.
ValueId lastStep(Graph &g, ValueId recur, const Opened &o) {
  return stopsEarly(g, o) ? g.sub(g.add(o.ranges[0].lo, recur), g.integer(1)) : o.ranges[0].hi;
}

/// Whether lo-1 <= hi is certain, so that all states are an array with elements.
bool hasStart(const Graph &g, const Axis &range) {
  if (g.isConstant(range.lo) && g.isConstant(range.hi))
    return g.intValue(range.hi) >= g.intValue(range.lo) - 1;
  return g.isInt(range.lo, 1) && g.node(range.hi).op == Op::Input &&
         g.inputOf(range.hi).role == InputRole::Size;
}

/// One step of an array over all steps.
ValueId slice(Graph &g, ValueId all, ShapeId shape, ValueId step) {
  return g.elementwise(shape, [&](std::span<const ValueId> indices) {
    std::vector<ValueId> at{step};
    at.insert(at.end(), indices.begin(), indices.end());
    return g.at(all, at);
  });
}

/// Whether the array `v` is a copy of `of`, element by element.
bool copies(Graph &g, ValueId v, ValueId of) {
  if (v == of)
    return true;
  if (g.node(v).op != Op::Build || g.isOpenTerm(v) || g.type(v) != g.type(of))
    return false;
  const Opened o = g.open(v);
  if (g.node(o.body).op != Op::At || g.operand(o.body, 0) != of)
    return false;
  const auto at = g.operands(o.body).subspan(1);
  return std::equal(at.begin(), at.end(), o.symbols.begin(), o.symbols.end());
}

/// Values of a step that the way back reads are kept over all steps as more states, that
/// no step reads, instead of made a second time; nothing is made of a branch that a step
/// does not take. Returns the recurrence with these (or `recur`), and adds to `place` where
/// they are at step t.
ValueId remember(Graph &g, ValueId recur, const Opened &o, ValueId t,
                 const std::vector<ValueId> &values, Substitution &place) {
  std::vector<ValueId> symbols = o.symbols, starts = o.starts, nexts = o.nexts;
  std::vector<std::pair<ValueId, unsigned>> at;
  for (ValueId v : values) {
    unsigned k = 0;
    while (k < nexts.size() && !copies(g, nexts[k], v))
      ++k;
    if (k >= 250)
      continue;
    at.push_back({v, k});
    if (k < nexts.size())
      continue;
    const Type type = g.type(v);
    symbols.push_back(g.newState(type));
    starts.push_back(type == Type{Kind::Int, 0} ? g.integer(0) : nothing(g, type));
    nexts.push_back(g.select(branchOf(g, o.nexts, v), v, starts.back()));
  }
  if (nexts.size() > o.nexts.size())
    recur = g.recur(symbols, o.ranges[0], o.condition, starts, nexts, o.remade);
  for (auto [v, k] : at)
    place.emplace(v, g.stateAt(recur, k, t));
  return recur;
}

} // namespace

ReversedRecurrence
reverseRecurrence(Graph &g, ValueId recur, std::span<const StateAdjoints> adjoints,
                  const std::vector<bool> &active, Storing storing,
                  const std::function<Contributions(const Contributions &)> &reverse) {
  const Opened o = g.open(recur);
  const Axis range = o.ranges[0];
  const ValueId last = lastStep(g, recur, o), one = g.integer(1);
  ReversedRecurrence result;
  result.range = range;
  result.step = g.newSymbol(range.lo, range.hi, g.symbol(o.symbols[0]).name);
  const ValueId k = result.step;
  const ValueId t = g.sub(g.add(range.lo, last), k), before = g.sub(t, one);

  std::vector<ValueId> symbols{k};
  std::vector<unsigned> own(active.size());
  Contributions seeds;
  ValueId always = g.boolean(true);
  for (unsigned j = 0; j < active.size(); ++j) {
    if (!active[j])
      continue;
    own[j] = static_cast<unsigned>(symbols.size() - 1);
    symbols.push_back(g.newState(g.type(o.starts[j])));
    seeds.push_back({o.nexts[j], {symbols.back(), always}});
  }
  const Contributions reached = reverse(seeds);

  // Where the states and the step have the values that they had.
  Substitution place{{o.symbols[0], t}};
  const ValueId way = remember(
      g, recur, o, t, valuesToKeep(g, o, reached, std::span(symbols).subspan(1), storing), place);
  for (unsigned j = 0; j < active.size(); ++j)
    place.emplace(o.symbols[j + 1], g.stateAt(way, j, before));

  auto there = [&](const Adjoint &a, const Substitution &map) {
    return Adjoint{g.substitute(a.value, map), g.substitute(a.guard, map),
                   a.runs.valid() ? g.substitute(a.runs, map) : a.runs};
  };
  std::vector<ValueId> starts, nexts;
  for (unsigned j = 0; j < active.size(); ++j) {
    if (!active[j])
      continue;
    const Type type = g.type(o.starts[j]);
    ValueId start = adjoints[j].last.valid() ? adjoints[j].last : nothing(g, type);
    ValueId next;
    for (const auto &[v, a] : reached)
      if (v == o.symbols[j + 1]) {
        Adjoint here = there(a, place);
        next = g.select(here.guard, here.value, nothing(g, type));
      }
    if (adjoints[j].all.valid()) {
      ValueId atEnd = slice(g, adjoints[j].all, type.shape, last);
      if (!hasStart(g, range))
        atEnd = g.select(g.lessEqual(g.sub(range.lo, one), range.hi), atEnd, nothing(g, type));
      start = adjoints[j].last.valid() ? g.add(start, atEnd) : atEnd;
      ValueId passing = slice(g, adjoints[j].all, type.shape, before);
      next = next.valid() ? g.add(next, passing) : passing;
    }
    starts.push_back(elementByElement(g, start));
    nexts.push_back(next.valid() ? elementByElement(g, next) : nothing(g, type));
  }
  const ValueId over = stopsEarly(g, o) ? g.less(last, k) : g.boolean(false);
  const ValueId reversed = g.recur(symbols, range, over, starts, nexts, o.remade);

  for (unsigned j = 0; j < active.size(); ++j)
    if (active[j]) {
      result.starts.push_back({o.starts[j], {g.lastState(reversed, own[j]), always}});
      place.emplace(symbols[own[j] + 1], g.stateAt(reversed, own[j], g.sub(k, one)));
    }
  for (const auto &[v, a] : reached) {
    bool state = false;
    for (size_t j = 1; j < o.symbols.size(); ++j)
      state = state || v == o.symbols[j];
    if (state)
      continue;
    Adjoint here = there(a, place);
    if (stopsEarly(g, o))
      here.guard = g.logicalAnd(g.logicalNot(over), here.guard);
    result.inside.push_back({v, here});
  }
  return result;
}

ValueId tangentRecurrence(Graph &g, ValueId recur, const std::vector<bool> &active,
                          std::span<const ValueId> stateTangents,
                          const std::function<ValueId(ValueId)> &tangent) {
  const Opened o = g.open(recur);
  const Axis range = o.ranges[0];
  const ValueId before = g.sub(o.symbols[0], g.integer(1));
  Substitution place;
  for (unsigned j = 0; j < active.size(); ++j)
    place.emplace(o.symbols[j + 1], g.stateAt(recur, j, before));
  std::vector<ValueId> symbols{o.symbols[0]}, starts, nexts;
  for (unsigned j = 0; j < active.size(); ++j) {
    if (!active[j])
      continue;
    const Type type = g.type(o.starts[j]);
    symbols.push_back(stateTangents[symbols.size() - 1]);
    ValueId start = tangent(o.starts[j]), next = tangent(o.nexts[j]);
    starts.push_back(start.valid() ? start : nothing(g, type));
    nexts.push_back(next.valid() ? g.substitute(next, place) : nothing(g, type));
  }
  ValueId over = g.boolean(false);
  if (stopsEarly(g, o))
    over = g.less(lastStep(g, recur, o), o.symbols[0]);
  return g.recur(symbols, range, over, starts, nexts, o.remade);
}

} // namespace gradus::differentiate
