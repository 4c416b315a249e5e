//===- Tree.h - the syntax tree of a .opt file ---------------------------===//
//
// What the parser makes and semantics reads: plain structs, owned by an Arena
// (here a deque per kind inside Tree), never changed after parsing. Chains of
// + - and of * / are n-ary, so that a sum of a million terms is one node; the
// depth of a tree is at most the nesting limit (256).
//
//===--------------------------------------------------------------------===//
#pragma once

#include "support/Source.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gradus::syntax {

struct Expr;
using ExprPtr = const Expr *; ///< owned by the Tree
struct Item;
using ItemPtr = const Item *;

struct Ident {
  std::string name;
  SourceRange range;
};

//--- expressions -----------------------------------------------------------

/// A literal; `integer` when written without point and exponent.
struct Number {
  double value;
  bool integer;
  int64_t whole; ///< valid when integer
};
struct String {
  std::string value;
};
struct Name {
  std::string name;
};
/// `-x`, `not c`, `x'` (Transpose is postfix).
enum class UnaryOp : uint8_t { Negate, Not, Transpose };
struct Unary {
  UnaryOp op;
  ExprPtr operand;
};
/// a + b - c or a * b / c: first operand has op Add or Mul.
enum class ChainOp : uint8_t { Add, Sub, Mul, Div, ElementMul, ElementDiv };
struct Chain {
  struct Link {
    ChainOp op;
    ExprPtr operand;
  };
  std::vector<Link> links;
};
struct Power {
  ExprPtr base, exponent;
};
/// a <= b < c: n operands and n-1 operators.
enum class CompareOp : uint8_t { Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual };
struct Comparison {
  std::vector<ExprPtr> operands;
  std::vector<CompareOp> ops;
};
enum class LogicalOp : uint8_t { And, Or };
struct Logical {
  LogicalOp op;
  std::vector<ExprPtr> operands;
};
struct If {
  ExprPtr condition, then, otherwise;
};
/// f(a, b); for `solve with m(rate = 0.1)` and methods see MethodCall.
struct Call {
  Ident callee;
  std::vector<ExprPtr> arguments;
};
/// One entry between [ ]: an index, `lo..hi`, or `..`.
struct Subscript {
  ExprPtr index = nullptr; ///< set for a single index, and the lower end of a slice
  ExprPtr upper = nullptr; ///< set for `lo..hi`
  bool all = false;        ///< `..`
  SourceRange range;
};
struct Index {
  ExprPtr base;
  std::vector<Subscript> subscripts;
};
/// table.column or table."column name"
struct Member {
  ExprPtr base;
  Ident member;
};
/// `i in lo..hi`
struct Binder {
  Ident name;
  ExprPtr lower, upper;
  SourceRange range;
};
enum class ReduceKind : uint8_t { Sum, Prod, Min, Max, LogSumExp, Mean, Count };
/// sum(i in 1..n, j in i..m where c) body. `body` is null for count. A
/// reduction of a plain array, `sum(v)` or `max(a, b)`, is a Call.
struct Reduction {
  ReduceKind kind;
  std::vector<Binder> binders;
  ExprPtr where = nullptr;
  ExprPtr body = nullptr;
};
/// [i in 1..m, j in 1..n] body
struct Comprehension {
  std::vector<Binder> binders;
  ExprPtr where = nullptr; ///< refused by semantics with a message
  ExprPtr body;
};
/// [1, 2, 3] has one row; [1, 2; 3, 4] two.
struct ArrayLiteral {
  std::vector<std::vector<ExprPtr>> rows;
};
/// (a, b, ...): at least two.
struct TupleExpr {
  std::vector<ExprPtr> elements;
};
/// { let a = ...; fn g(x) = ...; value }
struct Block {
  std::vector<ItemPtr> items; ///< LetDecl and FnDecl only
  ExprPtr value;
};
/// fold (h, c) = (h0, c0) for t in 1..T do step      Fold, Scan
/// fold x = x0 for t in 1..T checkpoint sqrt do step
/// iterate s = s0 until cond max K do step            Iterate
enum class RecurrenceKind : uint8_t { Fold, Scan, Iterate };
struct Recurrence {
  RecurrenceKind kind;
  std::vector<Ident> states;
  ExprPtr start;
  Binder binder;             ///< Fold, Scan
  ExprPtr until = nullptr;   ///< Iterate
  ExprPtr maximum = nullptr; ///< Iterate; null when missing
  /// Fold, `checkpoint`: the number of steps whose states are kept at a time, or
  /// about the square root of all.
  ExprPtr segment = nullptr;
  bool squareRoot = false;
  ExprPtr step;
};

struct Expr {
  std::variant<Number, String, Name, Unary, Chain, Power, Comparison, Logical, If, Call, Index,
               Member, Reduction, Comprehension, ArrayLiteral, TupleExpr, Block, Recurrence>
      node;
  SourceRange range;
};

//--- declarations ----------------------------------------------------------

/// One axis of a declared array: `n` (1..n), `lo..hi`, `i in lo..hi`, `i in n`?
struct AxisDecl {
  std::optional<Ident> index; ///< the name in `x[i in 1..n]`
  ExprPtr lower = nullptr;    ///< null: 1
  ExprPtr upper = nullptr;
  SourceRange range;
};
/// A name with its shape: x, x[n], A[m, n], x[i in 1..n, 1..2]
struct Declarator {
  Ident name;
  std::vector<AxisDecl> axes;
  bool integer = false; ///< `int` before a name of `data`
};
/// fn parameter: `x`, `y[n]`, `int k`, `f(x[n])` (a function).
struct Parameter {
  Declarator declarator;
  bool integer = false;
  bool function = false;             ///< takes a function; its parameters below
  std::vector<Parameter> parameters; ///< of a function parameter
  ExprPtr initial = nullptr;         ///< `target = 3.14` of problems and methods
};
struct FnDecl {
  Ident name;
  std::vector<Parameter> parameters;
  ExprPtr body;
};
struct ParamDecl {
  Declarator declarator;
  bool integer = false;
  ExprPtr initial = nullptr;
};
/// data t from "f.csv"; data y[4] = [..]; data int n, X[n,3] from "obs.json" missing skip
struct DataDecl {
  std::vector<Declarator> declarators; ///< usually one; several read from one file
  std::optional<std::string> file;
  SourceRange fileRange;
  ExprPtr initial = nullptr;
  bool skipMissing = false;
};
/// let c = e; let y[i in 1..n] = e; let (a, b) = e   (`_` ignores a part)
struct LetDecl {
  std::vector<Declarator> targets; ///< one, or several for a tuple
  bool tuple = false;
  ExprPtr value;
};
/// var x[i in 1..n] in [lo, hi] start e
struct VarDecl {
  Declarator declarator;
  bool integer = false;
  ExprPtr lower = nullptr, upper = nullptr; ///< also from >= and <=
  ExprPtr start = nullptr;
};
struct ObjectiveDecl {
  bool maximize = false;
  std::optional<Ident> name;
  ExprPtr value;
};
struct ConstraintDecl {
  std::optional<Ident> name;
  std::vector<AxisDecl> axes;
  ExprPtr where = nullptr; ///< which elements there are
  ExprPtr condition;       ///< a Comparison; `=` is read as Equal
};
struct SubjectTo {
  std::vector<ConstraintDecl> constraints;
};
struct Option {
  Ident name;
  ExprPtr value;
};
/// method(option = value, ...): of `solve with` and of --method.
struct MethodCall {
  Ident method;
  std::vector<Option> options;
  SourceRange range;
};
struct SolveDecl {
  MethodCall call;
};
struct ImportDecl {
  std::string path;
  SourceRange pathRange;
};
struct ProblemDecl {
  Ident name;
  std::vector<Parameter> parameters;
  std::vector<ItemPtr> items;
};

//--- methods ---------------------------------------------------------------

struct Statement;
using StatementPtr = const Statement *;
using Body = std::vector<StatementPtr>;

/// state v[n] = 0
struct StateStmt {
  Declarator declarator;
  bool integer = false;
  ExprPtr initial;
};
/// x = e, S[j,..] = e, v[i] = e
struct AssignStmt {
  Ident target;
  std::vector<Subscript> subscripts; ///< empty for a whole variable
  ExprPtr value;
};
struct LetStmt {
  LetDecl let;
  bool integer = false; ///< `let int j = 0`
};
struct FnStmt {
  FnDecl fn;
};
struct WhileStmt {
  ExprPtr condition;
  Body body;
};
struct RepeatStmt {
  ExprPtr count;
  Body body;
};
struct ForStmt {
  Binder binder;
  bool down = false; ///< `for j in b..a` counts up only; reserved
  Body body;
};
struct IfStmt {
  ExprPtr condition;
  Body then, otherwise;
};
/// stop when c
struct StopStmt {
  ExprPtr condition;
};
struct Statement {
  std::variant<StateStmt, AssignStmt, LetStmt, FnStmt, WhileStmt, RepeatStmt, ForStmt, IfStmt,
               StopStmt>
      node;
  SourceRange range;
};

/// method name(option = default, ...) { ... }. The comment lines just before
/// the declaration are its documentation.
struct MethodDecl {
  Ident name;
  std::vector<Parameter> parameters;
  Body body;
  std::string documentation;
};

struct Item {
  std::variant<FnDecl, ParamDecl, DataDecl, LetDecl, VarDecl, ObjectiveDecl, SubjectTo, SolveDecl,
               ImportDecl, ProblemDecl, MethodDecl>
      node;
  SourceRange range;
};

/// A parsed file. Moving a Tree keeps the pointers into it valid.
struct Tree {
  std::deque<Expr> exprs;
  std::deque<Item> itemStore;
  std::deque<Statement> statements;
  std::vector<ItemPtr> items; ///< top level, in order
  uint32_t file = SourceRange::noFile;
};

} // namespace gradus::syntax
