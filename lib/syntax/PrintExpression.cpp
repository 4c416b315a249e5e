//===- PrintExpression.cpp - expressions as text --------------------------===//
#include "syntax/PrintExpression.h"

#include "support/Numbers.h"
#include "syntax/Printer.h"
#include "syntax/Words.h"

#include <utility>

namespace gradus::syntax {
namespace {

bool isSum(const Chain &chain) {
  return chain.links[0].op == ChainOp::Add || chain.links[0].op == ChainOp::Sub;
}

/// How tightly an expression binds as it is written without brackets.
struct LevelOf {
  Level operator()(const Logical &e) const {
    return e.op == LogicalOp::And ? Level::And : Level::Or;
  }
  Level operator()(const Comparison &) const { return Level::Compare; }
  Level operator()(const Chain &e) const { return isSum(e) ? Level::Add : Level::Multiply; }
  Level operator()(const Power &) const { return Level::Power; }
  Level operator()(const Index &) const { return Level::Suffix; }
  Level operator()(const Member &) const { return Level::Suffix; }
  Level operator()(const Unary &e) const {
    switch (e.op) {
    case UnaryOp::Negate:
      return Level::Negate;
    case UnaryOp::Not:
      return Level::Not;
    case UnaryOp::Transpose:
      return Level::Suffix;
    }
    return Level::Operand;
  }
  template <typename Other> Level operator()(const Other &) const { return Level::Operand; }
};

/// The loosest operator that the body at the end of an expression takes to
/// itself; None when it takes none.
struct Swallows {
  Level operator()(const If &) const { return Level::Or; }
  Level operator()(const Comprehension &) const { return Level::Or; }
  Level operator()(const Recurrence &) const { return Level::Or; }
  Level operator()(const Reduction &e) const { return e.body ? Level::Multiply : Level::None; }
  template <typename Other> Level operator()(const Other &) const { return Level::None; }
};

std::string_view spelling(ChainOp op) {
  switch (op) {
  case ChainOp::Add:
    return " + ";
  case ChainOp::Sub:
    return " - ";
  case ChainOp::Mul:
    return "*";
  case ChainOp::Div:
    return "/";
  case ChainOp::ElementMul:
    return " .* ";
  case ChainOp::ElementDiv:
    return " ./ ";
  }
  return {};
}

std::string_view spelling(CompareOp op) {
  switch (op) {
  case CompareOp::Less:
    return " < ";
  case CompareOp::LessEqual:
    return " <= ";
  case CompareOp::Greater:
    return " > ";
  case CompareOp::GreaterEqual:
    return " >= ";
  case CompareOp::Equal:
    return " == ";
  case CompareOp::NotEqual:
    return " != ";
  }
  return {};
}

std::string_view spelling(RecurrenceKind kind) {
  switch (kind) {
  case RecurrenceKind::Fold:
    return "fold ";
  case RecurrenceKind::Scan:
    return "scan ";
  case RecurrenceKind::Iterate:
    return "iterate ";
  }
  return {};
}

} // namespace

/// Writes each kind of expression; `follow` as in PrettyPrinter::expr.
struct ExprText {
  PrettyPrinter &p;
  Level follow;

  void operator()(const Number &e) const {
    std::string text = e.integer ? std::to_string(e.whole) : formatNumber(e.value);
    // Without point and exponent it would be read as a whole number.
    if (!e.integer && text.find_first_of(".en") == text.npos)
      text += ".0";
    p.out += text;
  }
  void operator()(const String &e) const { p.quoted(e.value); }
  void operator()(const Name &e) const { p.out += e.name; }
  void operator()(const Unary &e) const {
    switch (e.op) {
    case UnaryOp::Negate:
      p.out += '-';
      return p.expr(*e.operand, Level::Negate, follow);
    case UnaryOp::Not:
      p.out += "not ";
      return p.expr(*e.operand, Level::Not, follow);
    case UnaryOp::Transpose:
      p.expr(*e.operand, Level::Suffix, Level::Suffix);
      p.out += '\'';
    }
  }
  void operator()(const Chain &e) const {
    const Level own = LevelOf()(e);
    const auto operandLevel = static_cast<Level>(static_cast<int>(own) + 1);
    for (size_t i = 0; i < e.links.size(); ++i) {
      const Expr &operand = *e.links[i].operand;
      const bool last = i + 1 == e.links.size();
      if (i > 0) {
        const bool wide = own == Level::Multiply && std::holds_alternative<Reduction>(operand.node);
        std::string_view sign = spelling(e.links[i].op);
        if (p.tight_ && own == Level::Add)
          sign = sign.substr(1, 1);
        p.out.append(wide && sign[0] != ' ' ? " " + std::string(sign) + " " : std::string(sign));
      }
      p.expr(operand, operandLevel, last ? follow : own);
    }
  }
  void operator()(const Power &e) const {
    p.expr(*e.base, Level::Suffix, Level::Power);
    p.out += '^';
    p.expr(*e.exponent, Level::Negate, follow);
  }
  void operator()(const Comparison &e) const {
    for (size_t i = 0; i < e.operands.size(); ++i) {
      if (i > 0)
        p.out += spelling(e.ops[i - 1]);
      p.expr(*e.operands[i], Level::Add, i + 1 == e.operands.size() ? follow : Level::Compare);
    }
  }
  void operator()(const Logical &e) const {
    const Level own = LevelOf()(e);
    const auto operandLevel = static_cast<Level>(static_cast<int>(own) + 1);
    for (size_t i = 0; i < e.operands.size(); ++i) {
      if (i > 0)
        p.out += e.op == LogicalOp::And ? " and " : " or ";
      p.expr(*e.operands[i], operandLevel, i + 1 == e.operands.size() ? follow : own);
    }
  }
  void operator()(const If &e) const {
    p.out += "if ";
    p.expr(*e.condition);
    p.out += " then ";
    p.expr(*e.then);
    p.out += " else ";
    p.expr(*e.otherwise);
  }
  void operator()(const Call &e) const {
    p.out += e.callee.name + "(";
    separated(p.out, e.arguments, ", ", [&](ExprPtr argument) { p.expr(*argument); });
    p.out += ')';
  }
  void operator()(const Index &e) const {
    p.expr(*e.base, Level::Suffix, Level::Suffix);
    p.subscripts(e.subscripts);
  }
  void operator()(const Member &e) const {
    // `1.x` would read as a number that ends with a dot.
    const bool number = std::holds_alternative<Number>(e.base->node);
    p.out += number ? "(" : "";
    p.expr(*e.base, Level::Suffix, Level::Suffix);
    p.out += number ? ")." : ".";
    const std::string &name = e.member.name;
    if (!name.empty() && scanName(name, 0) == name.size())
      p.out += name;
    else
      p.quoted(name);
  }
  void operator()(const Reduction &e) const {
    p.out.append(syntax::spelling(e.kind)).append("(");
    p.binders(e.binders, e.where);
    p.out += ')';
    if (e.body) {
      p.out += ' ';
      p.expr(*e.body, Level::Multiply, follow);
    }
  }
  void operator()(const Comprehension &e) const {
    p.out += '[';
    p.binders(e.binders, e.where);
    p.out += "] ";
    p.expr(*e.body);
  }
  void operator()(const ArrayLiteral &e) const {
    p.out += '[';
    separated(p.out, e.rows, "; ", [&](const std::vector<ExprPtr> &row) {
      separated(p.out, row, ", ", [&](ExprPtr element) { p.expr(*element); });
    });
    p.out += ']';
  }
  void operator()(const TupleExpr &e) const {
    p.out += '(';
    separated(p.out, e.elements, ", ", [&](ExprPtr element) { p.expr(*element); });
    p.out += ')';
  }
  void operator()(const Block &e) const {
    if (e.items.empty()) {
      p.out += "{ ";
      p.expr(*e.value);
      p.out += " }";
      return;
    }
    p.out += '{';
    ++p.indent_;
    for (ItemPtr item : e.items) {
      p.newLine();
      p.item(*item);
    }
    p.newLine();
    p.expr(*e.value);
    --p.indent_;
    p.newLine();
    p.out += '}';
  }
  void operator()(const Recurrence &e) const {
    p.out += spelling(e.kind);
    const bool tuple = e.states.size() > 1;
    p.out += tuple ? "(" : "";
    separated(p.out, e.states, ", ", [&](const Ident &state) { p.out += state.name; });
    p.out += tuple ? ") = " : " = ";
    p.expr(*e.start);
    if (e.kind == RecurrenceKind::Iterate) {
      p.out += " until ";
      p.expr(*e.until);
      if (e.maximum) {
        p.out += " max ";
        p.expr(*e.maximum);
      }
    } else {
      p.out += " for " + e.binder.name.name + " in ";
      p.range(e.binder.lower, e.binder.upper);
    }
    if (e.squareRoot) {
      p.out += " checkpoint sqrt";
    } else if (e.segment) {
      p.out += " checkpoint ";
      p.expr(*e.segment);
    }
    p.out += " do ";
    p.expr(*e.step);
  }
};

void PrettyPrinter::expr(const Expr &e, Level place, Level follow) {
  const Level swallows = std::visit(Swallows(), e.node);
  const bool bracketed =
      std::visit(LevelOf(), e.node) < place || (swallows != Level::None && follow >= swallows);
  if (bracketed)
    out += '(';
  std::visit(ExprText{*this, bracketed ? Level::None : follow}, e.node);
  if (bracketed)
    out += ')';
}

void PrettyPrinter::quoted(const std::string &text) {
  out += '"';
  for (char c : text)
    out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

void PrettyPrinter::range(ExprPtr lower, ExprPtr upper) {
  const bool before = std::exchange(tight_, true);
  if (lower) {
    expr(*lower);
    out += "..";
  }
  expr(*upper);
  tight_ = before;
}

void PrettyPrinter::subscripts(const std::vector<Subscript> &list) {
  const bool before = std::exchange(tight_, true);
  out += '[';
  separated(out, list, ", ", [&](const Subscript &s) {
    if (s.all)
      out += "..";
    else if (s.upper)
      range(s.index, s.upper);
    else
      expr(*s.index);
  });
  out += ']';
  tight_ = before;
}

void PrettyPrinter::binders(const std::vector<Binder> &list, ExprPtr where) {
  separated(out, list, ", ", [&](const Binder &binder) {
    out += binder.name.name + " in ";
    range(binder.lower, binder.upper);
  });
  if (where) {
    out += " where ";
    expr(*where);
  }
}

std::string print(const Expr &e) {
  PrettyPrinter printer;
  printer.expr(e);
  return std::move(printer.out);
}

} // namespace gradus::syntax
