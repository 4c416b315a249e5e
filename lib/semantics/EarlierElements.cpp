//===- EarlierElements.cpp - arrays that read their own earlier elements ---------===//
//
// let y[i in 1..n] = if i == 1 then a else c*y[i-1] + u[i]
//
// Inside its value the name stands for a state. Where all reads are a fixed
// number of elements back, the states of a recurrence are these elements, and
// the array is all values of the first. Otherwise the state is the whole array,
// to which each step adds one element.
//
//===--------------------------------------------------------------------===//

#include "ir/Rewrite.h"
#include "semantics/Elaborate.h"

#include <algorithm>
#include <fmt/core.h>
#include <unordered_set>

namespace gradus::semantics {

using ir::Axis;
using ir::Kind;
using ir::Op;

/// The value of `y` in the definition of y; an error elsewhere.
Value Elaborator::earlierElements(Entity &entity, SourceRange use) {
  for (Growing &growing : context_.growing) {
    if (growing.entity != &entity)
      continue;
    if (growing.axes.size() != 1)
      return notYet(use, fmt::format("the array '{}' of several indices that reads its own elements",
                                     entity.name));
    if (!growing.self.valid())
      growing.self = graph_.newState({Kind::Real, graph_.shape(growing.axes)}, entity.name);
    return Value::array(growing.self);
  }
  return error(Diag::CyclicDefinition, use, fmt::format("'{}' is defined by itself", entity.name),
               fmt::format("its own elements can be read in its definition at {}, as in {}[i-1]",
                           placeOf(entity.range), entity.name));
}

/// The index of a read of an earlier element; invalid after a message. What is not
/// seen to be earlier is checked when it is read.
ValueId Elaborator::earlierIndex(ValueId self, ValueId index, SourceRange place, SourceRange array,
                                 SourceRange whole) {
  for (const Growing &growing : context_.growing) {
    if (growing.self != self || growing.symbols.empty())
      continue;
    const ValueId i = growing.symbols[0], before = graph_.sub(i, graph_.integer(1));
    bool earlier = false;
    if (outside(index, {growing.axes[0].lo, before}, true, place, array, whole, earlier))
      return {};
    if (earlier)
      return index;
    ++riskyReads_;
    return graph_.select(graph_.less(index, i), index,
                         graph_.add(growing.axes[0].hi, graph_.integer(1)));
  }
  return index;
}

/// `array` is the Build of the elements, which read `self`.
Value Elaborator::inOrder(ValueId array, ValueId self, const std::string &name) {
  constexpr int64_t mostStates = 8;
  const ir::Opened o = graph_.open(array);
  const ValueId i = o.symbols[0];
  const Axis axis = o.ranges[0];
  // How far back the reads go.
  int64_t farthest = 0;
  bool fixed = true;
  std::vector<ValueId> work{o.body};
  std::unordered_set<ValueId, ir::ValueIdHash> seen{o.body};
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    for (unsigned k = 0; k < graph_.node(v).operandCount; ++k) {
      ValueId operand = graph_.operand(v, k);
      if (operand == self) {
        bool element = graph_.node(v).op == Op::At;
        ValueId back = element ? graph_.sub(i, graph_.operand(v, 1)) : ValueId{};
        fixed = fixed && element && graph_.isConstant(back) && graph_.intValue(back) >= 1 &&
                graph_.intValue(back) <= mostStates;
        if (fixed)
          farthest = std::max(farthest, graph_.intValue(back));
      } else if (seen.insert(operand).second) {
        work.push_back(operand);
      }
    }
  }
  if (!fixed) {
    ValueId element = graph_.put(graph_.type(array).shape, {&i, 1}, o.body);
    const ValueId symbols[] = {i, self}, start[] = {graph_.zeros(graph_.type(array))},
                  next[] = {graph_.add(self, element)};
    return Value::array(
        graph_.lastState(graph_.recur(symbols, axis, graph_.boolean(false), start, next), 0));
  }
  std::vector<ValueId> symbols{i}, starts, nexts;
  for (int64_t back = 1; back <= farthest; ++back) {
    symbols.push_back(graph_.newState({Kind::Real, 0}, back == 1 ? name : std::string()));
    starts.push_back(graph_.real(0.0));
  }
  ir::RewriteRule rule;
  rule.applies = [&](ValueId v) {
    return graph_.node(v).op == Op::At && graph_.operand(v, 0) == self;
  };
  rule.replace = [&](ValueId v) {
    if (!rule.applies(v))
      return v;
    return symbols[static_cast<size_t>(graph_.intValue(graph_.sub(i, graph_.operand(v, 1))))];
  };
  nexts.push_back(ir::rewrite(graph_, {&o.body, 1}, rule)[0]);
  nexts.insert(nexts.end(), symbols.begin() + 1, symbols.end() - 1);
  ValueId recur = graph_.recur(symbols, axis, graph_.boolean(false), starts, nexts);
  // Without the element before the first.
  ValueId all = graph_.allStates(recur, 0);
  ValueId elements = graph_.elementwise(
      graph_.type(array).shape, [&](std::span<const ValueId> at) { return graph_.at(all, at); });
  return Value::array(graph_.keep(elements));
}

} // namespace gradus::semantics
