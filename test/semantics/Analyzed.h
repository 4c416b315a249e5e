//===- Analyzed.h - analysis of texts in tests --------------------------------===//
//
// A model with its imports and table headers in memory, and its messages as
// lines "2:5 E0201 'y' is not declared".
//
//===--------------------------------------------------------------------===//
#pragma once

#include "semantics/Analyze.h"
#include "syntax/Parser.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>

namespace gradus::semantics {

class Analyzed {
public:
  explicit Analyzed(std::string text, std::map<std::string, std::string> files = {})
      : diagnostics(sources), files_(std::move(files)) {
    uint32_t file = sources.add("model.opt", std::move(text));
    tree_ = syntax::parse(file, diagnostics);
    if (diagnostics.hasErrors())
      return;
    Surroundings surroundings;
    surroundings.import = [this](const std::string &path, uint32_t from,
                                 SourceRange range) -> const syntax::Tree * {
      auto it = files_.find(path);
      if (it == files_.end()) {
        diagnostics.report(Diag::UnknownName, range, "no file " + path);
        return nullptr;
      }
      (void)from;
      imported_.push_back(syntax::parse(sources.add(path, it->second), diagnostics));
      return &imported_.back();
    };
    surroundings.header = [](const ir::Table &table, uint32_t,
                             std::vector<std::string> &columns) {
      if (table.path != "penguins.csv")
        return false;
      columns = {"bill_len", "flipper", "mass", "Solar.R"};
      return true;
    };
    analysis = analyze(tree_, surroundings, diagnostics);
    for (const std::string &fault : ir::verify(analysis.module->graph))
      ADD_FAILURE() << fault;
  }

  /// Messages, one a line; with the remedies after " | " when asked for.
  std::string messages(bool remedies = false) const {
    std::string text;
    for (const Diagnostic &d : diagnostics.all()) {
      LineColumn place = sources.lineColumn(d.range.file, d.range.begin);
      text += fmt::format("{}{}:{} {} {}", text.empty() ? "" : "\n", place.line, place.column,
                          info(d.kind).code, d.message);
      if (remedies)
        text += " | " + d.remedy;
    }
    return text;
  }

  const ir::Module &module() const { return *analysis.module; }
  const ir::Graph &graph() const { return analysis.module->graph; }
  const ir::Function *function(const std::string &name) const {
    for (const ir::Function &f : module().functions)
      if (f.name == name)
        return &f;
    return nullptr;
  }

  SourceManager sources;
  Diagnostics diagnostics;
  Analysis analysis;

private:
  syntax::Tree tree_;
  std::deque<syntax::Tree> imported_;
  std::map<std::string, std::string> files_;
};

/// The messages of a text.
inline std::string messagesOf(std::string text, bool remedies = false) {
  return Analyzed(std::move(text)).messages(remedies);
}

} // namespace gradus::semantics
