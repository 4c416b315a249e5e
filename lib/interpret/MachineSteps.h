//===- MachineSteps.h - one node at a time ----------------------------------===//
#pragma once

#include "interpret/Machine.h"
#include "ir/Scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>

namespace gradus::interpret {

//--- slots ----------------------------------------------------------------------

template <class T> typename Machine<T>::Slot &Machine<T>::slot(ValueId v) {
  const size_t page = v.index / slotsOfPage;
  if (page >= pages.size())
    pages.resize(g.size() / slotsOfPage + 1);
  if (!pages[page])
    pages[page] = std::make_unique<Slot[]>(slotsOfPage);
  return pages[page][v.index % slotsOfPage];
}

template <class T> size_t Machine<T>::depth(ValueId v) const {
  size_t deepest = 0;
  for (int32_t free : g.freeIndices(v)) {
    assert(free < 0 && "bound numbers are opened before they are evaluated");
    auto symbol = static_cast<size_t>(-free - 1);
    assert(symbol < symbolDepth.size() && symbolDepth[symbol] != 0 && "an index without a value");
    deepest = std::max(deepest, symbolDepth[symbol]);
  }
  return deepest;
}

template <class T> bool Machine<T>::need(ValueId v) {
  if (known(v))
    return true;
  frames.push_back({v, nullptr, nullptr, nullptr});
  return false;
}

template <class T> bool Machine<T>::needAll(std::span<const ValueId> values) {
  // The first operand is evaluated first.
  for (ValueId v : values)
    if (!need(v))
      return false;
  return true;
}

template <class T> bool Machine<T>::needAxes(ir::ShapeId shape) {
  for (const ir::Axis &axis : g.axes(shape))
    if (!need(axis.lo) || !need(axis.hi))
      return false;
  return true;
}

template <class T> void Machine<T>::done(ValueId v, Slot value) {
  value.stamp = stamps[depth(v)];
  slot(v) = std::move(value);
}

template <class T> IndexValues Machine<T>::indexValues(ValueId v) const {
  IndexValues result;
  for (const auto &symbols : scopes)
    for (ValueId s : symbols)
      if (g.dependsOn(v, s))
        result.push_back(
            {g.symbol(s).name, symbolValue[static_cast<size_t>(-g.node(s).payload - 1)]});
  return result;
}

template <class T> bool Machine<T>::fail(ValueId at, std::string message) {
  *failure = {std::move(message), g.range(at), indexValues(at)};
  return false;
}

//--- frames ---------------------------------------------------------------------

template <class T> bool Machine<T>::run(ValueId root, EvalError &error) {
  assert(frames.empty());
  failure = &error;
  if (need(root))
    return true;
  if (drain())
    return true;
  frames.clear();
  return false;
}

/// Until no frame is left, or something has no value. Loops that a failure
/// leaves open are closed here.
template <class T> bool Machine<T>::drain() {
  size_t open = scopes.size();
  while (!frames.empty())
    if (!step()) {
      while (scopes.size() > open)
        endScope();
      return false;
    }
  return true;
}

/// False only on an error; without progress of its own it has pushed a need.
template <class T> bool Machine<T>::step() {
  Frame &frame = frames.back();
  ValueId v = frame.node;
  if (frame.loop)
    return stepLoop();
  if (frame.steps)
    return stepRecurrence();
  if (frame.into)
    return stepInto();
  if (known(v)) {
    pop();
    return true;
  }
  return g.type(v).scalar() ? stepScalar(v) : stepArray(v);
}

template <class T> bool Machine<T>::stepScalar(ValueId v) {
  const ir::Node n = g.node(v);
  switch (n.op) {
  case Op::Constant:
    if (n.type.kind == Kind::Real)
      done(v, T(g.realValue(v)));
    else
      doneWhole(v, n.payload);
    return true;
  case Op::Input:
    return stepInput(v);
  case Op::Index:
    doneWhole(v, symbolValue[static_cast<size_t>(-n.payload - 1)]);
    return true;
  case Op::Prim:
    return stepPrim(v);
  case Op::Select: {
    ValueId condition = g.operand(v, 0);
    if (!need(condition))
      return true;
    ValueId taken = g.operand(v, slot(condition).whole != 0 ? 1 : 2);
    if (need(taken))
      done(v, Slot(slot(taken)));
    return true;
  }
  case Op::At:
    return stepAt(v);
  case Op::Reduce:
    return openLoop();
  case Op::Matrix:
    return stepMatrix(v);
  case Op::Recur:
    return openRecurrence();
  case Op::State:
    return stepState(v);
  case Op::Put:
  case Op::Zeros:
  case Op::Build:
  case Op::List:
  case Op::Keep:
    break;
  }
  assert(false && "not a scalar");
  return false;
}

/// Of a primitive.
constexpr size_t mostOperands = 3;

template <class T> bool Machine<T>::stepPrim(ValueId v) {
  const ir::Node n = g.node(v);
  const std::span<const ValueId> ops = g.operands(v);
  Prim p = n.prim();
  if (p == Prim::And || p == Prim::Or) {
    if (!need(ops[0]))
      return true;
    bool first = slot(ops[0]).whole != 0;
    if (first == (p == Prim::Or))
      doneWhole(v, first);
    else if (need(ops[1]))
      doneWhole(v, slot(ops[1]).whole);
    return true;
  }
  if (!needAll(ops))
    return true;
  if (p == Prim::Not) {
    doneWhole(v, slot(ops[0]).whole == 0);
    return true;
  }
  bool whole = g.type(ops[0]).kind == Kind::Int;
  if (p == Prim::ToReal) {
    done(v, T(slot(ops[0]).whole));
  } else if (info(p).signature == ir::Signature::Compare) {
    doneWhole(v, whole ? ir::evaluateCompare(p, slot(ops[0]).whole, slot(ops[1]).whole)
                       : ir::evaluateCompare(p, slot(ops[0]).real, slot(ops[1]).real));
  } else if (p == Prim::Powi) {
    done(v, ir::algebra::powi(slot(ops[0]).real, slot(ops[1]).whole));
  } else if (p == Prim::Polygamma) {
    done(v, T(ir::algebra::polygamma(slot(ops[1]).whole, slot(ops[0]).real)));
  } else if (whole) {
    std::array<int64_t, mostOperands> x{};
    for (size_t k = 0; k < ops.size(); ++k)
      x[k] = slot(ops[k]).whole;
    if ((p == Prim::IntDiv || p == Prim::Mod) && x[1] == 0)
      return fail(v, "whole division by 0");
    doneWhole(v, ir::evaluateWhole(p, std::span<const int64_t>(x.data(), ops.size())));
  } else {
    std::array<T, mostOperands> x{};
    for (size_t k = 0; k < ops.size(); ++k)
      x[k] = slot(ops[k]).real;
    done(v, ir::evaluateReal<T>(p, std::span<const T>(x.data(), ops.size())));
  }
  return true;
}

template <class T> bool Machine<T>::stepInput(ValueId v) {
  const ir::Input &input = g.inputOf(v);
  auto missing = [&] { return fail(v, fmt::format("{} has no value", input.name)); };
  if (input.type.scalar()) {
    if (input.type.kind == Kind::Real) {
      auto it = env.reals.find(v.index);
      if (it == env.reals.end())
        return missing();
      done(v, it->second);
    } else {
      auto it = env.wholes.find(v.index);
      if (it == env.wholes.end())
        return missing();
      doneWhole(v, it->second);
    }
    return true;
  }
  auto it = env.arrays.find(v.index);
  if (it == env.arrays.end())
    return missing();
  if (!needAxes(input.type.shape))
    return true;
  auto array = std::make_shared<Array>(it->second);
  const std::vector<ir::Axis> &axes = g.axesOf(v);
  if (array->extent.size() != axes.size())
    return fail(
        v, fmt::format("{} has {} axes, not {}", input.name, axes.size(), array->extent.size()));
  size_t size = 1;
  for (size_t k = 0; k < axes.size(); ++k) {
    int64_t lo = slot(axes[k].lo).whole, hi = slot(axes[k].hi).whole;
    int64_t extent = std::max<int64_t>(0, hi - lo + 1);
    if (array->extent[k] != extent)
      return fail(v, fmt::format("axis {} of {} has {} elements, not {}", k + 1, input.name, extent,
                                 array->extent[k]));
    array->lo.push_back(lo);
    size *= static_cast<size_t>(extent);
  }
  if ((input.type.kind == Kind::Real ? array->data.size() : array->whole.size()) != size)
    return fail(v, fmt::format("{} has {} elements", input.name, size));
  done(v, Slot{0, 0, T(0), std::move(array)});
  return true;
}

template <class T> Result<T> Machine<T>::result(ValueId root) {
  const Slot &s = slot(root);
  Result<T> out;
  out.type = g.type(root);
  if (s.array)
    out.array = *s.array;
  out.real = s.real;
  out.whole = s.whole;
  return out;
}

} // namespace gradus::interpret
