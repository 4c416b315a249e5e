//===- Elementary.h - exp and logarithms that compilers put into vectors ---===//
//
// For loops of emitted C: without branches, calls and tables, in plain arithmetic that
// may or may not be fused. Errors are at most 1.5 units in the last place.
//
// exp(x) = 2^k exp(r), k the whole number next to x/log(2), r = x - k log(2) in two
// parts (Cody and Waite). exp(r) = 1 + (r + r^2 q(r)), q by interpolation of
// (exp(r) - 1 - r)/r^2 in the Chebyshev nodes of +-0.34658. 2^k is applied in two
// steps, so that results below 2^-1022 are rounded once.
//
// log(u) = k log(2) + log(1 + f) with 1 + f between sqrt(1/2) and sqrt(2), and with
// s = f/(2 + f): log(1 + f) = 2 atanh(s) = f - (f^2/2 - s (f^2/2 + z p(z))), z = s^2,
// p by interpolation of (2 atanh(s)/s - 2)/z in the Chebyshev nodes of 0..0.02944.
// log1p(x) is log(u + rest) with u = 1 + x, and the rest is what rounding has left out.
//
// Compiled models have the same formulas in codegen/llvm/VectorElementary.cpp.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <math.h>
#include <stdint.h>

//--- words: the emitted C takes the parts between these marks as they are
static inline uint64_t word_of(double x) {
  union {
    double real;
    uint64_t word;
  } u;
  u.real = x;
  return u.word;
}

static inline double of_word(uint64_t word) {
  union {
    double real;
    uint64_t word;
  } u;
  u.word = word;
  return u.real;
}

/// condition ? yes : no, without a branch; the condition is 1 or 0.
static inline double chosen(uint64_t condition, double yes, double no) {
  const uint64_t mask = 0 - condition;
  return of_word((word_of(yes) & mask) | (word_of(no) & ~mask));
}

//--- exponential
static inline double vector_exp(double t) {
  const double shift = 6755399441055744.0; // 1.5*2^52: sums with it are whole numbers
  const double x = chosen(t > 710.0, 710.0, chosen(t < -746.0, -746.0, t));
  const double shifted = x*1.4426950408889634 + shift;
  const double k = shifted - shift;
  const double r = (x - k*0x1.62e42fefa38p-1) - k*0x1.ef35793c7673p-45;
  const double r2 = r*r, r4 = r2*r2;
  const double a = 0x1.0000000000001p-1 + 0x1.5555555555556p-3*r;
  const double b = 0x1.5555555553d67p-5 + 0x1.11111111109b4p-7*r;
  const double c = 0x1.6c16c1788a49bp-10 + 0x1.a01a01a7c327ap-13*r;
  const double d = 0x1.a019b9133a48ap-16 + 0x1.71de0db21e27fp-19*r;
  const double e = 0x1.28917e2c43a66p-22 + 0x1.af38a0d2d9620p-26*r;
  const double q = (a + b*r2) + ((c + d*r2) + e*r4)*r4;
  const uint64_t all = word_of(shifted), half = all >> 1, one = UINT64_C(0x3ff0000000000000);
  const double first = of_word((half << 52) + one), second = of_word(((all - half) << 52) + one);
  return (first + (r + r2*q)*first)*second;
}

//--- logarithms
/// The bits of a positive normal u as a multiple of sqrt(1/2), behind its exponent + 1023.
static inline uint64_t divided(double u) {
  return word_of(u) + (UINT64_C(0x3ff0000000000000) - UINT64_C(0x3fe6a09e667f3bcd));
}

static inline double quotient_of(uint64_t bits) {
  return of_word((bits & UINT64_C(0x000fffffffffffff)) + UINT64_C(0x3fe6a09e667f3bcd));
}

static inline double exponent_of(uint64_t bits) {
  return of_word((bits >> 52) | UINT64_C(0x4330000000000000)) - 4503599627371519.0;
}

/// log(1 + f) + n*log(2) for 1 + f between sqrt(1/2) and sqrt(2).
static inline double log_of(double f, double n) {
  const double s = f/(2.0 + f);
  const double z = s*s, z2 = z*z, z4 = z2*z2;
  const double a = 0x1.5555555555558p-1 + 0x1.99999999952d7p-2*z;
  const double b = 0x1.2492492df281ap-2 + 0x1.c71c62e3f11e6p-3*z;
  const double c = 0x1.7462b51cb66b1p-3 + 0x1.39fe51a7c18f9p-3*z;
  const double p = z*((a + b*z2) + (c + 0x1.2b5900de53b32p-3*z2)*z4);
  const double half = 0.5*f*f;
  return n*0x1.62e42fefa38p-1 - ((half - (s*(half + p) + n*0x1.ef35793c7673p-45)) - f);
}

//--- log
static inline double vector_log(double x) {
  const uint64_t tiny = x < 0x1p-1022;
  const uint64_t bits = divided(chosen(tiny, x*0x1p54, x));
  const double y = log_of(quotient_of(bits) - 1.0, exponent_of(bits) + chosen(tiny, -54.0, 0.0));
  const double inside = chosen(x < INFINITY, y, x);
  return chosen(x > 0.0, inside, chosen(x == 0.0, -INFINITY, NAN));
}

//--- log1p
static inline double vector_log1p(double x) {
  const double u = 1.0 + x, rest = x - (u - 1.0);
  const uint64_t bits = divided(u);
  const double scale = of_word(UINT64_C(0x7ff0000000000000) - (bits & UINT64_C(0x7ff0000000000000)));
  const double y = log_of((quotient_of(bits) - 1.0) + rest*(0.5*scale), exponent_of(bits));
  const double inside = chosen(x < INFINITY, chosen(x == 0.0, x, y), x);
  return chosen(x > -1.0, inside, chosen(x == -1.0, -INFINITY, NAN));
}

//--- other
