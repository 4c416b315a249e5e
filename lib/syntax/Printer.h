//===- Printer.h - a tree as text -----------------------------------------===//
#pragma once

#include "syntax/Tree.h"

namespace gradus::syntax {

/// The tree as .opt text; parsing it again gives an equal tree.
std::string print(const Tree &tree);
std::string print(const Expr &expr);
/// An indented outline with the kind of every node (`--emit=tree`).
std::string dump(const Tree &tree);

} // namespace gradus::syntax
