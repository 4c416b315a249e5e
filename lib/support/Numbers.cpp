//===- Numbers.cpp - numbers to text and back ----------------------------===//
#include "support/Numbers.h"

#include <charconv>
#include <cmath>
#include <system_error>

namespace gradus {

namespace {

const char *nameOfSpecial(double value) {
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/// from_chars takes no '+' and would take "inf" and "nan": both are decided here.
bool stripSign(std::string_view &text) {
  if (!text.empty() && text.front() == '+')
    text.remove_prefix(1);
  else if (!text.empty() && text.front() == '-')
    return text.size() > 1 && (text[1] == '.' || (text[1] >= '0' && text[1] <= '9'));
  return !text.empty() && (text.front() == '.' || (text.front() >= '0' && text.front() <= '9'));
}

} // namespace

std::string formatNumber(double value) {
  if (!std::isfinite(value))
    return nameOfSpecial(value);
  char buffer[32];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, end};
}

std::string formatNumber(double value, int digits) {
  if (!std::isfinite(value))
    return nameOfSpecial(value);
  char buffer[64];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value,
                                    std::chars_format::general, digits);
  return error == std::errc{} ? std::string(buffer, end) : formatNumber(value);
}

std::optional<double> parseNumber(std::string_view text) {
  if (!stripSign(text))
    return std::nullopt;
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size())
    return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // from_chars says the same for both ends of the range. What is too small
    // rounds to zero as every reader of numbers does; what is too large is refused.
    const size_t exponent = text.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos && exponent + 1 < text.size()
                          ? text[exponent + 1] == '-'
                          : text.find_first_of("123456789") > text.find('.');
    if (!tiny)
      return std::nullopt;
    return text.front() == '-' ? -0.0 : 0.0;
  }
  if (error != std::errc{})
    return std::nullopt;
  return value;
}

std::optional<int64_t> parseInteger(std::string_view text) {
  if (!stripSign(text))
    return std::nullopt;
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

} // namespace gradus
