//===- Numbers.h - numbers to text and back ------------------------------===//
//
// The only two ways a number is written or read: both are exact, and neither
// looks at the locale.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gradus {

/// The shortest text that reads back as the same double: "0.1", "1e-10",
/// "nan", "inf", "-inf", "-0".
std::string formatNumber(double value);
/// At most `digits` significant digits, trailing zeros dropped: for people.
std::string formatNumber(double value, int digits);

/// The whole of `text` as a decimal number, with an optional sign. No blanks,
/// no hexadecimal, no "nan" or "inf"; nothing for what overflows a double.
std::optional<double> parseNumber(std::string_view text);
/// The whole of `text` as a whole number, with an optional sign.
std::optional<int64_t> parseInteger(std::string_view text);

} // namespace gradus
