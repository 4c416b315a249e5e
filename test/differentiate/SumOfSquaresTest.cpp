//===- SumOfSquaresTest.cpp - residuals of least squares ---------------------------===//
//
// Half the squares of the residuals are the objective, up to a constant; what is not
// a sum of squares has none.
//
//===--------------------------------------------------------------------===//

#include "differentiate/SumOfSquares.h"
#include "Derived.h"

#include <functional>

using namespace gradus;
using namespace gradus::differentiate;

namespace {

struct Fit : Derived {
  ValueId a = real("a", 1.5), b = real("b", -0.7), p = real("p", 2.5), q = real("q", 0.5);
  ValueId x = vector("x", {1, 2, 4, -1}), y = vector("y", {0.5, 3, 1, 2});
  std::vector<ValueId> unknowns{a, b};
  ValueId residual(ValueId i) { return g.sub(g.add(a, g.mul(b, at(x, i))), at(y, i)); }
  ValueId square(ValueId v) { return g.prim(Prim::Powi, {v, g.integer(2)}); }
  ValueId squares() {
    return reduce(ReduceOp::Sum, one, last(x), [&](ValueId i) { return square(residual(i)); });
  }
};

using Made = std::function<ValueId(Fit &)>;

double halfSquares(Fit &m, const std::vector<ValueId> &all) {
  double sum = 0;
  for (ValueId r : all)
    for (double v : m.values(r))
      sum += 0.5 * v * v;
  return sum;
}

void expectSquares(const Made &make, size_t parts) {
  Fit m;
  ValueId f = make(m);
  auto all = residuals(m.g, f, m.unknowns);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), parts);
  const double rest = m.values(f)[0] - halfSquares(m, *all);
  for (double a : {0.25, -3.0})
    for (double b : {2.0, 0.125}) {
      m.env.setReal(m.a, a);
      m.env.setReal(m.b, b);
      EXPECT_NEAR(m.values(f)[0] - halfSquares(m, *all), rest, 1e-12) << a << " " << b;
    }
}

void expectNone(const Made &make) {
  Fit m;
  ValueId f = make(m);
  EXPECT_FALSE(residuals(m.g, f, m.unknowns));
  EXPECT_FALSE(residualScale(m.g, f, m.unknowns));
}

TEST(SumOfSquares, Sums) {
  expectSquares([](Fit &m) { return m.squares(); }, 1);
  expectSquares([](Fit &m) { return m.g.div(m.squares(), m.p); }, 1);
  expectSquares([](Fit &m) { return m.g.mul(m.g.real(3), m.squares()); }, 1);
  expectSquares([](Fit &m) { return m.g.mul(m.squares(), m.p); }, 1);
  expectSquares([](Fit &m) { return m.g.add(m.squares(), m.g.mul(m.p, m.square(m.a))); }, 2);
  expectSquares([](Fit &m) { return m.g.sub(m.squares(), m.g.mul(m.p, m.q)); }, 1);
  expectSquares([](Fit &m) { return m.g.add(m.g.mul(m.p, m.q), m.squares()); }, 1);
}

TEST(SumOfSquares, Squares) {
  expectSquares([](Fit &m) { ValueId r = m.g.sub(m.a, m.b); return m.g.mul(r, r); }, 1);
  expectSquares([](Fit &m) { return m.g.prim(Prim::Powi, {m.g.add(m.a, m.q), m.g.integer(4)}); }, 1);
  expectSquares([](Fit &m) {
    ValueId weight = m.g.prim(Prim::Exp, {m.g.neg(m.p)});
    return m.g.mul(m.square(m.g.prim(Prim::Sin, {m.a})), weight);
  }, 1);
}

TEST(SumOfSquares, Weights) {
  auto weighted = [](auto weight) {
    return [weight](Fit &m) { return m.g.mul(weight(m), m.square(m.g.sub(m.a, m.q))); };
  };
  expectSquares(weighted([](Fit &m) { return m.g.add(m.p, m.q); }), 1);
  expectSquares(weighted([](Fit &m) { return m.g.div(m.p, m.q); }), 1);
  expectSquares(weighted([](Fit &m) { return m.g.prim(Prim::Powi, {m.g.neg(m.p), m.g.integer(2)}); }), 1);
  expectSquares(weighted([](Fit &m) { return m.g.prim(Prim::Powi, {m.p, m.g.integer(3)}); }), 1);
  expectSquares(weighted([](Fit &m) { return m.g.prim(Prim::Sqrt, {m.p}); }), 1);
  expectSquares(weighted([](Fit &m) { return m.g.prim(Prim::Abs, {m.p}); }), 1);
  expectSquares(weighted([](Fit &m) { return m.g.toReal(m.last(m.x)); }), 1);
  expectNone(weighted([](Fit &m) { return m.g.real(-1); }));
  expectNone(weighted([](Fit &m) { return m.g.sub(m.p, m.q); }));
  expectNone(weighted([](Fit &m) { return m.g.mul(m.p, m.g.real(-2)); }));
  expectNone(weighted([](Fit &m) { return m.g.prim(Prim::Sin, {m.p}); }));
  expectNone(weighted([](Fit &m) { return m.at(m.x, m.one); }));
  expectNone(weighted([](Fit &m) { return m.b; }));
}

TEST(SumOfSquares, Loops) {
  // Of two indices, and where a condition holds.
  expectSquares([](Fit &m) {
    return m.reduce(ReduceOp::Sum, m.one, m.last(m.x), [&](ValueId i) {
      return m.reduce(ReduceOp::Sum, m.one, m.g.integer(3), [&](ValueId j) {
        return m.square(m.g.sub(m.residual(i), m.g.toReal(j)));
      });
    });
  }, 1);
  expectSquares([](Fit &m) {
    return m.reduceWhere(ReduceOp::Sum, m.one, m.last(m.x),
                         [&](ValueId i) { return m.g.less(m.g.real(0), m.at(m.x, i)); },
                         [&](ValueId i) { return m.square(m.residual(i)); });
  }, 1);
  Fit m; // what does not count has the residual 0
  ValueId f = m.reduceWhere(ReduceOp::Sum, m.one, m.last(m.x),
                            [&](ValueId i) { return m.g.less(m.g.real(3), m.at(m.x, i)); },
                            [&](ValueId i) { return m.square(m.residual(i)); });
  const Doubles r = m.values(residuals(m.g, f, m.unknowns)->at(0));
  EXPECT_EQ((Doubles{r[0], r[1], r[3]}), (Doubles{0, 0, 0}));
  expectNone([](Fit &m) { // the inner range depends on i
    return m.reduce(ReduceOp::Sum, m.one, m.last(m.x), [&](ValueId i) {
      return m.reduce(ReduceOp::Sum, m.one, i,
                      [&](ValueId j) { return m.square(m.g.sub(m.residual(i), m.g.toReal(j))); });
    });
  });
  expectNone([](Fit &m) {
    return m.reduce(ReduceOp::Max, m.one, m.last(m.x),
                    [&](ValueId i) { return m.square(m.residual(i)); });
  });
}

TEST(SumOfSquares, WhatIsNone) {
  expectNone([](Fit &m) { return m.a; });
  expectNone([](Fit &m) { return m.p; });
  expectNone([](Fit &m) { return m.g.mul(m.p, m.q); });
  expectNone([](Fit &m) { return m.g.sub(m.squares(), m.square(m.a)); });
  expectNone([](Fit &m) { return m.g.sub(m.g.mul(m.p, m.q), m.square(m.a)); });
  expectNone([](Fit &m) { return m.g.mul(m.a, m.b); });
  expectNone([](Fit &m) { return m.g.div(m.square(m.a), m.b); });
  expectNone([](Fit &m) { return m.g.div(m.square(m.a), m.g.sub(m.p, m.q)); });
  expectNone([](Fit &m) { return m.g.prim(Prim::Powi, {m.a, m.g.integer(3)}); });
  expectNone([](Fit &m) { return m.g.prim(Prim::Powi, {m.a, m.g.integer(-2)}); });
  expectNone([](Fit &m) { return m.g.prim(Prim::Exp, {m.a}); });
  expectNone([](Fit &m) { return m.g.add(m.squares(), m.a); });
}

TEST(SumOfSquares, ScaleOutsideOfTheSum) {
  auto scale = [](const Made &make) -> Doubles {
    Fit m;
    auto found = residualScale(m.g, make(m), m.unknowns);
    return found ? m.values(*found) : Doubles{};
  };
  EXPECT_EQ(scale([](Fit &m) { return m.squares(); }), Doubles{1});
  EXPECT_EQ(scale([](Fit &m) { return m.g.mul(m.p, m.squares()); }), Doubles{2.5});
  EXPECT_EQ(scale([](Fit &m) { return m.g.div(m.squares(), m.q); }), Doubles{2});
  // What stands in the sum is a part of the residuals.
  EXPECT_EQ(scale([](Fit &m) {
    return m.g.mul(m.p, m.reduce(ReduceOp::Sum, m.one, m.last(m.x), [&](ValueId i) {
      return m.g.mul(m.g.real(3), m.square(m.residual(i)));
    }));
  }), Doubles{2.5});
  EXPECT_EQ(scale([](Fit &m) {
    return m.g.add(m.g.mul(m.p, m.squares()), m.g.mul(m.p, m.square(m.a)));
  }), Doubles{2.5});
  EXPECT_EQ(scale([](Fit &m) { return m.g.add(m.g.mul(m.p, m.squares()), m.square(m.a)); }),
            Doubles{});
}

} // namespace
