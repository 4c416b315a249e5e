//===- ParseState.h - what the grammar carries along ----------------------===//
//
// The one mutable object behind a parse: the tree being filled, the messages,
// the depth of nesting. The grammar finds it in the context of X3 and leaves
// all decisions about nodes and messages to it; no Spirit here.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "support/Diagnostics.h"
#include "syntax/Tree.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus::syntax {

/// A name alone, or with arguments.
struct NameOrCall {
  Ident name;
  bool call = false;
  std::vector<ExprPtr> arguments;
};
/// What follows an operand: `[...]`, `.name`, `'`.
struct Suffix {
  enum Kind : uint8_t { Subscripts, MemberName, Transposed } kind = Transposed;
  std::vector<Subscript> subscripts;
  Ident member;
};
/// The operands of a chain after the first, each with the operator before it.
template <typename Op> using Rest = std::vector<std::pair<Op, ExprPtr>>;

class ParseState {
public:
  /// `text` is the result of layOut; it must outlive the state.
  ParseState(uint32_t file, std::string_view text, Tree &tree, Diagnostics &diagnostics)
      : file_(file), text_(text), tree_(tree), diagnostics_(diagnostics) {}

  const char *begin() const { return text_.data(); }
  const char *end() const { return text_.data() + text_.size(); }
  size_t offset(const char *at) const { return static_cast<size_t>(at - begin()); }
  std::string_view text() const { return text_; }

  /// From the first symbol at or after `from` to the last one before `to`.
  SourceRange range(const char *from, const char *to) const;

  //--- nodes: each takes the parts that a rule has read ---------------------
  template <typename Node> ExprPtr expr(Node &&node, SourceRange range) {
    return add(std::forward<Node>(node), range);
  }
  ExprPtr expr(NameOrCall &&node, SourceRange range);
  ExprPtr expr(Power &&node, SourceRange range);     ///< the base alone without exponent
  ExprPtr expr(TupleExpr &&node, SourceRange range); ///< brackets around one are no tuple
  ExprPtr chain(ExprPtr first, Rest<ChainOp> &&rest, SourceRange range);
  ExprPtr chain(ExprPtr first, Rest<CompareOp> &&rest, SourceRange range);
  ExprPtr chain(ExprPtr first, Rest<LogicalOp> &&rest, SourceRange range);
  ExprPtr suffixed(ExprPtr base, Suffix &&suffix, SourceRange range);

  template <typename Node> ItemPtr item(Node &&node, SourceRange range) {
    return &tree_.itemStore.emplace_back(Item{std::forward<Node>(node), range});
  }
  ItemPtr item(MethodDecl &&node, SourceRange range); ///< with its documentation
  template <typename Node> StatementPtr statement(Node &&node, SourceRange range) {
    return &tree_.statements.emplace_back(Statement{std::forward<Node>(node), range});
  }

  //--- messages -------------------------------------------------------------
  /// Keeps the message for the error that the grammar is about to raise here.
  void explain(Diag kind, SourceRange range, std::string message, std::string remedy = {});
  /// Reports at once and lets the parse go on.
  void report(Diag kind, SourceRange range, std::string message, std::string remedy = {});
  /// An error at `where`: the kept message, or that `expected` was expected.
  /// Returns where to go on: after the statement that began at `start`.
  const char *recover(const char *start, const char *where, const std::string &expected);
  /// Of parses that do not go on after an error.
  void reportExpected(const char *where, const std::string &expected);

  //--- nesting --------------------------------------------------------------
  bool enter() { return ++depth_ <= maximumDepth; }
  void leave() { --depth_; }
  void explainNesting(const char *at);

  /// Whether a lone `=` stands at `at`, inside a condition: then explains it.
  bool explainEquals(const char *at);

private:
  static constexpr unsigned maximumDepth = 256;

  template <typename Node> ExprPtr add(Node &&node, SourceRange range) {
    return &tree_.exprs.emplace_back(Expr{std::forward<Node>(node), range});
  }
  std::string documentationBefore(uint32_t offset) const;
  Diagnostic describe(size_t start, size_t where, const std::string &expected) const;
  std::string unclosed(size_t start, size_t where) const;
  size_t afterStatement(size_t start, size_t where) const;
  bool atLineStart(size_t at) const;
  void emit(Diagnostic d);

  uint32_t file_;
  std::string_view text_;
  Tree &tree_;
  Diagnostics &diagnostics_;
  unsigned depth_ = 0;
  bool stopped_ = false;
  size_t errors_ = 0;
  std::optional<Diagnostic> explained_;
  std::optional<uint32_t> lastError_; ///< where: two messages about one place are one too many
};

} // namespace gradus::syntax
