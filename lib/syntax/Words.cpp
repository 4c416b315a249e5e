//===- Words.cpp - identifiers, reserved words, words in their place -----===//
#include "syntax/Words.h"

#include "support/Text.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace gradus::syntax {
namespace {

struct LetterRange {
  char32_t first, last;
  uint8_t script;
};
constexpr LetterRange letterRanges[] = {
#include "syntax/UnicodeLetters.inc"
};
constexpr uint8_t commonScript = 0, latinScript = 1, greekScript = 2, noLetter = 255;

uint8_t scriptOf(char32_t c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
    return latinScript;
  const auto *range = std::upper_bound(
      std::begin(letterRanges), std::end(letterRanges), c,
      [](char32_t value, const LetterRange &entry) { return value < entry.first; });
  if (range == std::begin(letterRanges) || c > std::prev(range)->last)
    return noLetter;
  return std::prev(range)->script;
}

/// Greek letters whose usual shapes are those of Latin ones.
bool greekThatLooksLatin(char32_t c) {
  static constexpr std::u32string_view similar = U"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονιϲϳ";
  return similar.find(c) != similar.npos;
}

/// Sorted, for binary search.
constexpr std::array<std::string_view, 28> reservedWords = {
    "and",  "count",     "do",  "else",     "fn",    "fold", "for",      "if",   "in", "iterate",
    "let",  "logsumexp", "max", "maximize", "mean",  "min",  "minimize", "not",  "or", "param",
    "prod", "scan",      "sum", "then",     "until", "var",  "where",    "while"};
static_assert(std::is_sorted(reservedWords.begin(), reservedWords.end()));

constexpr std::array<std::string_view, 7> reductions = {"sum",       "prod", "min",  "max",
                                                        "logsumexp", "mean", "count"};

} // namespace

bool isNameStart(char32_t c) { return c == '_' || scriptOf(c) != noLetter; }

size_t scanName(std::string_view text, size_t position) {
  size_t at = position;
  while (at < text.size()) {
    const char c = text[at];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (letter || (at > position && isDigit(c))) {
      ++at;
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x80)
      break;
    const CodePoint point = decodeUtf8(text, at);
    if (!point.valid || !isNameStart(point.value))
      break;
    at += point.length;
  }
  return at;
}

std::string_view nameAt(std::string_view text, size_t position) {
  return text.substr(position, scanName(text, position) - position);
}

size_t skipBlanks(std::string_view text, size_t position) {
  while (position < text.size() && (text[position] == ' ' || text[position] == '\t'))
    ++position;
  return position;
}

bool isReserved(std::string_view word) {
  return word.size() > 1 && word.size() < 10 &&
         std::binary_search(reservedWords.begin(), reservedWords.end(), word);
}

std::optional<ReduceKind> reduceKind(std::string_view word) {
  const auto found = std::find(reductions.begin(), reductions.end(), word);
  if (found == reductions.end())
    return std::nullopt;
  return static_cast<ReduceKind>(found - reductions.begin());
}

std::string_view spelling(ReduceKind kind) { return reductions[static_cast<size_t>(kind)]; }

bool startsDeclaration(std::string_view text, size_t position) {
  const std::string_view word = nameAt(text, position);
  if (word.empty())
    return false;
  if (word == "fn" || word == "let" || word == "var" || word == "param" || word == "minimize" ||
      word == "maximize")
    return true;
  const size_t after = skipBlanks(text, position + word.size());
  const std::string_view next = nameAt(text, after);
  if (word == "data" || word == "problem" || word == "method")
    return !next.empty() && !isReserved(next);
  if (word == "solve")
    return next == "with";
  if (word == "subject")
    return next == "to";
  return word == "import" && after < text.size() && text[after] == '"';
}

bool startsBinder(std::string_view text, size_t position) {
  position = skipBlanks(text, position);
  const std::string_view name = nameAt(text, position);
  if (name.empty() || name == "in")
    return false;
  return nameAt(text, skipBlanks(text, position + name.size())) == "in";
}

bool mixesScripts(std::string_view name) {
  uint8_t seen = commonScript;
  bool greek = false, greekLikeLatin = false, mixed = false;
  if (std::all_of(name.begin(), name.end(), [](char c) { return static_cast<signed char>(c) >= 0; }))
    return false; // plain letters
  for (size_t at = 0; at < name.size();) {
    const CodePoint point = decodeUtf8(name, at);
    at += point.length;
    const uint8_t script = scriptOf(point.value);
    if (script == noLetter || script == commonScript)
      continue;
    if (script == greekScript) {
      greek = true;
      greekLikeLatin |= greekThatLooksLatin(point.value);
      continue;
    }
    mixed |= seen != commonScript && seen != script;
    seen = script;
  }
  if (greek && seen != commonScript)
    mixed |= seen != latinScript || greekLikeLatin;
  return mixed;
}

} // namespace gradus::syntax
