//===- MachineExplain.h - where a nan or an infinity comes from ----------------===//
//
// Walks from a value that is not finite to the operand, term or element that
// made it so. Loops on the way are left open at the index that matters, so that
// what is below can be evaluated, and its indices be told.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "interpret/MachineMatrix.h"
#include "interpret/MachineRecurrences.h"
#include "ir/TextForm.h"

namespace gradus::interpret {

/// Evaluates v; what has no value is no cause.
template <class T> bool Machine<T>::finite(ValueId v) {
  EvalError ignored;
  if (g.type(v) != ir::Type{Kind::Real, 0} || !run(v, ignored))
    return true;
  const T &x = slot(v).real;
  return x - x == 0;
}

template <class T> bool Machine<T>::isNan(ValueId v) {
  return !finite(v) && slot(v).real != slot(v).real;
}

/// The first term of a Reduce of scalars that is nan (or not finite): true
/// leaves its loop open.
template <class T> bool Machine<T>::findTerm(ValueId v, bool nan, ValueId &term) {
  EvalError ignored;
  Loop loop;
  loop.opened = g.open(v);
  const ir::Axis range = loop.opened.ranges[0];
  if (!run(range.lo, ignored) || !run(range.hi, ignored))
    return false;
  loop.lo = loop.at = {slot(range.lo).whole};
  loop.hi = {slot(range.hi).whole};
  if (loop.lo[0] > loop.hi[0])
    return false;
  term = loop.opened.body;
  beginScope(loop.opened.symbols, loop.at);
  do {
    moveScope(loop.at);
    if (run(loop.opened.condition, ignored) && slot(loop.opened.condition).whole != 0 &&
        (nan ? isNan(term) : !finite(term)))
      return true;
  } while (advance(loop));
  endScope();
  return false;
}

template <class T> ValueId Machine<T>::causeOfReduce(ValueId v) {
  ValueId term;
  if ((isNan(v) && findTerm(v, true, term)) || findTerm(v, false, term))
    return term;
  return {};
}

/// The scalar in a sum of arrays that spoils the element at `where`: true leaves
/// its loops open. Recurses over the nesting of sums only.
template <class T>
bool Machine<T>::findPart(ValueId array, const std::vector<int64_t> &where, ValueId &part) {
  EvalError ignored;
  std::vector<ValueId> work{array};
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    const ir::Node n = g.node(v);
    const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
    switch (n.op) {
    case Op::Prim:
      work.push_back(ops[1]);
      work.push_back(ops[0]);
      break;
    case Op::Select:
      if (run(ops[0], ignored))
        work.push_back(ops[slot(ops[0]).whole != 0 ? 1 : 2]);
      break;
    case Op::Keep:
      work.push_back(ops[0]);
      break;
    case Op::Put: {
      bool here = true;
      for (size_t k = 0; k < where.size(); ++k)
        here = here && run(ops[k + 1], ignored) && slot(ops[k + 1]).whole == where[k];
      part = ops[0];
      if (here && !finite(part))
        return true;
      break;
    }
    case Op::Build: {
      ir::Opened opened = g.open(v);
      part = opened.body;
      beginScope(opened.symbols, where);
      if (!finite(part))
        return true;
      endScope();
      break;
    }
    case Op::List: {
      size_t place = 0;
      for (size_t k = 0; k < where.size(); ++k) {
        const ir::Axis axis = g.axesOf(v)[k];
        if (!run(axis.lo, ignored) || !run(axis.hi, ignored))
          return false;
        int64_t lo = slot(axis.lo).whole, extent = slot(axis.hi).whole - lo + 1;
        place = place * static_cast<size_t>(extent) + static_cast<size_t>(where[k] - lo);
      }
      part = ops[place];
      if (!finite(part))
        return true;
      break;
    }
    case Op::Reduce: {
      Loop loop;
      loop.opened = g.open(v);
      if (!run(ops[0], ignored) || !run(ops[1], ignored))
        break;
      loop.lo = loop.at = {slot(ops[0]).whole};
      loop.hi = {slot(ops[1]).whole};
      if (loop.lo[0] > loop.hi[0])
        break;
      beginScope(loop.opened.symbols, loop.at);
      do {
        moveScope(loop.at);
        if (run(loop.opened.condition, ignored) && slot(loop.opened.condition).whole != 0 &&
            findPart(loop.opened.body, where, part))
          return true;
      } while (advance(loop));
      endScope();
      break;
    }
    case Op::State:
      if (findStep(v, where, part))
        return true;
      break;
    case Op::Input:
    case Op::Zeros:
    case Op::Constant:
    case Op::Index:
    case Op::At:
    case Op::Matrix:
    case Op::Recur:
      break;
    }
  }
  return false;
}

/// What v has its value from: an operand, term or element that is not finite
/// either. Invalid when v is the first.
template <class T> ValueId Machine<T>::cause(ValueId v) {
  const ir::Node n = g.node(v);
  const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  EvalError ignored;
  switch (n.op) {
  case Op::Prim:
    for (bool nan : {true, false})
      for (ValueId o : ops)
        if (nan ? isNan(v) && isNan(o) : !finite(o))
          return o;
    return {};
  case Op::Select:
    if (!run(ops[0], ignored))
      return {};
    return ops[slot(ops[0]).whole != 0 ? 1 : 2];
  case Op::Reduce:
    return causeOfReduce(v);
  case Op::At: {
    std::vector<int64_t> where;
    for (size_t k = 1; k < ops.size(); ++k) {
      if (!run(ops[k], ignored))
        return {};
      where.push_back(slot(ops[k]).whole);
    }
    ValueId part;
    return findPart(ops[0], where, part) ? part : ValueId{};
  }
  case Op::State: {
    ValueId part;
    return findStep(v, {}, part) ? part : ValueId{};
  }
  case Op::Constant:
  case Op::Input:
  case Op::Index:
  case Op::Put:
  case Op::Zeros:
  case Op::Build:
  case Op::List:
  case Op::Keep:
  case Op::Matrix:
  case Op::Recur:
    return {};
  }
  return {};
}

template <class T> NonFinite Machine<T>::describe(ValueId v) {
  const ir::Node n = g.node(v);
  NonFinite result;
  result.node = v;
  result.range = g.range(v);
  result.value = static_cast<double>(slot(v).real);
  result.indices = indexValues(v);
  switch (n.op) {
  case Op::Prim:
    result.operation = info(n.prim()).name;
    for (ValueId o : g.operands(v))
      result.operands.push_back(g.type(o).kind == Kind::Real ? static_cast<double>(slot(o).real)
                                                             : static_cast<double>(slot(o).whole));
    break;
  case Op::Input:
    result.operation = g.inputOf(v).name;
    break;
  case Op::At: {
    ValueId array = g.operand(v, 0);
    std::string places;
    for (ValueId o : g.operands(v).subspan(1))
      places += fmt::format("{}{}", places.empty() ? "" : ", ", slot(o).whole);
    std::string name = g.node(array).op == Op::Input ? g.inputOf(array).name : "the array";
    result.operation = fmt::format("{}[{}]", name, places);
    break;
  }
  case Op::Reduce:
    result.operation = ir::reduceName(n.reduceOp());
    break;
  case Op::Matrix:
    result.operation = ir::matrixOpName(n.matrixOp());
    break;
  case Op::State:
    result.operation = g.indexName(g.operand(v, 0), static_cast<unsigned>(n.payload + 1));
    break;
  case Op::Constant:
  case Op::Index:
  case Op::Select:
  case Op::Put:
  case Op::Zeros:
  case Op::Build:
  case Op::List:
  case Op::Keep:
  case Op::Recur:
    result.operation = "a constant";
    break;
  }
  return result;
}

template <class T> std::optional<NonFinite> Machine<T>::explain(ValueId root) {
  EvalError ignored;
  if (g.type(root).kind != Kind::Real || !run(root, ignored))
    return {};
  size_t open = scopes.size();
  ValueId v = root;
  if (!g.type(root).scalar()) {
    v = {};
    const ArrayPointer array = slot(root).array;
    std::vector<int64_t> where = array->lo;
    for (const T &x : array->data) {
      if (!(x - x == 0)) {
        ValueId part;
        v = findPart(root, where, part) ? part : ValueId{};
        break;
      }
      for (size_t k = where.size(); k-- > 0;) {
        if (++where[k] < array->lo[k] + array->extent[k])
          break;
        where[k] = array->lo[k];
      }
    }
  }
  std::optional<NonFinite> result;
  if (v.valid() && !finite(v)) {
    for (ValueId next = cause(v); next.valid(); next = cause(v))
      v = next;
    finite(v); // its own value, if a search has moved a loop since
    result = describe(v);
  }
  while (scopes.size() > open)
    endScope();
  return result;
}

} // namespace gradus::interpret
