//===- LinearAlgebra.cpp - cholesky, solve, det, logdet, trace, inv --------------===//

#include "semantics/Elaborate.h"

#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::Kind;
using ir::MatrixOp;

/// The array as a node that counts from 1 and has these lengths; what is not
/// certain is checked where an element is read.
ValueId Elaborator::fromOne(const Value &v, const std::vector<ValueId> &lengths,
                            SourceRange range) {
  std::vector<Axis> axes = shapes_.axes(v), wanted;
  bool certain = true;
  for (size_t k = 0; k < axes.size(); ++k) {
    wanted.push_back(shapes_.upTo(lengths[k]));
    certain = certain && shapes_.fit(graph_.extent(axes[k]), lengths[k]) == Fit::Equal;
    if (graph_.hasFree(axes[k].lo) || graph_.hasFree(axes[k].hi)) {
      error(Diag::WrongShape, range,
            fmt::format("the size of '{}' changes with an index", textOf(range)),
            "matrix algebra is of arrays with a fixed size");
      return {};
    }
  }
  Value real = shapes_.real(v);
  graph_.setRange(range);
  if (certain)
    return shapes_.named(shapes_.reindexed(real, wanted)).node;
  std::vector<ValueId> symbols, at;
  for (size_t k = 0; k < axes.size(); ++k) {
    symbols.push_back(graph_.newSymbol(wanted[k].lo, wanted[k].hi, k == 0 ? "i" : "j"));
    at.push_back(graph_.sub(graph_.add(symbols[k], axes[k].lo), graph_.integer(1)));
  }
  return graph_.build(symbols, wanted, shapes_.element(real, at));
}

Value Elaborator::linearAlgebra(const std::string &name, const std::vector<Value> &arguments,
                                const std::vector<SourceRange> &ranges, SourceRange range) {
  const Value &a = arguments[0];
  auto shapeOf = [&](size_t k) {
    return arguments[k].isArray()
               ? fmt::format("[{}]", shapes_.describe(shapes_.axes(arguments[k])))
               : std::string("a number");
  };
  if (!a.isArray() || shapes_.rank(a) != 2 || shapes_.kind(a) == Kind::Bool)
    return error(Diag::WrongShape, ranges[0],
                 fmt::format("{} is of a square matrix, and '{}' is {}", name, textOf(ranges[0]),
                             shapeOf(0)));
  const std::vector<Axis> axes = shapes_.axes(a);
  ValueId n = graph_.extent(axes[0]);
  if (shapes_.fit(n, graph_.extent(axes[1])) == Fit::Different)
    return error(Diag::WrongShape, ranges[0],
                 fmt::format("{} is of a square matrix, and '{}' is {}", name, textOf(ranges[0]),
                             shapeOf(0)),
                 name == "solve" ? "least squares: solve(A'*A, A'*b)" : std::string());
  ValueId matrix = fromOne(a, {n, n}, ranges[0]);
  if (!matrix.valid())
    return Value::error();
  auto two = [&](ValueId i, ValueId j) {
    ValueId indices[] = {i, j};
    return graph_.at(matrix, indices);
  };
  if (name == "trace") {
    graph_.setRange(range);
    ValueId i = graph_.newSymbol(graph_.integer(1), n, "i");
    return Value::scalar(graph_.reduce(ir::ReduceOp::Sum, i, graph_.integer(1), n,
                                       graph_.boolean(true), two(i, i)));
  }
  graph_.setRange(range);
  if (name == "cholesky")
    return Value::array(graph_.matrix(MatrixOp::Cholesky, {matrix}));
  ValueId right;
  if (name == "solve") {
    const Value &b = arguments[1];
    if (!b.isArray() || shapes_.rank(b) > 2 || shapes_.kind(b) == Kind::Bool)
      return error(Diag::WrongShape, ranges[1],
                   fmt::format("'{}' is {}, and the right side of solve(A, b) is a vector or matrix",
                               textOf(ranges[1]), shapeOf(1)));
    const std::vector<Axis> own = shapes_.axes(b);
    if (shapes_.fit(n, graph_.extent(own[0])) == Fit::Different)
      return error(Diag::WrongShape, range,
                   fmt::format("the shapes do not fit: '{}' is {}, and '{}' is {}",
                               textOf(ranges[0]), shapeOf(0), textOf(ranges[1]), shapeOf(1)),
                   fmt::format("'{}' is at {}, '{}' at {}", textOf(ranges[0]), placeOf(ranges[0]),
                               textOf(ranges[1]), placeOf(ranges[1])));
    std::vector<ValueId> lengths{n};
    if (own.size() == 2)
      lengths.push_back(graph_.extent(own[1]));
    right = fromOne(b, lengths, ranges[1]);
    if (!right.valid())
      return Value::error();
  }
  graph_.setRange(range);
  // A triangular system needs no factors.
  if (name == "solve" && graph_.node(matrix).op == ir::Op::Matrix &&
      graph_.node(matrix).matrixOp() == MatrixOp::Cholesky)
    return Value::array(graph_.matrix(MatrixOp::SolveLower, {matrix, right}));
  ValueId factor = graph_.matrix(MatrixOp::Factor, {matrix});
  if (name == "det" || name == "logdet")
    return Value::scalar(graph_.matrix(name == "det" ? MatrixOp::Det : MatrixOp::LogDet,
                                       {matrix, factor}));
  if (name == "inv") {
    Axis side = shapes_.upTo(n);
    ValueId symbols[] = {graph_.newSymbol(side.lo, side.hi, "i"),
                         graph_.newSymbol(side.lo, side.hi, "j")};
    const Axis both[] = {side, side};
    right = graph_.build(symbols, both,
                         graph_.select(graph_.equal(symbols[0], symbols[1]), graph_.real(1),
                                       graph_.real(0)));
  }
  return Value::array(graph_.matrix(MatrixOp::Solve, {matrix, factor, right}));
}

} // namespace gradus::semantics
