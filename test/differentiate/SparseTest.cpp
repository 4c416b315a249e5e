//===- SparseTest.cpp - families of entries of Jacobians and Hessians ----------===//

#include "differentiate/Sparse.h"

#include "Derived.h"
#include "Digits.h"
#include "RandomProgram.h"

#include <cmath>
#include <cstdlib>

using namespace gradus;
using namespace gradus::differentiate;
using interpret::Digits50;

namespace {

/// Evaluates the families of a matrix entry by entry.
template <class T> struct Evaluated {
  std::vector<int64_t> rows, columns;
  std::vector<T> values;

  Evaluated(Graph &g, interpret::Environment<T> env, const SparseMatrix &m) {
    ValueId rowNode = slotRows(g, m), columnNode = slotColumns(g, m);
    ValueId count = slots(g, m);
    ValueId entries = g.input({"entries", {Kind::Int, 0}, ir::InputRole::Size, {}});
    ValueId positions = g.input(
        {"positions", {Kind::Int, g.shape({{g.integer(1), count}})}, ir::InputRole::Data, {}});
    ValueId valueNode = slotValues(g, m, positions, entries);
    for (const std::string &error : ir::verify(g))
      ADD_FAILURE() << error;
    int64_t n = 0;
    {
      interpret::Interpreter<T> interpreter(g, env);
      interpret::Result<T> out;
      interpret::EvalError error;
      EXPECT_TRUE(interpreter.evaluate(count, out, error)) << error.message;
      n = out.whole;
      EXPECT_TRUE(interpreter.evaluate(rowNode, out, error)) << error.message;
      rows = out.array.whole;
      EXPECT_TRUE(interpreter.evaluate(columnNode, out, error)) << error.message;
      columns = out.array.whole;
    }
    std::vector<int64_t> places;
    for (int64_t k = 1; k <= n; ++k)
      places.push_back(k);
    env.setInt(entries, n);
    env.setIntArray(positions, places, {n});
    interpret::Interpreter<T> interpreter(g, env);
    interpret::Result<T> out;
    interpret::EvalError error;
    EXPECT_TRUE(interpreter.evaluate(valueNode, out, error)) << error.message;
    values = out.array.data;
  }

  /// The product with a vector; the other triangle too.
  std::vector<T> times(const std::vector<T> &v, size_t count, bool symmetric) const {
    std::vector<T> product(count);
    for (size_t k = 0; k < rows.size(); ++k) {
      if (rows[k] == 0)
        continue;
      auto i = static_cast<size_t>(rows[k]) - 1, j = static_cast<size_t>(columns[k]) - 1;
      EXPECT_LT(i, count);
      EXPECT_LT(j, v.size());
      EXPECT_TRUE(!symmetric || i >= j) << "above the diagonal";
      if (i >= count || j >= v.size())
        return product;
      product[i] += values[k] * v[j];
      if (symmetric && i != j)
        product[j] += values[k] * v[i];
    }
    return product;
  }
};

std::vector<int64_t> pattern(Derived &d, const SparseMatrix &m) {
  Evaluated<double> e(d.g, d.env, m);
  std::vector<int64_t> flat;
  for (size_t k = 0; k < e.rows.size(); ++k)
    if (e.rows[k] != 0)
      flat.push_back(10 * e.rows[k] + e.columns[k]);
  std::sort(flat.begin(), flat.end());
  return flat;
}

TEST(Sparse, ChainedRosenbrockIsTridiagonal) {
  Derived d;
  ValueId x = d.vector("x", {-1.2, 1.0, 0.5, 0.25});
  auto term = [&](ValueId i) {
    Graph &g = d.g;
    ValueId xi = d.at(x, i), next = d.at(x, g.add(i, d.one));
    ValueId a = g.sub(next, g.mul(xi, xi)), b = g.sub(g.real(1.0), xi);
    return g.add(g.mul(g.real(100.0), g.mul(a, a)), g.mul(b, b));
  };
  ValueId f = d.reduce(ReduceOp::Sum, d.one, d.g.sub(d.last(x), d.one), term);
  auto h = hessian(d.g, f, {&x, 1});
  ASSERT_TRUE(h);
  EXPECT_FALSE(h->coupled);
  // (i, i), (i+1, i), (i+1, i+1)
  ASSERT_EQ(h->families.size(), 3u);
  for (const Family &family : h->families) {
    EXPECT_EQ(family.symbols, h->families[0].symbols);
    EXPECT_TRUE(d.g.isConstant(family.guard));
  }
  EXPECT_EQ(pattern(d, *h), (std::vector<int64_t>{11, 21, 22, 22, 32, 33, 33, 43, 44}));
  Evaluated<double> e(d.g, d.env, *h);
  const std::vector<Doubles> dense = d.hessian(f, x);
  for (size_t j = 0; j < 4; ++j) {
    Doubles unit(4);
    unit[j] = 1;
    Doubles column = e.times(unit, 4, true);
    for (size_t i = 0; i < 4; ++i)
      EXPECT_DOUBLE_EQ(column[i], dense[i][j]) << i << " " << j;
  }
}

TEST(Sparse, ScalarUnknownsOfASumAreOneEntryEach) {
  Derived d;
  ValueId a = d.real("a", 0.5), b = d.real("b", 2), x = d.vector("x", {1, 2, 4});
  ValueId f = d.over(ReduceOp::Sum, x, [&](ValueId xi) {
    return d.g.prim(Prim::Powi, {d.g.add(a, d.g.prim(Prim::Exp, {d.g.mul(b, xi)})), d.g.integer(2)});
  });
  ValueId unknowns[2] = {a, b};
  auto h = hessian(d.g, f, unknowns);
  ASSERT_TRUE(h);
  EXPECT_FALSE(h->coupled);
  EXPECT_EQ(pattern(d, *h), (std::vector<int64_t>{11, 21, 22}));
}

TEST(Sparse, StoredArraysDoNotHideThePattern) {
  Derived d;
  ValueId x = d.vector("x", {1, 2, 4, 3, 2}), n = d.last(x);
  Graph &g = d.g;
  // r[i] = exp(x[i]*x[i+1]) is stored; f couples r[i] and r[i+1].
  ValueId i = g.newSymbol(d.one, g.sub(n, d.one), "i");
  ir::Axis range{d.one, g.sub(n, d.one)};
  ValueId body = g.prim(Prim::Sin, {g.mul(d.at(x, i), d.at(x, g.add(i, d.one)))});
  ValueId r = g.keep(g.build({&i, 1}, {&range, 1}, body));
  ValueId f = d.reduce(ReduceOp::Sum, d.one, g.sub(n, g.integer(2)), [&](ValueId j) {
    return g.mul(d.at(r, j), d.at(r, g.add(j, d.one)));
  });
  auto h = hessian(g, f, {&x, 1});
  ASSERT_TRUE(h);
  EXPECT_FALSE(h->coupled);
  auto places = pattern(d, *h);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  EXPECT_EQ(places, (std::vector<int64_t>{11, 21, 22, 31, 32, 33, 42, 43, 44, 53, 54, 55}));
  const std::vector<Doubles> dense = d.hessian(f, x);
  Evaluated<double> e(g, d.env, *h);
  for (size_t j = 0; j < 5; ++j) {
    Doubles unit(5);
    unit[j] = 1;
    Doubles column = e.times(unit, 5, true);
    for (size_t k = 0; k < 5; ++k)
      EXPECT_NEAR(column[k], dense[k][j], 1e-12 * (1 + std::abs(dense[k][j]))) << k << " " << j;
  }
}

TEST(Sparse, ASquareOfASumCouplesEverything) {
  Derived d;
  ValueId x = d.vector("x", {1, 2, 4});
  ValueId s = d.over(ReduceOp::Sum, x, [](ValueId xi) { return xi; });
  auto h = hessian(d.g, d.g.mul(s, s), {&x, 1});
  ASSERT_TRUE(h);
  EXPECT_TRUE(h->coupled);
}

TEST(Sparse, AQuadraticFormIsNotCoupled) {
  Derived d;
  ValueId x = d.vector("x", {1, 2, 4}), n = d.last(x);
  ValueId f = d.reduce(ReduceOp::Sum, d.one, n, [&](ValueId i) {
    return d.reduce(ReduceOp::Sum, i, n, [&](ValueId j) {
      return d.g.mul(d.g.toReal(d.g.add(i, j)), d.g.mul(d.at(x, i), d.at(x, j)));
    });
  });
  auto h = hessian(d.g, f, {&x, 1});
  ASSERT_TRUE(h);
  EXPECT_FALSE(h->coupled);
  Evaluated<double> e(d.g, d.env, *h);
  EXPECT_EQ(e.times({1, 0, 0}, 3, true), (Doubles{4, 3, 4}));
}

TEST(Sparse, ConditionsOnIndicesShapeThePattern) {
  Derived d;
  ValueId x = d.vector("x", {1, 2, 4}), n = d.last(x);
  Graph &g = d.g;
  // The first element has no one before it.
  ValueId f = d.reduce(ReduceOp::Sum, d.one, n, [&](ValueId i) {
    ValueId before = d.at(x, g.sub(i, d.one));
    ValueId step = g.select(g.equal(i, d.one), d.at(x, i), g.mul(d.at(x, i), before));
    return g.prim(Prim::Powi, {step, g.integer(3)});
  });
  auto h = hessian(g, f, {&x, 1});
  ASSERT_TRUE(h);
  auto places = pattern(d, *h);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  EXPECT_EQ(places, (std::vector<int64_t>{11, 21, 22, 32, 33}));
}

TEST(Sparse, PlacesThatReadTheVariablesAreNoPattern) {
  Derived d;
  ValueId x = d.vector("x", {1, 2, 4}), n = d.last(x);
  Graph &g = d.g;
  // z + x[t]^2 until z is more than x[1].
  ValueId bound[2] = {g.newSymbol(d.one, n, "t"), g.newState({Kind::Real, 0}, "z")};
  ValueId xt = d.at(x, bound[0]), next = g.add(bound[1], g.mul(xt, xt));
  ValueId stop = g.less(d.at(x, d.one), bound[1]);
  ValueId f = g.lastState(g.recur(bound, {d.one, n}, stop, {&d.zero, 1}, {&next, 1}), 0);
  EXPECT_FALSE(hessian(g, f, {&x, 1}));
  EXPECT_FALSE(jacobian(g, differentiate::gradient(g, f, {&x, 1}), {&x, 1}));
}

TEST(Sparse, JacobianRowsFollowTheRoots) {
  Derived d;
  ValueId x = d.vector("x", {1, 2, 4}), n = d.last(x);
  Graph &g = d.g;
  ValueId i = g.newSymbol(d.one, g.sub(n, d.one), "i");
  ir::Axis range{d.one, g.sub(n, d.one)};
  ValueId steps = g.build({&i, 1}, {&range, 1}, g.mul(d.at(x, i), d.at(x, g.add(i, d.one))));
  ValueId roots[2] = {d.over(ReduceOp::Sum, x, [](ValueId xi) { return xi; }), steps};
  auto j = jacobian(g, roots, {&x, 1});
  ASSERT_TRUE(j);
  EXPECT_EQ(pattern(d, *j), (std::vector<int64_t>{11, 12, 13, 21, 22, 32, 33}));
  Evaluated<double> e(g, d.env, *j);
  EXPECT_EQ(e.times({1, 10, 100}, 3, false), (Doubles{111, 12, 240}));
}

//--- random programs -------------------------------------------------------------------

constexpr int64_t n = RandomProgram::n, m = RandomProgram::m;
constexpr size_t count = 1 + n + m * n;

void setInputs(interpret::Environment<Digits50> &env, const std::vector<ValueId> &inputs,
               const std::vector<Digits50> &v) {
  env.setReal(inputs[0], v[0]);
  env.setArray(inputs[1], {v.begin() + 1, v.begin() + 1 + n}, {n});
  env.setArray(inputs[2], {v.begin() + 1 + n, v.end()}, {m, n});
}

/// Sparse times a vector is dense times a vector.
void check(uint32_t seed, int &assembled) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomProgram program(seed);
  Graph &g = program.g;
  const std::vector<ValueId> inputs = program.inputs();
  std::vector<ValueId> gradient = differentiate::gradient(g, program.root, inputs);
  std::vector<ValueId> dense = pushforward(g, gradient, inputs, program.d);
  auto h = hessian(g, program.root, inputs);
  auto j = jacobian(g, gradient, inputs);
  ASSERT_EQ(h.has_value(), j.has_value());
  if (!h)
    return;
  ++assembled;
  std::mt19937 random(seed + 4711);
  std::uniform_real_distribution<double> number(-1.2, 1.6);
  std::vector<Digits50> at, v;
  for (size_t k = 0; k < count; ++k) {
    at.push_back(number(random));
    v.push_back(number(random));
  }
  interpret::Environment<Digits50> env;
  env.setInt(program.size, n);
  env.setIntArray(program.k, {3, 1, 3, 2}, {n});
  setInputs(env, inputs, at);
  setInputs(env, program.d, v);
  const std::vector<Digits50> expected = evaluateAll(g, env, dense);
  Digits50 scale = 1;
  for (const Digits50 &e : expected)
    scale = std::max<Digits50>(scale, abs(e));
  const auto lower = Evaluated<Digits50>(g, env, *h).times(v, count, true);
  const auto whole = Evaluated<Digits50>(g, env, *j).times(v, count, false);
  for (size_t k = 0; k < count; ++k) {
    EXPECT_LE(static_cast<double>(abs(lower[k] - expected[k]) / scale), 1e-13) << "Hessian " << k;
    EXPECT_LE(static_cast<double>(abs(whole[k] - expected[k]) / scale), 1e-13) << "Jacobian " << k;
  }
}

class SparsePrograms : public testing::TestWithParam<uint32_t> {};

TEST_P(SparsePrograms, AreDense) {
  int assembled = 0;
  for (uint32_t k = 0; k < 40 && !HasFailure(); ++k)
    check(40 * GetParam() + k, assembled);
  EXPECT_GT(assembled, 0);
}

INSTANTIATE_TEST_SUITE_P(Random, SparsePrograms,
                         testing::Range(0u, std::getenv("GRADUS_LONG") ? 100u : 4u));

} // namespace
