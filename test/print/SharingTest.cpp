//===- SharingTest.cpp - long and deep expressions stay readable ----------------------===//

#include "Course.h"

#include "print/Number.h"

#include <cmath>

#include <fmt/format.h>

namespace gradus::print {

namespace {

ir::ValueId argument(ir::Graph &g, const char *name) {
  return g.input({name, {ir::Kind::Real, 0}, ir::InputRole::Argument, {}});
}

size_t deepestBracket(const std::string &text) {
  size_t depth = 0, deepest = 0;
  for (char c : text) {
    if (c == '(' || c == '[' || c == '{')
      deepest = std::max(deepest, ++depth);
    if (c == ')' || c == ']' || c == '}')
      --depth;
  }
  return deepest;
}

} // namespace

TEST(Sharing, RepeatedPartsGetNames) {
  EXPECT_EQ(simplified("f(a, b, c) = { let t = sin(a*b + c)*exp(b)*log(c + a*b)*cosh(a - b); "
                       "sqrt(1 + t) + cos(2 + t) }"),
            "{ let t1 = cosh(a - b)*exp(b)*log(a*b + c)*sin(a*b + c); "
            "cos(t1 + 2) + sqrt(t1 + 1) }");
}

TEST(Sharing, RepeatedSquaring) {
  ir::Graph g;
  ir::ValueId x = argument(g, "x");
  for (int k = 0; k < 60; ++k)
    x = g.mul(x, x);
  EXPECT_EQ(toText(g, simplifyForPeople(g, x)), "x^1152921504606846976");
  EXPECT_LT(toText(g, x).size(), 2000u);
}

TEST(Sharing, ChainsOfSharedFunctions) {
  ir::Graph g;
  ir::ValueId x = argument(g, "x");
  for (int k = 0; k < 60; ++k)
    x = g.add(g.prim(ir::Prim::Sin, {x}), g.mul(g.real(2), g.prim(ir::Prim::Cos, {x})));
  std::string text = toText(g, simplifyForPeople(g, x));
  EXPECT_LT(text.size(), 4000u);
  EXPECT_LT(deepestBracket(text), 200u);
  EXPECT_LT(toText(g, x).size(), 4000u);
}

TEST(Sharing, DeepExpressionsNestLittle) {
  ir::Graph g;
  ir::ValueId x = argument(g, "x");
  for (int k = 0; k < 100000; ++k)
    x = g.prim(k % 2 ? ir::Prim::Sin : ir::Prim::Exp, {x});
  std::string text = toText(g, simplifyForPeople(g, x));
  EXPECT_LT(deepestBracket(text), 200u);
  EXPECT_LT(toLatex(g, x).size(), 10u * text.size());
}

TEST(Sharing, LongSums) {
  ir::Graph g;
  ir::ValueId x = argument(g, "x"), sum = x;
  for (int k = 1; k < 100000; ++k)
    sum = g.add(sum, g.prim(ir::Prim::Sin, {g.mul(g.real(k), x)}));
  std::string text = toText(g, simplifyForPeople(g, sum));
  EXPECT_EQ(text.substr(0, 24), "x + sin(x) + sin(2*x) + ");
}

TEST(Sharing, SumsOfSharedSums) {
  ir::Graph g;
  ir::ValueId a = argument(g, "a"), b = argument(g, "b");
  for (int k = 0; k < 200; ++k) {
    ir::ValueId c = g.add(g.add(a, b), argument(g, ("c" + std::to_string(k)).c_str()));
    a = b;
    b = c;
  }
  EXPECT_LT(toText(g, b).size(), 20000u);
  EXPECT_LT(toText(g, simplifyForPeople(g, b)).size(), 20000u);
}

TEST(Sharing, LayersOfArrays) {
  std::string text = "fn f(x[n], w[n,n]) = { ";
  for (int k = 0; k < 30; ++k)
    text += fmt::format("let h{}[i in 1..n] = tanh(sum(j in 1..n) w[i,j]*{}[j])\n", k + 1,
                        k == 0 ? "x" : fmt::format("h{}", k));
  Course course(text + "sum(i in 1..n) h30[i]^2 }");
  ASSERT_TRUE(course.valid()) << course.errors();
  EXPECT_LT(course.value().size(), 5000u);
  EXPECT_LT(course.derivative("x[k]").size(), 60000u);
}

TEST(Names, IndicesDoNotClash) {
  EXPECT_EQ(simplified("f(i, x[n]) = i * sum(k in 1..n) x[k]"), "i * sum(k in 1..n) x[k]");
  ir::Graph g;
  ir::ValueId one = g.integer(1), n = g.input({"i", {ir::Kind::Int, 0}, ir::InputRole::Size, {}});
  ir::ShapeId shape = g.shape({{one, n}});
  ir::ValueId x = g.input({"x", {ir::Kind::Real, shape}, ir::InputRole::Argument, {}});
  ir::ValueId s = g.newSymbol(one, n, "i"), t = g.newSymbol(one, n, "i");
  ir::ValueId body = g.mul(g.at(x, {&s, 1}), g.prim(ir::Prim::Sin, {g.at(x, {&t, 1})}));
  body = g.add(body, g.mul(g.at(x, {&t, 1}), g.at(x, {&s, 1})));
  ir::ValueId inner = g.reduce(ir::ReduceOp::Sum, t, one, n, g.boolean(true), body);
  ir::ValueId outer = g.reduce(ir::ReduceOp::Sum, s, one, n, g.boolean(true), inner);
  EXPECT_EQ(toText(g, outer), "sum(j in 1..i, k in 1..i) (x[j]*x[k] + x[j]*sin(x[k]))");
}

TEST(Numbers, Exact) {
  EXPECT_EQ(Number::of(1.0 / 3), Number::fraction(1, 3));
  EXPECT_EQ(Number::of(0.1) + Number::of(0.2), Number::fraction(3, 10));
  EXPECT_EQ(Number::of(9.81), Number::fraction(981, 100));
  EXPECT_FALSE(Number::of(std::sqrt(2.0)).exact());
  EXPECT_EQ(Number::of(0.1 + 0.2), Number::fraction(3, 10));
  EXPECT_EQ(Number::of(1.0 / 3 - 1), Number::fraction(-2, 3));
  EXPECT_EQ(Number::of(1e300).value(), 1e300);
  EXPECT_EQ(*Number::fraction(4, 9).power(Number::fraction(-1, 2)), Number::fraction(3, 2));
  EXPECT_FALSE(Number(2).power(Number::fraction(1, 2)));
  EXPECT_EQ((Number(int64_t(1) << 53) * Number(int64_t(1) << 53)).value(), std::pow(2.0, 106));
}

} // namespace gradus::print
