//===- MatrixTest.cpp - derivatives of matrix algebra -----------------------------===//
//
// Reverse mode, forward mode and differences in 50 digits agree, and so do second
// derivatives, by the matrix, by the right side and by both.
//
//===--------------------------------------------------------------------===//

#include "Digits.h"

#include "differentiate/Differentiate.h"
#include "ir/Module.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

using namespace gradus;
using namespace gradus::ir;
using differentiate::pushforward;
using interpret::Digits50;
using Numbers = std::vector<Digits50>;

namespace {

constexpr int64_t n = 3, columns = 2;

/// A is n by n, its lower triangle that of a positive definite matrix; B has two
/// columns, b is one.
struct Algebra {
  Graph g;
  ValueId one = g.integer(1), A = matrix("A", n), B = matrix("B", columns), b = vector("b");
  std::vector<ValueId> varying;
  ValueId dA = matrix("dA", n), dB = matrix("dB", columns), db = vector("db");

  ValueId matrix(const char *name, int64_t c) {
    return g.input({name,
                    {Kind::Real, g.shape({{one, g.integer(n)}, {one, g.integer(c)}})},
                    InputRole::Argument,
                    {}});
  }
  ValueId vector(const char *name) {
    return g.input({name, {Kind::Real, g.shape({{one, g.integer(n)}})}, InputRole::Argument, {}});
  }
  ValueId factor(ValueId m) { return g.matrix(MatrixOp::Factor, {m}); }

  /// A number that depends on each element in its own way.
  ValueId number(ValueId v) {
    if (g.type(v).scalar())
      return g.mul(v, v);
    const std::vector<Axis> axes = g.axesOf(v);
    std::vector<ValueId> at;
    ValueId weight = g.real(0.25);
    for (const Axis &axis : axes) {
      at.push_back(g.newSymbol(axis.lo, axis.hi));
      weight = g.add(g.mul(weight, g.real(3)), g.toReal(at.back()));
    }
    ValueId e = g.at(v, at);
    ValueId sum = g.mul(weight, g.add(g.mul(e, e), e));
    for (size_t k = axes.size(); k-- > 0;)
      sum = g.reduce(ReduceOp::Sum, at[k], axes[k].lo, axes[k].hi, g.boolean(true), sum);
    return sum;
  }

  /// At the point; the inputs that vary moved by h times their directions.
  Numbers values(std::span<const ValueId> roots, const Digits50 &h = 0) {
    static const double a[] = {4, 0.3, -0.7, 1, 3, 0.4, 0.5, -0.6, 2.5}, x[] = {1, -2, 0.5, 0.7, 3, -1};
    static const double da[] = {0.4, -1, 0.2, 0.6, 0.1, 1.1, -0.3, 0.8, -0.5},
                        dx[] = {0.3, 0.9, -0.4, 1.2, -0.8, 0.6};
    interpret::Environment<Digits50> env;
    auto set = [&](ValueId v, ValueId d, const double *at, const double *by) {
      const bool moves = std::find(varying.begin(), varying.end(), v) != varying.end();
      std::vector<int64_t> extents;
      int64_t size = 1;
      for (const Axis &axis : g.axesOf(v)) {
        extents.push_back(g.intValue(axis.hi));
        size *= extents.back();
      }
      Numbers moved, direction(by, by + size);
      for (int64_t k = 0; k < size; ++k)
        moved.push_back(Digits50(at[k]) + (moves ? h * Digits50(by[k]) : Digits50(0)));
      env.setArray(v, std::move(moved), extents);
      env.setArray(d, std::move(direction), extents);
    };
    set(A, dA, a, da);
    set(B, dB, x, dx);
    set(b, db, x, dx);
    return evaluateAll(g, env, roots);
  }
};

/// The number made by `op`, by some of the inputs.
void check(const std::function<ValueId(Algebra &)> &op, std::vector<ValueId Algebra::*> which) {
  Algebra m;
  Graph &g = m.g;
  ValueId f = m.number(op(m));
  std::vector<ValueId> directions;
  for (ValueId Algebra::*input : which) {
    m.varying.push_back(m.*input);
    directions.push_back(input == &Algebra::A ? m.dA : input == &Algebra::B ? m.dB : m.db);
  }
  std::vector<ValueId> gradient = differentiate::gradient(g, f, m.varying);
  std::vector<ValueId> slope = pushforward(g, {&f, 1}, m.varying, directions);
  std::vector<ValueId> product = pushforward(g, gradient, m.varying, directions);
  std::vector<ValueId> turned = differentiate::gradient(g, slope[0], m.varying);
  for (const std::string &error : verify(g))
    ADD_FAILURE() << error;
  const Digits50 h("1e-17");
  const Numbers d = m.values(directions), reverse = m.values(gradient);
  Digits50 along = 0;
  for (size_t k = 0; k < d.size(); ++k)
    along += d[k] * reverse[k];
  const Digits50 forward = m.values(slope)[0];
  expectClose(forward, along, "reverse and forward");
  expectClose(forward, (m.values({&f, 1}, h)[0] - m.values({&f, 1}, -h)[0]) / (2 * h),
              "forward and difference");
  const Numbers before = m.values(gradient, -h), after = m.values(gradient, h);
  const Numbers second = m.values(product), again = m.values(turned);
  for (size_t k = 0; k < d.size(); ++k) {
    expectClose(second[k], (after[k] - before[k]) / (2 * h), "difference of gradients");
    expectClose(second[k], again[k], "reverse over forward");
  }
}

constexpr ValueId Algebra::*A = &Algebra::A, Algebra::*B = &Algebra::B, Algebra::*b = &Algebra::b;

TEST(MatrixAlgebra, Cholesky) {
  check([](Algebra &m) { return m.g.matrix(MatrixOp::Cholesky, {m.A}); }, {A});
}

TEST(MatrixAlgebra, Determinants) {
  for (MatrixOp op : {MatrixOp::Det, MatrixOp::LogDet})
    check([op](Algebra &m) { return m.g.matrix(op, {m.A, m.factor(m.A)}); }, {A});
}

TEST(MatrixAlgebra, Systems) {
  for (MatrixOp op : {MatrixOp::Solve, MatrixOp::SolveTransposed}) {
    auto one = [op](Algebra &m) { return m.g.matrix(op, {m.A, m.factor(m.A), m.b}); };
    auto many = [op](Algebra &m) { return m.g.matrix(op, {m.A, m.factor(m.A), m.B}); };
    check(one, {A});
    check(one, {b});
    check(one, {A, b});
    check(many, {A});
    check(many, {B});
    check(many, {A, B});
  }
}

TEST(MatrixAlgebra, TriangularSystems) {
  for (MatrixOp op : {MatrixOp::SolveLower, MatrixOp::SolveLowerTransposed}) {
    auto one = [op](Algebra &m) { return m.g.matrix(op, {m.A, m.b}); };
    auto many = [op](Algebra &m) { return m.g.matrix(op, {m.A, m.B}); };
    check(one, {A});
    check(one, {b});
    check(one, {A, b});
    check(many, {A});
    check(many, {A, B});
  }
}

/// Neither the matrix nor the right side varies, but the number does.
TEST(MatrixAlgebra, WhatDoesNotVary) {
  check([](Algebra &m) { return m.g.mul(m.g.matrix(MatrixOp::LogDet, {m.A, m.factor(m.A)}),
                                        m.number(m.b)); },
        {b});
}

} // namespace
