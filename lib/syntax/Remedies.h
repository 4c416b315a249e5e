//===- Remedies.h - what stands in a text, and what was probably meant -----===//
#pragma once

#include <string>
#include <string_view>

namespace gradus::syntax {

/// The symbol at a place, for a message. `text` is empty at the end of a line.
struct FoundSymbol {
  std::string_view text;
  std::string description; ///< "'then'", "the end of the line"
};
FoundSymbol foundAt(std::string_view text, size_t at);

/// The place behind the symbol at `at`; texts in double quotes are one symbol.
size_t nextSymbol(std::string_view text, size_t at);

/// Whether a number or closing bracket ends at `before` and a factor begins at
/// `at`: a product without its sign.
bool isMissingProduct(std::string_view text, size_t before, size_t at);

/// How to write what was meant by the symbol at `at`, in the statement that
/// begins at `start`; empty when unknown.
std::string remedyFor(std::string_view text, size_t start, size_t at, std::string_view expected);

} // namespace gradus::syntax
