//===- Fold.cpp - construction of nodes with exact local folding ---------------===//
//
// Every rule here is exact in IEEE arithmetic, for nan, inf and -0 too, or is
// a convention of docs/language.md (abs(e)^2 = e^2, sqrt(e^2) = abs(e)).
//
//===--------------------------------------------------------------------===//

#include "ir/Affine.h"
#include "ir/Scalar.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace gradus::ir {

//--- whole numbers: a normal form -----------------------------------------------

ValueId Graph::affine(Prim p, ValueId a, ValueId b) {
  const ValueId operands[2] = {a, b};
  const std::span<const ValueId> ops(operands, b.valid() ? 2 : 1);
  Type t{Kind::Int, 0};
  Affine sum = affineOf(*this, a);
  if (p == Prim::Neg || p == Prim::Sub) {
    Affine other = affineOf(*this, p == Prim::Neg ? a : b);
    if (p == Prim::Neg)
      sum = {};
    for (auto [atom, factor] : other.terms)
      sum.addTerm(atom, -factor);
    sum.addConstant(-other.constant);
    sum.overflow |= other.overflow || other.constant == INT64_MIN;
  } else if (p == Prim::Add) {
    Affine other = affineOf(*this, b);
    for (auto [atom, factor] : other.terms)
      sum.addTerm(atom, factor);
    sum.addConstant(other.constant);
    sum.overflow |= other.overflow;
  } else {
    assert(p == Prim::Mul && (isConstant(a) || isConstant(b)));
    int64_t factor = isConstant(a) ? intValue(a) : intValue(b);
    Affine base = affineOf(*this, isConstant(a) ? b : a);
    sum = {};
    sum.overflow = base.overflow;
    for (auto [atom, f] : base.terms) {
      int64_t scaled = 0;
      sum.overflow |= __builtin_mul_overflow(f, factor, &scaled);
      sum.addTerm(atom, scaled);
    }
    sum.overflow |= __builtin_mul_overflow(base.constant, factor, &sum.constant);
  }
  if (sum.overflow)
    return makePrim(p, t, ops);

  // Positive terms first, then what is subtracted, then the constant.
  ValueId made;
  auto make = [&](Prim q, ValueId x, ValueId y) {
    const ValueId both[2] = {x, y};
    return makePrim(q, t, both);
  };
  auto scaledTerm = [&](ValueId atom, int64_t factor) {
    return factor == 1 ? atom : make(Prim::Mul, integer(factor), atom);
  };
  for (auto [atom, factor] : sum.terms)
    if (factor > 0) {
      ValueId term = scaledTerm(atom, factor);
      made = made.valid() ? make(Prim::Add, made, term) : term;
    }
  for (auto [atom, factor] : sum.terms)
    if (factor < 0) {
      if (!made.valid() && sum.constant != 0) {
        made = integer(sum.constant);
        sum.constant = 0;
      }
      ValueId term = scaledTerm(atom, -factor);
      made = made.valid() ? make(Prim::Sub, made, term) : makePrim(Prim::Neg, t, {&term, 1});
    }
  if (!made.valid())
    return integer(sum.constant);
  if (sum.constant > 0)
    return make(Prim::Add, made, integer(sum.constant));
  if (sum.constant < 0)
    return make(Prim::Sub, made, integer(-sum.constant));
  return made;
}

//--- primitives --------------------------------------------------------------------

ValueId Graph::makePrim(Prim p, Type type, std::span<const ValueId> operands) {
  Node n{.op = Op::Prim, .sub = static_cast<uint8_t>(p), .type = type};
  return intern(n, operands);
}

ValueId Graph::foldPrim(Prim p, std::span<const ValueId> ops) {
  auto is = [&](ValueId v, Prim q) {
    return node(v).op == Op::Prim && node(v).prim() == q && type(v).scalar();
  };
  // Whether both compare the same value with constants that are not the same.
  auto differ = [&](ValueId v, ValueId w, Prim comparison) {
    if (!is(v, comparison) || !is(w, comparison))
      return false;
    for (unsigned k : {0u, 1u})
      for (unsigned m : {0u, 1u}) {
        const ValueId c = operand(v, k), d = operand(w, m);
        if (operand(v, 1 - k) == operand(w, 1 - m) && isConstant(c) && isConstant(d) &&
            type(c).kind == Kind::Int && intValue(c) != intValue(d))
          return true;
      }
    return false;
  };
  ValueId a = ops[0], b = ops.size() > 1 ? ops[1] : ValueId{};
  bool whole = type(a).kind == Kind::Int;

  if (std::all_of(ops.begin(), ops.end(), [&](ValueId v) { return isConstant(v); })) {
    if (auto folded = foldConstants(*this, p, ops))
      return *folded;
  }

  switch (p) {
  case Prim::Add:
    if (!type(a).scalar()) {
      if (node(a).op == Op::Zeros)
        return b;
      if (node(b).op == Op::Zeros)
        return a;
      return {};
    }
    if (whole)
      return affine(p, a, b);
    if (isReal(a, -0.0))
      return b;
    if (isReal(b, -0.0))
      return a;
    if (is(b, Prim::Neg))
      return sub(a, operand(b, 0));
    if (is(a, Prim::Neg))
      return sub(b, operand(a, 0));
    return {};
  case Prim::Sub:
    if (whole)
      return affine(p, a, b);
    if (isReal(b, 0.0))
      return a;
    if (is(b, Prim::Neg))
      return add(a, operand(b, 0));
    return {};
  case Prim::Neg:
    if (whole)
      return affine(p, a, {});
    if (is(a, Prim::Neg))
      return operand(a, 0);
    return {};
  case Prim::Mul:
    if (whole) {
      if (isConstant(a) || isConstant(b))
        return affine(p, a, b);
      return {};
    }
    for (auto [c, other] : {std::pair(a, b), std::pair(b, a)}) {
      if (isReal(c, 1.0))
        return other;
      if (isReal(c, -1.0))
        return neg(other);
    }
    if (is(a, Prim::Neg) && is(b, Prim::Neg))
      return mul(operand(a, 0), operand(b, 0));
    if (is(a, Prim::Neg))
      return isConstant(b) ? mul(operand(a, 0), real(-realValue(b))) : neg(mul(operand(a, 0), b));
    if (is(b, Prim::Neg))
      return isConstant(a) ? mul(operand(b, 0), real(-realValue(a))) : neg(mul(a, operand(b, 0)));
    if (is(a, Prim::Abs) && a == b)
      return prim(Prim::Powi, {operand(a, 0), integer(2)});
    return {};
  case Prim::Div:
    if (isReal(b, 1.0))
      return a;
    if (isReal(b, -1.0))
      return neg(a);
    if (is(a, Prim::Neg) && is(b, Prim::Neg))
      return div(operand(a, 0), operand(b, 0));
    if (is(a, Prim::Neg))
      return neg(div(operand(a, 0), b));
    if (is(b, Prim::Neg))
      return neg(div(a, operand(b, 0)));
    return {};
  case Prim::Powi:
    if (isInt(b, 0))
      return real(1.0);
    if (isInt(b, 1))
      return a;
    if (isConstant(b) && intValue(b) % 2 == 0 && (is(a, Prim::Abs) || is(a, Prim::Neg)))
      return prim(p, {operand(a, 0), b});
    return {};
  case Prim::PowShift: { // x^(y - z), where no rounding has to be made up for
    if (!isConstant(b) || !isConstant(ops[2]))
      return {};
    double y = realValue(b), z = realValue(ops[2]), s = y - z;
    bool exact = std::isfinite(s) && s + z == y && y - s == z;
    return exact ? prim(Prim::Pow, {a, real(s)}) : ValueId{};
  }
  case Prim::Sqrt:
    if (is(a, Prim::Powi) && isInt(operand(a, 1), 2))
      return prim(Prim::Abs, {operand(a, 0)});
    if (is(a, Prim::Mul) && operand(a, 0) == operand(a, 1))
      return prim(Prim::Abs, {operand(a, 0)});
    return {};
  case Prim::Abs:
    if (is(a, Prim::Abs))
      return a;
    if (is(a, Prim::Neg))
      return prim(Prim::Abs, {operand(a, 0)});
    return {};
  case Prim::Min:
  case Prim::Max:
    return a == b ? a : ValueId{};
  case Prim::And:
    if (a == b || (isConstant(b) && boolValue(b)))
      return a;
    if (isConstant(a))
      return boolValue(a) ? b : a;
    if (isConstant(b))
      return b;
    if (is(b, Prim::Not) && operand(b, 0) == a)
      return boolean(false);
    if (is(a, Prim::Not) && operand(a, 0) == b)
      return boolean(false);
    if (differ(a, b, Prim::Equal)) // x = 2 and x = 5
      return boolean(false);
    return {};
  case Prim::Or:
    if (a == b || (isConstant(b) && !boolValue(b)))
      return a;
    if (isConstant(a))
      return boolValue(a) ? a : b;
    if (isConstant(b))
      return b;
    if (is(b, Prim::Not) && operand(b, 0) == a)
      return boolean(true);
    if (is(a, Prim::Not) && operand(a, 0) == b)
      return boolean(true);
    if (differ(a, b, Prim::NotEqual)) // x != 2 or x != 5
      return boolean(true);
    return {};
  case Prim::Not:
    if (is(a, Prim::Not))
      return operand(a, 0);
    return {};
  case Prim::Less:
  case Prim::LessEqual:
  case Prim::Equal:
  case Prim::NotEqual:
    if (whole) {
      ValueId d = sub(b, a);
      if (isConstant(d)) {
        int64_t v = intValue(d);
        return boolean(p == Prim::Less        ? v > 0
                       : p == Prim::LessEqual ? v >= 0
                       : p == Prim::Equal     ? v == 0
                                              : v != 0);
      }
    }
    return {};
  default: // every other primitive has no rule beyond constants
    return {};
  }
}

ValueId Graph::prim(Prim p, std::span<const ValueId> given) {
  // Operands may point into the pool, which can move: take a copy first.
  ValueId copies[3];
  const PrimInfo &row = info(p);
  assert(given.size() == row.arity && row.arity <= std::size(copies));
  std::copy(given.begin(), given.end(), copies);
  const std::span<const ValueId> ops(copies, given.size());
  if (ValueId folded = foldPrim(p, ops); folded.valid())
    return folded;
  Type t{Kind::Real, 0};
  switch (row.signature) {
  case Signature::Real:
  case Signature::RealInt:
  case Signature::IntToReal:
    break;
  case Signature::Numeric:
    t = type(ops[0]);
    break;
  case Signature::Int:
    t.kind = Kind::Int;
    break;
  case Signature::Compare:
  case Signature::Logic:
    t.kind = Kind::Bool;
    break;
  }
  return makePrim(p, t, ops);
}

ValueId Graph::primAsWritten(Prim p, std::span<const ValueId> ops) {
  bool sum = p == Prim::Add || p == Prim::Sub;
  bool whole = sum && type(ops[0]) == Type{Kind::Int, 0};
  bool constants = whole && isConstant(ops[0]) && isConstant(ops[1]);
  return whole && !constants ? makePrim(p, type(ops[0]), ops) : prim(p, ops);
}

ValueId Graph::add(ValueId a, ValueId b) { return prim(Prim::Add, {a, b}); }
ValueId Graph::sub(ValueId a, ValueId b) { return prim(Prim::Sub, {a, b}); }
ValueId Graph::mul(ValueId a, ValueId b) { return prim(Prim::Mul, {a, b}); }
ValueId Graph::div(ValueId a, ValueId b) { return prim(Prim::Div, {a, b}); }
ValueId Graph::neg(ValueId a) { return prim(Prim::Neg, {a}); }
ValueId Graph::toReal(ValueId a) {
  return type(a).kind == Kind::Real ? a : prim(Prim::ToReal, {a});
}
ValueId Graph::less(ValueId a, ValueId b) { return prim(Prim::Less, {a, b}); }
ValueId Graph::lessEqual(ValueId a, ValueId b) { return prim(Prim::LessEqual, {a, b}); }
ValueId Graph::equal(ValueId a, ValueId b) { return prim(Prim::Equal, {a, b}); }
ValueId Graph::logicalAnd(ValueId a, ValueId b) { return prim(Prim::And, {a, b}); }
ValueId Graph::logicalOr(ValueId a, ValueId b) { return prim(Prim::Or, {a, b}); }
ValueId Graph::logicalNot(ValueId a) { return prim(Prim::Not, {a}); }

//--- select and arrays ----------------------------------------------------------------

ValueId Graph::select(ValueId condition, ValueId then, ValueId otherwise) {
  assert(type(then) == type(otherwise) && type(condition).kind == Kind::Bool);
  if (isConstant(condition))
    return boolValue(condition) ? then : otherwise;
  if (then == otherwise)
    return then;
  const Node &c = node(condition);
  if (c.op == Op::Prim && c.prim() == Prim::Not)
    return select(operand(condition, 0), otherwise, then);
  // Under a condition the same condition is known.
  if (node(then).op == Op::Select && operand(then, 0) == condition)
    return select(condition, operand(then, 1), otherwise);
  if (node(otherwise).op == Op::Select && operand(otherwise, 0) == condition)
    return select(condition, then, operand(otherwise, 2));
  if (type(then).kind == Kind::Bool && isConstant(then) && isConstant(otherwise))
    return boolValue(then) ? condition : logicalNot(condition);
  ValueId ops[3] = {condition, then, otherwise};
  return intern({.op = Op::Select, .type = type(then)}, ops);
}

namespace {

/// Whether copying the body of a Build to each place that reads it costs no
/// more than storing the array and reading it back.
bool cheapBody(const Graph &g, ValueId build) {
  unsigned cost = 0, count = 0;
  const Node &n = g.node(build);
  std::vector<ValueId> work{g.operand(build, n.operandCount - 1)};
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    const Node &m = g.node(v);
    const auto &free = g.freeIndices(v);
    bool bound = std::any_of(free.begin(), free.end(), [&](int32_t f) {
      return f >= n.payload && f < n.payload + n.binders;
    });
    if (!bound)
      continue;
    if (m.op == Op::Reduce || m.op == Op::Build || m.op == Op::Recur || ++count > 40)
      return false;
    if (m.op == Op::Prim && m.type.kind == Kind::Real)
      cost += info(m.prim()).cost;
    if (cost > 12)
      return false;
    for (ValueId o : g.operands(v))
      work.push_back(o);
  }
  return true;
}

} // namespace

ValueId Graph::at(ValueId array, std::span<const ValueId> indices) {
  assert(indices.size() == rank(array));
  Node n = node(array);
  if (n.op == Op::Zeros)
    return n.type.kind == Kind::Int ? integer(0) : real(0.0);
  if (n.op == Op::List &&
      std::all_of(indices.begin(), indices.end(), [&](ValueId v) { return isConstant(v); })) {
    int64_t linear = 0;
    bool inside = true;
    const auto axes = axesOf(array);
    for (unsigned k = 0; k < axes.size(); ++k) {
      int64_t lo = intValue(axes[k].lo), hi = intValue(axes[k].hi), i = intValue(indices[k]);
      inside &= i >= lo && i <= hi;
      linear = linear * (hi - lo + 1) + (i - lo);
    }
    if (inside)
      return operand(array, static_cast<unsigned>(linear));
  }
  if (n.op == Op::Build && !isOpenTerm(array) && cheapBody(*this, array))
    return openWith(array, indices).body;
  if (n.op == Op::Select) {
    ValueId c = operand(array, 0), t = operand(array, 1), f = operand(array, 2);
    std::vector<ValueId> copy(indices.begin(), indices.end());
    ValueId then = at(t, copy), otherwise = at(f, copy);
    return select(c, then, otherwise);
  }
  std::vector<ValueId> ops{array};
  ops.insert(ops.end(), indices.begin(), indices.end());
  return intern({.op = Op::At, .type = {n.type.kind, 0}}, ops);
}

ValueId Graph::put(ShapeId shape, std::span<const ValueId> indices, ValueId value) {
  Type t{type(value).kind, shape};
  if (isConstant(value) && node(value).payload == 0)
    return zeros(t);
  std::vector<ValueId> ops{value};
  ops.insert(ops.end(), indices.begin(), indices.end());
  return intern({.op = Op::Put, .type = t}, ops);
}

ValueId Graph::zeros(Type t) {
  assert(!t.scalar());
  return intern({.op = Op::Zeros, .type = t}, {});
}

ValueId Graph::list(std::span<const ValueId> elements, ShapeId shape) {
  assert(!elements.empty());
  return intern({.op = Op::List, .type = {type(elements[0]).kind, shape}}, elements);
}

ValueId Graph::keep(ValueId array) {
  const Op op = node(array).op;
  if (op == Op::Input || op == Op::Keep || op == Op::Matrix)
    return array;
  ValueId ops[1] = {array};
  return intern({.op = Op::Keep, .type = type(array)}, ops);
}

} // namespace gradus::ir
