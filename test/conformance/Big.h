//===- Big.h - numbers of as many bits as a test asks for -------------------===//
//
// A value type over MPFR, just enough for the rows of Primitives.def: the
// functions are found by argument-dependent lookup when ir/Scalar.h evaluates a
// row for T = Big.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <mpfr.h>

#include <cstdint>

namespace gradus::conformance {

class Big {
public:
  /// New numbers and results have this many bits.
  static inline mpfr_prec_t bits = 400;

  Big() { mpfr_init2(m, bits), mpfr_set_zero(m, 1); }
  Big(double x) { mpfr_init2(m, bits), mpfr_set_d(m, x, MPFR_RNDN); }
  Big(const Big &o) { mpfr_init2(m, mpfr_get_prec(o.m)), mpfr_set(m, o.m, MPFR_RNDN); }
  Big &operator=(const Big &o) {
    if (this != &o)
      mpfr_set_prec(m, mpfr_get_prec(o.m)), mpfr_set(m, o.m, MPFR_RNDN);
    return *this;
  }
  ~Big() { mpfr_clear(m); }

  explicit operator double() const { return mpfr_get_d(m, MPFR_RNDN); }
  bool isZero() const { return mpfr_zero_p(m) != 0; }
  bool isFinite() const { return mpfr_number_p(m) != 0; }
  /// e with 2^(e-1) <= |x| < 2^e; far below everything for 0.
  int64_t exponent() const { return isZero() ? -(int64_t{1} << 40) : mpfr_get_exp(m); }
  /// x * 2^e
  Big scaled(int64_t e) const {
    Big r;
    mpfr_mul_2si(r.m, m, e, MPFR_RNDN);
    return r;
  }

  mpfr_t m;
};

#define GRADUS_BINARY(OPERATOR, NAME)                                                              \
  inline Big operator OPERATOR(const Big &a, const Big &b) {                                       \
    Big r;                                                                                         \
    NAME(r.m, a.m, b.m, MPFR_RNDN);                                                                \
    return r;                                                                                      \
  }
GRADUS_BINARY(+, mpfr_add)
GRADUS_BINARY(-, mpfr_sub)
GRADUS_BINARY(*, mpfr_mul)
GRADUS_BINARY(/, mpfr_div)
#undef GRADUS_BINARY
inline Big operator-(const Big &a) {
  Big r;
  mpfr_neg(r.m, a.m, MPFR_RNDN);
  return r;
}
inline bool operator<(const Big &a, const Big &b) { return mpfr_less_p(a.m, b.m) != 0; }
inline bool operator>(const Big &a, const Big &b) { return b < a; }
inline bool operator<=(const Big &a, const Big &b) { return mpfr_lessequal_p(a.m, b.m) != 0; }
inline bool operator>=(const Big &a, const Big &b) { return b <= a; }
inline bool operator==(const Big &a, const Big &b) { return mpfr_equal_p(a.m, b.m) != 0; }
inline bool operator!=(const Big &a, const Big &b) { return !(a == b); }

#define GRADUS_UNARY(NAME, MPFR)                                                                   \
  inline Big NAME(const Big &a) {                                                                  \
    Big r;                                                                                         \
    MPFR(r.m, a.m, MPFR_RNDN);                                                                     \
    return r;                                                                                      \
  }
GRADUS_UNARY(abs, mpfr_abs)
GRADUS_UNARY(sqrt, mpfr_sqrt)
GRADUS_UNARY(cbrt, mpfr_cbrt)
GRADUS_UNARY(exp, mpfr_exp)
GRADUS_UNARY(expm1, mpfr_expm1)
GRADUS_UNARY(log, mpfr_log)
GRADUS_UNARY(log1p, mpfr_log1p)
GRADUS_UNARY(log2, mpfr_log2)
GRADUS_UNARY(log10, mpfr_log10)
GRADUS_UNARY(sin, mpfr_sin)
GRADUS_UNARY(cos, mpfr_cos)
GRADUS_UNARY(tan, mpfr_tan)
GRADUS_UNARY(asin, mpfr_asin)
GRADUS_UNARY(acos, mpfr_acos)
GRADUS_UNARY(atan, mpfr_atan)
GRADUS_UNARY(sinh, mpfr_sinh)
GRADUS_UNARY(cosh, mpfr_cosh)
GRADUS_UNARY(tanh, mpfr_tanh)
GRADUS_UNARY(asinh, mpfr_asinh)
GRADUS_UNARY(acosh, mpfr_acosh)
GRADUS_UNARY(atanh, mpfr_atanh)
GRADUS_UNARY(erf, mpfr_erf)
GRADUS_UNARY(erfc, mpfr_erfc)
GRADUS_UNARY(digamma, mpfr_digamma)
#undef GRADUS_UNARY
inline Big lgamma(const Big &a) {
  Big r;
  int sign = 0;
  mpfr_lgamma(r.m, &sign, a.m, MPFR_RNDN);
  return r;
}
inline Big floor(const Big &a) {
  Big r;
  mpfr_floor(r.m, a.m);
  return r;
}
inline Big ceil(const Big &a) {
  Big r;
  mpfr_ceil(r.m, a.m);
  return r;
}
inline Big round(const Big &a) {
  Big r;
  mpfr_round(r.m, a.m);
  return r;
}
inline Big pow(const Big &a, const Big &b) {
  Big r;
  mpfr_pow(r.m, a.m, b.m, MPFR_RNDN);
  return r;
}
inline Big atan2(const Big &a, const Big &b) {
  Big r;
  mpfr_atan2(r.m, a.m, b.m, MPFR_RNDN);
  return r;
}
inline Big hypot(const Big &a, const Big &b) {
  Big r;
  mpfr_hypot(r.m, a.m, b.m, MPFR_RNDN);
  return r;
}
inline Big fma(const Big &a, const Big &b, const Big &c) {
  Big r;
  mpfr_fma(r.m, a.m, b.m, c.m, MPFR_RNDN);
  return r;
}
/// The n-th derivative of digamma; n >= 1.
Big polygamma(int64_t n, const Big &x);

} // namespace gradus::conformance
