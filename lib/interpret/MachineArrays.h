//===- MachineArrays.h - arrays, their elements and their sums -----------------===//
#pragma once

#include "interpret/MachineSteps.h"

namespace gradus::interpret {

/// More elements than this are refused before memory is asked for.
constexpr int64_t mostElements = int64_t{1} << 31;

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
  const std::span<const ValueId> ops = g.operands(v);
  if (!needAll(ops))
    return true;
  const Array *array = slot(ops[0]).array.get();
  size_t where = 0;
  if (!position(v, ops[0], ops.subspan(1), array->lo, array->extent, where))
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
  case Op::Matrix:
    return stepMatrix(v);
  case Op::Build:
    return openLoop();
  case Op::State:
    return stepState(v);
  case Op::Zeros:
  case Op::Put:
  case Op::Prim:
  case Op::Select:
  case Op::Reduce:
    return stepSum(v);
  case Op::Constant:
  case Op::Index: // a state, which is always known
  case Op::At:
  case Op::Recur:
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
  const std::span<const ValueId> ops = g.operands(v); // nothing here makes nodes
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
    // Nothing is added where nothing comes from: the adjoint of a read in a loop
    // that did not run has an index that nobody has read. Nor to what has no elements.
    if (!need(ops[0]))
      return true;
    if (n.type.kind == Kind::Real ? slot(ops[0]).real == T(0) || into->data.empty()
                                  : slot(ops[0]).whole == 0) {
      pop();
      return true;
    }
    if (!needAll(ops))
      return true;
    size_t where = 0;
    if (!position(v, v, ops.subspan(1), into->lo, into->extent, where))
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
  case Op::Matrix:
  case Op::Index:
  case Op::State:
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
  case Op::At:
  case Op::Recur:
    break;
  }
  assert(false && "not an array");
  return false;
}

} // namespace gradus::interpret
