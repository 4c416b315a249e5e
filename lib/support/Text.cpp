//===- Text.cpp - UTF-8 and the width of characters ----------------------===//
#include "support/Text.h"

#include <algorithm>
#include <iterator>

namespace gradus {

namespace {

constexpr char32_t replacement = 0xFFFD;

struct Interval {
  char32_t first, last;
};

// Unicode's general categories Mn and Me, as far as letters of formulas and
// common scripts go, and the zero-width format characters.
constexpr Interval zeroWidth[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0900, 0x0902}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20F0}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};

// Unicode's East Asian Width W and F (UAX #11), in whole blocks.
constexpr Interval wide[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0x33FF}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF},
    {0xA000, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

template <size_t N> bool contains(const Interval (&table)[N], char32_t value) {
  auto it = std::upper_bound(std::begin(table), std::end(table), value,
                             [](char32_t v, const Interval &i) { return v < i.first; });
  return it != std::begin(table) && value <= std::prev(it)->last;
}

bool isControl(char32_t value) {
  // Bidirectional overrides reorder what follows on the screen; they count too.
  return value < 0x20 || (value >= 0x7F && value < 0xA0) ||
         (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

} // namespace

CodePoint decodeUtf8(std::string_view text, size_t position) {
  const CodePoint broken{replacement, 1, false};
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[position + i]); };
  const size_t left = text.size() - position;
  const unsigned char lead = byte(0);
  if (lead < 0x80)
    return {lead, 1, true};
  uint32_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || left < length)
    return broken;
  char32_t value = lead & (0xFFu >> (length + 1));
  for (uint32_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80)
      return broken;
    value = (value << 6) | (byte(i) & 0x3Fu);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < least[length] || value > 0x10FFFF || surrogate)
    return broken;
  return {value, length, true};
}

void appendUtf8(std::string &out, char32_t value) {
  auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0 | (value >> 6));
    put(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    put(0xE0 | (value >> 12));
    put(0x80 | ((value >> 6) & 0x3F));
    put(0x80 | (value & 0x3F));
  } else {
    put(0xF0 | (value >> 18));
    put(0x80 | ((value >> 12) & 0x3F));
    put(0x80 | ((value >> 6) & 0x3F));
    put(0x80 | (value & 0x3F));
  }
}

size_t findInvalidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    CodePoint c = decodeUtf8(text, i);
    if (!c.valid)
      return i;
    i += c.length;
  }
  return std::string_view::npos;
}

size_t countCodePoints(std::string_view text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size(); i += decodeUtf8(text, i).length)
    ++count;
  return count;
}

int displayWidth(char32_t value) {
  if (contains(zeroWidth, value))
    return 0;
  return contains(wide, value) ? 2 : 1;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    CodePoint c = decodeUtf8(text, i);
    if (c.value == '\n' || c.value == '\t')
      out.push_back(static_cast<char>(c.value));
    else
      appendUtf8(out, isControl(c.value) ? replacement : c.value);
    i += c.length;
  }
  return out;
}

} // namespace gradus
