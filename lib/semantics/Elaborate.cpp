//===- Elaborate.cpp - dispatch, limits and messages -------------------------===//

#include "semantics/Elaborate.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>

namespace gradus::semantics {

using ir::Kind;

Elaborator::Elaborator(ir::Graph &graph, Diagnostics &diagnostics, ElaborationLimits limits)
    : graph_(graph), diagnostics_(diagnostics), limits_(limits), shapes_(graph) {}

bool Elaborator::enter(SourceRange range) {
  if (stopped_)
    return false;
  if (depth_ > limits_.depth) {
    error(Diag::CallDepth, range, "calls and brackets are nested too deep here",
          fmt::format("the limit is {} levels, counted through all calls",
                      limits_.depth));
    stopped_ = true;
    return false;
  }
  if (graph_.size() > limits_.nodes || ++steps_ > limits_.steps) {
    error(Diag::GraphSize, range, "the model is too large when its calls are expanded",
          fmt::format("the limit is {} operations after the expansion of calls; write repeated "
                      "parts as sums over an index",
                      limits_.nodes));
    stopped_ = true;
    return false;
  }
  return true;
}

Value Elaborator::expression(const syntax::Expr &expr, Scope &scope) {
  if (!enter(expr.range))
    return Value::error();
  struct Level {
    unsigned &depth;
    explicit Level(unsigned &d) : depth(d) { ++depth; }
    ~Level() { --depth; }
  } level(depth_);
  SourceRange range = expr.range;
  graph_.setRange(range);

  struct Visitor {
    Elaborator &self;
    SourceRange range;
    Scope &scope;
    Value operator()(const syntax::Number &n) {
      return Value::scalar(n.integer ? self.graph_.integer(n.whole) : self.graph_.real(n.value));
    }
    Value operator()(const syntax::String &) { return Value::text(); }
    Value operator()(const syntax::Name &n) { return self.name(n, range, scope); }
    Value operator()(const syntax::Unary &n) { return self.unary(n, range, scope); }
    Value operator()(const syntax::Chain &n) { return self.chain(n, range, scope); }
    Value operator()(const syntax::Power &n) { return self.power(n, range, scope); }
    Value operator()(const syntax::Comparison &n) { return self.comparison(n, range, scope); }
    Value operator()(const syntax::Logical &n) { return self.logical(n, range, scope); }
    Value operator()(const syntax::If &n) { return self.conditional(n, range, scope); }
    Value operator()(const syntax::Call &n) { return self.call(n, range, scope); }
    Value operator()(const syntax::Index &n) { return self.index(n, range, scope); }
    Value operator()(const syntax::Member &n) { return self.member(n, range, scope); }
    Value operator()(const syntax::Reduction &n) { return self.reduction(n, range, scope); }
    Value operator()(const syntax::Comprehension &n) {
      return self.comprehension(n, range, scope);
    }
    Value operator()(const syntax::ArrayLiteral &n) { return self.literal(n, range, scope); }
    Value operator()(const syntax::TupleExpr &n) {
      std::vector<Value> parts;
      bool failed = false;
      for (syntax::ExprPtr e : n.elements) {
        parts.push_back(self.expression(*e, scope));
        failed |= parts.back().isError();
      }
      return failed ? Value::error() : Value::tuple(std::move(parts));
    }
    Value operator()(const syntax::Block &n) { return self.block(n, range, scope); }
    Value operator()(const syntax::Recurrence &n) { return self.recurrence(n, range, scope); }
  };
  return std::visit(Visitor{*this, range, scope}, expr.node);
}

//--- what is needed where ---------------------------------------------------------

ValueId Elaborator::number(const Value &v, SourceRange range) {
  switch (v.form) {
  case Value::Form::Error:
    return {};
  case Value::Form::Scalar:
    if (graph_.type(v.node).kind != Kind::Bool)
      return v.node;
    error(Diag::WrongType, range,
          fmt::format("'{}' is a condition, and a number is needed here", textOf(range)),
          "write `if c then 1 else 0` to make a number of it");
    return {};
  case Value::Form::Array:
    error(Diag::WrongType, range,
          fmt::format("'{}' is an array ({}), and a number is needed here", textOf(range),
                      shapes_.describe(shapes_.axes(v))),
          "take an element, as in x[1], or add them up, as in sum(x)");
    return {};
  case Value::Form::Tuple:
    error(Diag::WrongType, range,
          fmt::format("'{}' is a tuple of {} values, and a number is needed here", textOf(range),
                      v.parts.size()),
          "take it apart first: let (a, b) = ...");
    return {};
  case Value::Form::Text:
    error(Diag::WrongType, range, "a text stands where a number is needed");
    return {};
  case Value::Form::Function:
    error(Diag::WrongType, range, "a function stands where a number is needed");
    return {};
  }
  return {};
}

ValueId Elaborator::real(const Value &v, SourceRange range) {
  ValueId n = number(v, range);
  return n.valid() ? graph_.toReal(n) : n;
}

ValueId Elaborator::condition(const Value &v, SourceRange range) {
  if (v.isError())
    return {};
  if (v.isScalar() && graph_.type(v.node).kind == Kind::Bool)
    return v.node;
  error(Diag::WrongType, range,
        fmt::format("'{}' is not a condition", textOf(range)),
        "a condition compares: a <= b, a == b, a != b");
  return {};
}

ValueId Elaborator::number(const syntax::Expr &expr, Scope &scope) {
  return number(expression(expr, scope), expr.range);
}

ValueId Elaborator::real(const syntax::Expr &expr, Scope &scope) {
  return real(expression(expr, scope), expr.range);
}

ValueId Elaborator::condition(const syntax::Expr &expr, Scope &scope) {
  return condition(expression(expr, scope), expr.range);
}

ValueId Elaborator::integer(const syntax::Expr &expr, Scope &scope, const char *what) {
  return toWhole(expression(expr, scope), expr, scope, what);
}

ValueId Elaborator::wholeOf(const Value &v) const {
  if (!v.isScalar())
    return {};
  return graph_.type(v.node).kind == Kind::Int ? v.node : v.whole;
}

ValueId Elaborator::toWhole(const Value &v, const syntax::Expr &expr, Scope &scope,
                            const char *what) {
  if (v.isError())
    return {};
  if (ValueId whole = wholeOf(v); whole.valid())
    return whole;
  if (v.isScalar())
    if (ValueId whole = wholeOfColumns(v.node); whole.valid())
      return whole;
  if (!number(v, expr.range).valid())
    return {};
  error(Diag::WholeNeeded, expr.range,
        fmt::format("{} must be a whole number, and '{}' is real", what, textOf(expr.range)),
        wholeFix(expr, scope));
  return {};
}

/// A sum or product of elements of table columns and whole numbers, or the sum, the least
/// or the largest of many, as a whole number; invalid when it is something else.
ValueId Elaborator::wholeOfColumns(ValueId v, unsigned depth) {
  const ir::Node n = graph_.node(v);
  if (n.type.kind == Kind::Int || depth > 16)
    return n.type.kind == Kind::Int ? v : ValueId{};
  if (n.op == ir::Op::Constant) {
    const double value = graph_.realValue(v);
    return std::fabs(value) < 1e15 && value == std::floor(value)
               ? graph_.integer(static_cast<int64_t>(value))
               : ValueId{};
  }
  std::vector<ValueId> ops(graph_.operands(v).begin(), graph_.operands(v).end());
  if (n.op == ir::Op::At) {
    auto form = wholeForms_.find(ops[0]);
    if (form == wholeForms_.end())
      return {};
    return graph_.at(form->second(), std::span(ops).subspan(1));
  }
  if (n.op == ir::Op::Reduce && n.reduceOp() != ir::ReduceOp::Prod &&
      n.reduceOp() != ir::ReduceOp::LogSumExp) {
    const ir::Opened o = graph_.open(v);
    ValueId body = wholeOfColumns(o.body, depth + 1);
    return body.valid() ? graph_.reduce(n.reduceOp(), o.symbols[0], o.ranges[0].lo,
                                        o.ranges[0].hi, o.condition, body)
                        : ValueId{};
  }
  if (n.op != ir::Op::Prim)
    return {};
  if (n.prim() == ir::Prim::ToReal)
    return ops[0];
  if (n.prim() != ir::Prim::Add && n.prim() != ir::Prim::Sub && n.prim() != ir::Prim::Mul &&
      n.prim() != ir::Prim::Neg)
    return {};
  for (ValueId &o : ops)
    if (o = wholeOfColumns(o, depth + 1); !o.valid())
      return {};
  return graph_.prim(n.prim(), ops);
}

/// What to write instead: `param int n` where a real parameter is to blame.
std::string Elaborator::wholeFix(const syntax::Expr &expr, Scope &scope) {
  if (auto *name = std::get_if<syntax::Name>(&expr.node)) {
    Entity *entity = scope.find(name->name);
    if (entity && !entity->wholeForm.empty())
      return fmt::format("declare `{}` at {}", entity->wholeForm, placeOf(entity->range));
    return {};
  }
  if (auto *chain = std::get_if<syntax::Chain>(&expr.node)) {
    for (const syntax::Chain::Link &link : chain->links)
      if (link.op == syntax::ChainOp::Div)
        return "`/` makes real numbers; div(a, b) is the whole quotient";
    for (const syntax::Chain::Link &link : chain->links)
      if (std::string fix = wholeFix(*link.operand, scope); !fix.empty())
        return fix;
  }
  if (auto *unary = std::get_if<syntax::Unary>(&expr.node))
    return wholeFix(*unary->operand, scope);
  if (auto *call = std::get_if<syntax::Call>(&expr.node))
    for (syntax::ExprPtr argument : call->arguments)
      if (std::string fix = wholeFix(*argument, scope); !fix.empty())
        return fix;
  if (auto *number = std::get_if<syntax::Number>(&expr.node))
    return std::fabs(number->value) < 1e15 && number->value == std::floor(number->value)
               ? fmt::format("write {:.0f}", number->value)
               : std::string();
  return {};
}

//--- messages ----------------------------------------------------------------------

Value Elaborator::error(Diag kind, SourceRange range, std::string message, std::string remedy) {
  // A function is elaborated for itself and for its calls; one message is enough.
  if (reported_.insert({kind, range.file, range.begin}).second)
    diagnostics_.report(kind, range, std::move(message), std::move(remedy));
  return Value::error();
}

void Elaborator::warn(Diag kind, SourceRange range, std::string message, std::string remedy) {
  if (reported_.insert({kind, range.file, range.begin}).second)
    warnings_.push_back({kind, range, std::move(message), std::move(remedy), {}});
}

void Elaborator::reportWarnings(uint32_t file) {
  if (!diagnostics_.hasErrors())
    for (Diagnostic &d : warnings_)
      if (d.range.file == file)
        diagnostics_.report(d.kind, d.range, std::move(d.message), std::move(d.remedy));
  warnings_.clear();
}

Value Elaborator::notYet(SourceRange range, const std::string &what) {
  return error(Diag::NotYet, range, fmt::format("{} is not compiled yet", what));
}

bool Elaborator::isFree(const syntax::Ident &name, Scope &scope) {
  const Entity *other = scope.findHere(name.name);
  if (!other)
    return true;
  error(Diag::DuplicateName, name.range, fmt::format("'{}' is declared twice", name.name),
        fmt::format("the first '{}' is the {} at {}", name.name, other->what,
                    placeOf(other->range)));
  return false;
}

std::string Elaborator::textOf(SourceRange range) const {
  if (!range.valid())
    return "?";
  std::string text(diagnostics_.sources().text(range));
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.size() <= 60)
    return text;
  size_t cut = 57;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80)
    --cut;
  return text.substr(0, cut) + "...";
}

std::string Elaborator::placeOf(SourceRange range) const {
  if (!range.valid())
    return "?";
  LineColumn place = diagnostics_.sources().lineColumn(range.file, range.begin);
  return fmt::format("{}:{}:{}", diagnostics_.sources().file(range.file).path, place.line,
                     place.column);
}

void Elaborator::warnUnused(const Scope &scope) {
  for (const Entity &entity : scope.entities())
    if (!entity.used && !entity.name.starts_with('_') &&
        (entity.what == "let" || entity.what == "function"))
      warn(Diag::UnusedName, entity.range, fmt::format("'{}' is never used", entity.name));
}

} // namespace gradus::semantics
