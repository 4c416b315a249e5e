//===- InterpreterTest.cpp - every operation of the expression IR ------------===//

#include "Evaluated.h"

#include <cmath>

using namespace gradus;
using namespace gradus::interpret;
using ir::Prim;
using ir::ReduceOp;
using ir::ValueId;

namespace {

TEST(Interpreter, Leaves) {
  Model m;
  EXPECT_EQ(m.value(m.g.real(2.5)), 2.5);
  EXPECT_EQ(m.evaluate(m.g.integer(-7)).whole, -7);
  EXPECT_EQ(m.evaluate(m.g.boolean(true)).whole, 1);
  EXPECT_EQ(m.value(m.real("x", 4.25)), 4.25);
  EXPECT_EQ(m.evaluate(m.whole("k", 3)).whole, 3);
  EXPECT_EQ(m.evaluate(m.truth("b", true)).whole, 1);
}

TEST(Interpreter, RealPrimitives) {
  Model m;
  ValueId x = m.real("x", 0.75), y = m.real("y", -2.0);
  EXPECT_EQ(m.value(m.g.add(x, y)), 0.75 + -2.0);
  EXPECT_EQ(m.value(m.g.div(x, y)), 0.75 / -2.0);
  EXPECT_EQ(m.value(m.g.prim(Prim::Exp, {x})), std::exp(0.75));
  EXPECT_EQ(m.value(m.g.prim(Prim::Powi, {x, m.g.integer(-3)})), 1 / (0.75 * (0.75 * 0.75)));
  EXPECT_EQ(m.value(m.g.prim(Prim::Mod, {y, x})), -2.0 - 0.75 * std::floor(-2.0 / 0.75));
  EXPECT_EQ(m.value(m.g.toReal(m.whole("k", 5))), 5.0);
  EXPECT_EQ(m.value(m.g.prim(Prim::Sigmoid, {y})), std::exp(-2.0) / (1 + std::exp(-2.0)));
}

TEST(Interpreter, WholePrimitives) {
  Model m;
  ValueId a = m.whole("a", -7), b = m.whole("b", 2);
  EXPECT_EQ(m.evaluate(m.g.prim(Prim::IntDiv, {a, b})).whole, -4);
  EXPECT_EQ(m.evaluate(m.g.prim(Prim::Mod, {a, b})).whole, 1);
  EXPECT_EQ(m.evaluate(m.g.prim(Prim::Max, {a, b})).whole, 2);
  EXPECT_EQ(m.evaluate(m.g.prim(Prim::Abs, {a})).whole, 7);
  EXPECT_EQ(m.evaluate(m.g.less(a, b)).whole, 1);
  EXPECT_EQ(m.evaluate(m.g.prim(Prim::NotEqual, {a, b})).whole, 1);
  EXPECT_EQ(m.evaluate(m.g.logicalNot(m.g.less(a, b))).whole, 0);
}

TEST(Interpreter, TheSmallestWholeNumberHasNoTrap) {
  Model m;
  ValueId a = m.whole("a", INT64_MIN), b = m.whole("b", -1);
  EXPECT_EQ(m.evaluate(m.g.prim(Prim::IntDiv, {a, b})).whole, INT64_MIN);
  EXPECT_EQ(m.evaluate(m.g.prim(Prim::Mod, {a, b})).whole, 0);
  EXPECT_EQ(m.evaluate(m.g.prim(Prim::Abs, {a})).whole, INT64_MIN);
}

TEST(Interpreter, SumsRunInPlainOrder) {
  Model m;
  ValueId x = m.array("x", 1, {1e16, 1.0, -1e16, 1.0});
  auto element = [&](ValueId i) { return m.at(x, {i}); };
  EXPECT_EQ(m.value(m.reduce(ReduceOp::Sum, m.g.integer(1), m.g.integer(4), element)),
            ((1e16 + 1.0) - 1e16) + 1.0);
  EXPECT_EQ(m.value(m.reduce(ReduceOp::Prod, m.g.integer(2), m.g.integer(3), element)), -1e16);
  EXPECT_EQ(m.value(m.reduce(ReduceOp::Min, m.g.integer(1), m.g.integer(4), element)), -1e16);
  EXPECT_EQ(m.value(m.reduce(ReduceOp::Max, m.g.integer(2), m.g.integer(4), element)), 1.0);
}

TEST(Interpreter, WholeReductions) {
  Model m;
  ValueId n = m.whole("n", 5);
  auto self = [&](ValueId i) { return i; };
  auto odd = [&](ValueId i) {
    return m.g.equal(m.g.prim(Prim::Mod, {i, m.g.integer(2)}), m.g.integer(1));
  };
  EXPECT_EQ(m.evaluate(m.reduce(ReduceOp::Sum, m.g.integer(1), n, self)).whole, 15);
  EXPECT_EQ(m.evaluate(m.reduceWhere(ReduceOp::Prod, m.g.integer(1), n, odd, self)).whole, 15);
  EXPECT_EQ(m.evaluate(m.reduceWhere(ReduceOp::Max, m.g.integer(1), n, odd, self)).whole, 5);
  EXPECT_EQ(m.evaluate(m.reduce(ReduceOp::Min, m.g.integer(3), n, self)).whole, 3);
}

TEST(Interpreter, EmptyRanges) {
  Model m;
  ValueId n = m.whole("n", 0), one = m.g.integer(1);
  ValueId x = m.array("x", 1, {});
  auto element = [&](ValueId i) { return m.at(x, {i}); };
  EXPECT_EQ(m.value(m.reduce(ReduceOp::Sum, one, n, element)), 0.0);
  EXPECT_EQ(m.value(m.reduce(ReduceOp::Prod, one, n, element)), 1.0);
  EXPECT_EQ(m.value(m.reduce(ReduceOp::LogSumExp, one, n, element)), -INFINITY);
  EXPECT_EQ(m.errorOf(m.reduce(ReduceOp::Max, one, n, element)).message,
            "max over the empty range 1..0");
  auto never = [&](ValueId i) { return m.g.less(i, one); };
  EXPECT_EQ(m.errorOf(m.reduceWhere(ReduceOp::Min, one, m.whole("k", 4), never, element)).message,
            "min over 1..4 where no index meets the condition");
}

TEST(Interpreter, LogSumExpIsShifted) {
  Model m;
  auto of = [&](std::vector<double> values) {
    auto n = static_cast<int64_t>(values.size());
    ValueId x = m.array("x", 1, std::move(values));
    return m.value(m.reduce(ReduceOp::LogSumExp, m.g.integer(1), m.g.integer(n),
                            [&](ValueId i) { return m.at(x, {i}); }));
  };
  EXPECT_EQ(of({1000.0, 1000.0}), 1000.0 + std::log(2.0));
  EXPECT_EQ(of({INFINITY, 0.0}), INFINITY);
  EXPECT_EQ(of({-INFINITY, -INFINITY}), -INFINITY);
  EXPECT_TRUE(std::isnan(of({NAN, INFINITY})));
}

TEST(Interpreter, DependentRangesAndShadowedValues) {
  Model m;
  // sum (i in 1..3) sum (j in i..3) i*j = 1*(1+2+3) + 2*(2+3) + 3*3
  ValueId sum = m.reduce(ReduceOp::Sum, m.g.integer(1), m.g.integer(3), [&](ValueId i) {
    return m.reduce(ReduceOp::Sum, i, m.g.integer(3), [&](ValueId j) { return m.g.mul(i, j); });
  });
  EXPECT_EQ(m.evaluate(sum).whole, 25);
}

TEST(Interpreter, BuildListKeepAndAt) {
  Model m;
  ValueId squares = m.build(m.g.integer(0), m.g.integer(3), [&](ValueId i) {
    return m.g.prim(Prim::Exp, {m.g.toReal(m.g.mul(i, i))});
  });
  Result<double> r = m.evaluate(squares);
  EXPECT_EQ(r.array.lo, std::vector<int64_t>{0});
  EXPECT_EQ(r.array.extent, std::vector<int64_t>{4});
  EXPECT_EQ(r.array.data[3], std::exp(9.0));
  EXPECT_EQ(m.value(m.at(m.g.keep(squares), {m.whole("k", 2)})), std::exp(4.0));
  std::vector<ValueId> elements{m.real("a", 1), m.real("b", 2), m.real("c", 3),
                                m.real("d", 4), m.real("e", 5), m.real("f", 6)};
  ValueId list = m.g.list(
      elements, m.g.shape({{m.g.integer(0), m.g.integer(1)}, {m.g.integer(1), m.g.integer(3)}}));
  EXPECT_EQ(m.value(m.at(list, {m.whole("i", 1), m.whole("j", 2)})), 5.0);
}

TEST(Interpreter, SumsOfPutsAddWherePut) {
  Model m;
  ValueId n = m.whole("n", 4), one = m.g.integer(1);
  ir::ShapeId shape = m.g.shape({{one, n}});
  // The adjoint of sum (i in 1..n-1) of x[i+1] - x[i]
  ValueId both = m.reduce(ReduceOp::Sum, one, m.g.sub(n, one), [&](ValueId i) {
    ValueId next = m.g.add(i, one);
    return m.g.add(m.g.put(shape, {&next, 1}, m.g.real(1.0)),
                   m.g.put(shape, {&i, 1}, m.g.real(-1.0)));
  });
  EXPECT_EQ(m.evaluate(both).array.data, (std::vector<double>{-1, 0, 0, 1}));
  ValueId x = m.build(one, n, [&](ValueId i) { return m.g.toReal(i); });
  EXPECT_EQ(m.evaluate(m.g.add(both, x)).array.data, (std::vector<double>{0, 2, 3, 5}));
  ValueId chosen = m.g.select(m.truth("c", false), both, m.g.zeros({ir::Kind::Real, shape}));
  EXPECT_EQ(m.evaluate(chosen).array.data, (std::vector<double>{0, 0, 0, 0}));
}

TEST(Interpreter, BranchesAreLazy) {
  Model m;
  ValueId x = m.array("x", 1, {1.0, 2.0}), k = m.whole("k", 3), two = m.g.integer(2);
  ValueId inside = m.g.lessEqual(k, two);
  EXPECT_EQ(m.value(m.g.select(inside, m.at(x, {k}), m.g.real(-1.0))), -1.0);
  ValueId positive = m.g.less(m.g.real(0.0), m.at(x, {k}));
  EXPECT_EQ(m.evaluate(m.g.logicalAnd(inside, positive)).whole, 0);
  EXPECT_EQ(m.evaluate(m.g.logicalOr(m.g.logicalNot(inside), positive)).whole, 1);
}

TEST(Interpreter, ErrorsSayWhereAndWith) {
  Model m;
  m.g.setRange({0, 10, 14});
  ValueId x = m.array("x", 1, {1, 2, 3, 4, 5});
  ValueId sum = m.reduce(ReduceOp::Sum, m.whole("a", 3), m.whole("b", 9), [&](ValueId i) {
    return m.reduce(
        ReduceOp::Sum, m.whole("c", 4), m.whole("d", 4),
        [&](ValueId j) {
          m.g.setRange({0, 20, 24});
          return m.at(x, {m.g.prim(Prim::Sub, {m.g.add(i, j), m.g.integer(1)})});
        },
        "j");
  });
  EvalError e = m.errorOf(sum);
  EXPECT_EQ(e.message, "the index of x is 6, outside 1..5");
  EXPECT_EQ(e.range, (SourceRange{0, 20, 24}));
  EXPECT_EQ(e.indices, (IndexValues{{"i", 3}, {"j", 4}}));

  ValueId A = m.matrix("A", 2, 2, {1, 2, 3, 4});
  EXPECT_EQ(m.errorOf(m.at(A, {m.whole("p", 1), m.whole("q", 0)})).message,
            "index 2 of A is 0, outside 1..2");
  EXPECT_EQ(m.errorOf(m.g.prim(Prim::IntDiv, {m.whole("u", 1), m.whole("v", 0)})).message,
            "whole division by 0");
  ValueId lost = m.g.input({"lost", {ir::Kind::Real, 0}, ir::InputRole::Argument, {}});
  EXPECT_EQ(m.errorOf(lost).message, "lost has no value");
  ValueId huge = m.build(m.g.integer(1), m.whole("n", int64_t{1} << 40),
                         [&](ValueId i) { return m.g.toReal(i); });
  EXPECT_EQ(m.errorOf(huge).message, "an array over 1..1099511627776 is too large");
}

TEST(Interpreter, InputsMustHaveTheirShape) {
  Model m;
  ValueId n = m.whole("n", 3);
  ValueId x = m.g.input(
      {"x", {ir::Kind::Real, m.g.shape({{m.g.integer(0), n}})}, ir::InputRole::Argument, {}});
  m.env.setArray(x, {1, 2, 3}, {3});
  EXPECT_EQ(m.errorOf(m.at(x, {n})).message, "axis 1 of x has 4 elements, not 3");
  m.env.setArray(x, {1, 2, 3, 4}, {4});
  EXPECT_EQ(m.value(m.at(x, {n})), 4.0);
}

TEST(Interpreter, NothingRecurses) {
  Model m;
  ValueId x = m.real("x", 1.0), v = x;
  for (int k = 0; k < 300000; ++k)
    v = m.g.add(m.g.prim(Prim::Sin, {v}), x);
  EXPECT_GT(m.value(v), 1.0);
  // A chain of sums, each of which needs the one before inside its loop.
  ValueId n = m.whole("n", 2);
  v = x;
  for (int k = 0; k < 2000; ++k)
    v = m.reduce(ReduceOp::Sum, m.g.integer(1), n,
                 [&](ValueId i) { return m.g.div(m.g.mul(v, m.g.toReal(i)), m.g.real(3.0)); });
  EXPECT_NEAR(m.value(v), 1.0, 1e-9);
}

TEST(Interpreter, SharedValuesAreComputedOnce) {
  // x -> x + x, 60 times over: 2^60 additions if anything were computed twice.
  Model m;
  ValueId v = m.real("x", 1.0);
  for (int k = 0; k < 60; ++k)
    v = m.g.add(m.g.prim(Prim::Abs, {v}), v);
  EXPECT_EQ(m.value(v), std::ldexp(1.0, 60));
}

} // namespace
