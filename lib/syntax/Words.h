//===- Words.h - identifiers, reserved words, words in their place -------===//
//
// Which characters make a name, which names the language keeps for itself, and
// how a declaration begins. Used by the layout and by the grammar, so that the
// two never disagree about where a word ends.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "syntax/Tree.h"

#include <optional>
#include <string_view>

namespace gradus::syntax {

/// A letter of any script, or `_`.
bool isNameStart(char32_t c);
inline bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// The end of the name that begins at `position`; `position` when none does.
size_t scanName(std::string_view text, size_t position);
/// The name at `position`; empty when none begins there.
std::string_view nameAt(std::string_view text, size_t position);
/// The first position from `position` on that is not a blank.
size_t skipBlanks(std::string_view text, size_t position);

/// Words that can never be names.
bool isReserved(std::string_view word);
/// sum, prod, ...: also reserved.
std::optional<ReduceKind> reduceKind(std::string_view word);
std::string_view spelling(ReduceKind kind);

/// Whether a declaration begins at `position`: a reserved word of declarations,
/// or a word that is one only in its place (`data t`, `solve with`).
bool startsDeclaration(std::string_view text, size_t position);
/// Whether `i in` stands at `position`, after blanks.
bool startsBinder(std::string_view text, size_t position);

/// Whether a name mixes scripts so that it may be mistaken for another, as
/// Latin x with Cyrillic а. Greek beside Latin is usual in formulas (`Δx`) and
/// counts only for letters that look Latin.
bool mixesScripts(std::string_view name);

} // namespace gradus::syntax
