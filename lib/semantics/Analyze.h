//===- Analyze.h - names, shapes and types: from trees to the IR -----------===//
#pragma once

#include "ir/Module.h"
#include "support/Diagnostics.h"
#include "syntax/Tree.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gradus::semantics {

/// What analysis asks of its surroundings, so that it never opens files itself.
struct Surroundings {
  /// Parses the file an import names (relative to `from`, a file number).
  /// Null after reporting.
  std::function<const syntax::Tree *(const std::string &path, uint32_t from, SourceRange range)> import;
  /// Header (column names) of a table; false after reporting.
  std::function<bool(const ir::Table &table, uint32_t from, std::vector<std::string> &columns)> header;
};

struct Analysis {
  std::unique_ptr<ir::Module> module;
  /// The method declarations of the file and its imports, by name.
  std::vector<const syntax::MethodDecl *> methods;
};

/// Checks a tree and makes the module. All errors of the file are reported;
/// the module is usable only when diagnostics has no errors.
Analysis analyze(const syntax::Tree &tree, const Surroundings &surroundings, Diagnostics &diagnostics);

} // namespace gradus::semantics
