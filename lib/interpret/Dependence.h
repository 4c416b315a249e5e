//===- Dependence.h - which unknowns a value depends on ------------------------===//
//
// A number that remembers the unknowns it was computed from: evaluating a model
// with it shows the pattern of its Jacobian at known sizes and data. What a
// branch that is not taken would read does not count.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "interpret/Interpreter.h"

#include <array>
#include <cmath>
#include <memory>
#include <vector>

namespace gradus::interpret {

class Dependence {
public:
  using Set = std::vector<uint32_t>; ///< ascending
  Dependence() = default;
  Dependence(double v) : value(v) {} // NOLINT: numbers become constants everywhere
  Dependence(double v, uint32_t unknown)
      : value(v), set(std::make_shared<const Set>(Set{unknown})) {}

  double value = 0;
  std::shared_ptr<const Set> set; ///< null: a constant

  /// The same dependence with another value.
  Dependence with(double v) const {
    Dependence d(v);
    d.set = set;
    return d;
  }
  /// What two numbers depend on together.
  static Dependence join(double v, const Dependence &a, const Dependence &b);
  explicit operator double() const { return value; }

  Dependence operator-() const { return with(-value); }
  Dependence &operator+=(const Dependence &o) { return *this = join(value + o.value, *this, o); }
  Dependence &operator*=(const Dependence &o) { return *this = join(value * o.value, *this, o); }
};

inline Dependence operator+(const Dependence &a, const Dependence &b) {
  return Dependence::join(a.value + b.value, a, b);
}
inline Dependence operator-(const Dependence &a, const Dependence &b) {
  return Dependence::join(a.value - b.value, a, b);
}
inline Dependence operator*(const Dependence &a, const Dependence &b) {
  return Dependence::join(a.value * b.value, a, b);
}
inline Dependence operator/(const Dependence &a, const Dependence &b) {
  return Dependence::join(a.value / b.value, a, b);
}
// A value that depends on something equals nothing: a zero found by chance must
// not hide it.
inline bool operator==(const Dependence &a, const Dependence &b) {
  return a.value == b.value && !a.set && !b.set;
}
inline bool operator!=(const Dependence &a, const Dependence &b) { return a.value != b.value; }
inline bool operator<(const Dependence &a, const Dependence &b) { return a.value < b.value; }
inline bool operator>(const Dependence &a, const Dependence &b) { return a.value > b.value; }
inline bool operator<=(const Dependence &a, const Dependence &b) { return a.value <= b.value; }
inline bool operator>=(const Dependence &a, const Dependence &b) { return a.value >= b.value; }

/// Of which operands the value of a primitive with real operands depends, by its definition.
std::array<bool, 3> dependsOnOperands(ir::Prim prim);

extern template class Interpreter<Dependence>;

} // namespace gradus::interpret
