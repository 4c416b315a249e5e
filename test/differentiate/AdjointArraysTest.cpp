//===- AdjointArraysTest.cpp - sums of `put` as comprehensions and lists ------------===//

#include "differentiate/AdjointArrays.h"
#include "Derived.h"

#include <functional>

using namespace gradus;
using namespace gradus::differentiate;
using ir::Op;

namespace {

struct Sums : Derived {
  ValueId x = vector("x", {2, -3, 5});
  ir::ShapeId shape = g.type(x).shape;
  ir::ShapeId two = g.shape({{one, g.integer(2)}});
  ir::ShapeId square = g.shape({{one, last(x)}, {g.integer(0), g.integer(1)}});
  ValueId s = real("s", 7);

  ValueId put(ir::ShapeId where, std::vector<ValueId> at, ValueId v) { return g.put(where, at, v); }
  ValueId over(ValueId lo, ValueId hi, const std::function<ValueId(ValueId)> &body) {
    return reduce(ReduceOp::Sum, lo, hi, body);
  }
  ValueId overAll(const std::function<ValueId(ValueId)> &body) { return over(one, last(x), body); }
};

/// It becomes an `expected`, and stays the same array.
void expectForm(Op expected, const std::function<ValueId(Sums &)> &make) {
  Sums m;
  ValueId array = make(m), made = elementByElement(m.g, array);
  EXPECT_EQ(m.g.node(made).op, expected);
  EXPECT_EQ(m.g.type(made), m.g.type(array));
  EXPECT_EQ(m.values(made), m.values(array));
  for (const std::string &error : ir::verify(m.g))
    ADD_FAILURE() << error;
}

TEST(AdjointArrays, ComprehensionsOfAWholeRange) {
  auto own = [](Sums &m) {
    return m.overAll([&](ValueId i) { return m.put(m.shape, {i}, m.g.mul(m.at(m.x, i), m.s)); });
  };
  expectForm(Op::Build, own);
  expectForm(Op::Build, [&](Sums &m) { return m.g.add(own(m), own(m)); });
  expectForm(Op::Build, [&](Sums &m) { // with a part that is read
    return m.g.add(own(m), m.g.keep(m.put(m.shape, {m.one}, m.s)));
  });
  expectForm(Op::Build, [&](Sums &m) { // with one that is not
    return m.g.add(own(m), m.put(m.shape, {m.g.integer(2)}, m.s));
  });
  expectForm(Op::Build, [](Sums &m) { // in one sum
    return m.overAll([&](ValueId i) {
      return m.g.add(m.put(m.shape, {i}, m.s), m.put(m.shape, {m.one}, m.at(m.x, i)));
    });
  });
}

TEST(AdjointArrays, TwoIndices) {
  expectForm(Op::Build, [](Sums &m) {
    return m.overAll([&](ValueId i) {
      return m.over(m.g.integer(0), m.one, [&](ValueId j) {
        return m.put(m.square, {i, j}, m.g.mul(m.at(m.x, i), m.g.toReal(j)));
      });
    });
  });
  expectForm(Op::Build, [](Sums &m) { // the other loop outside
    return m.over(m.g.integer(0), m.one, [&](ValueId j) {
      return m.overAll([&](ValueId i) { return m.put(m.square, {i, j}, m.at(m.x, i)); });
    });
  });
  expectForm(Op::Reduce, [](Sums &m) { // a row alone
    return m.overAll([&](ValueId i) { return m.put(m.square, {i, m.one}, m.at(m.x, i)); });
  });
}

TEST(AdjointArrays, ListsOfNamedElements) {
  auto both = [](Sums &m) {
    return m.g.add(m.put(m.two, {m.one}, m.s), m.put(m.two, {m.g.integer(2)}, m.g.real(3)));
  };
  expectForm(Op::List, both);
  expectForm(Op::List, [&](Sums &m) { // with other parts
    ValueId scattered = m.over(m.one, m.g.integer(2), [&](ValueId i) {
      return m.put(m.two, {i}, m.g.mul(m.s, m.g.toReal(i)));
    });
    ValueId elements[] = {m.g.real(0.5), m.s};
    return m.g.add(m.g.add(both(m), scattered), m.g.list(elements, m.two));
  });
  expectForm(Op::Put, [](Sums &m) { return m.put(m.two, {m.one}, m.s); });
  expectForm(Op::Prim, [](Sums &m) { // of a size that is not known
    return m.g.add(m.put(m.shape, {m.one}, m.s), m.put(m.shape, {m.g.integer(2)}, m.s));
  });
}

TEST(AdjointArrays, WhatStays) {
  expectForm(Op::Reduce, [](Sums &m) { // a shifted index, a part of the range, a condition
    return m.over(m.one, m.g.sub(m.last(m.x), m.one),
                  [&](ValueId i) { return m.put(m.shape, {m.g.add(i, m.one)}, m.s); });
  });
  expectForm(Op::Reduce, [](Sums &m) {
    return m.over(m.g.integer(2), m.last(m.x), [&](ValueId i) { return m.put(m.shape, {i}, m.s); });
  });
  expectForm(Op::Reduce, [](Sums &m) {
    return m.reduceWhere(ReduceOp::Sum, m.one, m.last(m.x),
                         [&](ValueId i) { return m.g.less(m.g.real(0), m.at(m.x, i)); },
                         [&](ValueId i) { return m.put(m.shape, {i}, m.s); });
  });
  Sums m;
  EXPECT_EQ(elementByElement(m.g, m.x), m.x);
  ValueId number = m.g.add(m.s, m.at(m.x, m.one));
  EXPECT_EQ(elementByElement(m.g, number), number);
}

} // namespace
