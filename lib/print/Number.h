//===- Number.h - coefficients and exponents as people write them -------------===//
//
// A double that is the nearest one to a short decimal or to a small fraction
// means that decimal or fraction: 0.1 is 1/10, 0.333... is 1/3. Sums, products
// and powers of such numbers are exact; everything else is a double.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace gradus::print {

class Number {
public:
  Number(int64_t whole = 0) : top_(whole) {}
  static Number fraction(int64_t top, int64_t bottom);
  static Number of(double value);

  bool exact() const { return bottom_ != 0; }
  bool whole() const { return bottom_ == 1; }
  bool isZero() const { return exact() ? top_ == 0 : value_ == 0; }
  bool isOne() const { return bottom_ == 1 && top_ == 1; }
  bool isMinusOne() const { return bottom_ == 1 && top_ == -1; }
  bool negative() const { return exact() ? top_ < 0 : value_ < 0; }
  bool even() const { return whole() && top_ % 2 == 0; }
  int64_t top() const { return top_; }
  int64_t bottom() const { return bottom_; } ///< > 0; 0 when not exact
  double value() const;

  Number operator-() const;
  Number abs() const { return negative() ? -*this : *this; }
  friend Number operator+(const Number &a, const Number &b);
  friend Number operator-(const Number &a, const Number &b) { return a + -b; }
  friend Number operator*(const Number &a, const Number &b);
  friend Number operator/(const Number &a, const Number &b);
  bool operator==(const Number &other) const;
  /// By value.
  bool operator<(const Number &other) const { return value() < other.value(); }

  /// this^exponent when that is exact, or when this is not.
  std::optional<Number> power(const Number &exponent) const;

  /// Has a decimal of at most twelve digits and is not a whole number.
  bool decimal() const;
  /// The decimal or the shortest text that gives the double back.
  std::string decimalText() const;

private:
  int64_t top_ = 0, bottom_ = 1;
  double value_ = 0;
};

/// The shortest text that reads back as this double: 0.1, 1e-8.
std::string decimalText(double value);

} // namespace gradus::print
