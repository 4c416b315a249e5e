//===- Recurrences.cpp - nodes with state -----------------------------------------===//

#include "ir/Graph.h"

#include <algorithm>
#include <cassert>

namespace gradus::ir {

ValueId Graph::recur(std::span<const ValueId> symbols, const Axis &range, ValueId stop,
                     std::span<const ValueId> starts, std::span<const ValueId> nexts, bool remade) {
  const size_t states = starts.size();
  assert(states != 0 && symbols.size() == states + 1 && nexts.size() == states && states < 255);
  uint32_t inside = 0;
  auto look = [&](ValueId v) { inside = std::max(inside, node(v).maxBinder); };
  for (ValueId v : {range.lo, range.hi, stop})
    look(v);
  for (size_t k = 0; k < states; ++k) {
    assert(type(starts[k]) == type(nexts[k]) && type(symbols[k + 1]) == type(starts[k]));
    look(starts[k]);
    look(nexts[k]);
  }
  const int64_t number = inside + 1;
  Renaming map;
  std::vector<std::string> names;
  for (size_t k = 0; k < symbols.size(); ++k) {
    Node index{.op = Op::Index, .type = type(symbols[k])};
    index.payload = number + static_cast<int64_t>(k);
    const int64_t payload = node(symbols[k]).payload;
    map.emplace_back(payload, intern(index, {}));
    names.push_back(symbol(symbols[k]).name);
  }
  std::vector<ValueId> ops{range.lo, range.hi, rename(stop, map)};
  ops.insert(ops.end(), starts.begin(), starts.end());
  for (ValueId next : std::vector<ValueId>(nexts.begin(), nexts.end()))
    ops.push_back(rename(next, map));
  Node n{.op = Op::Recur,
         .sub = static_cast<uint8_t>(remade),
         .binders = static_cast<uint8_t>(symbols.size()), .type = {Kind::Int, 0}};
  n.payload = number;
  ValueId made = intern(n, ops);
  indexNames_.try_emplace(made.index, std::move(names));
  return made;
}

ValueId Graph::lastState(ValueId recur, unsigned k) {
  assert(node(recur).op == Op::Recur && k < stateCount(recur));
  ValueId lo = operand(recur, 0), hi = operand(recur, 1), stop = operand(recur, 2);
  bool none = (isConstant(lo) && isConstant(hi) && intValue(lo) > intValue(hi)) ||
              (isConstant(stop) && boolValue(stop));
  if (none)
    return operand(recur, 3 + k);
  Node n{.op = Op::State, .sub = static_cast<uint8_t>(StatePart::Last), .type = stateType(recur, k)};
  n.payload = k;
  return intern(n, {&recur, 1});
}

ValueId Graph::allStates(ValueId recur, unsigned k) {
  assert(node(recur).op == Op::Recur && k < stateCount(recur));
  Type t = stateType(recur, k);
  std::vector<Axis> axes{{sub(operand(recur, 0), integer(1)), operand(recur, 1)}};
  axes.insert(axes.end(), shapes_[t.shape].begin(), shapes_[t.shape].end());
  Node n{.op = Op::State, .sub = static_cast<uint8_t>(StatePart::All)};
  n.type = {t.kind, shape(std::move(axes))};
  n.payload = k;
  return intern(n, {&recur, 1});
}

ValueId Graph::elementwise(ShapeId shape,
                           const std::function<ValueId(std::span<const ValueId>)> &element) {
  if (shape == 0)
    return element({});
  const std::vector<Axis> axes = shapes_[shape];
  std::vector<ValueId> symbols;
  for (const Axis &axis : axes)
    symbols.push_back(newSymbol(axis.lo, axis.hi));
  return build(symbols, axes, element(symbols));
}

ValueId Graph::stateAt(ValueId recur, unsigned k, ValueId step) {
  ValueId all = allStates(recur, k);
  return elementwise(stateType(recur, k).shape, [&](std::span<const ValueId> indices) {
    std::vector<ValueId> at{step};
    at.insert(at.end(), indices.begin(), indices.end());
    return this->at(all, at);
  });
}

} // namespace gradus::ir
