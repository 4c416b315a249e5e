//===- Running.cpp - functions of numbers with an error -------------------------===//

#include "Running.h"

#include "runtime/Runtime.h"

#include <cmath>
#include <limits>

namespace gradus::property {

bool closeDecision = false;

namespace {

constexpr double unit = 1.2e-16; // a little more than 2^-53

double rounding(double value) { return unit * std::abs(value) + 5e-324; }

/// How far errors can be apart and the values still be equal by construction:
/// the same operations on the same numbers give the same error.
void decide(const Running &a, const Running &b) {
  bool same = a.value == b.value && a.error == b.error;
  if (!same && std::abs(a.value - b.value) <= 64 * (a.error + b.error))
    closeDecision = true;
}

template <class F> double spread(F f, double at, double error, double value) {
  if (error == 0)
    return 0;
  double h = std::max(error, 1e-15 * std::abs(at));
  double up = std::abs(f(at + h) - value), down = std::abs(f(at - h) - value);
  // Next to the edge of a domain one side counts.
  if (std::isnan(up))
    up = 0;
  if (std::isnan(down))
    down = 0;
  return std::max(up, down) * (error / h) + (up + down == 0 ? error * 1e-8 : 0);
}

} // namespace

template <class F> Running unary(F f, const Running &x) {
  double r = f(x.value);
  return {r, spread(f, x.value, x.error, r) + 8 * rounding(r)};
}
template <class F> Running binary(F f, const Running &x, const Running &y) {
  double r = f(x.value, y.value);
  double e = spread([&](double a) { return f(a, y.value); }, x.value, x.error, r) +
             spread([&](double b) { return f(x.value, b); }, y.value, y.error, r);
  return {r, e + 8 * rounding(r)};
}

Running operator+(const Running &a, const Running &b) {
  double r = a.value + b.value;
  return {r, a.error + b.error + rounding(r)};
}
Running operator-(const Running &a) { return {-a.value, a.error}; }
Running operator-(const Running &a, const Running &b) { return a + -b; }
Running operator*(const Running &a, const Running &b) {
  double r = a.value * b.value;
  return {r, std::abs(a.value) * b.error + std::abs(b.value) * a.error + a.error * b.error +
                 rounding(r)};
}
Running operator/(const Running &a, const Running &b) {
  double r = a.value / b.value;
  double room = std::abs(b.value) - b.error;
  double e = room > 0 ? (a.error + std::abs(r) * b.error) / room
                      : std::numeric_limits<double>::infinity();
  return {r, (b.error == 0 ? a.error / std::abs(b.value) : e) + rounding(r)};
}
Running &operator+=(Running &a, const Running &b) { return a = a + b; }
Running &operator*=(Running &a, const Running &b) { return a = a * b; }
bool operator<(const Running &a, const Running &b) { return decide(a, b), a.value < b.value; }
bool operator<=(const Running &a, const Running &b) { return decide(a, b), a.value <= b.value; }
bool operator>(const Running &a, const Running &b) { return b < a; }
bool operator>=(const Running &a, const Running &b) { return b <= a; }
bool operator==(const Running &a, const Running &b) { return decide(a, b), a.value == b.value; }
bool operator!=(const Running &a, const Running &b) { return !(a == b); }

#define FUNCTION(NAME)                                                                             \
  Running NAME(const Running &x) {                                                                 \
    return unary([](double a) { return std::NAME(a); }, x);                                        \
  }
FUNCTION(acos)
FUNCTION(acosh)
FUNCTION(asin)
FUNCTION(asinh)
FUNCTION(atan)
FUNCTION(atanh)
FUNCTION(cbrt)
FUNCTION(cos)
FUNCTION(cosh)
FUNCTION(erf)
FUNCTION(erfc)
FUNCTION(exp)
FUNCTION(expm1)
FUNCTION(lgamma)
FUNCTION(log)
FUNCTION(log10)
FUNCTION(log1p)
FUNCTION(log2)
FUNCTION(sin)
FUNCTION(sinh)
FUNCTION(sqrt)
FUNCTION(tan)
FUNCTION(tanh)
#undef FUNCTION
Running abs(const Running &x) { return {std::abs(x.value), x.error}; }
/// A value next to a jump may land on either side of it.
#define STEPS(NAME)                                                                                \
  Running NAME(const Running &x) {                                                                 \
    if (std::NAME(x.value - 64 * x.error) != std::NAME(x.value + 64 * x.error))                    \
      closeDecision = true;                                                                        \
    return {std::NAME(x.value), 0};                                                                \
  }
STEPS(floor)
STEPS(ceil)
STEPS(round)
#undef STEPS
Running atan2(const Running &x, const Running &y) {
  return binary([](double a, double b) { return std::atan2(a, b); }, x, y);
}
Running hypot(const Running &x, const Running &y) {
  return binary([](double a, double b) { return std::hypot(a, b); }, x, y);
}
Running pow(const Running &x, const Running &y) {
  return binary([](double a, double b) { return std::pow(a, b); }, x, y);
}
Running fma(const Running &x, const Running &y, const Running &z) {
  double r = std::fma(x.value, y.value, z.value);
  return {r, std::abs(x.value) * y.error + std::abs(y.value) * x.error + z.error + rounding(r)};
}
Running digamma(const Running &x) {
  return unary([](double a) { return gradus_digamma(a); }, x);
}
Running polygamma(int64_t n, const Running &x) {
  return unary([n](double a) { return gradus_polygamma(n, a); }, x);
}

} // namespace gradus::property

// Called by a qualified name, so it has to be there too.
namespace gradus::ir::algebra {
using property::polygamma;
}

#include "interpret/InterpreterTemplate.h"

template class gradus::interpret::Interpreter<gradus::property::Running>;
