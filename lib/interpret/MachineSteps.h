//===- MachineSteps.h - one node at a time ----------------------------------===//
#pragma once

#include "interpret/Machine.h"
#include "ir/Scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace gradus::interpret {

/// More elements than this are refused before memory is asked for.
constexpr int64_t mostElements = int64_t{1} << 31;

//--- slots ----------------------------------------------------------------------

template <class T> typename Machine<T>::Slot &Machine<T>::slot(ValueId v) {
  if (slots.size() < g.size())
    slots.resize(g.size() + g.size() / 2);
  return slots[v.index];
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

template <class T> bool Machine<T>::needAll(std::span<const ValueId> given) {
  // The first operand is evaluated first; frames may grow the pool of operands.
  const std::vector<ValueId> values(given.begin(), given.end());
  for (ValueId v : values)
    if (!need(v))
      return false;
  return true;
}

template <class T> bool Machine<T>::needAxes(ir::ShapeId shape) {
  const std::vector<ir::Axis> axes = g.axes(shape);
  for (const ir::Axis &axis : axes)
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
        result.push_back({g.symbol(s).name, symbolValue[static_cast<size_t>(-g.node(s).payload - 1)]});
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

template <class T> bool Machine<T>::stepPrim(ValueId v) {
  const ir::Node n = g.node(v);
  const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
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
    std::vector<int64_t> x;
    for (ValueId o : ops)
      x.push_back(slot(o).whole);
    if ((p == Prim::IntDiv || p == Prim::Mod) && x[1] == 0)
      return fail(v, "whole division by 0");
    doneWhole(v, ir::evaluateWhole(p, x));
  } else {
    std::vector<T> x;
    for (ValueId o : ops)
      x.push_back(slot(o).real);
    done(v, ir::evaluateReal<T>(p, x));
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
    return fail(v, fmt::format("{} has {} axes, not {}", input.name, axes.size(),
                               array->extent.size()));
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

//--- arrays ---------------------------------------------------------------------

template <class T>
bool Machine<T>::position(ValueId at, ValueId shaped, std::span<const ValueId> indices,
                          const std::vector<int64_t> &lo, const std::vector<int64_t> &extent,
                          size_t &result) {
  result = 0;
  for (size_t k = 0; k < indices.size(); ++k) {
    int64_t i = slot(indices[k]).whole;
    if (i < lo[k] || i - lo[k] >= extent[k]) {
      std::string name =
          g.node(shaped).op == Op::Input ? g.inputOf(shaped).name : std::string("the array");
      std::string which =
          indices.size() > 1 ? fmt::format("index {} of ", k + 1) : std::string("the index of ");
      return fail(at, fmt::format("{}{} is {}, outside {}..{}", which, name, i, lo[k],
                                  lo[k] + extent[k] - 1));
    }
    result = result * static_cast<size_t>(extent[k]) + static_cast<size_t>(i - lo[k]);
  }
  return true;
}

template <class T> bool Machine<T>::stepAt(ValueId v) {
  const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  if (!needAll(ops))
    return true;
  const ArrayPointer array = slot(ops[0]).array;
  size_t where = 0;
  if (!position(v, ops[0], std::span(ops).subspan(1), array->lo, array->extent, where))
    return false;
  if (g.type(v).kind == Kind::Real)
    done(v, array->data[where]);
  else
    doneWhole(v, array->whole[where]);
  return true;
}

/// Zeros of the shape of v, whose axes are known.
template <class T> bool Machine<T>::makeArray(ValueId v, ArrayPointer &made) {
  made = std::make_shared<Array>();
  int64_t size = 1;
  for (const ir::Axis &axis : g.axesOf(v)) {
    int64_t lo = slot(axis.lo).whole, hi = slot(axis.hi).whole, extent = 0;
    if (hi >= lo && (__builtin_sub_overflow(hi, lo, &extent) || extent >= mostElements))
      return fail(v, fmt::format("an array over {}..{} is too large", lo, hi));
    extent += hi >= lo;
    made->lo.push_back(lo);
    made->extent.push_back(extent);
    if (__builtin_mul_overflow(size, extent, &size) || size > mostElements)
      return fail(v, "the array is too large");
  }
  if (g.type(v).kind == Kind::Real)
    made->data.assign(static_cast<size_t>(size), T(0));
  else
    made->whole.assign(static_cast<size_t>(size), 0);
  return true;
}

template <class T> bool Machine<T>::stepArray(ValueId v) {
  const ir::Node n = g.node(v);
  switch (n.op) {
  case Op::Input:
    return stepInput(v);
  case Op::Keep: {
    ValueId array = g.operand(v, 0);
    if (need(array))
      done(v, Slot(slot(array)));
    return true;
  }
  case Op::List: {
    const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
    if (!needAxes(n.type.shape) || !needAll(ops))
      return true;
    ArrayPointer made;
    if (!makeArray(v, made))
      return false;
    for (size_t k = 0; k < ops.size(); ++k)
      if (n.type.kind == Kind::Real)
        made->data[k] = slot(ops[k]).real;
      else
        made->whole[k] = slot(ops[k]).whole;
    done(v, Slot{0, 0, T(0), std::move(made)});
    return true;
  }
  case Op::Build:
    return openLoop();
  case Op::Zeros:
  case Op::Put:
  case Op::Prim:
  case Op::Select:
  case Op::Reduce:
    return stepSum(v);
  case Op::Constant:
  case Op::Index:
  case Op::At:
    break;
  }
  assert(false && "not an array");
  return false;
}

/// An array that is a sum of parts: zeros first, then each part is added.
template <class T> bool Machine<T>::stepSum(ValueId v) {
  if (frames.back().made) {
    done(v, Slot{0, 0, T(0), std::move(frames.back().made)});
    return true;
  }
  if (!needAxes(g.type(v).shape))
    return true;
  ArrayPointer made;
  if (!makeArray(v, made))
    return false;
  frames.back().made = made;
  frames.push_back({v, std::move(made), nullptr, nullptr});
  return true;
}

/// Adds an array to another, part by part; a part that is zero but in one place
/// costs one addition.
template <class T> bool Machine<T>::stepInto() {
  ValueId v = frames.back().node;
  const ArrayPointer into = frames.back().into;
  const ir::Node n = g.node(v);
  const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  switch (n.op) {
  case Op::Zeros:
    pop();
    return true;
  case Op::Prim:
    assert(n.prim() == Prim::Add);
    pop();
    frames.push_back({ops[1], into, nullptr, nullptr});
    frames.push_back({ops[0], into, nullptr, nullptr});
    return true;
  case Op::Select:
    if (need(ops[0]))
      frames.back().node = ops[slot(ops[0]).whole != 0 ? 1 : 2];
    return true;
  case Op::Put: {
    if (!needAll(ops))
      return true;
    size_t where = 0;
    if (!position(v, v, std::span(ops).subspan(1), into->lo, into->extent, where))
      return false;
    if (n.type.kind == Kind::Real)
      into->data[where] += slot(ops[0]).real;
    else
      into->whole[where] += slot(ops[0]).whole;
    pop();
    return true;
  }
  case Op::Reduce:
    return openLoop();
  case Op::Input:
  case Op::Build:
  case Op::List:
  case Op::Keep: {
    if (!need(v))
      return true;
    const ArrayPointer part = slot(v).array;
    for (size_t k = 0; k < part->data.size(); ++k)
      into->data[k] += part->data[k];
    for (size_t k = 0; k < part->whole.size(); ++k)
      into->whole[k] += part->whole[k];
    pop();
    return true;
  }
  case Op::Constant:
  case Op::Index:
  case Op::At:
    break;
  }
  assert(false && "not an array");
  return false;
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
