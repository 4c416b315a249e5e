//===- Text.h - UTF-8 and the width of characters ------------------------===//
//
// Messages count columns in code points and place carets in display columns;
// both need a decoder that never fails, whatever bytes a user's file holds.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gradus {

struct CodePoint {
  char32_t value = 0;
  uint32_t length = 0; ///< bytes it takes, at least 1
  bool valid = false;  ///< false: one byte that is no UTF-8; value is U+FFFD
};

/// The code point at `position`, which must lie inside `text`.
CodePoint decodeUtf8(std::string_view text, size_t position);
void appendUtf8(std::string &out, char32_t value);

/// Offset of the first byte that is not UTF-8, or npos.
size_t findInvalidUtf8(std::string_view text);
size_t countCodePoints(std::string_view text);

/// Columns of a terminal: 0 for combining marks, 2 for East Asian wide ones.
int displayWidth(char32_t value);

/// `text` with control characters and broken UTF-8 replaced by U+FFFD, so that
/// a message cannot steer the terminal it is shown on. Line ends stay.
std::string printable(std::string_view text);

} // namespace gradus
