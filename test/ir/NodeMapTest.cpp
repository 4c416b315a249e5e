//===- NodeMapTest.cpp - tables by node ---------------------------------------===//
#include "ir/Graph.h"

#include <gtest/gtest.h>

#include <map>

using namespace gradus::ir;

namespace {

TEST(NodeMap, AgreesWithAMap) {
  NodeMap<int> table;
  std::map<uint32_t, int> expected;
  uint32_t random = 1;
  for (int k = 0; k < 5000; ++k) {
    random = random * 1664525 + 1013904223;
    const uint32_t v = random >> 20; // 4096 of them: many come again
    const bool fresh = expected.emplace(v, k).second;
    ASSERT_EQ(table.emplace(ValueId{v}, k).second, fresh);
    ASSERT_EQ(table.size(), expected.size());
  }
  for (uint32_t v = 0; v < 4096; ++v) {
    ASSERT_EQ(table.count({v}), expected.count(v));
    if (expected.count(v)) {
      ASSERT_EQ(table.at({v}), expected[v]);
    }
  }
}

TEST(NodeMap, KeepsTheOrder) {
  NodeMap<int> table{{ValueId{7}, 1}, {ValueId{3}, 2}, {ValueId{7}, 3}};
  table[{5}] = 4;
  std::vector<std::pair<ValueId, int>> entries(table.begin(), table.end());
  const std::vector<std::pair<ValueId, int>> expected{
      {ValueId{7}, 1}, {ValueId{3}, 2}, {ValueId{5}, 4}};
  EXPECT_EQ(entries, expected);
  EXPECT_EQ(table.find({4}), table.end());
}

/// What two roots have in common becomes one node, in loops too.
TEST(Substitute, TakesSeveralRoots) {
  Graph g;
  const Type real{Kind::Real, 0};
  ValueId x = g.input({"x", real, InputRole::Argument, {}});
  ValueId y = g.input({"y", real, InputRole::Argument, {}});
  ValueId one = g.integer(1), nine = g.integer(9);
  ValueId i = g.newSymbol(one, nine);
  ValueId sum = g.reduce(ReduceOp::Sum, i, one, nine, g.boolean(true),
                         g.mul(g.toReal(i), g.prim(Prim::Sin, {x})));
  ValueId a = g.add(sum, g.real(1)), b = g.mul(sum, y), untouched = g.neg(y);
  ValueId *const roots[] = {&a, &b, &untouched};
  g.substitute(roots, Substitution{{x, y}});
  ValueId expected = g.reduce(ReduceOp::Sum, i, one, nine, g.boolean(true),
                              g.mul(g.toReal(i), g.prim(Prim::Sin, {y})));
  EXPECT_EQ(a, g.add(expected, g.real(1)));
  EXPECT_EQ(b, g.mul(expected, y));
  EXPECT_EQ(untouched, g.neg(y));
}

} // namespace
