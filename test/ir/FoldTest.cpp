//===- FoldTest.cpp - what construction folds, and what it leaves alone -------------===//

#include "ir/Graph.h"

#include <gtest/gtest.h>

#include <ctime>

using namespace gradus::ir;

namespace {

struct Model {
  Graph g;
  ValueId one = g.integer(1);
  ValueId n = g.input({"n", {Kind::Int, 0}, InputRole::Size, {}});
  ValueId x = g.input({"x", {Kind::Real, g.shape({{one, n}})}, InputRole::Argument, {}});
  ValueId s = g.input({"s", {Kind::Real, 0}, InputRole::Argument, {}});
  ValueId i = g.newSymbol(one, n, "i"), j = g.newSymbol(one, n, "j");

  ValueId at(ValueId array, ValueId index) { return g.at(array, {&index, 1}); }
  ValueId build(ValueId body) {
    const Axis range{one, n};
    return g.build({&i, 1}, {&range, 1}, body);
  }
  ValueId exp(ValueId v) { return g.prim(Prim::Exp, {v}); }
};

TEST(Fold, AnOverflowKeepsTheOperation) {
  Model m;
  ValueId large = m.g.mul(m.n, m.g.integer(INT64_MAX));
  ValueId twice = m.g.prim(Prim::Add, {large, large});
  EXPECT_EQ(m.g.node(twice).prim(), Prim::Add);
  EXPECT_EQ(m.g.node(twice).operandCount, 2u);
  ValueId minus = m.g.neg(m.g.integer(INT64_MIN));
  EXPECT_EQ(m.g.node(minus).operandCount, 1u);
  EXPECT_TRUE(m.g.isInt(m.g.sub(m.g.add(m.n, m.g.integer(3)), m.n), 3));
}

TEST(Fold, OneValueIsNotTwoConstants) {
  Model m;
  auto compare = [&](Prim p, int64_t c) { return m.g.prim(p, {m.i, m.g.integer(c)}); };
  auto is = [&](ValueId v, bool value) { return m.g.isConstant(v) && m.g.boolValue(v) == value; };
  EXPECT_TRUE(is(m.g.logicalAnd(compare(Prim::Equal, 2), compare(Prim::Equal, 5)), false));
  EXPECT_TRUE(is(m.g.logicalOr(compare(Prim::NotEqual, 2), compare(Prim::NotEqual, 5)), true));
  EXPECT_FALSE(m.g.isConstant(m.g.logicalAnd(compare(Prim::NotEqual, 2), compare(Prim::NotEqual, 5))));
  EXPECT_FALSE(m.g.isConstant(m.g.logicalOr(compare(Prim::Equal, 2), compare(Prim::Equal, 5))));
  EXPECT_FALSE(m.g.isConstant(m.g.logicalAnd(
      compare(Prim::Equal, 2), m.g.prim(Prim::Equal, {m.j, m.g.integer(5)}))));
}

TEST(Fold, ElementsOfListsAtFixedPlaces) {
  Model m;
  ValueId elements[] = {m.s, m.g.real(2)};
  ValueId list = m.g.list(elements, m.g.shape({{m.g.integer(0), m.one}}));
  EXPECT_EQ(m.at(list, m.g.integer(0)), m.s);
  EXPECT_EQ(m.at(list, m.one), m.g.real(2));
  for (int64_t outside : {-1, 2})
    EXPECT_EQ(m.g.node(m.at(list, m.g.integer(outside))).op, Op::At);
  EXPECT_EQ(m.g.node(m.at(list, m.n)).op, Op::At);
}

TEST(Fold, WhatIsThereIsNotKept) {
  Model m;
  EXPECT_EQ(m.g.keep(m.x), m.x);
  ValueId kept = m.g.keep(m.build(m.exp(m.at(m.x, m.i))));
  EXPECT_EQ(m.g.node(kept).op, Op::Keep);
  EXPECT_EQ(m.g.keep(kept), kept);
}

/// Elements of comprehensions are written where they are read if that is no dearer.
TEST(Fold, CheapElementsAreReadInPlace) {
  Model m;
  ValueId xi = m.at(m.x, m.i), xj = m.at(m.x, m.j);
  EXPECT_EQ(m.at(m.build(m.g.mul(xi, xi)), m.j), m.g.mul(xj, xj));
  // What does not depend on the index is computed once anyway.
  ValueId invariant = m.exp(m.exp(m.exp(m.exp(m.s))));
  EXPECT_EQ(m.at(m.build(m.g.add(xi, invariant)), m.j), m.g.add(xj, invariant));
  // Whole numbers cost nothing.
  ValueId place = m.i, there = m.j;
  for (int k = 2; k < 8; ++k) {
    place = m.g.prim(Prim::IntDiv, {m.g.mul(place, m.g.integer(7)), m.g.integer(k)});
    there = m.g.prim(Prim::IntDiv, {m.g.mul(there, m.g.integer(7)), m.g.integer(k)});
  }
  EXPECT_EQ(m.at(m.build(m.at(m.x, place)), m.j), m.at(m.x, there));
}

TEST(Fold, DearElementsAreStored) {
  Model m;
  ValueId xi = m.at(m.x, m.i);
  auto stays = [&](ValueId body) {
    EXPECT_EQ(m.g.node(m.at(m.build(body), m.j)).op, Op::At);
  };
  stays(m.exp(m.exp(m.exp(xi))));
  stays(m.g.reduce(ReduceOp::Sum, m.j, m.one, m.n, m.g.boolean(true),
                   m.g.mul(xi, m.at(m.x, m.j))));
  // Many indices, though none costs anything.
  ValueId place = m.i;
  for (int k = 2; k < 40; ++k)
    place = m.g.prim(Prim::IntDiv, {m.g.mul(place, place), m.g.integer(k)});
  stays(m.at(m.x, place));
}

/// The diagonal of an identity is 1, not (if i == i then 1 else 0).
TEST(Fold, OneIndexInTwoPlaces) {
  Model m;
  const ValueId symbols[] = {m.i, m.j};
  const Axis ranges[] = {{m.one, m.n}, {m.one, m.n}};
  ValueId identity = m.g.build(symbols, ranges,
                               m.g.select(m.g.equal(m.i, m.j), m.g.real(1), m.g.real(0)));
  ValueId k = m.g.newSymbol(m.one, m.n, "k");
  const ValueId diagonal[] = {k, k};
  EXPECT_EQ(m.g.at(identity, diagonal), m.g.real(1));
}

/// max(i, j) at j = i is i.
TEST(Fold, AnIndexThatIsReadInsideAlready) {
  Model m;
  const ValueId larger[] = {m.i, m.j};
  const ValueId place[] = {m.g.prim(Prim::Max, larger)}, symbols[] = {m.j}, at[] = {m.i};
  const Axis ranges[] = {{m.one, m.n}};
  ValueId row = m.g.build(symbols, ranges, m.g.at(m.x, place));
  EXPECT_EQ(m.g.at(row, at), m.g.at(m.x, at));
}

// A third derivative of a Cholesky factor opens tens of thousands of binders.
TEST(Graph, ManySymbolsTakeAMomentEach) {
  Model m;
  const std::clock_t begin = std::clock();
  ValueId before = m.i;
  for (int k = 0; k < 100000; ++k) {
    ValueId symbol = m.g.newSymbol(m.one, m.n);
    EXPECT_TRUE(m.g.dependsOn(m.g.add(before, symbol), symbol));
    before = symbol;
  }
  EXPECT_LT(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC, 5);
}

} // namespace
