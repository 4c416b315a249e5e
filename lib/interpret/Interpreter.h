//===- Interpreter.h - the reference evaluator of the expression IR --------===//
//
// Slow and obvious: the oracle for every back end and every derivative. In
// double it calls the same functions of the C library in the same order as
// strict native code, so the two agree to the bit; in 50 digits
// (interpret/Digits50.h) it judges both.
//
// Evaluation is driven by need: an untaken branch of a select, and the right
// side of an `and` or `or` that is decided, are never evaluated. Each node is
// evaluated once for each value of the indices that it depends on. Nothing
// recurses: neither deep expressions nor long chains of sums use the stack.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gradus::interpret {

/// An array, row major. Whole and Bool elements are in `whole`, others in `data`.
template <class T> struct ArrayValue {
  std::vector<T> data;
  std::vector<int64_t> whole;
  std::vector<int64_t> lo, extent;
};

/// The values of the inputs. Array inputs are given by their extents; where
/// their axes begin is the graph's to say.
template <class T> class Environment {
public:
  void setReal(ir::ValueId input, T value) { reals[input.index] = std::move(value); }
  void setInt(ir::ValueId input, int64_t value) { wholes[input.index] = value; }
  void setBool(ir::ValueId input, bool value) { wholes[input.index] = value; }
  void setArray(ir::ValueId input, std::vector<T> data, std::vector<int64_t> extents) {
    arrays[input.index] = {std::move(data), {}, {}, std::move(extents)};
  }
  void setIntArray(ir::ValueId input, std::vector<int64_t> data, std::vector<int64_t> extents) {
    arrays[input.index] = {{}, std::move(data), {}, std::move(extents)};
  }

private:
  template <class> friend class Machine;
  std::map<uint32_t, T> reals;
  std::map<uint32_t, int64_t> wholes;
  std::map<uint32_t, ArrayValue<T>> arrays;
};

/// Names and values of the enclosing indices that matter, outermost first.
using IndexValues = std::vector<std::pair<std::string, int64_t>>;

/// Why there is no value: an index out of range, a whole division by 0, an
/// empty min or max, an input without a value or of the wrong size.
struct EvalError {
  std::string message;
  SourceRange range;
  IndexValues indices;
};

template <class T> struct Result {
  ir::Type type;
  T real = T(0);       ///< a Real scalar
  int64_t whole = 0;   ///< an Int scalar; a Bool as 0 or 1
  ArrayValue<T> array; ///< everything with a shape
};

/// The subexpression that made a nan or an infinity out of finite operands.
struct NonFinite {
  ir::ValueId node;
  std::string operation; ///< "log", "/", "sum", or the name of an input
  SourceRange range;
  double value;
  std::vector<double> operands; ///< of a primitive; empty for the others
  IndexValues indices;
};

template <class T> class Machine;

template <class T> class Interpreter {
public:
  /// Opening binders adds symbols to the graph; existing nodes do not change.
  Interpreter(ir::Graph &graph, Environment<T> environment);
  ~Interpreter();
  Interpreter(const Interpreter &) = delete;
  Interpreter &operator=(const Interpreter &) = delete;

  /// Values of nodes without free indices are remembered between calls.
  bool evaluate(ir::ValueId root, Result<T> &out, EvalError &error);

  /// Where the nan or infinity in the value of `root` comes from: follows the
  /// operands, terms and elements that are not finite down to the first one
  /// whose own operands are. Nothing when root is finite or has no value.
  std::optional<NonFinite> explainNonFinite(ir::ValueId root);

private:
  std::unique_ptr<Machine<T>> machine;
};

extern template class Interpreter<double>;

} // namespace gradus::interpret
