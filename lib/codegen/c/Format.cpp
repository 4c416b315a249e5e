//===- Format.cpp - the tree of C as text --------------------------------------===//
//
// All layout is here: brackets, indents, line ends. Lines are broken at 100
// columns where a blank allows it.
//
//===--------------------------------------------------------------------===//
#include "codegen/c/CTree.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace gradus::codegen::c {
namespace {

constexpr size_t widest = 100;

template <class... F> struct Overloaded : F... {
  using F::operator()...;
};
template <class... F> Overloaded(F...) -> Overloaded<F...>;

Binding tighter(Binding b) { return static_cast<Binding>(static_cast<int>(b) + 1); }

std::string operand(const Expression &e, Binding atLeast) {
  return e.binding < atLeast ? "(" + format(e) + ")" : format(e);
}

std::string list(const std::vector<Expression> &parts) {
  std::string text;
  for (const Expression &e : parts)
    text += (text.empty() ? "" : ", ") + format(e);
  return text;
}

/// Breaks a line at blanks; what follows is indented by four more.
void append(std::string &out, size_t indent, std::string_view text) {
  size_t column = indent;
  while (column + text.size() > widest) {
    size_t at = std::string_view::npos;
    bool quoted = false;
    for (size_t k = 0; k < text.size(); ++k) {
      if (text[k] == '"' && (k == 0 || text[k - 1] != '\\'))
        quoted = !quoted;
      if (text[k] != ' ' || quoted || k == 0)
        continue;
      if (column + k > widest && at != std::string_view::npos)
        break;
      at = k;
    }
    if (at == std::string_view::npos)
      break;
    out.append(column, ' ');
    out += text.substr(0, at);
    out += '\n';
    text.remove_prefix(at + 1);
    column = indent + 4;
  }
  out.append(column, ' ');
  out += text;
  out += '\n';
}

class Printer {
public:
  explicit Printer(std::string &out) : out(out) {}

  void block(const Block &body, size_t indent) {
    for (const Statement &s : body)
      std::visit([&](const auto &node) { print(node, indent); }, s.node);
  }

private:
  void line(size_t indent, const std::string &text) { append(out, indent, text); }
  void print(const Declare &s, size_t indent) {
    const bool pointer = s.type.back() == '*';
    std::string text = s.type + (pointer ? "" : " ") + s.name +
                       (s.extent.empty() ? "" : "[" + s.extent + "]");
    for (const Expression &e : s.value)
      text += " = " + format(e);
    line(indent, text + ";");
  }
  void print(const Assign &s, size_t indent) {
    line(indent, fmt::format("{} {} {};", format(s.target), s.op, format(s.value)));
  }
  void print(const Evaluate &s, size_t indent) { line(indent, format(s.call) + ";"); }
  void print(const CountedLoop &s, size_t indent) {
    if (!s.mark.empty())
      line(indent, s.mark);
    line(indent, fmt::format("for (int64_t {0} = {1}; {0} <= {2}; ++{0}) {{", s.index,
                             format(s.first), operand(s.last, Binding::Sum)));
    block(s.body, indent + 2);
    line(indent, "}");
  }
  void print(const EndlessLoop &s, size_t indent) {
    line(indent, "for (;;) {");
    block(s.body, indent + 2);
    line(indent, "}");
  }
  void print(const Branch &s, size_t indent) {
    line(indent, "if (" + format(s.condition) + ") {");
    block(s.then, indent + 2);
    if (!s.otherwise.empty()) {
      line(indent, "} else {");
      block(s.otherwise, indent + 2);
    }
    line(indent, "}");
  }
  void print(const Leave &, size_t indent) { line(indent, "break;"); }
  void print(const Return &s, size_t indent) { line(indent, "return " + format(s.value) + ";"); }
  void print(const Comment &s, size_t indent) { out += formatComment(s.text, static_cast<int>(indent)); }

  std::string &out;
};

} // namespace

Expression Expression::atom(std::string text) {
  return {Form::Atom, Binding::Atom, std::move(text), {}};
}

Expression Expression::number(std::string text) {
  Binding b = text[0] == '-' ? Binding::Prefix : Binding::Atom;
  return {Form::Atom, b, std::move(text), {}};
}

namespace {

Expression make(Expression::Form form, Binding binding, std::string text,
                std::vector<Expression> parts) {
  Expression e{form, binding, std::move(text), {}};
  for (const Expression &p : parts) {
    e.weight += p.weight;
    e.depth = std::max(e.depth, p.depth + 1);
  }
  e.parts = std::move(parts);
  return e;
}

} // namespace

Expression Expression::prefix(std::string op, Expression operand) {
  return make(Form::Prefix, Binding::Prefix, std::move(op), {std::move(operand)});
}
Expression Expression::infix(std::string op, Binding binding, Expression left, Expression right) {
  return make(Form::Infix, binding, std::move(op), {std::move(left), std::move(right)});
}
Expression Expression::choice(Expression condition, Expression then, Expression otherwise) {
  return make(Form::Choice, Binding::Choice, "",
              {std::move(condition), std::move(then), std::move(otherwise)});
}
Expression Expression::call(std::string function, std::vector<Expression> arguments) {
  return make(Form::Call, Binding::Postfix, std::move(function), std::move(arguments));
}
Expression Expression::index(Expression base, Expression index) {
  return make(Form::Index, Binding::Postfix, "", {std::move(base), std::move(index)});
}

std::string format(const Expression &e) {
  switch (e.form) {
  case Expression::Form::Atom:
    return e.text;
  case Expression::Form::Prefix: {
    // - -x is not --x.
    std::string inner = operand(e.parts[0], Binding::Prefix);
    return e.text + (inner[0] == e.text[0] ? "(" + inner + ")" : inner);
  }
  case Expression::Form::Infix: {
    // All group to the left; && in || and comparisons in each other keep their
    // brackets, which compilers ask for.
    Binding left = e.binding, right = tighter(e.binding);
    if (e.binding <= Binding::Relation)
      left = right = Binding::Sum;
    const bool chain = (e.binding == Binding::And || e.binding == Binding::Or) &&
                       e.parts[0].form == Expression::Form::Infix && e.parts[0].text == e.text;
    if (e.binding == Binding::And || e.binding == Binding::Or)
      left = right = Binding::Equality;
    std::string a = chain ? format(e.parts[0]) : operand(e.parts[0], left);
    std::string b = operand(e.parts[1], right);
    if (b[0] == '-' && e.text == "-")
      b = "(" + b + ")";
    return e.binding == Binding::Product ? a + e.text + b
                                         : fmt::format("{} {} {}", a, e.text, b);
  }
  case Expression::Form::Choice:
    return fmt::format("{} ? {} : {}", operand(e.parts[0], Binding::Or),
                       operand(e.parts[1], Binding::Or), operand(e.parts[2], Binding::Or));
  case Expression::Form::Call:
    return e.text + "(" + list(e.parts) + ")";
  case Expression::Form::Index:
    return operand(e.parts[0], Binding::Postfix) + "[" + format(e.parts[1]) + "]";
  }
  return "";
}

/// A parameter stays on one line.
std::string formatHead(const Function &f) {
  std::string out = (f.internal ? "static " : "") + f.result + " " + f.name + "(";
  const size_t margin = std::min<size_t>(out.size(), 48);
  size_t column = out.size();
  for (size_t k = 0; k < f.parameters.size(); ++k) {
    const Parameter &p = f.parameters[k];
    std::string text = p.type + (p.type.back() == '*' ? "" : " ") + p.name +
                       (k + 1 < f.parameters.size() ? "," : ")");
    if (column + text.size() + 2 > widest) {
      out += "\n" + std::string(margin, ' ');
      column = margin;
    } else if (k > 0) {
      out += " ";
      ++column;
    }
    out += text;
    column += text.size();
  }
  return out + (f.parameters.empty() ? "void)" : "");
}

std::string formatFunction(const Function &f) {
  std::string out = f.comment.empty() ? "" : formatComment(f.comment);
  out += formatHead(f) + " {\n";
  Printer(out).block(f.body, 2);
  return out + "}\n";
}

std::string formatComment(const std::string &text, int indent) {
  const std::string margin(static_cast<size_t>(indent), ' ');
  if (text.find('\n') == std::string::npos && text.size() + margin.size() + 6 <= widest)
    return margin + "/* " + text + " */\n";
  std::string out;
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line(text.data() + at, end - at);
    do {
      size_t cut = line.size();
      if (cut + margin.size() + 3 > widest) {
        cut = line.rfind(' ', widest - margin.size() - 3);
        if (cut == std::string_view::npos || cut < 8)
          cut = std::min(line.find(' ', widest - margin.size() - 3), line.size());
      }
      out += margin + (out.empty() ? "/* " : " * ") + std::string(line.substr(0, cut)) + "\n";
      line.remove_prefix(std::min(cut + 1, line.size()));
      if (!line.empty())
        line = line.substr(std::min(line.find_first_not_of(' '), line.size()));
    } while (!line.empty());
    at = end + 1;
  }
  while (out.size() > 1 && out[out.size() - 2] == ' ')
    out.erase(out.size() - 2, 1);
  return out + margin + " */\n";
}

} // namespace gradus::codegen::c
