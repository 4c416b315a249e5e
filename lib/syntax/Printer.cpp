//===- Printer.cpp - declarations and methods as text ---------------------===//
#include "syntax/Printer.h"

#include "syntax/PrintExpression.h"

#include <algorithm>

namespace gradus::syntax {

struct ItemText {
  PrettyPrinter &p;

  void operator()(const FnDecl &decl) const { p.fn(decl); }
  void operator()(const LetDecl &decl) const { p.let(decl, false); }
  void operator()(const ParamDecl &decl) const {
    p.out += decl.integer ? "param int " : "param ";
    p.declarator(decl.declarator);
    value(decl.initial);
  }
  void operator()(const DataDecl &decl) const {
    p.out += "data ";
    for (size_t k = 0; k < decl.declarators.size(); ++k) {
      p.out += k ? ", " : "";
      p.out += decl.declarators[k].integer ? "int " : "";
      p.declarator(decl.declarators[k]);
    }
    if (decl.file) {
      p.out += " from ";
      p.quoted(*decl.file);
    } else {
      value(decl.initial);
    }
    if (decl.skipMissing)
      p.out += " missing skip";
  }
  void operator()(const VarDecl &decl) const {
    p.out += decl.integer ? "var int " : "var ";
    p.declarator(decl.declarator);
    if (decl.lower && decl.upper) {
      p.out += " in [";
      p.expr(*decl.lower);
      p.out += ", ";
      p.expr(*decl.upper);
      p.out += ']';
    } else if (decl.lower || decl.upper) {
      p.out += decl.lower ? " >= " : " <= ";
      p.expr(decl.lower ? *decl.lower : *decl.upper, Level::Add);
    }
    if (decl.start) {
      p.out += " start ";
      p.expr(*decl.start, Level::Add);
    }
  }
  void operator()(const ObjectiveDecl &decl) const {
    p.out += decl.maximize ? "maximize " : "minimize ";
    if (decl.name)
      p.out += decl.name->name + " = ";
    p.expr(*decl.value);
  }
  void operator()(const SubjectTo &list) const {
    p.out += "subject to";
    ++p.indent_;
    for (const ConstraintDecl &constraint : list.constraints) {
      p.newLine();
      p.constraint(constraint);
    }
    --p.indent_;
  }
  void operator()(const SolveDecl &decl) const {
    p.out += "solve with ";
    p.methodCall(decl.call);
  }
  void operator()(const ImportDecl &decl) const {
    p.out += "import ";
    p.quoted(decl.path);
  }
  void operator()(const ProblemDecl &decl) const {
    p.out += "problem " + decl.name.name;
    if (!decl.parameters.empty())
      p.parameters(decl.parameters);
    p.out += " {";
    ++p.indent_;
    p.items(decl.items);
    --p.indent_;
    p.newLine();
    p.out += '}';
  }
  void operator()(const MethodDecl &decl) const {
    const std::string &text = decl.documentation;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size());
      p.out.append(end > at ? "# " : "#").append(text, at, end - at);
      p.newLine();
      at = end + 1;
    }
    p.out += "method " + decl.name.name;
    if (!decl.parameters.empty())
      p.parameters(decl.parameters);
    p.out += ' ';
    p.body(decl.body);
  }

private:
  void value(ExprPtr initial) const {
    if (!initial)
      return;
    p.out += " = ";
    p.expr(*initial);
  }
};

struct StatementText {
  PrettyPrinter &p;

  void operator()(const StateStmt &s) const {
    p.out += s.integer ? "state int " : "state ";
    p.declarator(s.declarator);
    p.out += " = ";
    p.expr(*s.initial);
  }
  void operator()(const AssignStmt &s) const {
    p.out += s.target.name;
    if (!s.subscripts.empty())
      p.subscripts(s.subscripts);
    p.out += " = ";
    p.expr(*s.value);
  }
  void operator()(const LetStmt &s) const { p.let(s.let, s.integer); }
  void operator()(const FnStmt &s) const { p.fn(s.fn); }
  void operator()(const WhileStmt &s) const {
    p.out += "while ";
    p.expr(*s.condition);
    p.out += ' ';
    p.body(s.body);
  }
  void operator()(const RepeatStmt &s) const {
    p.out += "repeat ";
    p.expr(*s.count);
    p.out += ' ';
    p.body(s.body);
  }
  void operator()(const ForStmt &s) const {
    p.out += "for " + s.binder.name.name + " in ";
    p.range(s.binder.lower, s.binder.upper);
    p.out += ' ';
    p.body(s.body);
  }
  void operator()(const IfStmt &s) const {
    p.out += "if ";
    p.expr(*s.condition);
    p.out += ' ';
    p.body(s.then);
    if (s.otherwise.empty())
      return;
    p.out += " else ";
    if (s.otherwise.size() == 1 && std::holds_alternative<IfStmt>(s.otherwise[0]->node))
      p.statement(*s.otherwise[0]);
    else
      p.body(s.otherwise);
  }
  void operator()(const StopStmt &s) const {
    p.out += "stop when ";
    p.expr(*s.condition);
  }
};

void PrettyPrinter::newLine() {
  out += '\n';
  out.append(2 * indent_, ' ');
}

void PrettyPrinter::item(const Item &item) { std::visit(ItemText{*this}, item.node); }

/// Each on its own line, problems and methods apart from what precedes them.
void PrettyPrinter::items(const std::vector<ItemPtr> &items) {
  bool large = false, first = true;
  for (ItemPtr entry : items) {
    const bool wasLarge = large;
    large = std::holds_alternative<ProblemDecl>(entry->node) ||
            std::holds_alternative<MethodDecl>(entry->node);
    if (!first && (large || wasLarge))
      out += '\n';
    if (!first || indent_ > 0)
      newLine();
    first = false;
    item(*entry);
  }
}

void PrettyPrinter::axes(const std::vector<AxisDecl> &list, ExprPtr where) {
  if (list.empty())
    return;
  out += '[';
  separated(out, list, ", ", [&](const AxisDecl &axis) {
    if (axis.index)
      out += axis.index->name + " in ";
    range(axis.lower, axis.upper);
  });
  if (where) {
    out += " where ";
    expr(*where);
  }
  out += ']';
}

void PrettyPrinter::declarator(const Declarator &d) {
  out += d.name.name;
  axes(d.axes);
}

void PrettyPrinter::declarators(const std::vector<Declarator> &list) {
  separated(out, list, ", ", [&](const Declarator &d) { declarator(d); });
}

void PrettyPrinter::parameters(const std::vector<Parameter> &list) {
  out += '(';
  separated(out, list, ", ", [&](const Parameter &parameter) {
    if (parameter.integer)
      out += "int ";
    declarator(parameter.declarator);
    if (parameter.function)
      parameters(parameter.parameters);
    if (parameter.initial) {
      out += " = ";
      expr(*parameter.initial);
    }
  });
  out += ')';
}

void PrettyPrinter::let(const LetDecl &decl, bool integer) {
  out += integer ? "let int " : "let ";
  out += decl.tuple ? "(" : "";
  declarators(decl.targets);
  out += decl.tuple ? ") = " : " = ";
  expr(*decl.value);
}

void PrettyPrinter::fn(const FnDecl &decl) {
  out += "fn " + decl.name.name;
  parameters(decl.parameters);
  out += std::holds_alternative<Block>(decl.body->node) ? " " : " = ";
  expr(*decl.body);
}

void PrettyPrinter::methodCall(const MethodCall &call) {
  out += call.method.name;
  if (call.options.empty())
    return;
  out += '(';
  separated(out, call.options, ", ", [&](const Option &option) {
    out += option.name.name + " = ";
    expr(*option.value);
  });
  out += ')';
}

void PrettyPrinter::constraint(const ConstraintDecl &c) {
  if (c.name)
    out += c.name->name;
  axes(c.axes, c.where);
  if (c.name || !c.axes.empty())
    out += ": ";
  const auto *sides = std::get_if<Comparison>(&c.condition->node);
  if (!sides)
    return expr(*c.condition);
  for (size_t i = 0; i < sides->operands.size(); ++i) {
    if (i > 0) {
      switch (sides->ops[i - 1]) {
      case CompareOp::Less:
        out += " < ";
        break;
      case CompareOp::LessEqual:
        out += " <= ";
        break;
      case CompareOp::Greater:
        out += " > ";
        break;
      case CompareOp::GreaterEqual:
        out += " >= ";
        break;
      case CompareOp::Equal:
        out += " = ";
        break;
      case CompareOp::NotEqual:
        out += " != ";
        break;
      }
    }
    expr(*sides->operands[i], Level::Add,
         i + 1 == sides->operands.size() ? Level::None : Level::Compare);
  }
}

void PrettyPrinter::statement(const Statement &s) { std::visit(StatementText{*this}, s.node); }

void PrettyPrinter::body(const Body &body) {
  out += '{';
  ++indent_;
  for (StatementPtr s : body) {
    newLine();
    statement(*s);
  }
  --indent_;
  newLine();
  out += '}';
}

std::string print(const Item &item) {
  PrettyPrinter printer;
  printer.item(item);
  return std::move(printer.out);
}

std::string print(const Tree &tree) {
  PrettyPrinter printer;
  printer.items(tree.items);
  if (!printer.out.empty())
    printer.out += '\n';
  return std::move(printer.out);
}

} // namespace gradus::syntax
