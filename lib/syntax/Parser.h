//===- Parser.h - from text to tree --------------------------------------===//
#pragma once

#include "support/Diagnostics.h"
#include "syntax/Tree.h"

namespace gradus::syntax {

/// Limits of a text; see docs/language.md.
struct Limits {
  static constexpr size_t sourceBytes = 16u << 20;
  static constexpr unsigned nesting = 256;
  static constexpr size_t identifierBytes = 255;
  static constexpr size_t errorsPerFile = 50;
};

/// Parses file `file` of the diagnostics' source manager. Errors are reported;
/// what could be read is returned all the same.
Tree parse(uint32_t file, Diagnostics &diagnostics);

/// Parses one expression, or `name(option = value, ...)`: for the command line.
/// Null / empty on error.
ExprPtr parseExpression(uint32_t file, Tree &into, Diagnostics &diagnostics);
std::optional<MethodCall> parseMethodCall(uint32_t file, Tree &into, Diagnostics &diagnostics);

} // namespace gradus::syntax
