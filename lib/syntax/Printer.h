//===- Printer.h - a tree as text -----------------------------------------===//
#pragma once

#include "syntax/Tree.h"

namespace gradus::syntax {

/// The tree as .opt text; parsing it again gives an equal tree. Comments are
/// not part of a tree, except those that document a method.
std::string print(const Tree &tree);
std::string print(const Item &item);
std::string print(const Expr &expr);

/// An indented outline with the kind of every node (`--emit=tree`), and its
/// line and column where `sources` is given. Two trees are equal when their
/// outlines without places are.
std::string dump(const Tree &tree, const SourceManager *sources = nullptr);
std::string dump(const Expr &expr, const SourceManager *sources = nullptr);

} // namespace gradus::syntax
