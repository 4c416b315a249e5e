//===- MatrixAlgebra.cpp - products of arrays, transposes, shapes that fit ----===//
//
// Everything becomes sums over indices at once: A*x is the array with the
// elements sum(j) A[i,j]*x[j]. Results count from 1.
//
//===--------------------------------------------------------------------===//

#include "semantics/Elaborate.h"

#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::Kind;

bool Elaborator::sameShape(std::span<const Value> values, std::span<const SourceRange> ranges,
                           SourceRange whole) {
  auto describe = [&](size_t k) {
    return fmt::format("'{}' is [{}]", textOf(ranges[k]),
                       shapes_.describe(shapes_.axes(values[k])));
  };
  std::vector<Axis> first;
  size_t firstAt = 0;
  for (size_t k = 0; k < values.size(); ++k) {
    if (!values[k].isArray())
      continue;
    std::vector<Axis> own = shapes_.axes(values[k]);
    if (first.empty()) {
      first = own;
      firstAt = k;
      continue;
    }
    bool fits = own.size() == first.size();
    for (size_t d = 0; fits && d < own.size(); ++d)
      fits = shapes_.fit(graph_.extent(first[d]), graph_.extent(own[d])) != Fit::Different;
    if (!fits) {
      error(Diag::WrongShape, whole,
            fmt::format("the shapes do not fit: {}, and {}", describe(firstAt), describe(k)),
            fmt::format("'{}' is at {}, '{}' at {}", textOf(ranges[firstAt]),
                        placeOf(ranges[firstAt]), textOf(ranges[k]), placeOf(ranges[k])));
      return false;
    }
  }
  return true;
}

Value Elaborator::elementwise(const Operand &a, const Operand &b, bool divide,
                              SourceRange range) {
  Value x = a.value, y = b.value;
  bool integers = !divide && shapes_.kind(x) == Kind::Int && shapes_.kind(y) == Kind::Int;
  if (!integers) {
    x = shapes_.real(x);
    y = shapes_.real(y);
  }
  Value both[] = {x, y};
  SourceRange ranges[] = {a.range, b.range};
  if (!sameShape(both, ranges, range))
    return Value::error();
  if (divide && y.isScalar()) {
    ValueId operands[] = {y.node, y.node};
    if (!checkDomain(ir::Prim::Div, operands, b.range))
      return Value::error();
  }
  ir::Graph &graph = graph_;
  Value result = shapes_.map({x, y}, shapes_.commonAxes(both),
                             integers ? Kind::Int : Kind::Real,
                             [&graph, divide](std::span<const ValueId> v) {
                               return divide ? graph.div(v[0], v[1]) : graph.mul(v[0], v[1]);
                             });
  result.row = (x.isArray() ? x.row : true) && (y.isArray() ? y.row : true);
  return result;
}

Value Elaborator::transpose(const Value &v, SourceRange range) {
  if (v.isScalar())
    return v;
  if (!v.isArray() || shapes_.rank(v) > 2)
    return error(Diag::WrongShape, range,
                 fmt::format("'{}' cannot be transposed: it is not a vector or matrix",
                             textOf(range)));
  if (shapes_.rank(v) == 1) {
    Value result = v;
    result.row = !v.row;
    return result;
  }
  std::vector<Axis> axes = shapes_.axes(v);
  Value inner = shapes_.depth(v) >= 64 ? shapes_.named(v) : v;
  ArrayView view{shapes_.kind(v), {axes[1], axes[0]}, {}, shapes_.depth(inner) + 1};
  const Shapes &shapes = shapes_;
  view.element = [&shapes, inner](std::span<const ValueId> i) {
    return shapes.element(inner, {i[1], i[0]});
  };
  return Value::array(std::move(view));
}

/// sum(k) a[.., k, ..] * b[.., k, ..] over one axis of each; the others remain,
/// those of a first.
Value Elaborator::contract(const Operand &a, unsigned axisA, const Operand &b, unsigned axisB,
                           SourceRange range) {
  std::vector<Axis> axesA = shapes_.axes(a.value), axesB = shapes_.axes(b.value);
  ValueId lengthA = graph_.extent(axesA[axisA]), lengthB = graph_.extent(axesB[axisB]);
  if (shapes_.fit(lengthA, lengthB) == Fit::Different)
    return error(Diag::WrongShape, range,
                 fmt::format("the product does not fit: '{}' is [{}], and '{}' is [{}]",
                             textOf(a.range), shapes_.describe(axesA), textOf(b.range),
                             shapes_.describe(axesB)),
                 fmt::format("the lengths {} and {} must be equal", shapes_.describe(lengthA),
                             shapes_.describe(lengthB)));
  bool integers = shapes_.kind(a.value) == Kind::Int && shapes_.kind(b.value) == Kind::Int;
  Value x = integers ? a.value : shapes_.real(a.value);
  Value y = integers ? b.value : shapes_.real(b.value);
  // A view that contracts would be summed again for every element of the result.
  x = shapes_.named(x);
  y = shapes_.named(y);

  Axis inner = axesA[axisA];
  ValueId shift = graph_.sub(axesB[axisB].lo, inner.lo);
  ArrayView view;
  view.kind = integers ? Kind::Int : Kind::Real;
  std::vector<ValueId> shiftA, shiftB; // from 1 to the ranges of the operands
  for (unsigned d = 0; d < axesA.size(); ++d)
    if (d != axisA) {
      view.axes.push_back(shapes_.upTo(graph_.extent(axesA[d])));
      shiftA.push_back(graph_.sub(axesA[d].lo, graph_.integer(1)));
    }
  for (unsigned d = 0; d < axesB.size(); ++d)
    if (d != axisB) {
      view.axes.push_back(shapes_.upTo(graph_.extent(axesB[d])));
      shiftB.push_back(graph_.sub(axesB[d].lo, graph_.integer(1)));
    }
  auto element = [=, this](std::span<const ValueId> outer) {
    graph_.setRange(range);
    ValueId k = graph_.newSymbol(inner.lo, inner.hi);
    std::vector<ValueId> indexA, indexB;
    size_t next = 0;
    for (ValueId by : shiftA)
      indexA.push_back(graph_.add(outer[next++], by));
    indexA.insert(indexA.begin() + axisA, k);
    for (ValueId by : shiftB)
      indexB.push_back(graph_.add(outer[next++], by));
    indexB.insert(indexB.begin() + axisB, graph_.add(k, shift));
    ValueId term = graph_.mul(shapes_.element(x, indexA), shapes_.element(y, indexB));
    return graph_.reduce(ir::ReduceOp::Sum, k, inner.lo, inner.hi, graph_.boolean(true), term);
  };
  if (view.axes.empty())
    return Value::scalar(element({}));
  view.element = element;
  view.depth = 1;
  return shapes_.named(Value::array(std::move(view)));
}

Value Elaborator::dot(const Value &a, const Value &b, SourceRange range) {
  return contract({syntax::ChainOp::Mul, a, range}, 0, {syntax::ChainOp::Mul, b, range}, 0,
                  range);
}

Value Elaborator::product(const Operand &a, const Operand &b, SourceRange range) {
  unsigned rankA = shapes_.rank(a.value), rankB = shapes_.rank(b.value);
  if (rankA == 1 && rankB == 1) {
    if (a.value.row && !b.value.row)
      return contract(a, 0, b, 0, range);
    if (!a.value.row && b.value.row) {
      std::vector<Axis> rows = shapes_.axes(a.value), columns = shapes_.axes(b.value);
      Value x = shapes_.real(a.value), y = shapes_.real(b.value);
      Axis m = shapes_.upTo(graph_.extent(rows[0])), n = shapes_.upTo(graph_.extent(columns[0]));
      x = shapes_.named(shapes_.reindexed(x, {m}));
      y = shapes_.named(shapes_.reindexed(y, {n}));
      ArrayView view{Kind::Real, {m, n}, {}, 1};
      view.element = [this, x, y](std::span<const ValueId> i) {
        return graph_.mul(shapes_.element(x, {i[0]}), shapes_.element(y, {i[1]}));
      };
      return Value::array(std::move(view));
    }
    return error(Diag::WrongShape, range,
                 fmt::format("'{}' and '{}' are both vectors: their product is not one thing",
                             textOf(a.range), textOf(b.range)),
                 "x .* y multiplies element by element; x'*y or dot(x, y) is a number; x*y' is a "
                 "matrix");
  }
  if (rankA == 2 && rankB == 1 && !b.value.row)
    return contract(a, 1, b, 0, range);
  if (rankA == 1 && rankB == 2 && a.value.row) {
    Value result = contract(a, 0, b, 0, range);
    result.row = true;
    return result;
  }
  if (rankA == 2 && rankB == 2)
    return contract(a, 1, b, 0, range);
  return error(Diag::WrongShape, range,
               fmt::format("these cannot be multiplied: '{}' is [{}], and '{}' is [{}]",
                           textOf(a.range), shapes_.describe(shapes_.axes(a.value)),
                           textOf(b.range), shapes_.describe(shapes_.axes(b.value))),
               rankA == 1 && rankB == 2 ? "a vector times a matrix is written x'*A" : "");
}

} // namespace gradus::semantics
