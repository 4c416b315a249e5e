//===- LateConstants.h - constants of Boost.Math when they are needed -------===//
//
// Boost.Math computes its constants for a number type before main begins, for
// compilers whose function-local statics are not safe between threads. For
// numbers of 50 digits that takes milliseconds of every process, and few compute
// with 50 digits. Ours are safe: the constants wait for their first use.
//
// To be included behind Boost.Math and before anything that makes use of it.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "interpret/Digits50.h"

#include <boost/math/special_functions.hpp>
#include <boost/version.hpp>

// The classes of later versions have not been looked at; they may start as they like.
#if BOOST_VERSION <= 108300

namespace gradus::interpret {
struct Late {
  static void force_instantiate() {}
};
} // namespace gradus::interpret

#define GRADUS_LATE(NAME, PARAMETERS, ...)                                                         \
  template <PARAMETERS> struct NAME<__VA_ARGS__> : gradus::interpret::Late {                       \
    static constexpr Late initializer{};                                                           \
  };
#define GRADUS_COMMA ,

namespace boost::math {
using gradus::interpret::Digits50;

GRADUS_LATE(unchecked_factorial_initializer, , Digits50)
namespace constants::detail {
GRADUS_LATE(constant_initializer, const Digits50 &(*F)(), Digits50, F)
} // namespace constants::detail
namespace detail {
GRADUS_LATE(bernoulli_initializer, class P, Digits50, P)
GRADUS_LATE(digamma_initializer, class P, Digits50, P)
GRADUS_LATE(igamma_initializer, class P, Digits50, P)
GRADUS_LATE(lgamma_initializer, class P, Digits50, P)
GRADUS_LATE(polygamma_initializer, class P, Digits50, P)
GRADUS_LATE(trigamma_initializer, class P, Digits50, P)
GRADUS_LATE(erf_initializer, class P GRADUS_COMMA class Tag, Digits50, P, Tag)
GRADUS_LATE(expm1_initializer, class P GRADUS_COMMA class Tag, Digits50, P, Tag)
GRADUS_LATE(log1p_initializer, class P GRADUS_COMMA class Tag, Digits50, P, Tag)
GRADUS_LATE(zeta_initializer, class P GRADUS_COMMA class Tag, Digits50, P, Tag)
} // namespace detail
} // namespace boost::math

#undef GRADUS_COMMA
#undef GRADUS_LATE
#endif
