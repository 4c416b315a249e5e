//===- Print.cpp - the loop IR as text ------------------------------------===//
//
// For people: constants and unnamed scalars that are used once stand inside the
// expression that uses them, so that a reader sees `t = x[i+1] - x[i]*x[i]`.
// A scalar is written inside its user only where that moves no read of memory
// past a write, and into no deeper loop. `:=` sets a mutable variable, `=`
// defines a scalar once.
//
//===--------------------------------------------------------------------===//
#include "loops/Operands.h"
#include "support/Numbers.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

namespace gradus::loops {
namespace {

template <class... F> struct Overloaded : F... {
  using F::operator()...;
};
template <class... F> Overloaded(F...) -> Overloaded<F...>;

/// Binding strength, loosest first.
enum Precedence { Choice, Or, And, Not, Comparison, Sum, Product, Minus, Power, Atom };

const char *kindName(Kind kind) {
  switch (kind) {
  case Kind::Real:
    return "real";
  case Kind::Int:
    return "int";
  case Kind::Bool:
    return "bool";
  }
  return "";
}

const char *combineSign(Combine combine) {
  switch (combine) {
  case Combine::Set:
    return "=";
  case Combine::Add:
    return "+=";
  case Combine::Multiply:
    return "*=";
  case Combine::Min:
    return "min=";
  case Combine::Max:
    return "max=";
  }
  return "";
}

Precedence infixPrecedence(std::string_view spelling) {
  if (spelling == "^")
    return Power;
  if (spelling == "*" || spelling == "/")
    return Product;
  if (spelling == "+" || spelling == "-")
    return Sum;
  if (spelling == "and")
    return And;
  if (spelling == "or")
    return Or;
  return Comparison;
}

class FunctionPrinter {
public:
  FunctionPrinter(const Module &module, const Function &function, std::string &out)
      : module_(module), f_(function), out_(out) {}

  void print() {
    uses_.assign(f_.scalars.size(), 0);
    texts_.resize(f_.scalars.size());
    countFixedUses();
    countUses(f_.body);
    nameEverything();
    if (!f_.documentation.empty())
      out_ += "# " + f_.documentation + "\n";
    if (!f_.external.empty()) {
      out_ += "runtime func " + f_.name + "(" + parameters() + ") = " + f_.external + "\n";
      return;
    }
    out_ += (f_.exported ? "export func " : "func ") + f_.name + "(" + parameters() + ")\n";
    declarations();
    body(f_.body, 1);
  }

private:
  struct Text {
    std::string text;
    Precedence precedence = Atom;
    bool readsMemory = false;
    bool inlined = false;
  };

  //--- uses ---------------------------------------------------------------------
  void use(ScalarId s, uint32_t count = 1) {
    if (s.valid())
      uses_[s.index] += count;
  }
  /// What the header names must have a name of its own.
  void countFixedUses() {
    for (const Buffer &b : f_.buffers) {
      for (const BufferAxis &axis : b.axes) {
        use(axis.lo, 2);
        use(axis.extent, 2);
      }
      use(b.offset, 2);
    }
    use(f_.workspaceElements, 2);
  }
  void countUses(const Body &body) {
    for (const Statement &statement : body) {
      forEachOperand(statement, [&](ScalarId s) { use(s); });
      if (auto *loop = std::get_if<While>(&statement.node))
        use(loop->condition);
      forEachBody(statement, [&](const Body &nested) { countUses(nested); });
    }
  }

  //--- names --------------------------------------------------------------------
  std::string unique(const std::string &hint, std::string_view otherwise, size_t index) {
    std::string name = hint.empty() ? fmt::format("{}{}", otherwise, index) : hint;
    for (int count = 2; !taken_.insert(name).second; ++count)
      name = fmt::format("{}_{}", hint.empty() ? otherwise : hint, count);
    return name;
  }
  void nameEverything() {
    for (size_t i = 0; i < f_.buffers.size(); ++i)
      buffers_.push_back(unique(f_.buffers[i].name, "b", i));
    for (size_t i = 0; i < f_.variables.size(); ++i)
      variables_.push_back(unique(f_.variables[i].name, "v", i));
    // Named scalars first, so that an unnamed one never takes their name.
    for (int pass = 0; pass < 2; ++pass)
      for (size_t i = 0; i < f_.scalars.size(); ++i)
        if (f_.scalars[i].name.empty() == (pass == 1))
          texts_[i].text = unique(f_.scalars[i].name, "t", i);
    nameConstants(f_.body);
  }
  void nameConstants(const Body &body) {
    for (const Statement &statement : body) {
      auto *let = std::get_if<Let>(&statement.node);
      if (let && f_.scalars[let->target.index].name.empty())
        nameConstant(*let);
      forEachBody(statement, [&](const Body &nested) { nameConstants(nested); });
    }
  }
  void nameConstant(const Let &let) {
    Text &text = texts_[let.target.index];
    auto number = [&](std::string digits) {
      text = {std::move(digits), Atom, false, true};
      if (text.text[0] == '-')
        text.precedence = Minus;
    };
    if (auto *c = std::get_if<ConstReal>(&let.operation))
      number(formatNumber(c->value));
    else if (auto *c = std::get_if<ConstInt>(&let.operation))
      number(std::to_string(c->value));
    else if (auto *c = std::get_if<ConstBool>(&let.operation))
      number(c->value ? "true" : "false");
  }

  //--- expressions --------------------------------------------------------------
  const std::string &plain(ScalarId s) const { return texts_[s.index].text; }
  std::string operand(ScalarId s, int atLeast) const {
    const Text &text = texts_[s.index];
    return text.precedence < atLeast ? "(" + text.text + ")" : text.text;
  }
  std::string list(const std::vector<ScalarId> &scalars) const {
    std::string text;
    for (ScalarId s : scalars)
      text += (text.empty() ? "" : ", ") + plain(s);
    return text;
  }
  std::string element(BufferId b, const std::vector<ScalarId> &indices) const {
    return buffers_[b.index] + "[" + list(indices) + "]";
  }
  Text primitive(const PrimOp &op) const {
    const ir::PrimInfo &row = ir::info(op.prim);
    // Two rows have a sign that is shorter than their spelling.
    bool power = op.prim == ir::Prim::Powi, negation = op.prim == ir::Prim::Neg;
    std::string_view name = power ? "^" : negation ? "-" : row.name;
    const auto &operands = op.operands;
    if (power || (row.notation == ir::Notation::Infix && operands.size() == 2)) {
      Precedence p = infixPrecedence(name);
      // All but ^ group to the left; comparisons do not group at all.
      std::string left = operand(operands[0], p == Power || p == Comparison ? p + 1 : p);
      std::string right = operand(operands[1], p == Power ? Minus : p + 1);
      bool tight = p == Product || p == Power;
      return {tight ? fmt::format("{}{}{}", left, name, right)
                    : fmt::format("{} {} {}", left, name, right),
              p};
    }
    if (row.notation == ir::Notation::Prefix) {
      Precedence p = negation ? Minus : Not;
      return {fmt::format("{}{}{}", name, negation ? "" : " ", operand(operands[0], p)), p};
    }
    return {fmt::format("{}({})", name, list(operands)), Atom};
  }
  Text expression(const Operation &operation) const {
    return std::visit(
        Overloaded{
            [](const ConstReal &c) { return Text{formatNumber(c.value), Atom}; },
            [](const ConstInt &c) { return Text{std::to_string(c.value), Atom}; },
            [](const ConstBool &c) { return Text{c.value ? "true" : "false", Atom}; },
            [&](const PrimOp &o) { return primitive(o); },
            [&](const SelectOp &o) {
              return Text{fmt::format("if {} then {} else {}", plain(o.condition),
                                      operand(o.then, Or), plain(o.otherwise)),
                          Choice};
            },
            [&](const LoadOp &o) { return Text{element(o.buffer, o.indices), Atom, true}; },
            [&](const ReadOp &o) { return Text{variables_[o.variable.index], Atom, true}; },
        },
        operation);
  }
  bool readsMemory(const Operation &operation) const {
    bool reads =
        std::holds_alternative<LoadOp>(operation) || std::holds_alternative<ReadOp>(operation);
    forEachOperand(operation, [&](ScalarId s) { reads = reads || texts_[s.index].readsMemory; });
    return reads;
  }

  //--- which scalars stand inside their user ------------------------------------
  static bool names(const Statement &statement, ScalarId scalar) {
    bool found = false;
    forEachOperand(statement, [&](ScalarId s) { found = found || s == scalar; });
    return found;
  }
  static bool writes(const Statement &statement) {
    return !std::holds_alternative<Let>(statement.node) &&
           !std::holds_alternative<Check>(statement.node);
  }
  /// Whether the scalar of body[at] may stand in the later statement of the same
  /// body that uses it, or in the condition that ends the body.
  bool mayInline(const Body &body, size_t at, const Text &text, ScalarId condition) const {
    constexpr size_t widest = 90, farthest = 200;
    ScalarId s = std::get<Let>(body[at].node).target;
    if (!f_.scalars[s.index].name.empty() || uses_[s.index] != 1 || text.text.size() > widest)
      return false;
    for (size_t k = at + 1; k < body.size() && k < at + farthest; ++k) {
      if (names(body[k], s))
        return true; // what uses it moves down under the same rule
      if (text.readsMemory && writes(body[k]))
        return false;
    }
    return s == condition;
  }

  //--- statements ---------------------------------------------------------------
  void line(int depth, std::string_view text) {
    out_.append(static_cast<size_t>(depth) * 2, ' ');
    out_ += text;
    out_ += '\n';
  }
  void body(const Body &body, int depth, ScalarId condition = {}) {
    for (size_t k = 0; k < body.size(); ++k)
      std::visit(Overloaded{[&](const Let &s) { define(body, k, s, depth, condition); },
                            [&](const auto &s) { statement(s, depth); }},
                 body[k].node);
  }
  void define(const Body &where, size_t at, const Let &let, int depth, ScalarId condition) {
    Text &target = texts_[let.target.index];
    if (target.inlined) // a constant
      return;
    Text text = expression(let.operation);
    text.readsMemory = readsMemory(let.operation);
    if (mayInline(where, at, text, condition)) {
      text.inlined = true;
      target = std::move(text);
      return;
    }
    line(depth, target.text + " = " + text.text);
  }
  void statement(const Assign &s, int depth) {
    line(depth, variables_[s.variable.index] + " := " + plain(s.value));
  }
  void statement(const Store &s, int depth) {
    line(depth, fmt::format("{} {} {}", element(s.buffer, s.indices), combineSign(s.combine),
                            plain(s.value)));
  }
  void statement(const Accumulate &s, int depth) {
    line(depth, fmt::format("{} {} {}", variables_[s.variable.index], combineSign(s.combine),
                            plain(s.value)));
  }
  void statement(const For &s, int depth) {
    line(depth, fmt::format("for {} in {}..{}{}", plain(s.index), operand(s.lo, Sum),
                            operand(s.hi, Sum), s.independent ? " independent" : ""));
    body(s.body, depth + 1);
  }
  void statement(const While &s, int depth) {
    line(depth, "loop");
    body(s.head, depth + 1, s.condition);
    line(depth + 1, "while " + plain(s.condition));
    body(s.body, depth + 1);
  }
  void statement(const If &s, int depth) {
    line(depth, "if " + plain(s.condition));
    body(s.then, depth + 1);
    if (s.otherwise.empty())
      return;
    line(depth, "else");
    body(s.otherwise, depth + 1);
  }
  void statement(const Fill &s, int depth) {
    line(depth, buffers_[s.buffer.index] + "[..] = " + plain(s.value));
  }
  void statement(const Copy &s, int depth) {
    line(depth, fmt::format("{}[..] = {}[..]", buffers_[s.target.index], buffers_[s.source.index]));
  }
  void statement(const Call &s, int depth) {
    std::string arguments;
    for (const Argument &a : s.arguments) {
      arguments += arguments.empty() ? "" : ", ";
      arguments += std::visit(Overloaded{[&](ScalarId x) { return plain(x); },
                                         [&](VariableId v) { return "out " + variables_[v.index]; },
                                         [&](BufferId b) { return buffers_[b.index]; }},
                              a.value);
    }
    line(depth, fmt::format("call {}({})", module_.functions[s.callee.index].name, arguments));
  }
  void statement(const Check &s, int depth) {
    std::string values = s.values.empty() ? "" : " (" + list(s.values) + ")";
    line(depth, fmt::format("check {} else site {}{}", plain(s.condition), s.site, values));
  }
  void statement(const Hook &s, int depth) {
    line(depth, fmt::format("{} := hook({}; {})", variables_[s.target.index], list(s.scalars),
                            buffers_[s.x.index]));
  }
  void statement(const Break &, int depth) { line(depth, "break"); }
  void statement(const Return &s, int depth) { line(depth, "return " + plain(s.status)); }

  //--- the head -----------------------------------------------------------------
  /// real[n] counts from 1; any other range is real[n from lo].
  std::string type(const Buffer &buffer) const {
    std::string axes;
    for (const BufferAxis &axis : buffer.axes) {
      axes += (axes.empty() ? "" : ", ") + plain(axis.extent);
      if (plain(axis.lo) != "1")
        axes += " from " + plain(axis.lo);
    }
    return fmt::format("{}[{}]", kindName(buffer.kind), axes);
  }
  std::string parameters() const {
    std::string text;
    for (const Parameter &p : f_.parameters) {
      text += text.empty() ? "" : ", ";
      if (auto *s = std::get_if<ScalarId>(&p.value))
        text += plain(*s) + ": " + kindName(f_.scalars[s->index].kind);
      if (auto *v = std::get_if<VariableId>(&p.value))
        text +=
            fmt::format("out {}: {}", variables_[v->index], kindName(f_.variables[v->index].kind));
      if (auto *b = std::get_if<BufferId>(&p.value)) {
        const Buffer &buffer = f_.buffers[b->index];
        text += buffer.role == BufferRole::Out     ? "out "
                : buffer.role == BufferRole::InOut ? "inout "
                                                   : "";
        text += buffers_[b->index] + ": " + type(buffer);
      }
    }
    return text;
  }
  void declarations() {
    for (size_t i = 0; i < f_.variables.size(); ++i) {
      bool parameter = false;
      for (const Parameter &p : f_.parameters)
        if (auto *v = std::get_if<VariableId>(&p.value))
          parameter = parameter || v->index == i;
      if (!parameter)
        line(1, fmt::format("var {}: {}", variables_[i], kindName(f_.variables[i].kind)));
    }
    for (size_t i = 0; i < f_.buffers.size(); ++i) {
      const Buffer &b = f_.buffers[i];
      if (b.role == BufferRole::Workspace)
        line(1, fmt::format("{}: {} in workspace at {}", buffers_[i], type(b), plain(b.offset)));
      if (b.role == BufferRole::Constant)
        line(1, fmt::format("{}: {} is table {}", buffers_[i], type(b),
                            module_.tables[b.table].name));
      if (b.role == BufferRole::View)
        line(1, fmt::format("{}: {} in {} at {}", buffers_[i], type(b), buffers_[b.base.index],
                            plain(b.offset)));
    }
    if (f_.workspaceElements.valid())
      line(1, "workspace " + plain(f_.workspaceElements));
  }

  const Module &module_;
  const Function &f_;
  std::string &out_;
  std::vector<uint32_t> uses_;
  std::vector<Text> texts_;
  std::vector<std::string> buffers_, variables_;
  std::set<std::string> taken_;
};

} // namespace

std::string print(const Module &module) {
  std::string out = "module " + module.name + (module.strict ? " strict\n" : "\n");
  for (const Function &function : module.functions) {
    out += '\n';
    FunctionPrinter(module, function, out).print();
  }
  if (!module.sites.empty())
    out += '\n';
  for (size_t i = 0; i < module.sites.size(); ++i)
    out += fmt::format("site {}: {}\n", i, module.sites[i].message);
  return out;
}

} // namespace gradus::loops
