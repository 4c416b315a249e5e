//===- Module.h - a checked model: functions and problems in one graph ------===//
//
// What semantics makes of the trees of a file and its imports. Everything is a
// ValueId of one Graph. Calls of functions have been expanded into the graph.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gradus::ir {

/// fn f(x, y[n], int k) = value. Arguments in order; `sizes` are the Int inputs
/// (role Size) that the shapes of the arguments bind, in order of appearance.
struct Function {
  std::string name;
  SourceRange range;
  std::vector<uint32_t> arguments; ///< indices into Graph::inputs()
  std::vector<uint32_t> sizes;
  ValueId value;                   ///< scalar or array
};

/// param, or data given inline: what the user may set. `initial` may read
/// other parameters and data; invalid when the user must give a value.
struct Parameter {
  uint32_t input;
  ValueId initial;
  SourceRange range;
  std::string problem = {}; ///< the `problem` block that it belongs to; "" for the file
};

/// How one Data input gets its values.
struct DataSource {
  uint32_t table;     ///< index into Module::tables
  enum class Field : uint8_t {
    Column, ///< a column of numbers
    Equals, ///< 1 where a column of texts has this text, else 0
    Rows,   ///< the number of rows
    Whole,  ///< all of the file, or the part for the input's name
  } field;
  std::string column; ///< Column, Equals
  std::string text = {};     ///< Equals
  uint32_t position = 0;     ///< Whole: among the names of the declaration
};
/// data t from "file.csv", data X[n,p] from "x.csv", data int n, x[n] from "x.json".
struct Table {
  std::string name;
  std::string path;      ///< as written in the model
  SourceRange range;     ///< of the declaration
  SourceRange pathRange;
  enum class Form : uint8_t {
    Columns, ///< CSV with a header
    Numbers, ///< numbers without names, in order
    Json,    ///< an object of arrays by name
    Npy,
  } form = Form::Columns;
  std::vector<std::string> names; ///< of the declaration, if not a table
  bool skipMissing = false;
  std::vector<std::string> columns; ///< of a table: all names of the header, in order
};
struct DataInput {
  uint32_t input;
  DataSource source;
};

/// A size (Int input, role Size) that a declared array binds: `data y[n] from`
/// or `param w[n]`: equal to that axis' extent.
struct SizeBinding {
  uint32_t size;   ///< input index
  uint32_t array;  ///< input index of the array that binds it
  unsigned axis;
};

struct Unknown {
  uint32_t input;
  ValueId lower;   ///< same shape as the unknown; invalid: -inf
  ValueId upper;   ///< invalid: +inf
  ValueId start;   ///< same shape; invalid: 0 or the nearest point within bounds
  SourceRange range;
};

/// One line of `subject to`: lower <= value <= upper, element by element. What only
/// bounds an unknown is in Unknown::lower and upper instead.
struct Constraint {
  std::string name; ///< "" when not named
  SourceRange range;
  ValueId value;        ///< a Real scalar or array; reads unknowns
  ValueId lower, upper; ///< of its shape, without unknowns; invalid: -inf, inf
  bool equality() const { return lower.valid() && lower == upper; }
};
/// A line of `subject to` without unknowns: true or false whatever they are.
struct Condition {
  std::string name;
  SourceRange range;
  ValueId holds; ///< a Real scalar or array: how much it is missed by, at most 0 when true
};

/// A value of a method's option; only numbers in this version.
struct OptionValue {
  std::string name;
  ValueId value; ///< closed scalar, may read parameters
  SourceRange range;
};
struct MethodUse {
  std::string name; ///< empty: let the compiler choose
  std::vector<OptionValue> options;
  SourceRange range;
};

struct Problem {
  std::string name; ///< empty for the implicit problem of a file
  SourceRange range;
  bool maximize = false;
  std::string objectiveName; ///< "" when not named
  ValueId objective;         ///< as written (not negated)
  SourceRange objectiveRange;
  std::vector<Unknown> unknowns;
  std::vector<Constraint> constraints;
  std::vector<Condition> conditions;
  MethodUse method;
};

/// A named scalar or array expression of the file (`let c = ...`), for messages
/// and printing.
struct NamedValue {
  std::string name;
  ValueId value;
};

struct Module {
  Graph graph;
  std::vector<Function> functions;
  std::vector<Problem> problems; ///< the implicit problem, if any, is the only one
  std::vector<Parameter> parameters;
  std::vector<Table> tables;
  std::vector<DataInput> data;
  std::vector<SizeBinding> sizeBindings;
  std::vector<NamedValue> lets;
};

/// The IR's text form (`--emit=ir`); parseText() of it gives an equal graph.
std::string printText(const Module &module);
/// One expression, each shared node a line `%n = ...`.
std::string printText(const Graph &graph, ValueId root);
/// Parses the text form of expressions into `graph`; invalid id and `error` set
/// on failure.
ValueId parseText(Graph &graph, const std::string &text, std::string &error);
/// Empty when sound: operand order, types, shapes, numbering of binders, no
/// dangling indices in roots.
std::vector<std::string> verify(const Graph &graph);

} // namespace gradus::ir
