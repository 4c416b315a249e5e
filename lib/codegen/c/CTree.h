//===- CTree.h - a small tree of C ------------------------------------------===//
//
// What the back end makes and Format.cpp prints. Only the C that is needed: an
// expression knows how tightly it binds, so that brackets come from here and
// from nowhere else.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace gradus::codegen::c {

/// Binding strength, loosest first, as in C.
enum class Binding : uint8_t {
  Choice,
  Or,
  And,
  Equality,
  Relation,
  Sum,
  Product,
  Prefix,
  Postfix,
  Atom,
};

struct Expression {
  enum class Form : uint8_t {
    Atom,   ///< text: a name, a literal
    Prefix, ///< text: - ! * & (type)
    Infix,  ///< text between part 0 and part 1
    Choice, ///< part 0 ? part 1 : part 2
    Call,   ///< text(parts)
    Index,  ///< part 0 [part 1]
  };
  Form form = Form::Atom;
  Binding binding = Binding::Atom;
  std::string text;
  std::vector<Expression> parts;
  unsigned weight = 1; ///< nodes in it
  unsigned depth = 1;

  static Expression atom(std::string text);
  /// A literal with a sign binds like a prefix.
  static Expression number(std::string text);
  static Expression prefix(std::string op, Expression operand);
  static Expression infix(std::string op, Binding binding, Expression left, Expression right);
  static Expression choice(Expression condition, Expression then, Expression otherwise);
  static Expression call(std::string function, std::vector<Expression> arguments);
  static Expression index(Expression base, Expression index);
};

struct Statement;
using Block = std::vector<Statement>;

/// type name[extent] = value;
struct Declare {
  std::string type, name;
  std::vector<Expression> value; ///< none or one
  std::string extent = {};       ///< of an array
};
/// target OP value; OP is =, += ...
struct Assign {
  Expression target;
  std::string op;
  Expression value;
};
struct Evaluate {
  Expression call;
};
/// for (int64_t index = first; index <= last; ++index)
struct CountedLoop {
  std::string index;
  Expression first, last;
  Block body;
  std::string mark = {}; ///< a macro on the line before, for compilers
};
/// for (;;)
struct EndlessLoop {
  Block body;
};
struct Branch {
  Expression condition;
  Block then, otherwise;
};
struct Leave {}; ///< break;
struct Return {
  Expression value;
};
struct Comment {
  std::string text; ///< safe: see commentText()
};
struct Statement {
  std::variant<Declare, Assign, Evaluate, CountedLoop, EndlessLoop, Branch, Leave, Return, Comment>
      node;
  template <class T> Statement(T s) : node(std::move(s)) {}
};

struct Parameter {
  std::string type, name; ///< "const double *PREFIX_RESTRICT", "x"
};
struct Function {
  std::string comment; ///< lines of a documentation comment, safe
  std::string result, name;
  bool internal = false; ///< static
  std::vector<Parameter> parameters;
  Block body;
};

/// Text of a comment or a formula in one: printable ASCII, no end of comment, no
/// trigraph, no line end. Greek letters are spelled.
std::string commentText(const std::string &text);
/// A string literal with quotes.
std::string stringLiteral(const std::string &text);

std::string format(const Expression &e);
/// `int32_t f(const double *x);` without the semicolon, wrapped.
std::string formatHead(const Function &f);
std::string formatFunction(const Function &f);
/// Text as a documentation comment, wrapped.
std::string formatComment(const std::string &text, int indent = 0);

} // namespace gradus::codegen::c
