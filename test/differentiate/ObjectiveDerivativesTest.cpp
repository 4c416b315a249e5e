//===- ObjectiveDerivativesTest.cpp - derivatives that several ask for --------===//
#include "differentiate/ObjectiveDerivatives.h"

#include <gtest/gtest.h>

using namespace gradus;
using namespace gradus::ir;
using differentiate::ObjectiveDerivatives;
using differentiate::Storing;

namespace {

struct Model {
  Graph g;
  ValueId x = g.input({"x", {Kind::Real, 0}, InputRole::Unknown, {}});
  ValueId y = g.input({"y", {Kind::Real, 0}, InputRole::Unknown, {}});
  std::vector<ValueId> unknowns{x, y};
};

TEST(ObjectiveDerivatives, AreMadeOnce) {
  Model m;
  ValueId f = m.g.mul(m.g.prim(Prim::Sin, {m.x}), m.y);
  ObjectiveDerivatives d(m.g, f, m.unknowns);
  EXPECT_EQ(d.gradient(Storing::Dear), differentiate::gradient(m.g, f, m.unknowns));
  const std::vector<ValueId> directions = d.directions(), products = d.products(Storing::States);
  ASSERT_EQ(directions.size(), 2u);
  EXPECT_EQ(m.g.inputOf(directions[1]).name, "v_y");
  EXPECT_EQ(products, differentiate::pushforward(m.g, d.gradient(Storing::States), m.unknowns,
                                                 directions));
  const size_t nodes = m.g.size();
  EXPECT_EQ(d.products(Storing::Tangents), products);
  EXPECT_EQ(d.directions(), directions);
  EXPECT_EQ(m.g.size(), nodes);
}

TEST(ObjectiveDerivatives, BelongToOneObjective) {
  Model m;
  ObjectiveDerivatives d(m.g, m.x, m.unknowns);
  EXPECT_TRUE(d.areOf(m.x, m.unknowns));
  EXPECT_FALSE(d.areOf(m.y, m.unknowns));
  EXPECT_FALSE(d.areOf(m.x, {m.y, m.x}));
}

} // namespace
