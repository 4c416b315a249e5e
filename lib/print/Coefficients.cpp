//===- Coefficients.cpp - numbers as people spell them ------------------------------===//

#include "print/Coefficients.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace gradus::print {

namespace {

/// Fractions with a bottom up to this are fractions to everybody.
constexpr int64_t largestCommonBottom = 9;
/// Larger ones are numbers that nobody wrote.
constexpr int64_t largestBottom = 10000, largestTop = 1000000;

struct Special {
  double value;
  const char *text;
};

/// The fraction with a bottom up to 60 that is this value to the last bit or two.
std::optional<Number> nearFraction(double value) {
  for (int64_t bottom = 1; bottom <= 60; ++bottom) {
    double top = std::round(value * static_cast<double>(bottom));
    if (top >= 1 && top <= 1000 &&
        std::fabs(top / static_cast<double>(bottom) - value) <= 4e-16 * value)
      return Number::fraction(static_cast<int64_t>(top), bottom);
  }
  return std::nullopt;
}

void addFraction(Spelled &s, const Number &n) {
  if (n.top() != 1)
    s.top.push_back(fmt::format("{}", n.top()));
  if (n.bottom() != 1)
    s.bottom.push_back(fmt::format("{}", n.bottom()));
}

/// r*sqrt(t) with t free of squares.
bool spellRoot(double value, Spelled &s) {
  auto square = nearFraction(value * value);
  if (!square || square->top() > 200)
    return false;
  int64_t rest = square->top() * square->bottom(), outside = 1;
  for (int64_t k = 2; k * k <= rest; ++k)
    while (rest % (k * k) == 0) {
      rest /= k * k;
      outside *= k;
    }
  if (rest == 1)
    return false;
  addFraction(s, Number::fraction(outside, square->bottom()));
  s.top.push_back(fmt::format("sqrt({})", rest));
  return true;
}

} // namespace

Spelled spell(const Number &n, const NumberStyle &style) {
  Spelled s;
  if (n.exact()) {
    bool fraction =
        n.whole() || (n.decimal() ? !style.decimals && n.bottom() <= largestCommonBottom
                                  : n.bottom() <= largestBottom && n.top() <= largestTop);
    if (fraction)
      addFraction(s, n);
    else
      s.top.push_back(decimalText(n.value()));
    return s;
  }
  double value = n.value();
  if (std::isnan(value)) {
    s.top.push_back("(inf - inf)");
    return s;
  }
  if (std::isinf(value)) {
    s.top.push_back("inf");
    return s;
  }
  using namespace std::numbers;
  static const Special specials[] = {
      {pi, "pi"},       {e, "e"},          {std::sqrt(pi), "sqrt(pi)"},
      {ln2, "log(2)"},  {ln10, "log(10)"}, {std::sqrt(2 * pi), "sqrt(2*pi)"},
      {pi * pi, "pi^2"}};
  if (style.constants)
    for (const Special &special : specials) {
      if (auto r = nearFraction(value / special.value)) {
        addFraction(s, *r);
        s.top.push_back(special.text);
        return s;
      }
      if (auto r = nearFraction(value * special.value)) {
        addFraction(s, *r);
        s.bottom.push_back(special.text);
        return s;
      }
    }
  if (!spellRoot(value, s))
    s.top.push_back(decimalText(value));
  return s;
}

} // namespace gradus::print
