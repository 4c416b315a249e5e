//===- SourceText.h - what a text may hold, and where its lines end ------===//
//
// Two passes over the bytes before the grammar sees them.
//
// checkText refuses what a reader cannot see or what could be read in two ways:
// bytes that are not UTF-8, NUL and other controls, characters that reverse the
// writing direction, characters without width.
//
// layOut decides which line ends end a statement. It returns a copy of the
// text, byte for byte as long, in which comments and all other line ends are
// blanks: `a +\n b` becomes `a +  b`, so that offsets stay those of the file
// and the grammar knows only blanks, and '\n' or ';' between statements.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "support/Diagnostics.h"

#include <string>

namespace gradus::syntax {

/// False when the text must not be read further; errors are reported.
bool checkText(uint32_t file, Diagnostics &diagnostics);

/// Requires a text that passed checkText. Warns of names that mix scripts and
/// reports names that are too long.
std::string layOut(uint32_t file, Diagnostics &diagnostics);

} // namespace gradus::syntax
