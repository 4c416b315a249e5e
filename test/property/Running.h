//===- Running.h - numbers that carry a bound of their rounding error -----------===//
//
// Running error analysis (Higham, Accuracy and Stability of Numerical
// Algorithms, 3.3): each operation adds its own rounding to what the errors of
// its operands can do to its result. Code that fuses, reassociates or calls a
// vector function stays within a small multiple of the bound.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "interpret/Interpreter.h"

namespace gradus::property {

struct Running {
  double value = 0, error = 0;

  Running() = default;
  template <class N>
    requires std::is_arithmetic_v<N>
  Running(N n) : value(static_cast<double>(n)) {}
  Running(double v, double e) : value(v), error(e) {}
  explicit operator double() const { return value; }
};

/// Set when a comparison came out in a way that the errors could turn around.
extern bool closeDecision;

} // namespace gradus::property

extern template class gradus::interpret::Interpreter<gradus::property::Running>;
