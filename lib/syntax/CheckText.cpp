//===- CheckText.cpp - what a text may hold -------------------------------===//
#include "support/Text.h"
#include "syntax/Parser.h"
#include "syntax/SourceText.h"

#include <fmt/format.h>

namespace gradus::syntax {
namespace {

/// Why a character may not stand in a text; null when it may.
const char *refusal(char32_t c, bool atStart) {
  if (c == 0)
    return "a NUL character";
  if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029)
    return "a control character";
  if (c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
      (c >= 0x2066 && c <= 0x2069))
    return "a character that changes the direction of writing";
  if (c == 0xAD || c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 ||
      (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200D) ||
      (c >= 0x2060 && c <= 0x2065) || (c >= 0x206A && c <= 0x206F) || c == 0x3164 ||
      (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFFA0 || (c >= 0xE0000 && c <= 0xE0FFF))
    return "a character that cannot be seen";
  if (c == 0xFEFF && !atStart)
    return "a character that cannot be seen";
  return nullptr;
}

} // namespace

bool checkText(uint32_t file, Diagnostics &diagnostics) {
  const std::string &text = diagnostics.sources().file(file).text;
  if (text.size() > Limits::sourceBytes) {
    diagnostics.report(
        Diag::FileTooLarge, {file, 0, 0},
        fmt::format("the text has {} bytes; at most {} are read", text.size(), Limits::sourceBytes),
        "keep tables of numbers in data files and read them with `data`");
    return false;
  }
  size_t errors = 0;
  for (size_t at = 0; at < text.size() && errors < Limits::errorsPerFile;) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F) {
      ++at;
      continue;
    }
    const bool lineEnd =
        c == '\n' || c == '\t' || (c == '\r' && at + 1 < text.size() && text[at + 1] == '\n');
    const CodePoint point = decodeUtf8(text, at);
    const SourceRange range{file, static_cast<uint32_t>(at),
                            static_cast<uint32_t>(at + point.length)};
    if (!point.valid) {
      diagnostics.report(
          Diag::InvalidUtf8, range,
          fmt::format("byte {} (0x{:02X}) is not UTF-8", at, static_cast<unsigned char>(c)),
          "save the file as UTF-8");
      ++errors;
    } else if (c == '\r' && !lineEnd) {
      diagnostics.report(Diag::BadCharacter, range,
                         fmt::format("a carriage return without a line feed at byte {}", at),
                         "save the file with the line ends of Unix or Windows");
      ++errors;
    } else if (const char *why = lineEnd ? nullptr : refusal(point.value, at == 0)) {
      diagnostics.report(Diag::BadCharacter, range,
                         fmt::format("{} (U+{:04X}) at byte {} may not stand in a text", why,
                                     static_cast<uint32_t>(point.value), at),
                         "remove it");
      ++errors;
    }
    at += point.length;
  }
  return errors == 0;
}

} // namespace gradus::syntax
