//===- Dump.cpp - a tree as an outline ------------------------------------===//
//
// One line for each node: what it is to its parent, its kind, its name, its
// place; children are indented below. A chain's signs stand before its
// operands.
//
//===--------------------------------------------------------------------===//
#include "support/Numbers.h"
#include "syntax/Printer.h"
#include "syntax/Words.h"

#include <fmt/format.h>

#include <algorithm>

namespace gradus::syntax {
namespace {

std::string_view spelling(ChainOp op) {
  switch (op) {
  case ChainOp::Add:
    return "+";
  case ChainOp::Sub:
    return "-";
  case ChainOp::Mul:
    return "*";
  case ChainOp::Div:
    return "/";
  case ChainOp::ElementMul:
    return ".*";
  case ChainOp::ElementDiv:
    return "./";
  }
  return {};
}

std::string_view spelling(CompareOp op) {
  switch (op) {
  case CompareOp::Less:
    return "<";
  case CompareOp::LessEqual:
    return "<=";
  case CompareOp::Greater:
    return ">";
  case CompareOp::GreaterEqual:
    return ">=";
  case CompareOp::Equal:
    return "==";
  case CompareOp::NotEqual:
    return "!=";
  }
  return {};
}

std::string_view spelling(UnaryOp op) {
  switch (op) {
  case UnaryOp::Negate:
    return "negate";
  case UnaryOp::Not:
    return "not";
  case UnaryOp::Transpose:
    return "transpose";
  }
  return {};
}

std::string_view spelling(RecurrenceKind kind) {
  switch (kind) {
  case RecurrenceKind::Fold:
    return "fold";
  case RecurrenceKind::Scan:
    return "scan";
  case RecurrenceKind::Iterate:
    return "iterate";
  }
  return {};
}

class Outline {
public:
  explicit Outline(const SourceManager *sources) : sources_(sources) {}

  void expr(std::string_view role, ExprPtr e) {
    if (!e)
      return;
    role_ = role;
    range_ = e->range;
    std::visit(*this, e->node);
  }
  void item(const Item &item) {
    role_ = {};
    range_ = item.range;
    std::visit(*this, item.node);
  }
  void statement(const Statement &s) {
    role_ = {};
    range_ = s.range;
    std::visit(*this, s.node);
  }

  //--- expressions ------------------------------------------------------------
  void operator()(const Number &e) {
    line("number {}{}", e.integer ? std::to_string(e.whole) : formatNumber(e.value),
         e.integer ? "" : " real");
  }
  void operator()(const String &e) { line("text \"{}\"", e.value); }
  void operator()(const Name &e) { line("name {}", e.name); }
  void operator()(const Unary &e) {
    line("{}", spelling(e.op));
    const Inner inner(*this);
    expr({}, e.operand);
  }
  void operator()(const Chain &e) {
    const bool sum = e.links[0].op == ChainOp::Add || e.links[0].op == ChainOp::Sub;
    line("{} of {}", sum ? "sum" : "product", e.links.size());
    const Inner inner(*this);
    for (const Chain::Link &link : e.links)
      expr(spelling(link.op), link.operand);
  }
  void operator()(const Power &e) {
    line("power");
    const Inner inner(*this);
    expr({}, e.base);
    expr("^", e.exponent);
  }
  void operator()(const Comparison &e) {
    line("comparison");
    const Inner inner(*this);
    for (size_t i = 0; i < e.operands.size(); ++i)
      expr(i == 0 ? std::string_view() : spelling(e.ops[i - 1]), e.operands[i]);
  }
  void operator()(const Logical &e) {
    line("{}", e.op == LogicalOp::And ? "and" : "or");
    all({}, e.operands);
  }
  void operator()(const If &e) {
    line("if");
    const Inner inner(*this);
    expr("condition", e.condition);
    expr("then", e.then);
    expr("else", e.otherwise);
  }
  void operator()(const Call &e) {
    line("call {}", e.callee.name);
    all({}, e.arguments);
  }
  void operator()(const Index &e) {
    line("index");
    const Inner inner(*this);
    expr({}, e.base);
    subscripts(e.subscripts);
  }
  void operator()(const Member &e) {
    line("member {}", e.member.name);
    const Inner inner(*this);
    expr({}, e.base);
  }
  void operator()(const Reduction &e) {
    line("reduction {}", syntax::spelling(e.kind));
    const Inner inner(*this);
    binders(e.binders);
    expr("where", e.where);
    expr("body", e.body);
  }
  void operator()(const Comprehension &e) {
    line("comprehension");
    const Inner inner(*this);
    binders(e.binders);
    expr("where", e.where);
    expr("body", e.body);
  }
  void operator()(const ArrayLiteral &e) {
    line("array of {}", e.rows.size());
    for (const auto &row : e.rows)
      all("row", row);
  }
  void operator()(const TupleExpr &e) {
    line("tuple of {}", e.elements.size());
    all({}, e.elements);
  }
  void operator()(const Block &e) {
    line("block");
    const Inner inner(*this);
    for (ItemPtr entry : e.items)
      item(*entry);
    expr("value", e.value);
  }
  void operator()(const Recurrence &e) {
    line("{}", spelling(e.kind));
    const Inner inner(*this);
    for (const Ident &state : e.states)
      named("state", state);
    expr("start", e.start);
    if (e.kind != RecurrenceKind::Iterate)
      binders({e.binder});
    expr("until", e.until);
    expr("max", e.maximum);
    if (e.squareRoot)
      line("checkpoint sqrt");
    expr("checkpoint", e.segment);
    expr("do", e.step);
  }

  //--- declarations -----------------------------------------------------------
  void operator()(const FnDecl &decl) {
    line("fn {}", decl.name.name);
    const Inner inner(*this);
    parameters(decl.parameters);
    expr("body", decl.body);
  }
  void operator()(const ParamDecl &decl) {
    line("param{}", decl.integer ? " int" : "");
    const Inner inner(*this);
    declarator("declares", decl.declarator);
    expr("value", decl.initial);
  }
  void operator()(const DataDecl &decl) {
    line("data{}{}", decl.file ? fmt::format(" from \"{}\"", *decl.file) : "",
         decl.skipMissing ? " missing skip" : "");
    const Inner inner(*this);
    for (const Declarator &d : decl.declarators)
      declarator(d.integer ? "declares int" : "declares", d);
    expr("value", decl.initial);
  }
  void operator()(const LetDecl &decl) { let(decl, false); }
  void operator()(const VarDecl &decl) {
    line("var{}", decl.integer ? " int" : "");
    const Inner inner(*this);
    declarator("declares", decl.declarator);
    expr("lower", decl.lower);
    expr("upper", decl.upper);
    expr("start", decl.start);
  }
  void operator()(const ObjectiveDecl &decl) {
    line("{}{}", decl.maximize ? "maximize" : "minimize", decl.name ? " " + decl.name->name : "");
    const Inner inner(*this);
    expr({}, decl.value);
  }
  void operator()(const SubjectTo &list) {
    line("subject to");
    const Inner inner(*this);
    for (const ConstraintDecl &c : list.constraints) {
      role_ = {};
      range_ = c.name ? c.name->range : c.condition->range;
      line("constraint{}", c.name ? " " + c.name->name : "");
      const Inner sides(*this);
      axes(c.axes);
      expr("where", c.where);
      expr({}, c.condition);
    }
  }
  void operator()(const SolveDecl &decl) {
    line("solve with {}", decl.call.method.name);
    const Inner inner(*this);
    for (const Option &option : decl.call.options) {
      named("option", option.name);
      const Inner value(*this);
      expr({}, option.value);
    }
  }
  void operator()(const ImportDecl &decl) { line("import \"{}\"", decl.path); }
  void operator()(const ProblemDecl &decl) {
    line("problem {}", decl.name.name);
    const Inner inner(*this);
    parameters(decl.parameters);
    for (ItemPtr entry : decl.items)
      item(*entry);
  }
  void operator()(const MethodDecl &decl) {
    line("method {}", decl.name.name);
    const Inner inner(*this);
    for (size_t at = 0; at < decl.documentation.size();) {
      const size_t end = std::min(decl.documentation.find('\n', at), decl.documentation.size());
      range_ = {};
      line("#{}{}", end > at ? " " : "", decl.documentation.substr(at, end - at));
      at = end + 1;
    }
    parameters(decl.parameters);
    body({}, decl.body);
  }

  //--- statements -------------------------------------------------------------
  void operator()(const StateStmt &s) {
    line("state{}", s.integer ? " int" : "");
    const Inner inner(*this);
    declarator("declares", s.declarator);
    expr("value", s.initial);
  }
  void operator()(const AssignStmt &s) {
    line("assign {}", s.target.name);
    const Inner inner(*this);
    subscripts(s.subscripts);
    expr("value", s.value);
  }
  void operator()(const LetStmt &s) { let(s.let, s.integer); }
  void operator()(const FnStmt &s) { (*this)(s.fn); }
  void operator()(const WhileStmt &s) {
    line("while");
    const Inner inner(*this);
    expr("condition", s.condition);
    body("do", s.body);
  }
  void operator()(const RepeatStmt &s) {
    line("repeat");
    const Inner inner(*this);
    expr("count", s.count);
    body("do", s.body);
  }
  void operator()(const ForStmt &s) {
    line("for");
    const Inner inner(*this);
    binders({s.binder});
    body("do", s.body);
  }
  void operator()(const IfStmt &s) {
    line("if");
    const Inner inner(*this);
    expr("condition", s.condition);
    body("then", s.then);
    if (!s.otherwise.empty())
      body("else", s.otherwise);
  }
  void operator()(const StopStmt &s) {
    line("stop when");
    const Inner inner(*this);
    expr({}, s.condition);
  }

  std::string out;

private:
  /// One step to the right for as long as it lives.
  struct Inner {
    explicit Inner(Outline &outline) : outline(outline) { ++outline.depth_; }
    ~Inner() { --outline.depth_; }
    Inner(const Inner &) = delete;
    Inner &operator=(const Inner &) = delete;
    Outline &outline;
  };

  template <typename... Args> void line(fmt::format_string<Args...> format, Args &&...args) {
    out.append(2 * depth_, ' ');
    if (!role_.empty())
      out.append(role_).append(" ");
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
    if (sources_ && range_.valid()) {
      const LineColumn place = sources_->lineColumn(range_.file, range_.begin);
      fmt::format_to(std::back_inserter(out), " {}:{}", place.line, place.column);
    }
    out += '\n';
    role_ = {};
  }
  void named(std::string_view role, const Ident &name) {
    role_ = role;
    range_ = name.range;
    line("{}", name.name);
  }
  void all(std::string_view role, const std::vector<ExprPtr> &list) {
    const Inner inner(*this);
    for (ExprPtr e : list)
      expr(role, e);
  }
  void subscripts(const std::vector<Subscript> &list) {
    for (const Subscript &s : list) {
      if (s.all) {
        role_ = "at";
        range_ = s.range;
        line("..");
      } else {
        expr(s.upper ? "from" : "at", s.index);
        expr("to", s.upper);
      }
    }
  }
  void binders(const std::vector<Binder> &list) {
    for (const Binder &binder : list) {
      named("for", binder.name);
      const Inner inner(*this);
      expr("from", binder.lower);
      expr("to", binder.upper);
    }
  }
  void axes(const std::vector<AxisDecl> &list) {
    for (const AxisDecl &axis : list) {
      role_ = {};
      range_ = axis.range;
      line("axis{}", axis.index ? " " + axis.index->name : "");
      const Inner inner(*this);
      expr("from", axis.lower);
      expr("to", axis.upper);
    }
  }
  void declarator(std::string_view role, const Declarator &d) {
    named(role, d.name);
    const Inner inner(*this);
    axes(d.axes);
  }
  void parameters(const std::vector<Parameter> &list) {
    for (const Parameter &parameter : list) {
      declarator(parameter.function  ? "function parameter"
                 : parameter.integer ? "int parameter"
                                     : "parameter",
                 parameter.declarator);
      const Inner inner(*this);
      parameters(parameter.parameters);
      expr("initial", parameter.initial);
    }
  }
  void let(const LetDecl &decl, bool integer) {
    line("let{}{}", integer ? " int" : "", decl.tuple ? " tuple" : "");
    const Inner inner(*this);
    for (const Declarator &d : decl.targets)
      declarator("names", d);
    expr("value", decl.value);
  }
  void body(std::string_view role, const Body &body) {
    if (!role.empty()) {
      range_ = {};
      line("{}", role);
    }
    const Inner inner(*this);
    for (StatementPtr s : body)
      statement(*s);
  }

  const SourceManager *sources_;
  unsigned depth_ = 0;
  std::string_view role_; ///< of the next line, to the node above it
  SourceRange range_;     ///< of the next line
};

} // namespace

std::string dump(const Tree &tree, const SourceManager *sources) {
  Outline outline(sources);
  for (ItemPtr item : tree.items)
    outline.item(*item);
  return std::move(outline.out);
}

std::string dump(const Expr &expr, const SourceManager *sources) {
  Outline outline(sources);
  outline.expr({}, &expr);
  return std::move(outline.out);
}

} // namespace gradus::syntax
