//===- Coefficients.h - numbers as people spell them ------------------------------===//
#pragma once

#include "print/Number.h"

#include <string>
#include <vector>

namespace gradus::print {

/// A positive number as top/bottom, both products of spelled parts; empty means
/// 1. A part is a number, "pi", "e", "inf", "sqrt(2)", "sqrt(pi)", "log(2)".
struct Spelled {
  std::vector<std::string> top, bottom;
};

struct NumberStyle {
  bool decimals = false; ///< 0.5 rather than 1/2
  bool constants = true; ///< pi and e mean themselves
};

Spelled spell(const Number &positive, const NumberStyle &style);

} // namespace gradus::print
