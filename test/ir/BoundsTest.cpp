//===- BoundsTest.cpp - whole numbers that are not negative -------------------===//

#include "ir/Bounds.h"

#include <gtest/gtest.h>

using namespace gradus::ir;

namespace {

TEST(Bounds, EndsOfRangesCancelCases) {
  Graph g;
  const ValueId n = g.input({"n", {Kind::Int, 0}, InputRole::Size, {}});
  const ValueId k = g.input({"k", {Kind::Int, 0}, InputRole::Argument, {}});
  const ValueId one = g.integer(1);
  // i in 1..n + 4*max(k, 0) + 8: as many as there are unknowns and constraints.
  const ValueId many = g.mul(g.integer(4), g.prim(Prim::Max, {k, g.integer(0)}));
  const ValueId hi = g.add(g.add(n, many), g.integer(8));
  const ValueId i = g.newSymbol(one, hi);
  Bounds bounds(g);
  EXPECT_TRUE(bounds.nonNegative(g.sub(hi, i), {}));
  EXPECT_TRUE(bounds.nonNegative(g.sub(i, one), {}));
  EXPECT_FALSE(bounds.nonNegative(g.sub(g.sub(hi, i), one), {}));
  EXPECT_FALSE(bounds.nonNegative(g.sub(g.sub(hi, many), i), {}));
  // Both sides of a minimum.
  const ValueId least = g.prim(Prim::Min, {k, n});
  const ValueId j = g.newSymbol(one, least);
  EXPECT_TRUE(bounds.nonNegative(g.sub(least, j), {}));
  EXPECT_TRUE(bounds.nonNegative(g.sub(n, j), {}));
  EXPECT_TRUE(bounds.nonNegative(g.sub(k, j), {}));
  EXPECT_FALSE(bounds.nonNegative(g.sub(j, g.integer(2)), {}));
}

} // namespace
