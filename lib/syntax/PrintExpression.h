//===- PrintExpression.h - expressions as text ----------------------------===//
//
// Brackets are written where the grammar needs them and nowhere else. Two
// things ask for them: an operand that binds more loosely than its place, and
// a form whose body would swallow the operator behind it, as in
// `(if c then a else b) + 1` and `(sum(i in 1..n) x[i]) * 2`.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "syntax/Tree.h"

#include <string>

namespace gradus::syntax {

/// How tightly things bind, loosest first.
enum class Level : uint8_t {
  None, ///< no operator follows
  Or,
  And,
  Not,
  Compare,
  Add,
  Multiply,
  Negate,
  Power,
  Suffix,
  Operand,
};

class PrettyPrinter {
public:
  std::string out;

  /// `place` is the level that the operand must have, `follow` that of the
  /// operator behind it.
  void expr(const Expr &e, Level place = Level::Or, Level follow = Level::None);
  void item(const Item &item);
  void items(const std::vector<ItemPtr> &items);

private:
  friend struct ExprText;
  friend struct ItemText;
  friend struct StatementText;

  void newLine();
  void quoted(const std::string &text);
  void subscripts(const std::vector<Subscript> &list);
  void range(ExprPtr lower, ExprPtr upper);
  void binders(const std::vector<Binder> &list, ExprPtr where);
  void axes(const std::vector<AxisDecl> &list, ExprPtr where = nullptr);
  void declarator(const Declarator &d);
  void declarators(const std::vector<Declarator> &list);
  void parameters(const std::vector<Parameter> &list);
  void let(const LetDecl &decl, bool integer);
  void fn(const FnDecl &decl);
  void methodCall(const MethodCall &call);
  void constraint(const ConstraintDecl &c);
  void statement(const Statement &s);
  void body(const Body &body);

  unsigned indent_ = 0;
  bool tight_ = false; ///< inside [ ] and at the ends of ranges: `x[i+1]`, `1..n-1`
};

/// Calls `f(element, first)` for each, with `between` written between them.
template <typename List, typename F>
void separated(std::string &out, const List &list, std::string_view between, F f) {
  bool first = true;
  for (const auto &element : list) {
    if (!first)
      out += between;
    first = false;
    f(element);
  }
}

} // namespace gradus::syntax
