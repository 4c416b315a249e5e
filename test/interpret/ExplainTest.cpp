//===- ExplainTest.cpp - where a nan comes from ---------------------------------===//

#include "Evaluated.h"

#include <cmath>

using namespace gradus;
using namespace gradus::interpret;
using ir::Prim;
using ir::ReduceOp;
using ir::ValueId;

namespace {

TEST(Explain, NothingWhereAllIsFinite) {
  Model m;
  EXPECT_FALSE(m.explain(m.g.prim(Prim::Log, {m.real("x", 2)})).has_value());
}

TEST(Explain, NamesThePrimitiveAndItsOperands) {
  Model m;
  m.g.setRange({0, 5, 11});
  ValueId bad = m.g.prim(Prim::Log, {m.real("x", -1)});
  m.g.setRange({0, 0, 20});
  auto why = m.explain(m.g.add(m.g.prim(Prim::Exp, {bad}), m.real("y", 1)));
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->node, bad);
  EXPECT_EQ(why->operation, "log");
  EXPECT_EQ(why->range, (SourceRange{0, 5, 11}));
  EXPECT_EQ(why->operands, std::vector<double>{-1});
  EXPECT_TRUE(std::isnan(why->value));
}

TEST(Explain, PassesOverInfinitiesThatDoNoHarm) {
  Model m;
  ValueId x = m.real("x", -1000);
  // 1/(1 + exp(1000)) is 0: the exponential overflows without harm.
  ValueId fine = m.g.div(m.g.real(1), m.g.add(m.g.real(1), m.g.prim(Prim::Exp, {m.g.neg(x)})));
  auto why = m.explain(m.g.add(fine, m.g.prim(Prim::Sqrt, {x})));
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->operation, "sqrt");
}

TEST(Explain, FindsTheTermOfASum) {
  Model m;
  ValueId x = m.matrix("A", 2, 3, {1, 2, 3, 4, -5, 6});
  ValueId sum = m.reduce(ReduceOp::Sum, m.g.integer(1), m.g.integer(2), [&](ValueId i) {
    return m.reduce(
        ReduceOp::Sum, m.g.integer(1), m.g.integer(3),
        [&](ValueId j) { return m.g.prim(Prim::Sqrt, {m.at(x, {i, j})}); }, "j");
  });
  auto why = m.explain(sum);
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->operation, "sqrt");
  EXPECT_EQ(why->operands, std::vector<double>{-5});
  EXPECT_EQ(why->indices, (IndexValues{{"i", 2}, {"j", 2}}));
}

TEST(Explain, GoesThroughArraysToTheInput) {
  Model m;
  ValueId x = m.array("x", 0, {1, NAN, 3});
  ValueId logs = m.g.keep(m.build(m.g.integer(0), m.g.integer(2),
                                  [&](ValueId i) { return m.g.prim(Prim::Exp, {m.at(x, {i})}); }));
  auto why = m.explain(m.reduce(
      ReduceOp::Sum, m.g.integer(0), m.g.integer(2), [&](ValueId k) { return m.at(logs, {k}); },
      "k"));
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->operation, "x[1]");
  why = m.explain(m.g.neg(m.real("y", INFINITY)));
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->operation, "y");
}

TEST(Explain, ASumCanOverflowOfItself) {
  Model m;
  ValueId x = m.array("x", 1, {1e308, 1e308});
  auto why = m.explain(m.reduce(ReduceOp::Sum, m.g.integer(1), m.g.integer(2),
                                [&](ValueId i) { return m.at(x, {i}); }));
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->operation, "sum");
  EXPECT_EQ(why->value, INFINITY);
}

TEST(Explain, FindsTheElementOfAnArrayThatIsSpoiled) {
  Model m;
  ValueId x = m.array("x", 1, {4, 0, 9});
  ir::ShapeId shape = m.g.type(x).shape;
  ValueId gradient = m.reduce(ReduceOp::Sum, m.g.integer(1), m.g.integer(3), [&](ValueId i) {
    return m.g.put(shape, {&i, 1}, m.g.div(m.g.real(0.5), m.g.prim(Prim::Sqrt, {m.at(x, {i})})));
  });
  auto why = m.explain(gradient);
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->operation, "/");
  EXPECT_EQ(why->operands, (std::vector<double>{0.5, 0}));
  EXPECT_EQ(why->indices, (IndexValues{{"i", 2}}));
}

TEST(Explain, FollowsTheBranchThatIsTaken) {
  Model m;
  ValueId x = m.real("x", -2);
  ValueId positive = m.g.less(m.g.real(0), x);
  ValueId v = m.g.select(positive, m.g.prim(Prim::Log, {x}), m.g.prim(Prim::Acosh, {x}));
  auto why = m.explain(v);
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->operation, "acosh");
}

} // namespace
