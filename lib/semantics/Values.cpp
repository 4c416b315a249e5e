//===- Values.cpp - shapes and elements of values ----------------------------===//

#include "semantics/Values.h"

#include <algorithm>
#include <cassert>
#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::Kind;
using ir::Op;
using ir::Prim;

Value Shapes::of(ValueId node) const {
  return graph_.type(node).scalar() ? Value::scalar(node) : Value::array(node);
}

Kind Shapes::kind(const Value &v) const {
  return v.view ? v.view->kind : graph_.type(v.node).kind;
}

bool Shapes::whole(const Value &v) const {
  return kind(v) == Kind::Int || (v.isScalar() && v.whole.valid());
}

std::vector<Axis> Shapes::axes(const Value &array) const {
  assert(array.isArray());
  return array.view ? array.view->axes : graph_.axesOf(array.node);
}

ValueId Shapes::element(const Value &array, std::span<const ValueId> indices) const {
  return array.view ? array.view->element(indices) : graph_.at(array.node, indices);
}

Value Shapes::named(const Value &v) const {
  if (v.isTuple()) {
    Value result = v;
    for (Value &part : result.parts)
      part = named(part);
    return result;
  }
  if (!v.isArray() || !v.view)
    return v;
  const std::vector<Axis> axes = v.view->axes;
  for (const Axis &axis : axes)
    if (graph_.hasFree(axis.lo) || graph_.hasFree(axis.hi))
      return v;
  std::vector<ValueId> symbols;
  for (const Axis &axis : axes)
    symbols.push_back(graph_.newSymbol(axis.lo, axis.hi));
  Value result = Value::array(graph_.build(symbols, axes, v.view->element(symbols)));
  result.row = v.row;
  return result;
}

Value Shapes::reindexed(const Value &array, const std::vector<Axis> &axes) const {
  const std::vector<Axis> own = this->axes(array);
  bool same = true;
  for (size_t k = 0; k < own.size(); ++k)
    same = same && sameRange(own[k], axes[k]);
  if (same)
    return array;
  return map({array}, axes, kind(array), [](std::span<const ValueId> x) { return x[0]; });
}

Value Shapes::real(const Value &v) const {
  if (v.isTuple()) {
    Value result = v;
    for (Value &part : result.parts)
      part = real(part);
    return result;
  }
  if ((!v.isScalar() && !v.isArray()) || kind(v) != Kind::Int)
    return v;
  if (v.isScalar())
    return Value::scalar(graph_.toReal(v.node), v.node);
  Value result;
  if (!v.view && graph_.node(v.node).op == Op::List) {
    std::vector<ValueId> elements;
    for (ValueId e : std::vector<ValueId>(graph_.operands(v.node).begin(),
                                          graph_.operands(v.node).end()))
      elements.push_back(graph_.toReal(e));
    result = Value::array(graph_.list(elements, graph_.type(v.node).shape));
  } else {
    ir::Graph &graph = graph_;
    result = map({v}, axes(v), Kind::Real,
                 [&graph](std::span<const ValueId> x) { return graph.toReal(x[0]); });
  }
  result.row = v.row;
  return result;
}

Value Shapes::map(std::vector<Value> operands, std::vector<Axis> axes, Kind kind,
                  std::function<ValueId(std::span<const ValueId>)> fn) const {
  constexpr unsigned maxDepth = 64;
  unsigned depth = 0;
  for (Value &operand : operands) {
    if (operand.isArray() && this->depth(operand) >= maxDepth)
      operand = named(operand);
    depth = std::max(depth, this->depth(operand));
  }
  // What an element of operand k has to be shifted by on each axis; invalid: 0.
  std::vector<std::vector<ValueId>> shifts;
  for (const Value &operand : operands) {
    std::vector<ValueId> &shift = shifts.emplace_back();
    if (!operand.isArray())
      continue;
    const std::vector<Axis> own = this->axes(operand);
    for (size_t k = 0; k < axes.size(); ++k) {
      ValueId by = graph_.sub(own[k].lo, axes[k].lo);
      shift.push_back(graph_.isInt(by, 0) ? ValueId{} : by);
    }
  }
  ArrayView view;
  view.kind = kind;
  view.axes = std::move(axes);
  view.depth = depth + 1;
  SourceRange range = graph_.currentRange();
  view.element = [this, operands = std::move(operands), shifts = std::move(shifts),
                  fn = std::move(fn), range](std::span<const ValueId> indices) {
    std::vector<ValueId> elements;
    std::vector<ValueId> shifted;
    for (size_t o = 0; o < operands.size(); ++o) {
      if (!operands[o].isArray()) {
        elements.push_back(operands[o].node);
        continue;
      }
      shifted.assign(indices.begin(), indices.end());
      for (size_t k = 0; k < shifted.size(); ++k)
        if (shifts[o][k].valid())
          shifted[k] = graph_.add(shifted[k], shifts[o][k]);
      elements.push_back(element(operands[o], shifted));
    }
    SourceRange saved = graph_.currentRange();
    graph_.setRange(range);
    ValueId result = fn(elements);
    graph_.setRange(saved);
    return result;
  };
  return Value::array(std::move(view));
}

std::vector<Axis> Shapes::commonAxes(std::span<const Value> arrays) const {
  const Value *first = nullptr;
  for (const Value &v : arrays)
    if (v.isArray()) {
      first = &v;
      break;
    }
  assert(first);
  std::vector<Axis> result = axes(*first);
  for (const Value &v : arrays) {
    if (!v.isArray())
      continue;
    const std::vector<Axis> own = axes(v);
    for (size_t k = 0; k < result.size(); ++k)
      if (!graph_.isInt(graph_.sub(own[k].lo, result[k].lo), 0))
        result[k] = upTo(graph_.extent(result[k]));
  }
  return result;
}

bool Shapes::sameRange(const Axis &a, const Axis &b) const {
  return (a.lo == b.lo && a.hi == b.hi) ||
         (graph_.isInt(graph_.sub(a.lo, b.lo), 0) && graph_.isInt(graph_.sub(a.hi, b.hi), 0));
}

Fit Shapes::fit(ValueId extentA, ValueId extentB) const {
  if (extentA == extentB)
    return Fit::Equal;
  ValueId difference = graph_.sub(extentA, extentB);
  if (graph_.isConstant(difference))
    return graph_.isInt(difference, 0) ? Fit::Equal : Fit::Different;
  auto free = [&](ValueId v) {
    return std::find(freeSizes_.begin(), freeSizes_.end(), v) != freeSizes_.end();
  };
  return free(extentA) && free(extentB) ? Fit::Different : Fit::Unknown;
}

std::string Shapes::describe(ValueId v, unsigned depth) const {
  if (depth > 8)
    return "(...)";
  const ir::Node &node = graph_.node(v);
  auto operand = [&](unsigned k) { return describe(graph_.operand(v, k), depth + 1); };
  auto bracketed = [&](unsigned k) {
    const ir::Node &inner = graph_.node(graph_.operand(v, k));
    bool sum = inner.op == Op::Prim && (inner.prim() == Prim::Add || inner.prim() == Prim::Sub ||
                                        inner.prim() == Prim::Neg);
    return sum ? "(" + operand(k) + ")" : operand(k);
  };
  switch (node.op) {
  case Op::Constant:
    return node.type.kind == Kind::Int    ? fmt::format("{}", graph_.intValue(v))
           : node.type.kind == Kind::Real ? fmt::format("{}", graph_.realValue(v))
                                          : (graph_.boolValue(v) ? "true" : "false");
  case Op::Input:
    return graph_.inputOf(v).name;
  case Op::Index:
    return graph_.isSymbol(v) && !graph_.symbol(v).name.empty() ? graph_.symbol(v).name : "i";
  case Op::Prim:
    switch (node.operandCount) {
    case 1:
      return node.prim() == Prim::Neg ? "-" + bracketed(0)
                                      : fmt::format("{}({})", info(node.prim()).name, operand(0));
    case 2:
      if (node.prim() == Prim::Add) {
        // The builder keeps constants on one side; people expect them last.
        ValueId a = graph_.operand(v, 0), b = graph_.operand(v, 1);
        if (graph_.isConstant(a) && !graph_.isConstant(b))
          std::swap(a, b);
        std::string left = describe(a, depth + 1), right = describe(b, depth + 1);
        return right.starts_with('-') ? left + right : left + "+" + right;
      }
      if (node.prim() == Prim::Sub)
        return operand(0) + "-" + bracketed(1);
      if (node.prim() == Prim::Mul)
        return bracketed(0) + "*" + bracketed(1);
      return fmt::format("{}({}, {})", info(node.prim()).name, operand(0), operand(1));
    default:
      return fmt::format("{}(...)", info(node.prim()).name);
    }
  case Op::At:
    return operand(0) + "[...]";
  case Op::Reduce:
    return "(sum ...)";
  case Op::Recur:
  case Op::State:
    return "(recurrence)";
  case Op::Select:
    return "(if ...)";
  case Op::Put:
  case Op::Zeros:
  case Op::Build:
  case Op::List:
  case Op::Keep:
  case Op::Matrix:
    return "(array)";
  }
  return "";
}

std::string Shapes::describe(const Axis &axis) const {
  return describe(axis.lo) + ".." + describe(axis.hi);
}

std::string Shapes::describe(const std::vector<Axis> &axes) const {
  std::string text;
  for (const Axis &axis : axes)
    text += (text.empty() ? "" : ", ") + describe(axis);
  return text;
}

} // namespace gradus::semantics
