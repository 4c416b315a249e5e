//===- MachineRecurrences.h - nodes with state, step by step ------------------===//
#pragma once

#include "interpret/MachineLoops.h"

namespace gradus::interpret {

template <class T> bool Machine<T>::storeRow(Steps &steps, int64_t step) {
  if (!steps.keeps)
    return true;
  for (size_t k = 0; k < steps.states.size(); ++k) {
    const Slot &state = steps.states[k];
    Array &all = *steps.all[k];
    size_t size = 1;
    for (size_t d = 1; d < all.extent.size(); ++d)
      size *= static_cast<size_t>(all.extent[d]);
    auto first = static_cast<size_t>(step - all.lo[0]) * size;
    if (step - all.lo[0] >= all.extent[0])
      continue;
    bool real = g.type(steps.opened.starts[k]).kind == Kind::Real;
    for (size_t j = 0; j < size; ++j)
      if (real)
        all.data[first + j] = state.array ? state.array->data[j] : state.real;
      else
        all.whole[first + j] = state.array ? state.array->whole[j] : state.whole;
  }
  return true;
}

/// Room for all values of each state.
template <class T> bool Machine<T>::makeRows(ValueId v, Steps &steps) {
  int64_t rows = 0;
  if (__builtin_sub_overflow(steps.hi, steps.lo, &rows) || rows >= mostElements)
    return fail(v, fmt::format("a recurrence over {}..{} is too long", steps.lo, steps.hi));
  rows = std::max<int64_t>(rows + 2, 0);
  for (size_t k = 0; k < steps.states.size(); ++k) {
    auto all = std::make_shared<Array>();
    all->lo = {steps.lo - 1};
    all->extent = {rows};
    int64_t size = rows;
    if (const ArrayPointer &array = steps.states[k].array) {
      all->lo.insert(all->lo.end(), array->lo.begin(), array->lo.end());
      all->extent.insert(all->extent.end(), array->extent.begin(), array->extent.end());
      for (int64_t extent : array->extent)
        if (__builtin_mul_overflow(size, extent, &size) || size > mostElements)
          return fail(v, "the array of all states is too large");
    }
    if (g.type(steps.opened.starts[k]).kind == Kind::Real)
      all->data.assign(static_cast<size_t>(size), T(0));
    else
      all->whole.assign(static_cast<size_t>(size), 0);
    steps.all.push_back(std::move(all));
  }
  return storeRow(steps, steps.lo - 1);
}

/// The states get their values for the step that the scope on top stands at.
template <class T> void Machine<T>::setStates(const Steps &steps) {
  for (size_t k = 0; k < steps.states.size(); ++k)
    done(steps.opened.symbols[k + 1], Slot(steps.states[k]));
}

template <class T> bool Machine<T>::openRecurrence() {
  ValueId v = frames.back().node;
  const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  const size_t states = g.stateCount(v);
  if (!need(ops[0]) || !need(ops[1]) || !needAll(std::span(ops).subspan(3, states)))
    return true;
  auto steps = std::make_unique<Steps>();
  steps->opened = g.open(v);
  steps->lo = slot(ops[0]).whole;
  steps->hi = slot(ops[1]).whole;
  steps->at.assign(states + 1, 0);
  steps->at[0] = steps->lo;
  for (size_t k = 0; k < states; ++k)
    steps->states.push_back(slot(ops[3 + k]));
  steps->keeps = keepsAll.count(v.index) != 0;
  if (steps->keeps && !makeRows(v, *steps))
    return false;
  beginScope(steps->opened.symbols, steps->at);
  setStates(*steps);
  frames.back().steps = std::move(steps);
  return true;
}

/// One step of the recurrence on top: is it over, what comes next, onwards.
template <class T> bool Machine<T>::stepRecurrence() {
  Steps &steps = *frames.back().steps;
  bool over = steps.at[0] > steps.hi;
  if (!over) {
    if (!need(steps.opened.condition))
      return true;
    over = slot(steps.opened.condition).whole != 0;
  }
  if (!over) {
    if (!needAll(steps.opened.nexts))
      return true;
    std::vector<Slot> next;
    for (ValueId n : steps.opened.nexts)
      next.push_back(slot(n));
    steps.states = std::move(next);
    storeRow(steps, steps.at[0]);
    ++steps.at[0];
    moveScope(steps.at);
    setStates(steps);
    return true;
  }
  endScope();
  Slot value;
  value.whole = steps.at[0] - steps.lo;
  value.states = std::make_shared<std::vector<Slot>>(std::move(steps.states));
  for (ArrayPointer &all : steps.all)
    value.states->push_back(Slot{0, 0, T(0), std::move(all), nullptr});
  done(frames.back().node, std::move(value));
  pop();
  return true;
}

template <class T> bool Machine<T>::stepState(ValueId v) {
  ValueId recur = g.operand(v, 0);
  bool all = g.node(v).statePart() == ir::StatePart::All;
  const size_t states = g.stateCount(recur);
  if (all && keepsAll.insert(recur.index).second)
    slot(recur).stamp = 0; // it has been evaluated without
  if (!need(recur))
    return true;
  auto k = static_cast<size_t>(g.node(v).payload) + (all ? states : 0);
  done(v, Slot((*slot(recur).states)[k]));
  return true;
}

/// The operand that spoils a state (its element at `where`): what the first step
/// computes that leaves a state that is not finite; its scope stays open.
template <class T>
bool Machine<T>::findStep(ValueId v, std::vector<int64_t> where, ValueId &part) {
  EvalError ignored;
  ValueId recur = g.operand(v, 0);
  if (g.node(v).statePart() == ir::StatePart::All)
    where.erase(where.begin());
  const size_t states = g.stateCount(recur);
  if (keepsAll.insert(recur.index).second)
    slot(recur).stamp = 0;
  if (!run(recur, ignored))
    return false;
  const auto rows = slot(recur).states;
  Steps steps;
  steps.opened = g.open(recur);
  int64_t made = slot(recur).whole, lo = slot(g.operand(recur, 0)).whole;
  auto width = [&](size_t k) {
    const Array &all = *(*rows)[states + k].array;
    return all.extent[0] > 0 ? all.data.size() / static_cast<size_t>(all.extent[0]) : 0;
  };
  for (int64_t row = 0; row <= made; ++row)
    for (size_t k = 0; k < states; ++k) {
      const Array &all = *(*rows)[states + k].array;
      for (size_t j = 0; j < width(k); ++j) {
        const T &x = all.data[static_cast<size_t>(row) * width(k) + j];
        if (x - x == 0)
          continue;
        std::vector<int64_t> element(all.lo.begin() + 1, all.lo.end());
        size_t rest = j;
        for (size_t d = element.size(); d-- > 0;) {
          auto extent = static_cast<size_t>(all.extent[d + 1]);
          element[d] += static_cast<int64_t>(rest % extent);
          rest /= extent;
        }
        ValueId next = row == 0 ? steps.opened.starts[k] : steps.opened.nexts[k];
        if (row > 0) {
          steps.at.assign(states + 1, 0);
          steps.at[0] = lo + row - 1;
          for (size_t s = 0; s < states; ++s) {
            Slot state = (*rows)[s];
            const Array &from = *(*rows)[states + s].array;
            if (state.array) {
              state.array = std::make_shared<Array>(*state.array);
              size_t size = state.array->data.size() + state.array->whole.size();
              for (size_t e = 0; e < size; ++e)
                if (state.array->whole.empty())
                  state.array->data[e] = from.data[static_cast<size_t>(row - 1) * size + e];
                else
                  state.array->whole[e] = from.whole[static_cast<size_t>(row - 1) * size + e];
            } else if (!from.data.empty()) {
              state.real = from.data[static_cast<size_t>(row - 1)];
            } else {
              state.whole = from.whole[static_cast<size_t>(row - 1)];
            }
            steps.states.push_back(std::move(state));
          }
          beginScope(steps.opened.symbols, steps.at);
          setStates(steps);
        }
        if (!element.empty())
          return findPart(next, element, part);
        part = next;
        return true;
      }
    }
  return false;
}

} // namespace gradus::interpret
