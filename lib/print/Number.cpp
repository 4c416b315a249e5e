//===- Number.cpp - exact fractions with a double to fall back on ---------------===//

#include "print/Number.h"

#include "support/Numbers.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <numeric>

namespace gradus::print {

namespace {

using Wide = __int128;
/// Above this a fraction is no longer what somebody wrote, and its double is
/// no longer the correctly rounded one.
constexpr int64_t limit = int64_t(1) << 53;

Wide gcd(Wide a, Wide b) {
  a = a < 0 ? -a : a;
  b = b < 0 ? -b : b;
  while (b != 0) {
    Wide r = a % b;
    a = b;
    b = r;
  }
  return a;
}

/// top/bottom when it fits.
std::optional<Number> reduced(Wide top, Wide bottom) {
  if (bottom == 0)
    return std::nullopt;
  if (bottom < 0) {
    top = -top;
    bottom = -bottom;
  }
  Wide common = gcd(top, bottom);
  if (common > 1) {
    top /= common;
    bottom /= common;
  }
  if (top > limit || top < -limit || bottom > limit)
    return std::nullopt;
  return Number::fraction(static_cast<int64_t>(top), static_cast<int64_t>(bottom));
}

/// value = top/bottom with a short decimal: at most twelve digits.
std::optional<Number> fromDecimal(double value) {
  std::string text = formatNumber(value);
  size_t e = text.find('e');
  int exponent = e == std::string::npos ? 0 : std::atoi(text.c_str() + e + 1);
  std::string mantissa = text.substr(0, e);
  bool negative = !mantissa.empty() && mantissa[0] == '-';
  int64_t digits = 0;
  int count = 0;
  bool point = false;
  for (char c : mantissa) {
    if (c == '.')
      point = true;
    if (c < '0' || c > '9')
      continue;
    digits = digits * 10 + (c - '0');
    if (digits != 0 && ++count > 12)
      return std::nullopt;
    exponent -= point;
  }
  Wide top = digits, bottom = 1;
  for (; exponent > 0; --exponent)
    if ((top *= 10) > limit)
      return std::nullopt;
  for (; exponent < 0; ++exponent)
    if ((bottom *= 10) > Wide(limit) * 1000)
      return std::nullopt;
  return reduced(negative ? -top : top, bottom);
}

/// The fraction with a bottom up to 1000 that is this double, or one with a
/// bottom up to 100 that differs in the last bit or two: 1/3 - 1 is -2/3.
std::optional<Number> fromFraction(double value) {
  double size = std::fabs(value), rest = size;
  if (rest > 1e6 || rest < 1e-3)
    return std::nullopt;
  int64_t p0 = 0, q0 = 1, p1 = 1, q1 = 0;
  for (int step = 0; step < 20; ++step) {
    double whole = std::floor(rest);
    auto a = static_cast<int64_t>(whole);
    int64_t p2 = a * p1 + p0, q2 = a * q1 + q0;
    if (q2 > 1000)
      return std::nullopt;
    double error = std::fabs(static_cast<double>(p2) / static_cast<double>(q2) - size);
    if (error == 0 || (q2 <= 100 && error <= 4e-16 * size))
      return Number::fraction(value < 0 ? -p2 : p2, q2);
    p0 = p1, q0 = q1, p1 = p2, q1 = q2;
    if (rest == whole)
      return std::nullopt;
    rest = 1 / (rest - whole);
    if (rest > 1e6)
      return std::nullopt;
  }
  return std::nullopt;
}

/// The whole root of a whole number, if there is one.
std::optional<int64_t> wholeRoot(int64_t value, int64_t degree) {
  double guess =
      std::round(std::pow(static_cast<double>(value), 1.0 / static_cast<double>(degree)));
  Wide power = 1;
  for (int64_t k = 0; k < degree && power <= limit; ++k)
    power *= static_cast<Wide>(guess);
  if (power != value)
    return std::nullopt;
  return static_cast<int64_t>(guess);
}

} // namespace

Number Number::fraction(int64_t top, int64_t bottom) {
  int64_t common = std::gcd(top, bottom);
  Number n;
  n.top_ = top / common;
  n.bottom_ = bottom / common;
  if (n.bottom_ < 0) {
    n.top_ = -n.top_;
    n.bottom_ = -n.bottom_;
  }
  return n;
}

Number Number::of(double value) {
  if (std::isfinite(value)) {
    if (value == std::floor(value) && std::fabs(value) <= static_cast<double>(limit))
      return Number(static_cast<int64_t>(value));
    if (auto n = fromDecimal(value))
      return *n;
    if (auto n = fromFraction(value))
      return *n;
  }
  Number n;
  n.bottom_ = 0;
  n.value_ = value;
  return n;
}

double Number::value() const {
  return exact() ? static_cast<double>(top_) / static_cast<double>(bottom_) : value_;
}

Number Number::operator-() const {
  Number n = *this;
  n.top_ = -n.top_;
  n.value_ = -n.value_;
  return n;
}

Number operator+(const Number &a, const Number &b) {
  if (a.exact() && b.exact())
    if (auto n = reduced(Wide(a.top_) * b.bottom_ + Wide(b.top_) * a.bottom_,
                         Wide(a.bottom_) * b.bottom_))
      return *n;
  return Number::of(a.value() + b.value());
}

Number operator*(const Number &a, const Number &b) {
  if (a.exact() && b.exact())
    if (auto n = reduced(Wide(a.top_) * b.top_, Wide(a.bottom_) * b.bottom_))
      return *n;
  return Number::of(a.value() * b.value());
}

Number operator/(const Number &a, const Number &b) {
  if (a.exact() && b.exact())
    if (auto n = reduced(Wide(a.top_) * b.bottom_, Wide(a.bottom_) * b.top_))
      return *n;
  return Number::of(a.value() / b.value());
}

bool Number::operator==(const Number &other) const {
  if (exact() != other.exact())
    return false;
  return exact() ? top_ == other.top_ && bottom_ == other.bottom_ : value_ == other.value_;
}

std::optional<Number> Number::power(const Number &exponent) const {
  if (!exact() || !exponent.exact())
    return Number::of(std::pow(value(), exponent.value()));
  if (exponent.isZero())
    return Number(1);
  int64_t top = top_, bottom = bottom_;
  if (!exponent.whole()) {
    if (top < 0)
      return std::nullopt;
    auto a = wholeRoot(top, exponent.bottom()), b = wholeRoot(bottom, exponent.bottom());
    if (exponent.bottom() > 50 || !a || !b)
      return std::nullopt;
    top = *a;
    bottom = *b;
  }
  if (std::llabs(exponent.top()) > 1000)
    return Number::of(std::pow(value(), exponent.value()));
  Number base = fraction(top, bottom), result(1);
  for (int64_t k = std::llabs(exponent.top()); k > 0; k >>= 1) {
    if (k & 1)
      result = result * base;
    if (k > 1)
      base = base * base;
  }
  return exponent.negative() ? Number(1) / result : result;
}

bool Number::decimal() const {
  if (!exact() || whole())
    return false;
  int64_t rest = bottom_;
  while (rest % 2 == 0)
    rest /= 2;
  while (rest % 5 == 0)
    rest /= 5;
  return rest == 1;
}

std::string Number::decimalText() const {
  if (whole())
    return fmt::format("{}", top_);
  return print::decimalText(value());
}

std::string decimalText(double value) {
  std::string text = formatNumber(value);
  size_t e = text.find('e');
  if (e == std::string::npos)
    return text;
  // 1e-8, not 1e-08
  size_t digits = e + 1;
  if (text[digits] == '+')
    text.erase(digits, 1);
  else if (text[digits] == '-')
    ++digits;
  while (digits + 1 < text.size() && text[digits] == '0')
    text.erase(digits, 1);
  return text;
}

} // namespace gradus::print
