//===- Scalar.h - values of primitives on numbers ------------------------------===//
//
// The EVAL column of Primitives.def for numbers of type T: double here, many
// digits in lib/interpret (with Boost.Multiprecision's functions, found by
// argument-dependent lookup). double calls the C library, as compiled code
// does, so that interpreter and strict native code agree to the bit.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"
#include "runtime/Runtime.h"

#include <cassert>
#include <cmath>
#include <optional>
#include <span>

namespace gradus::ir {

/// What the rows need beyond <cmath>; lib/interpret adds overloads of its own
/// for other types of number.
namespace algebra {
using std::abs, std::acos, std::acosh, std::asin, std::asinh, std::atan, std::atan2, std::atanh,
    std::cbrt, std::ceil, std::cos, std::cosh, std::erf, std::erfc, std::exp, std::expm1,
    std::floor, std::fma, std::hypot, std::lgamma, std::log, std::log10, std::log1p, std::log2,
    std::pow, std::round, std::sin, std::sinh, std::sqrt, std::tan, std::tanh;

inline double digamma(double x) { return gradus_digamma(x); }
inline double polygamma(int64_t n, double x) { return gradus_polygamma(n, x); }

template <class T> T select(bool condition, const T &a, const T &b) { return condition ? a : b; }
template <class T> T sign(const T &x) {
  return x > 0 ? T(1) : x < 0 ? T(-1) : x; // keeps nan and the sign of 0
}
template <class T> T minimum(const T &x, const T &y) {
  if (x != x || y != y)
    return x + y;
  if (x == y)
    return std::signbit(static_cast<double>(x)) ? x : y;
  return x < y ? x : y;
}
template <class T> T maximum(const T &x, const T &y) {
  if (x != x || y != y)
    return x + y;
  if (x == y)
    return std::signbit(static_cast<double>(x)) ? y : x;
  return x > y ? x : y;
}
template <class T> T mod(const T &x, const T &y) { return x - y * floor(T(x / y)); }
/// exp(-x^2) without the error of the rounded square: with s = x*x rounded and
/// e = x*x - s exactly, exp(-x^2) = exp(-s)*exp(-e), and e is tiny.
template <class T> T gaussOf(const T &x) {
  T s = x * x;
  T e = fma(x, x, T(-s));
  T g = exp(T(-s));
  return select<T>(s < 1000.0, T(g - g * e), T(0.0 * g));
}
/// x/h^2 with h = hypot(x, y): in one quotient where h^2 is an ordinary number,
/// and in two where x/h is, or where the result is 0 anyway.
template <class T> T atan2SlopeOf(const T &x, const T &y) {
  T h = hypot(x, y);
  return 1e-150 < h && h < 1e150 ? T(x / (h * h)) : T((x / h) / h);
}
/// x^(y - z) with the rounding error e of s = y - z made up for: where x^s is
/// neither 0 nor inf, x^e = 1 + e*log(x), since e*log(x) is tiny. The error of a difference is a
/// difference of doubles again (Moller 1965, Knuth TAOCP 2, 4.2.2, theorem B).
template <class T> T powShiftOf(const T &x, const T &y, const T &z) {
  T s = y - z;
  T minusZ = s - y;
  T e = (y - (s - minusZ)) - (z + minusZ);
  T p = pow(x, s);
  T a = abs(p);
  return e == 0.0 || a == 0.0 || 1.7976931348623157e308 < a ? p : T(p + p * (e * log(x)));
}
/// Products by squaring, from the lowest bit of n; x^-n = 1/x^n. The back ends
/// multiply in the same order.
template <class T> T powi(T x, int64_t n) {
  if (n == 0)
    return T(1);
  uint64_t k = n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n);
  T result = 1;
  bool first = true;
  for (;; x = x * x) {
    if (k & 1) {
      result = first ? x : T(result * x);
      first = false;
    }
    k >>= 1;
    if (k == 0)
      break;
  }
  return n < 0 ? T(1 / result) : result;
}
/// Whole numbers wrap around, as in compiled code: by -1 is a negation, which
/// the machine's division would refuse for the smallest number.
inline int64_t floorDiv(int64_t a, int64_t b) {
  if (b == -1)
    return static_cast<int64_t>(0 - static_cast<uint64_t>(a));
  int64_t q = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? q - 1 : q;
}
inline int64_t floorMod(int64_t a, int64_t b) { return b == -1 ? 0 : a - b * floorDiv(a, b); }
} // namespace algebra

/// A row whose operands and result are real.
template <class T> T evaluateReal(Prim p, std::span<const T> operands) {
  using namespace algebra;
  const T &x = operands[0];
  const T &y = operands[operands.size() > 1 ? 1 : 0];
  const T &z = operands[operands.size() > 2 ? 2 : 0];
  const T one = 1;
  const T WHOLE = 0;
  (void)one, (void)WHOLE, (void)y, (void)z;
  switch (p) {
#define PRIMITIVE(NAME, SPELLING, C, ARITY, NOTATION, SIGNATURE, LOWERING, COMMUTATIVE, COST,      \
                  SMOOTH, DOMAIN, KINK, EVAL, ...)                                                 \
  case Prim::NAME:                                                                                 \
    return T(EVAL);
#include "ir/Primitives.def"
  }
  assert(false && "not a primitive");
  return T(0);
}

constexpr unsigned rowsWith(Signature signature) {
  unsigned count = 0;
#define PRIMITIVE(NAME, SPELLING, C, ARITY, NOTATION, SIGNATURE, ...)                              \
  count += Signature::SIGNATURE == signature;
#include "ir/Primitives.def"
  return count;
}
static_assert(rowsWith(Signature::Numeric) == 9 && rowsWith(Signature::Int) == 1,
              "a new row of whole numbers needs its case in evaluateWhole()");
static_assert(rowsWith(Signature::Compare) == 4, "a new row needs its case in evaluateCompare()");
static_assert(rowsWith(Signature::Logic) == 3, "a new row needs its case in evaluateLogic()");

/// Whole operands, whole result. Division by 0 is the caller's to exclude.
inline int64_t evaluateWhole(Prim p, std::span<const int64_t> x) {
  switch (p) {
  case Prim::Add:
    return static_cast<int64_t>(static_cast<uint64_t>(x[0]) + static_cast<uint64_t>(x[1]));
  case Prim::Sub:
    return static_cast<int64_t>(static_cast<uint64_t>(x[0]) - static_cast<uint64_t>(x[1]));
  case Prim::Mul:
    return static_cast<int64_t>(static_cast<uint64_t>(x[0]) * static_cast<uint64_t>(x[1]));
  case Prim::Neg:
    return static_cast<int64_t>(0 - static_cast<uint64_t>(x[0]));
  case Prim::IntDiv:
    return algebra::floorDiv(x[0], x[1]);
  case Prim::Mod:
    return algebra::floorMod(x[0], x[1]);
  case Prim::Min:
    return x[0] < x[1] ? x[0] : x[1];
  case Prim::Max:
    return x[0] < x[1] ? x[1] : x[0];
  case Prim::Abs:
    return x[0] < 0 ? evaluateWhole(Prim::Neg, x) : x[0];
  case Prim::Sign:
    return (x[0] > 0) - (x[0] < 0);
  default:
    assert(false && "not a primitive of whole numbers");
    return 0;
  }
}

template <class T> bool evaluateCompare(Prim p, const T &a, const T &b) {
  switch (p) {
  case Prim::Less:
    return a < b;
  case Prim::LessEqual:
    return a <= b;
  case Prim::Equal:
    return a == b;
  case Prim::NotEqual:
    return a != b;
  default:
    assert(false && "not a comparison");
    return false;
  }
}

inline bool evaluateLogic(Prim p, bool a, bool b) {
  switch (p) {
  case Prim::And:
    return a && b;
  case Prim::Or:
    return a || b;
  case Prim::Not:
    return !a;
  default:
    assert(false && "not a connective");
    return false;
  }
}

/// The constant node of a primitive of constants; nothing where the value
/// should stay an expression: nan or inf of finite operands, whole division by 0.
std::optional<ValueId> foldConstants(Graph &graph, Prim p, std::span<const ValueId> operands);

} // namespace gradus::ir
