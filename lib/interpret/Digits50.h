//===- Digits50.h - numbers of 50 decimal digits --------------------------===//
//
// Includes Boost.Multiprecision: only for those that compute with many digits.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "interpret/Interpreter.h"

#include <boost/multiprecision/cpp_bin_float.hpp>

namespace gradus::interpret {

using Digits50 = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>,
                                               boost::multiprecision::et_off>;

extern template class Interpreter<Digits50>;

} // namespace gradus::interpret
