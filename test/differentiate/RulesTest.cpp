//===- RulesTest.cpp - derivatives known by hand --------------------------------===//
//
// The conventions at kinks, ties and zeros, and what untaken branches and empty
// ranges contribute: nothing.
//
//===--------------------------------------------------------------------===//

#include "Derived.h"

#include <cmath>

using namespace gradus;
using namespace gradus::differentiate;

namespace {

const double infinity = INFINITY;

TEST(Rules, SumsAndSharedPlaces) {
  Derived m;
  ValueId x = m.vector("x", {1, 2, 3, 4});
  // The chained differences: (x[i+1] - x[i]^2)^2
  ValueId f = m.reduce(ReduceOp::Sum, m.one, m.g.sub(m.last(x), m.one), [&](ValueId i) {
    ValueId here = m.at(x, i), next = m.at(x, m.g.add(i, m.one));
    ValueId r = m.g.sub(next, m.g.mul(here, here));
    return m.g.mul(r, r);
  });
  // r = (1, -1, -5)
  EXPECT_EQ(m.gradient(f, x), (Doubles{-4, 2 + 8, -2 + 60, -10}));
  EXPECT_EQ(m.hessian(f, x),
            (std::vector<Doubles>{
                {4, -4, 0, 0}, {-4, 2 + 36, -8, 0}, {0, -8, 2 + 92, -12}, {0, 0, -12, 2}}));
}

TEST(Rules, AnIndexFromDataAddsUp) {
  Derived m;
  ValueId x = m.vector("x", {1, 2, 3}), k = m.indexVector("k", {3, 1, 3, 3});
  ValueId f = m.reduce(ReduceOp::Sum, m.one, m.last(k),
                       [&](ValueId i) { return m.g.mul(m.g.toReal(i), m.at(x, m.at(k, i))); });
  EXPECT_EQ(m.gradient(f, x), (Doubles{2, 0, 1 + 3 + 4}));
}

TEST(Rules, AnElementOfAFixedPlace) {
  Derived m;
  ValueId x = m.vector("x", {1, 2, 3});
  ValueId f = m.g.mul(m.at(x, m.g.integer(2)), m.at(x, m.last(x)));
  EXPECT_EQ(m.gradient(f, x), (Doubles{0, 3, 2}));
  EXPECT_EQ(m.hessian(f, x), (std::vector<Doubles>{{0, 0, 0}, {0, 0, 1}, {0, 1, 0}}));
  ValueId place = m.g.integer(3);
  EXPECT_EQ(m.values(derivative(m.g, f, x, {&place, 1})), Doubles{2});
}

TEST(Rules, AdjointsOfStoredArrays) {
  Derived m;
  ValueId x = m.vector("x", {1, 2, 3});
  ValueId i = m.g.newSymbol(m.one, m.last(x), "i");
  ir::Axis range{m.one, m.last(x)};
  // y[i] = sum (j in 1..i) x[j], stored; f = sum y[i]^2 = 1 + 9 + 36
  ValueId sums = m.reduce(ReduceOp::Sum, m.one, i, [&](ValueId j) { return m.at(x, j); });
  ValueId y = m.g.keep(m.g.build({&i, 1}, {&range, 1}, sums));
  ValueId f = m.over(ReduceOp::Sum, y, [&](ValueId v) { return m.g.mul(v, v); });
  EXPECT_EQ(m.gradient(f, x), (Doubles{20, 18, 12}));
  EXPECT_EQ(m.hessian(f, x), (std::vector<Doubles>{{6, 4, 2}, {4, 4, 2}, {2, 2, 2}}));
}

TEST(Rules, ProductsSurviveZeros) {
  auto product = [](Doubles values) {
    Derived m;
    ValueId x = m.vector("x", std::move(values));
    ValueId f = m.over(ReduceOp::Prod, x, [](ValueId v) { return v; });
    return std::pair(m.gradient(f, x), m.hessian(f, x));
  };
  auto none = product({2, 3, 5});
  EXPECT_EQ(none.first, (Doubles{15, 10, 6}));
  const std::vector<Doubles> others = {{0, 5, 3}, {5, 0, 2}, {3, 2, 0}};
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) // the product over the factor rounds
      EXPECT_NEAR(none.second[i][j], others[i][j], 1e-14);
  auto one = product({2, 0, 5});
  EXPECT_EQ(one.first, (Doubles{0, 10, 0}));
  EXPECT_EQ(one.second, (std::vector<Doubles>{{0, 5, 0}, {5, 0, 2}, {0, 2, 0}}));
  auto two = product({0, 0, 5});
  EXPECT_EQ(two.first, (Doubles{0, 0, 0}));
  EXPECT_EQ(two.second, (std::vector<Doubles>{{0, 5, 0}, {5, 0, 0}, {0, 0, 0}}));
}

TEST(Rules, TiesOfAMaximumShareEqually) {
  Derived m;
  ValueId x = m.vector("x", {4, 1, 4, 4});
  ValueId f = m.over(ReduceOp::Max, x, [](ValueId v) { return v; });
  EXPECT_EQ(m.gradient(f, x), (Doubles{1.0 / 3, 0, 1.0 / 3, 1.0 / 3}));
  ValueId least = m.over(ReduceOp::Min, x, [&](ValueId v) { return m.g.mul(v, v); });
  EXPECT_EQ(m.gradient(least, x), (Doubles{0, 2, 0, 0}));
  // Of what is recomputed in the gradient: the tie is found all the same.
  ValueId waves = m.over(ReduceOp::Max, x, [&](ValueId v) { return m.g.prim(Prim::Sin, {v}); });
  EXPECT_EQ(m.gradient(waves, x), (Doubles{0, std::cos(1.0), 0, 0}));
}

TEST(Rules, MaximaOfTheTermsThatCount) {
  Derived m;
  ValueId x = m.vector("x", {4, -1, 2, -2});
  auto small = [&](ValueId i) { return m.g.less(m.at(x, i), m.g.real(3)); };
  auto square = [&](ValueId i) { return m.g.mul(m.at(x, i), m.at(x, i)); };
  EXPECT_EQ(m.gradient(m.reduceWhere(ReduceOp::Max, m.one, m.last(x), small, square), x),
            (Doubles{0, 0, 2, -2}));
  EXPECT_EQ(m.gradient(m.reduceWhere(ReduceOp::Min, m.one, m.last(x), small, square), x),
            (Doubles{0, -2, 0, 0}));
}

TEST(Rules, NestedMaximaShareAmongAllLeaves) {
  Derived m;
  ValueId x = m.real("x", 2), y = m.real("y", 2), z = m.real("z", 2);
  ValueId f = m.g.prim(Prim::Max, {m.g.prim(Prim::Max, {x, y}), z});
  for (ValueId v : {x, y, z})
    EXPECT_EQ(m.gradient(f, v), Doubles{1.0 / 3});
  ValueId two = m.g.prim(Prim::Min, {x, y});
  EXPECT_EQ(m.gradient(two, x), Doubles{0.5});
  // clamp(x, 2, 5) at its bound is min(max(x, 2), 5)
  ValueId clamped = m.g.prim(Prim::Min, {m.g.prim(Prim::Max, {x, m.g.real(2)}), m.g.real(5)});
  EXPECT_EQ(m.gradient(clamped, x), Doubles{0.5});
}

TEST(Rules, LogSumExpGivesTheSoftmax) {
  Derived m;
  ValueId x = m.vector("x", {1000, 1000});
  ValueId f = m.over(ReduceOp::LogSumExp, x, [](ValueId v) { return v; });
  Doubles g = m.gradient(f, x);
  EXPECT_NEAR(g[0], 0.5, 1e-12);
  EXPECT_NEAR(m.hessian(f, x)[0][1], -0.25, 1e-12);
}

TEST(Rules, ConditionsOfReductions) {
  Derived m;
  ValueId x = m.vector("x", {-1, 2, 0, 3});
  auto positive = [&](ValueId i) { return m.g.less(m.zero, m.at(x, i)); };
  ValueId f = m.reduceWhere(ReduceOp::Sum, m.one, m.last(x), positive,
                            [&](ValueId i) { return m.g.prim(Prim::Log, {m.at(x, i)}); });
  EXPECT_EQ(m.gradient(f, x), (Doubles{0, 0.5, 0, 1.0 / 3}));
  ValueId p = m.reduceWhere(ReduceOp::Prod, m.one, m.last(x), positive,
                            [&](ValueId i) { return m.at(x, i); });
  EXPECT_EQ(m.gradient(p, x), (Doubles{0, 3, 0, 2}));
}

TEST(Rules, EmptyRangesContributeNothing) {
  Derived m;
  ValueId x = m.vector("x", {2, 3}), none = m.whole("none", 0);
  auto element = [&](ValueId i) { return m.g.prim(Prim::Log, {m.at(x, i)}); };
  for (ReduceOp op : {ReduceOp::Sum, ReduceOp::Prod, ReduceOp::LogSumExp})
    EXPECT_EQ(m.gradient(m.reduce(op, m.one, none, element), x), (Doubles{0, 0}));
}

//--- guards ---------------------------------------------------------------------------

/// if x > 0 then log(x) else 0
ValueId guardedLog(Derived &m, ValueId x) {
  return m.g.select(m.g.less(m.zero, x), m.g.prim(Prim::Log, {x}), m.zero);
}

TEST(Guards, AnUntakenBranchContributesNothing) {
  for (double at : {0.0, -1.0, -0.0, -infinity}) {
    Derived m;
    ValueId x = m.real("x", at), f = guardedLog(m, x);
    EXPECT_EQ(m.gradient(f, x), Doubles{0}) << at;
    EXPECT_EQ(m.hessian(f, x)[0], Doubles{0}) << at;
  }
  Derived m;
  ValueId x = m.real("x", 4), f = guardedLog(m, x);
  EXPECT_EQ(m.gradient(f, x), Doubles{0.25});
  EXPECT_EQ(m.hessian(f, x)[0], Doubles{-0.0625});
}

TEST(Guards, OverflowBehindABranch) {
  // if x <= 0 then exp(x) else 1 + x, at 100 and where exp overflows
  for (double at : {100.0, 1000.0}) {
    Derived m;
    ValueId x = m.real("x", at);
    ValueId f =
        m.g.select(m.g.lessEqual(x, m.zero), m.g.prim(Prim::Exp, {x}), m.g.add(m.g.real(1), x));
    EXPECT_EQ(m.gradient(f, x), Doubles{1});
    EXPECT_EQ(m.hessian(f, x)[0], Doubles{0});
  }
}

TEST(Guards, InsideSums) {
  Derived m;
  ValueId x = m.vector("x", {4, 0, -1, 2});
  ValueId f = m.over(ReduceOp::Sum, x, [&](ValueId v) { return guardedLog(m, v); });
  EXPECT_EQ(m.gradient(f, x), (Doubles{0.25, 0, 0, 0.5}));
  EXPECT_EQ(
      m.hessian(f, x),
      (std::vector<Doubles>{{-0.0625, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, -0.25}}));
}

TEST(Guards, AroundSums) {
  Derived m;
  ValueId x = m.vector("x", {-1, 2}), s = m.real("s", -3);
  ValueId logs =
      m.over(ReduceOp::Sum, x, [&](ValueId v) { return m.g.mul(s, m.g.prim(Prim::Log, {v})); });
  ValueId f = m.g.select(m.g.less(m.zero, s), logs, s);
  EXPECT_EQ(m.gradient(f, x), (Doubles{0, 0}));
  EXPECT_EQ(m.gradient(f, s), Doubles{1});
  EXPECT_EQ(m.hessian(f, x), (std::vector<Doubles>{{0, 0}, {0, 0}}));
}

TEST(Guards, BothBranchesOfAValueUsedInBoth) {
  // r = sqrt(x) is used only where x > 0, in two ways; at 0 it contributes nothing.
  Derived m;
  ValueId x = m.real("x", 0);
  ValueId r = m.g.prim(Prim::Sqrt, {x}), c = m.g.less(m.zero, x);
  ValueId f = m.g.add(m.g.select(c, r, m.zero), m.g.select(c, m.g.mul(r, r), x));
  EXPECT_EQ(m.gradient(f, x), Doubles{1});
}

TEST(Guards, NestedConditions) {
  for (double at : {-1.0, 0.0, 0.5, 2.0}) {
    Derived m;
    ValueId x = m.real("x", at);
    ValueId low = m.g.select(m.g.less(m.zero, x), m.g.prim(Prim::Sqrt, {x}), m.zero);
    ValueId f =
        m.g.select(m.g.less(x, m.g.real(1)), low, m.g.prim(Prim::Log, {m.g.sub(x, m.g.real(1))}));
    double expected = at >= 1 ? 1 / (at - 1) : at > 0 ? 0.5 / std::sqrt(at) : 0;
    EXPECT_EQ(m.gradient(f, x), Doubles{expected});
  }
}

TEST(Guards, IndicesOutsideAreNotRead) {
  Derived m;
  ValueId x = m.vector("x", {1, 2, 3});
  // sum (i in 1..n) if i < n then x[i]*x[i+1] else 0
  ValueId f = m.reduce(ReduceOp::Sum, m.one, m.last(x), [&](ValueId i) {
    return m.g.select(m.g.less(i, m.last(x)), m.g.mul(m.at(x, i), m.at(x, m.g.add(i, m.one))),
                      m.zero);
  });
  EXPECT_EQ(m.gradient(f, x), (Doubles{2, 4, 2}));
  EXPECT_EQ(m.hessian(f, x), (std::vector<Doubles>{{0, 1, 0}, {1, 0, 1}, {0, 1, 0}}));
}

TEST(Guards, ALosingTermMayBeNan) {
  // max(y, -sqrt(x)) at x = 0: the root has slope inf, but it does not win.
  Derived m;
  ValueId x = m.real("x", 0), y = m.real("y", 1);
  ValueId f = m.g.prim(Prim::Max, {y, m.g.prim(Prim::Sqrt, {x})});
  EXPECT_EQ(m.gradient(f, x), Doubles{0});
  EXPECT_EQ(m.gradient(f, y), Doubles{1});
}

//--- inputs that do not matter -------------------------------------------------------------

TEST(Rules, WhatIsNotReadHasNoDerivative) {
  Derived m;
  ValueId x = m.vector("x", {1, 2}), s = m.real("s", 3);
  ValueId f = m.g.mul(s, s);
  EXPECT_EQ(m.gradient(f, x), (Doubles{0, 0}));
  EXPECT_EQ(m.gradient(m.g.real(7), s), Doubles{0});
  // Through a whole number or a condition nothing passes.
  ValueId steps = m.g.select(m.g.less(m.zero, s), m.g.real(2), m.g.real(1));
  EXPECT_EQ(m.gradient(steps, s), Doubles{0});
}

TEST(Rules, ThePullbackOfSeveralRoots) {
  Derived m;
  ValueId x = m.real("x", 3), y = m.real("y", 5);
  ValueId roots[2] = {m.g.mul(x, y), m.g.sub(x, y)};
  ValueId adjoints[2] = {m.g.real(2), m.g.real(7)};
  ValueId inputs[2] = {x, y};
  std::vector<ValueId> d = pullback(m.g, roots, adjoints, inputs);
  EXPECT_EQ(m.values(d[0]), Doubles{2 * 5 + 7});
  EXPECT_EQ(m.values(d[1]), Doubles{2 * 3 - 7});
}

TEST(Rules, LongChainsDoNotRecurse) {
  Derived m;
  ValueId x = m.real("x", 0.5), v = x;
  for (int k = 0; k < 100000; ++k)
    v = m.g.add(m.g.prim(Prim::Neg, {m.g.mul(v, m.g.real(0.5))}), x);
  // v = -v/2 + x converges to 2/3 x
  ValueId d = differentiate::gradient(m.g, v, {&x, 1})[0];
  EXPECT_NEAR(m.values(d)[0], 2.0 / 3, 1e-12);
}

} // namespace
