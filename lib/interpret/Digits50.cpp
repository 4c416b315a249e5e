//===- Digits50.cpp - the interpreter in 50 digits ------------------------------===//
//
// What Boost.Multiprecision lacks of the functions that the rows of the table
// call, or has with an error for arguments that a table has to survive. A
// function outside its domain is nan, as in double.
//
//===--------------------------------------------------------------------===//

#include "interpret/Digits50.h"
#include "interpret/LateConstants.h"

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/polygamma.hpp>

// The rows call these by their plain names: they are declared before ir/Scalar.h
// defines what calls them.
namespace gradus::ir::algebra {

using interpret::Digits50;

namespace {

using Quiet = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::ignore_error>>;

Digits50 nan() { return std::numeric_limits<Digits50>::quiet_NaN(); }
Digits50 infinity() { return std::numeric_limits<Digits50>::infinity(); }

/// Enough digits to reduce any double modulo pi and keep 50.
using Wide = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<400>,
                                           boost::multiprecision::et_off>;
bool isLarge(const Digits50 &x) { return boost::multiprecision::abs(x) > 1e6; }

bool isFinite(const Digits50 &x) { return x - x == 0; }
bool isPole(const Digits50 &x) { return x <= 0 && x == boost::multiprecision::floor(x); }

} // namespace

// Not in the unnamed namespace, which a qualified name does not look into.
[[maybe_unused]] static Digits50 fma(const Digits50 &x, const Digits50 &y, const Digits50 &z) {
  return x * y + z;
}

// Boost's is an int, which has no nan and one 0.
[[maybe_unused]] static Digits50 sign(const Digits50 &x) {
  return x > 0 ? Digits50(1) : x < 0 ? Digits50(-1) : x;
}

[[maybe_unused]] static Digits50 sin(const Digits50 &x) {
  return isLarge(x) ? Digits50(boost::multiprecision::sin(Wide(x))) : boost::multiprecision::sin(x);
}
[[maybe_unused]] static Digits50 cos(const Digits50 &x) {
  return isLarge(x) ? Digits50(boost::multiprecision::cos(Wide(x))) : boost::multiprecision::cos(x);
}
[[maybe_unused]] static Digits50 tan(const Digits50 &x) {
  return isLarge(x) ? Digits50(boost::multiprecision::tan(Wide(x))) : boost::multiprecision::tan(x);
}

[[maybe_unused]] static Digits50 digamma(const Digits50 &x) {
  if (!isFinite(x))
    return x > 0 ? x : nan();
  if (isPole(x))
    return x == 0 ? Digits50(-1 / x) : nan();
  return boost::math::digamma(x, Quiet());
}

[[maybe_unused]] static Digits50 polygamma(int64_t n, const Digits50 &x) {
  if (n < 0 || n > 1000)
    return nan();
  if (n == 0)
    return digamma(x);
  bool odd = n % 2 != 0;
  if (!isFinite(x))
    return x > 0 ? Digits50(0) : nan();
  if (isPole(x))
    return odd ? infinity() : nan();
  return boost::math::polygamma(static_cast<int>(n), x, Quiet());
}

} // namespace gradus::ir::algebra

#include "interpret/InterpreterTemplate.h"

namespace gradus::interpret {

template class Interpreter<Digits50>;

} // namespace gradus::interpret
