//===- Value.h - algebra on nodes --------------------------------------------===//
//
// A graph and an id with arithmetic operators: the language of the partials,
// of expansions, and of other rules. Only ids are stored.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

namespace gradus::ir {

struct Value {
  Graph *graph;
  ValueId id;
};

namespace value {
inline Value constant(const Value &like, double c) { return {like.graph, like.graph->real(c)}; }
inline Value apply(Prim p, const Value &a) { return {a.graph, a.graph->prim(p, {a.id})}; }
inline Value apply(Prim p, const Value &a, const Value &b) {
  return {a.graph, a.graph->prim(p, {a.id, b.id})};
}
} // namespace value

#define GRADUS_BINARY(OPERATOR, PRIM)                                                              \
  inline Value operator OPERATOR(const Value &a, const Value &b) {                                 \
    return value::apply(Prim::PRIM, a, b);                                                         \
  }                                                                                                \
  inline Value operator OPERATOR(double a, const Value &b) {                                       \
    return value::apply(Prim::PRIM, value::constant(b, a), b);                                     \
  }                                                                                                \
  inline Value operator OPERATOR(const Value &a, double b) {                                       \
    return value::apply(Prim::PRIM, a, value::constant(a, b));                                     \
  }
GRADUS_BINARY(+, Add)
GRADUS_BINARY(-, Sub)
GRADUS_BINARY(*, Mul)
GRADUS_BINARY(/, Div)
GRADUS_BINARY(<, Less)
GRADUS_BINARY(<=, LessEqual)
GRADUS_BINARY(==, Equal)
GRADUS_BINARY(&&, And)
#undef GRADUS_BINARY
inline Value operator>(const Value &a, double b) { return value::constant(a, b) < a; }
inline Value operator>=(const Value &a, double b) { return value::constant(a, b) <= a; }
inline Value operator-(const Value &a) { return value::apply(Prim::Neg, a); }

inline Value select(const Value &c, const Value &a, const Value &b) {
  return {c.graph, c.graph->select(c.id, a.id, b.id)};
}

#define GRADUS_UNARY(NAME, PRIM)                                                                   \
  inline Value NAME(const Value &a) { return value::apply(Prim::PRIM, a); }
GRADUS_UNARY(sqrt, Sqrt)
GRADUS_UNARY(cbrt, Cbrt)
GRADUS_UNARY(exp, Exp)
GRADUS_UNARY(log, Log)
GRADUS_UNARY(log1p, Log1p)
GRADUS_UNARY(sin, Sin)
GRADUS_UNARY(cos, Cos)
GRADUS_UNARY(sinh, Sinh)
GRADUS_UNARY(cosh, Cosh)
GRADUS_UNARY(tanh, Tanh)
GRADUS_UNARY(abs, Abs)
GRADUS_UNARY(sign, Sign)
GRADUS_UNARY(floor, Floor)
GRADUS_UNARY(digamma, Digamma)
GRADUS_UNARY(sigmoid, Sigmoid)
GRADUS_UNARY(sigmoidSlope, SigmoidSlope)
GRADUS_UNARY(sech2, Sech2)
GRADUS_UNARY(cbrtSlope, CbrtSlope)
GRADUS_UNARY(asinSlope, AsinSlope)
GRADUS_UNARY(atanhSlope, AtanhSlope)
GRADUS_UNARY(gauss, Gauss)
GRADUS_UNARY(toReal, ToReal)
#undef GRADUS_UNARY
inline Value pow(const Value &a, const Value &b) { return value::apply(Prim::Pow, a, b); }
inline Value powi(const Value &a, const Value &n) { return value::apply(Prim::Powi, a, n); }
inline Value hypot(const Value &a, const Value &b) { return value::apply(Prim::Hypot, a, b); }
inline Value hypotSlope(const Value &a, const Value &b) {
  return value::apply(Prim::HypotSlope, a, b);
}
inline Value atan2Slope(const Value &a, const Value &b) {
  return value::apply(Prim::Atan2Slope, a, b);
}
inline Value polygamma(const Value &x, const Value &n) {
  return value::apply(Prim::Polygamma, x, n);
}
inline Value fma(const Value &a, const Value &b, const Value &c) {
  return {a.graph, a.graph->prim(Prim::Fma, {a.id, b.id, c.id})};
}
inline Value trigamma(const Value &x) { return polygamma(x, Value{x.graph, x.graph->integer(1)}); }

// On whole numbers.
inline Value isZero(const Value &n) { return {n.graph, n.graph->equal(n.id, n.graph->integer(0))}; }
inline Value plusOneWhole(const Value &n) {
  return {n.graph, n.graph->add(n.id, n.graph->integer(1))};
}
inline Value minusOneWhole(const Value &n) {
  return {n.graph, n.graph->sub(n.id, n.graph->integer(1))};
}
/// x^(y - z) as a primitive, and written out: see ir/Scalar.h.
inline Value powShift(const Value &x, const Value &y, const Value &z) {
  return {x.graph, x.graph->prim(Prim::PowShift, {x.id, y.id, z.id})};
}
inline Value powShiftOf(const Value &x, const Value &y, const Value &z) {
  Value s = y - z;
  Value minusZ = s - y;
  Value e = (y - (s - minusZ)) - (z + minusZ);
  Value p = pow(x, s);
  Value a = abs(p);
  Value tooLarge = 1.7976931348623157e308 < a;
  return select(e == 0.0, p, select(a == 0.0, p, select(tooLarge, p, p + p * (e * log(x)))));
}
/// See ir/Scalar.h.
inline Value atan2SlopeOf(const Value &x, const Value &y) {
  Value h = hypot(x, y);
  return select((1e-150 < h) && (h < 1e150), x / (h * h), (x / h) / h);
}
inline Value gaussOf(const Value &x) {
  Value s = x * x;
  Value e = fma(x, x, -s);
  Value g = exp(-s);
  return select(s < 1000.0, g - g * e, 0.0 * g);
}

} // namespace gradus::ir
