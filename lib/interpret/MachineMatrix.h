//===- MachineMatrix.h - matrix algebra, the plain way -------------------------===//
#pragma once

#include "interpret/MachineArrays.h"

#include <limits>
#include <utility>

namespace gradus::interpret {

/// A row major matrix, or a vector as one with a single column; counts from 1.
template <class T> struct MatrixView {
  std::vector<T> &data;
  size_t columns;
  T &operator()(size_t i, size_t j) { return data[(i - 1) * columns + (j - 1)]; }
};

/// x := M^-1 x for a triangular M whose elements `coefficient` gives.
template <class T, class F>
void solveTriangular(MatrixView<T> x, size_t n, bool forward, bool divide, F coefficient) {
  for (size_t step = 1; step <= n; ++step) {
    const size_t i = forward ? step : n + 1 - step;
    const size_t from = forward ? 1 : i + 1, to = forward ? i - 1 : n;
    for (size_t j = from; j <= to; ++j) {
      const T f = coefficient(i, j);
      for (size_t c = 1; c <= x.columns; ++c)
        x(i, c) = x(i, c) - f * x(j, c);
    }
    if (divide)
      for (size_t c = 1; c <= x.columns; ++c)
        x(i, c) = x(i, c) / coefficient(i, i);
  }
}

template <class T> void exchangeRow(MatrixView<T> factor, MatrixView<T> x, size_t n, size_t k) {
  for (size_t i = k + 1; i <= n; ++i)
    if (factor(k, n + 1) == T(static_cast<int64_t>(i)))
      for (size_t c = 1; c <= x.columns; ++c)
        std::swap(x(k, c), x(i, c));
}

template <class T> void factorize(MatrixView<T> f, size_t n) {
  for (size_t k = 1; k <= n; ++k) {
    T best = f(k, k) < T(0) ? T(-f(k, k)) : f(k, k);
    size_t row = k;
    for (size_t i = k + 1; i <= n; ++i) {
      const T size = f(i, k) < T(0) ? T(-f(i, k)) : f(i, k);
      if (best < size) {
        best = size;
        row = i;
      }
    }
    f(k, n + 1) = T(static_cast<int64_t>(row));
    if (row != k)
      for (size_t j = 1; j <= n; ++j)
        std::swap(f(k, j), f(row, j));
    for (size_t i = k + 1; i <= n; ++i) {
      const T m = f(i, k) / f(k, k);
      f(i, k) = m;
      for (size_t j = k + 1; j <= n; ++j)
        f(i, j) = f(i, j) - m * f(k, j);
    }
  }
}

template <class T> void factorCholesky(MatrixView<T> a, MatrixView<T> l, size_t n) {
  for (size_t j = 1; j <= n; ++j) {
    T squares = T(0);
    for (size_t k = 1; k < j; ++k)
      squares += l(j, k) * l(j, k);
    const std::vector<T> pivot{T(a(j, j) - squares)};
    l(j, j) = ir::evaluateReal<T>(Prim::Sqrt, pivot);
    for (size_t i = j + 1; i <= n; ++i) {
      T products = T(0);
      for (size_t k = 1; k < j; ++k)
        products += l(i, k) * l(j, k);
      l(i, j) = (a(i, j) - products) / l(j, j);
    }
  }
}

template <class T> bool Machine<T>::stepMatrix(ValueId v) {
  using ir::MatrixOp;
  const ir::Node node = g.node(v);
  const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  if (!needAll(ops))
    return true;
  std::vector<ArrayPointer> arrays;
  for (ValueId o : ops)
    arrays.push_back(slot(o).array);
  auto view = [](Array &array) {
    return MatrixView<T>{array.data, array.extent.size() == 1
                                         ? size_t{1}
                                         : static_cast<size_t>(array.extent[1])};
  };
  const auto n = static_cast<size_t>(arrays[0]->extent[0]);
  const MatrixOp op = node.matrixOp();
  if (op == MatrixOp::Det || op == MatrixOp::LogDet) {
    auto f = view(*arrays[1]);
    T product = T(1), logarithm = T(0);
    bool negative = false;
    for (size_t i = 1; i <= n; ++i) {
      const bool exchanged = f(i, n + 1) != T(static_cast<int64_t>(i));
      product = product * (exchanged ? T(-f(i, i)) : f(i, i));
      negative = negative != (exchanged != (f(i, i) < T(0)));
      const std::vector<T> size{f(i, i) < T(0) ? T(-f(i, i)) : f(i, i)};
      logarithm += ir::evaluateReal<T>(Prim::Log, size);
    }
    done(v, op == MatrixOp::Det ? product
            : negative          ? T(std::numeric_limits<double>::quiet_NaN())
                                : logarithm);
    return true;
  }
  if (!needAxes(node.type.shape))
    return true;
  ArrayPointer made;
  if (!makeArray(v, made))
    return false;
  auto x = view(*made), first = view(*arrays[0]);
  auto copyFrom = [&](const Array &source) { made->data = source.data; };
  switch (op) {
  case MatrixOp::Cholesky:
    factorCholesky(first, x, n);
    break;
  case MatrixOp::Factor:
    for (size_t i = 1; i <= n; ++i)
      for (size_t j = 1; j <= n; ++j)
        x(i, j) = first(i, j);
    factorize(x, n);
    break;
  case MatrixOp::Solve: {
    auto f = view(*arrays[1]);
    copyFrom(*arrays[2]);
    for (size_t k = 1; k <= n; ++k)
      exchangeRow(f, x, n, k);
    solveTriangular(x, n, true, false, [&](size_t i, size_t j) { return f(i, j); });
    solveTriangular(x, n, false, true, [&](size_t i, size_t j) { return f(i, j); });
    break;
  }
  case MatrixOp::SolveTransposed: {
    auto f = view(*arrays[1]);
    copyFrom(*arrays[2]);
    solveTriangular(x, n, true, true, [&](size_t i, size_t j) { return f(j, i); });
    solveTriangular(x, n, false, false, [&](size_t i, size_t j) { return f(j, i); });
    for (size_t k = n; k >= 1; --k)
      exchangeRow(f, x, n, k);
    break;
  }
  case MatrixOp::SolveLower:
    copyFrom(*arrays[1]);
    solveTriangular(x, n, true, true, [&](size_t i, size_t j) { return first(i, j); });
    break;
  case MatrixOp::SolveLowerTransposed:
    copyFrom(*arrays[1]);
    solveTriangular(x, n, false, true, [&](size_t i, size_t j) { return first(j, i); });
    break;
  case MatrixOp::Det:
  case MatrixOp::LogDet:
    break;
  }
  done(v, Slot{0, 0, T(0), std::move(made)});
  return true;
}

} // namespace gradus::interpret
