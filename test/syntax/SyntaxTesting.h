//===- SyntaxTesting.h - texts to trees for the tests -----------------------===//
#pragma once

#include "syntax/Parser.h"
#include "syntax/Printer.h"

#include <gtest/gtest.h>

#include <string>

namespace gradus::syntax {

/// A parsed text with everything it needs to live.
struct Parsed {
  explicit Parsed(std::string text) {
    tree = parse(sources.add("test.opt", std::move(text)), diagnostics);
  }
  std::string errors() const { return diagnostics.renderAll(); }
  /// Structure alone, without places.
  std::string shape() const { return dump(tree); }

  SourceManager sources;
  Diagnostics diagnostics{sources};
  Tree tree;
};

/// The structure of a text that must be free of errors.
inline std::string shapeOf(const std::string &text) {
  const Parsed parsed(text);
  EXPECT_EQ(parsed.errors(), "") << text;
  return parsed.shape();
}

/// The structure of one expression.
inline std::string expressionShape(const std::string &text) {
  return shapeOf("let value = " + text + "\n");
}

/// `line:column code message | remedy` for each message, one a line.
inline std::string messages(const std::string &text) {
  const Parsed parsed(text);
  std::string out;
  for (const Diagnostic &d : parsed.diagnostics.all()) {
    const LineColumn place = parsed.sources.lineColumn(d.range.file, d.range.begin);
    out += std::to_string(place.line) + ":" + std::to_string(place.column) + " " +
           info(d.kind).code + " " + d.message;
    if (!d.remedy.empty())
      out += " | " + d.remedy;
    out += '\n';
  }
  return out;
}

} // namespace gradus::syntax
