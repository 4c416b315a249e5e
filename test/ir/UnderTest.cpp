//===- UnderTest.cpp - what lies under nodes ----------------------------------===//
#include "ir/Under.h"

#include <gtest/gtest.h>

using namespace gradus::ir;

namespace {

TEST(Under, VisitsUsersFirstAndEachOnce) {
  Graph g;
  const Type real{Kind::Real, 0};
  std::vector<ValueId> chain{g.input({"x", real, InputRole::Argument, {}})};
  for (int k = 0; k < 200; ++k)
    chain.push_back(g.mul(chain.back(), g.prim(Prim::Sin, {chain.back()})));
  ValueId other = g.prim(Prim::Exp, {chain.back()});
  const ValueId roots[] = {chain[100], chain[150]};
  std::vector<ValueId> seen;
  EXPECT_FALSE(anyUnder(g, roots, [&](ValueId v) {
    seen.push_back(v);
    return v == other;
  }));
  EXPECT_EQ(seen.size(), 301u); // x, and a sine and a product for each of 150
  EXPECT_EQ(seen.front(), chain[150]);
  EXPECT_EQ(seen.back(), chain[0]);
  EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend()));
  size_t count = 0;
  EXPECT_TRUE(anyUnder(g, roots, [&](ValueId v) { return ++count, v == chain[140]; }));
  EXPECT_EQ(count, 21u); // not what lies below
}

TEST(Under, SeesBoundTerms) {
  Graph g;
  ValueId one = g.integer(1), i = g.newSymbol(one, g.integer(9));
  ValueId sum = g.reduce(ReduceOp::Sum, i, one, g.integer(9), g.boolean(true),
                         g.prim(Prim::Sin, {g.toReal(i)}));
  EXPECT_TRUE(anyUnder(g, {&sum, 1}, [&](ValueId v) {
    return g.node(v).op == Op::Prim && g.node(v).prim() == Prim::Sin;
  }));
}

} // namespace
