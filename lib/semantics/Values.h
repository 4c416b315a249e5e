//===- Values.h - what an expression of the language is worth ----------------===//
//
// A scalar is a node of the graph. An array is a node too, or a view: axes and
// a way to make an element. Views keep slices, elementwise algebra and
// transposes free of intermediate arrays, and may have axes that depend on an
// open index (`x[1..i]`), which no node may. A view becomes a node (Build) when
// it is named, passed, or returned.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradus::semantics {

using ir::ValueId;

struct ArrayView {
  ir::Kind kind;
  std::vector<ir::Axis> axes;
  std::function<ValueId(std::span<const ValueId>)> element;
  /// Views on views; bounded, because making an element recurses over it.
  unsigned depth = 0;
};

struct Entity;

struct Value {
  enum class Form : uint8_t { Error, Scalar, Array, Tuple, Text, Function };
  Form form = Form::Error;
  /// Array: of the shape x', which tells x'*y from x*y'.
  bool row = false;
  /// Scalar, or an array that is a node.
  ValueId node;
  /// Scalar of kind Real that is also known as an Int (`n^2`): that node.
  ValueId whole;
  std::shared_ptr<const ArrayView> view;
  std::vector<Value> parts;
  /// Function: what is passed to a function that takes one.
  const Entity *function = nullptr;

  bool isError() const { return form == Form::Error; }
  bool isScalar() const { return form == Form::Scalar; }
  bool isArray() const { return form == Form::Array; }
  bool isTuple() const { return form == Form::Tuple; }

  static Value error() { return {}; }
  static Value text() {
    Value v;
    v.form = Form::Text;
    return v;
  }
  static Value scalar(ValueId node, ValueId whole = {}) {
    Value v;
    v.form = Form::Scalar;
    v.node = node;
    v.whole = whole;
    return v;
  }
  static Value array(ValueId node) {
    Value v;
    v.form = Form::Array;
    v.node = node;
    return v;
  }
  static Value array(ArrayView view) {
    Value v;
    v.form = Form::Array;
    v.view = std::make_shared<const ArrayView>(std::move(view));
    return v;
  }
  static Value tuple(std::vector<Value> parts) {
    Value v;
    v.form = Form::Tuple;
    v.parts = std::move(parts);
    return v;
  }
};

/// Whether two lengths agree.
enum class Fit : uint8_t { Equal, Different, Unknown };

/// Shapes and elements of values.
class Shapes {
public:
  explicit Shapes(ir::Graph &graph) : graph_(graph) {}

  /// A node as a value: scalar or array by its type.
  Value of(ValueId node) const;
  ir::Kind kind(const Value &v) const;
  /// Whether all its scalars are, or are also known as, whole numbers.
  bool whole(const Value &v) const;
  std::vector<ir::Axis> axes(const Value &array) const;
  unsigned rank(const Value &v) const { return v.isArray() ? unsigned(axes(v).size()) : 0; }
  unsigned depth(const Value &v) const { return v.view ? v.view->depth : 0; }
  ValueId element(const Value &array, std::span<const ValueId> indices) const;
  ValueId element(const Value &array, std::initializer_list<ValueId> indices) const {
    return element(array, std::span(indices.begin(), indices.size()));
  }

  /// The array as a node; stays a view when an axis depends on an open index.
  Value named(const Value &v) const;
  /// Indexed as `axes` say, the elements in the same order.
  Value reindexed(const Value &array, const std::vector<ir::Axis> &axes) const;
  /// Converts to Real, also arrays and the parts of tuples.
  Value real(const Value &v) const;
  /// The array with fn of the elements of all operands (scalars go along). All
  /// arrays have equal lengths; `axes` is the shape of the result.
  Value map(std::vector<Value> operands, std::vector<ir::Axis> axes, ir::Kind kind,
            std::function<ValueId(std::span<const ValueId>)> fn) const;
  /// The range of an elementwise result: the common one, or from 1.
  std::vector<ir::Axis> commonAxes(std::span<const Value> arrays) const;

  ir::Axis upTo(ValueId extent) const { return {graph_.integer(1), extent}; }
  bool sameRange(const ir::Axis &a, const ir::Axis &b) const;
  Fit fit(ValueId extentA, ValueId extentB) const;
  /// Lengths bound by shapes of functions are independent of each other.
  void addFreeSize(ValueId size) { freeSizes_.push_back(size); }

  /// For messages: `n+1`, `1..n, 0..5`.
  std::string describe(ValueId whole, unsigned depth = 0) const;
  std::string describe(const ir::Axis &axis) const;
  std::string describe(const std::vector<ir::Axis> &axes) const;

private:
  ir::Graph &graph_;
  std::vector<ValueId> freeSizes_;
};

} // namespace gradus::semantics
