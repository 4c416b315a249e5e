//===- EarlierElements.cpp - arrays that read their own earlier elements ---------===//
//
// let y[i in 1..n] = if i == 1 then a else c*y[i-1] + u[i]
//
// Inside its value the name stands for a state. Where all reads are a fixed
// number of elements back, the states of a recurrence are these elements, and
// the array is all values of the first. Otherwise the state is the whole array,
// to which each step adds one element. Of an array of several indices the state is
// all rows before, and within a step the row in the making is one of its own:
//
// let L[i in 1..n, j in 1..i] = (A[i,j] - sum(k in 1..j-1) L[i,k]*L[j,k])/...
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
    if (!growing.self.valid())
      growing.self = graph_.newState({Kind::Real, graph_.shape(growing.axes)}, entity.name);
    return Value::array(growing.self);
  }
  return error(Diag::CyclicDefinition, use, fmt::format("'{}' is defined by itself", entity.name),
               fmt::format("its own elements can be read in its definition at {}, as in {}[i-1]",
                           placeOf(entity.range), entity.name));
}

/// Whether the element at `indices` comes before the one that is being elaborated:
/// an earlier row, or not a later one and an earlier element of it.
bool Elaborator::surelyBefore(const Growing &growing, std::span<const ValueId> indices,
                              size_t axis, SourceRange place) {
  auto atMost = [&](ValueId end) {
    bool inside = false;
    ++context_.guards; // no message when it is not
    outside(indices[axis], {growing.axes[axis].lo, end}, true, place, place, place, inside);
    --context_.guards;
    return inside;
  };
  const ValueId here = growing.symbols[axis];
  if (atMost(graph_.sub(here, graph_.integer(1))))
    return true;
  return axis + 1 < indices.size() && (indices[axis] == here || atMost(here)) &&
         surelyBefore(growing, indices, axis + 1, place);
}

/// Of a read of an earlier element; false after a message. What is not seen to be
/// earlier is checked when it is read.
bool Elaborator::earlierIndices(ValueId self, std::vector<ValueId> &indices, SourceRange place,
                                SourceRange array, SourceRange whole) {
  for (const Growing &growing : context_.growing) {
    if (growing.self != self || growing.symbols.size() != indices.size())
      continue;
    if (surelyBefore(growing, indices, 0, place))
      return true;
    bool earlier = false;
    const ValueId before = graph_.sub(growing.symbols[0], graph_.integer(1));
    if (indices.size() == 1 && outside(indices[0], {growing.axes[0].lo, before}, true, place,
                                       array, whole, earlier))
      return false;
    ++riskyReads_;
    ValueId sooner;
    for (size_t k = indices.size(); k-- > 0;) {
      ValueId less = graph_.less(indices[k], growing.symbols[k]);
      sooner = sooner.valid()
                   ? graph_.logicalOr(less, graph_.logicalAnd(
                                                graph_.equal(indices[k], growing.symbols[k]), sooner))
                   : less;
    }
    indices[0] = graph_.select(sooner, indices[0],
                               graph_.add(growing.axes[0].hi, graph_.integer(1)));
  }
  return true;
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

/// The same of several indices. With the first d of them given, a part of rank r-d is in
/// the making, a state of its own where elements of it are read: a matrix is made row
/// by row, and a row that reads itself element by element.
Value Elaborator::rowsInOrder(ValueId array, ValueId self, const std::string &name) {
  const ir::Opened o = graph_.open(array);
  const size_t rank = o.symbols.size();
  std::vector<ir::Type> types{graph_.type(array)};
  for (size_t d = 1; d < rank; ++d)
    types.push_back({Kind::Real, graph_.shape({o.ranges.begin() + static_cast<long>(d),
                                               o.ranges.end()})});
  std::vector<ValueId> made; // the part with the first d indices given, so far
  for (const ir::Type &type : types)
    made.push_back(graph_.newState(type, name));
  size_t deepest = 0;
  ir::RewriteRule rule;
  rule.applies = [&](ValueId v) {
    return graph_.node(v).op == Op::At && graph_.operand(v, 0) == self;
  };
  rule.replace = [&](ValueId v) {
    if (!rule.applies(v))
      return v;
    const std::vector<ValueId> indices(graph_.operands(v).begin() + 1, graph_.operands(v).end());
    auto from = [&](auto &&again, size_t d) -> ValueId {
      deepest = std::max(deepest, d);
      ValueId before = graph_.at(made[d], std::span(indices).subspan(d));
      const ValueId here = graph_.equal(indices[d], o.symbols[d]);
      if (d + 1 == rank || (graph_.isConstant(here) && !graph_.boolValue(here)))
        return before;
      return graph_.select(here, again(again, d + 1), before);
    };
    return from(from, 0);
  };
  ValueId element = ir::rewrite(graph_, {&o.body, 1}, rule)[0];
  // Of the innermost part the elements behind its first index do not read each other.
  std::vector<ValueId> at = o.symbols;
  for (size_t d = deepest + 1; d-- > 0;) {
    ValueId added = graph_.put(types[d].shape, std::span(at).subspan(d), element);
    for (size_t k = rank; k-- > d + 1;)
      added = graph_.reduce(ir::ReduceOp::Sum, at[k], o.ranges[k].lo, o.ranges[k].hi,
                            graph_.boolean(true), added);
    const ValueId symbols[] = {o.symbols[d], made[d]}, start[] = {graph_.zeros(types[d])},
                  next[] = {graph_.add(made[d], added)};
    ValueId all = graph_.lastState(
        graph_.recur(symbols, o.ranges[d], graph_.boolean(false), start, next), 0);
    if (d == 0)
      return Value::array(all);
    for (size_t k = d; k < rank; ++k)
      at[k] = graph_.newSymbol(o.ranges[k].lo, o.ranges[k].hi, graph_.symbol(o.symbols[k]).name);
    element = graph_.at(all, std::span(at).subspan(d));
  }
  return Value::error();
}

} // namespace gradus::semantics
