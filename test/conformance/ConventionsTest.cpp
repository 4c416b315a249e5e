//===- ConventionsTest.cpp - kinks, edges and whole rows --------------------------===//
//
// What differences cannot tell: the derivative that is a convention, at kinks,
// ties and ends of domains, and the rows without real numbers.
//
//===--------------------------------------------------------------------===//

#include "differentiate/Differentiate.h"
#include "interpret/Interpreter.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace gradus;
using ir::Graph;
using ir::Kind;
using ir::Prim;
using ir::ValueId;

namespace {

const double infinity = INFINITY;

interpret::Result<double> evaluate(Graph &g, const interpret::Environment<double> &env,
                                   ValueId root) {
  interpret::Interpreter<double> interpreter(g, env);
  interpret::Result<double> out;
  interpret::EvalError error;
  EXPECT_TRUE(interpreter.evaluate(root, out, error)) << error.message;
  return out;
}

/// f(x) or f(x, y) over Real arguments, and its derivatives.
struct Formula {
  Graph g;
  interpret::Environment<double> env;
  std::vector<ValueId> x;
  ValueId f;

  template <class Make> Formula(std::vector<double> at, Make make) {
    for (double v : at) {
      x.push_back(g.input({"x", {Kind::Real, 0}, ir::InputRole::Argument, {}}));
      env.setReal(x.back(), v);
    }
    f = make(g, x);
  }
  double value() { return evaluate(g, env, f).real; }
  double first(unsigned i = 0) { return evaluate(g, env, slope(f, i)).real; }
  double second(unsigned i = 0, unsigned j = 0) {
    return evaluate(g, env, slope(slope(f, i), j)).real;
  }

private:
  ValueId slope(ValueId v, unsigned i) { return differentiate::gradient(g, v, {&x[i], 1})[0]; }
};

Formula of(Prim p, std::vector<double> at) {
  return {std::move(at), [p](Graph &g, const std::vector<ValueId> &x) { return g.prim(p, x); }};
}
/// x^c with a constant, or a whole constant, for an exponent.
Formula power(double x, double c) {
  return {{x}, [c](Graph &g, const std::vector<ValueId> &v) {
            return g.prim(Prim::Pow, {v[0], g.real(c)});
          }};
}
Formula wholePower(double x, int64_t n) {
  return {{x}, [n](Graph &g, const std::vector<ValueId> &v) {
            return g.prim(Prim::Powi, {v[0], g.integer(n)});
          }};
}

TEST(Kinks, PiecesHaveTheMiddleSlope) {
  EXPECT_EQ(of(Prim::Abs, {0.0}).first(), 0);
  EXPECT_EQ(of(Prim::Abs, {-0.0}).first(), 0);
  EXPECT_EQ(of(Prim::Relu, {0.0}).first(), 0.5);
  EXPECT_EQ(of(Prim::Relu, {1.0}).first(), 1);
  EXPECT_EQ(of(Prim::Relu, {-1.0}).first(), 0);
  for (Prim p : {Prim::Sign, Prim::Floor, Prim::Ceil, Prim::Round})
    for (double at : {0.0, 0.5, 1.0, -2.3})
      EXPECT_EQ(of(p, {at}).first(), 0);
}

TEST(Kinks, TiesShareEqually) {
  for (Prim p : {Prim::Max, Prim::Min})
    for (unsigned i : {0u, 1u}) {
      EXPECT_EQ(of(p, {3, 3}).first(i), 0.5);
      EXPECT_EQ(of(p, {0.0, -0.0}).first(i), 0.5);
    }
  EXPECT_EQ(of(Prim::Max, {3, 2}).first(0), 1);
  EXPECT_EQ(of(Prim::Max, {3, 2}).first(1), 0);
  EXPECT_EQ(of(Prim::Min, {3, 2}).first(1), 1);
  EXPECT_TRUE(std::isnan(of(Prim::Max, {NAN, 2}).value()));
  EXPECT_TRUE(std::isnan(of(Prim::Min, {2, NAN}).value()));
  EXPECT_TRUE(std::signbit(of(Prim::Min, {0.0, -0.0}).value()));
  EXPECT_FALSE(std::signbit(of(Prim::Max, {-0.0, 0.0}).value()));
}

TEST(Kinks, RootsAreSteepAtZero) {
  EXPECT_EQ(of(Prim::Sqrt, {0.0}).first(), infinity);
  EXPECT_EQ(of(Prim::Cbrt, {0.0}).first(), infinity);
  EXPECT_EQ(of(Prim::Cbrt, {-0.0}).first(), infinity);
  EXPECT_EQ(of(Prim::Log, {0.0}).first(), infinity);
  EXPECT_EQ(of(Prim::Asin, {1.0}).first(), infinity);
  EXPECT_EQ(of(Prim::Acos, {-1.0}).first(), -infinity);
  EXPECT_EQ(of(Prim::Acosh, {1.0}).first(), infinity);
  EXPECT_EQ(of(Prim::Atanh, {-1.0}).first(), infinity);
}

TEST(Kinks, NormsAtTheOrigin) {
  EXPECT_EQ(of(Prim::Hypot, {0, 0}).first(0), 0);
  EXPECT_EQ(of(Prim::Hypot, {0, 0}).first(1), 0);
  auto root = [](Graph &g, const std::vector<ValueId> &x) {
    return g.prim(Prim::Sqrt, {g.mul(x[0], x[0])});
  };
  EXPECT_EQ(Formula({0.0}, root).first(), 0);
  EXPECT_EQ(Formula({-2.0}, root).first(), -1);
  auto square = [](Graph &g, const std::vector<ValueId> &x) {
    return g.prim(Prim::Powi, {g.prim(Prim::Abs, {x[0]}), g.integer(2)});
  };
  EXPECT_EQ(Formula({0.0}, square).first(), 0);
  EXPECT_EQ(Formula({0.0}, square).second(), 2);
  auto squaredNorm = [](Graph &g, const std::vector<ValueId> &x) {
    return g.prim(Prim::Powi, {g.prim(Prim::Hypot, x), g.integer(2)});
  };
  EXPECT_EQ(Formula({0, 0}, squaredNorm).first(0), 0);
  EXPECT_TRUE(std::isnan(of(Prim::Atan2, {0, 0}).first(0)));
  EXPECT_EQ(of(Prim::Atan2, {0, 0}).value(), 0);
}

TEST(Powers, WithAWholeConstant) {
  EXPECT_EQ(wholePower(0, 0).value(), 1);
  EXPECT_EQ(wholePower(0, 0).first(), 0);
  EXPECT_EQ(wholePower(5, 1).first(), 1);
  EXPECT_EQ(wholePower(-1, 2).first(), -2);
  EXPECT_EQ(wholePower(0, 2).first(), 0);
  EXPECT_EQ(wholePower(0, 2).second(), 2);
  EXPECT_EQ(wholePower(-3, 3).first(), 27);
  EXPECT_EQ(wholePower(2, -1).first(), -0.25);
}

TEST(Powers, WithARealConstant) {
  EXPECT_TRUE(std::isnan(power(-1, 1.875).value()));
  EXPECT_EQ(power(0, 1.875).first(), 0);
  EXPECT_EQ(power(0, 1).first(), 1);
  EXPECT_EQ(power(0, 0.5).first(), infinity);
  EXPECT_EQ(power(0, 0.1).first(), infinity); // 0.1 - 1 is rounded
  EXPECT_EQ(power(0, 0).first(), 0);
  EXPECT_EQ(power(0, 0).value(), 1);
  EXPECT_EQ(power(0, -0.5).first(), -infinity);
  EXPECT_EQ(power(-1, 2).first(), -2);
}

TEST(Powers, WithTwoVariables) {
  EXPECT_EQ(of(Prim::Pow, {-1, 2}).first(0), -2);
  EXPECT_EQ(of(Prim::Pow, {0, 2}).first(0), 0);
  EXPECT_EQ(of(Prim::Pow, {0, 2}).first(1), 0);
  EXPECT_EQ(of(Prim::Pow, {0, 0}).value(), 1);
  EXPECT_EQ(of(Prim::Pow, {0, 0}).first(0), 0);
  EXPECT_EQ(of(Prim::Pow, {0, 0.1}).first(0), infinity);
  EXPECT_EQ(of(Prim::Pow, {4, 0}).first(0), 0);
  EXPECT_EQ(of(Prim::Pow, {4, 0}).second(0, 1), 0.25);
}

TEST(Branches, TheUntakenOneContributesNothing) {
  auto guarded = [](Graph &g, const std::vector<ValueId> &x) {
    return g.select(g.less(g.real(0), x[0]), g.prim(Prim::Log, {x[0]}), g.real(0));
  };
  for (double at : {0.0, -1.0}) {
    EXPECT_EQ(Formula({at}, guarded).first(), 0);
    EXPECT_EQ(Formula({at}, guarded).second(), 0);
  }
  auto joined = [](Graph &g, const std::vector<ValueId> &x) {
    return g.select(g.lessEqual(x[0], g.real(0)), g.prim(Prim::Exp, {x[0]}),
                    g.add(g.real(1), x[0]));
  };
  EXPECT_EQ(Formula({100}, joined).first(), 1);
  EXPECT_EQ(Formula({1000}, joined).first(), 1);
  EXPECT_EQ(Formula({0}, joined).first(), 1); // at equality, what the condition selects
  EXPECT_EQ(Formula({0}, joined).second(), 1);
}

//--- rows without real operands --------------------------------------------------------

int64_t whole(Prim p, std::vector<int64_t> operands) {
  Graph g;
  interpret::Environment<double> env;
  std::vector<ValueId> x;
  for (int64_t v : operands) {
    x.push_back(g.input({"k", {Kind::Int, 0}, ir::InputRole::Argument, {}}));
    env.setInt(x.back(), v);
  }
  return evaluate(g, env, g.prim(p, x)).whole;
}

int64_t compared(Prim p, double a, double b) {
  Graph g;
  interpret::Environment<double> env;
  std::vector<ValueId> x;
  for (double v : {a, b}) {
    x.push_back(g.input({"x", {Kind::Real, 0}, ir::InputRole::Argument, {}}));
    env.setReal(x.back(), v);
  }
  return evaluate(g, env, g.prim(p, x)).whole;
}

TEST(Wholes, DivisionRoundsDown) {
  EXPECT_EQ(whole(Prim::IntDiv, {7, 2}), 3);
  EXPECT_EQ(whole(Prim::IntDiv, {-7, 2}), -4);
  EXPECT_EQ(whole(Prim::IntDiv, {7, -2}), -4);
  EXPECT_EQ(whole(Prim::Mod, {-7, 2}), 1);
  EXPECT_EQ(whole(Prim::Mod, {7, -2}), -1);
  EXPECT_EQ(whole(Prim::Mod, {6, 3}), 0);
  EXPECT_EQ(whole(Prim::Sign, {-9}), -1);
  EXPECT_EQ(whole(Prim::Max, {-9, 4}), 4);
  EXPECT_EQ(whole(Prim::Add, {INT64_MAX, 1}), INT64_MIN);
}

TEST(Wholes, ComparisonsWithNanAreFalse) {
  for (Prim p : {Prim::Less, Prim::LessEqual, Prim::Equal}) {
    EXPECT_EQ(compared(p, NAN, 1), 0);
    EXPECT_EQ(compared(p, 1, NAN), 0);
  }
  EXPECT_EQ(compared(Prim::NotEqual, NAN, NAN), 1);
  EXPECT_EQ(compared(Prim::LessEqual, 2, 2), 1);
  EXPECT_EQ(compared(Prim::Equal, 0.0, -0.0), 1);
}

TEST(Wholes, Connectives) {
  Graph g;
  interpret::Environment<double> env;
  ValueId yes = g.input({"yes", {Kind::Bool, 0}, ir::InputRole::Argument, {}});
  ValueId no = g.input({"no", {Kind::Bool, 0}, ir::InputRole::Argument, {}});
  env.setBool(yes, true);
  env.setBool(no, false);
  EXPECT_EQ(evaluate(g, env, g.logicalAnd(yes, no)).whole, 0);
  EXPECT_EQ(evaluate(g, env, g.logicalOr(no, yes)).whole, 1);
  EXPECT_EQ(evaluate(g, env, g.logicalNot(no)).whole, 1);
}

} // namespace
