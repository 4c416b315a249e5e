//===- ChecksTest.cpp - checks that are dropped or moved before loops --------------===//
#include "loops/Checks.h"

#include "loops/Builder.h"

#include <gtest/gtest.h>

using namespace gradus::loops;
using gradus::ir::Prim;

namespace {

/// A function of x[1..n] and k whose body `write` makes; its text without the head.
struct Checked {
  Module m;
  FunctionBuilder f;
  ScalarId n, k;
  BufferId x;
  VariableId s;

  Checked() : f(m, "f") {
    m.sites = {{{}, "index {0}"}, {{}, "index {0}"}};
    n = f.parameter(Kind::Int, "n");
    k = f.parameter(Kind::Int, "k");
    x = f.array(BufferRole::In, "x", {f.axis(n)});
    s = f.output(Kind::Real, "s");
  }
  ScalarId inRange(ScalarId i) {
    ScalarId low = f.apply(Prim::LessEqual, {f.integer(1), i});
    return f.apply(Prim::And, {low, f.apply(Prim::LessEqual, {i, n})});
  }
  void check(ScalarId condition, ScalarId value, uint32_t site = 0) {
    f.add(Check{condition, site, {value}});
  }
  std::string text() {
    shortenChecks(f.function());
    EXPECT_EQ(verify(m), std::vector<std::string>{});
    const std::string all = print(m);
    const size_t from = all.find("out s: real)\n") + 13;
    return all.substr(from, all.find("\nsite 0") - from);
  }
};

TEST(Checks, TheSameConditionIsCheckedOnce) {
  Checked c;
  c.check(c.inRange(c.k), c.k);
  c.check(c.inRange(c.k), c.k, 1);
  c.f.loop("i", c.f.integer(1), c.n, [&](ScalarId i) {
    c.check(c.inRange(c.k), c.k, 1);
    c.f.accumulate(c.s, Combine::Add, c.f.load(c.x, {i}));
  });
  // Half of it is known, too.
  c.check(c.f.apply(Prim::LessEqual, {c.k, c.n}), c.k, 1);
  EXPECT_EQ(c.text(), R"(  check 1 <= k and k <= n else site 0 (k)
  for i in 1..n
    s += x[i]
)");
}

TEST(Checks, WhatOnlyOneWayCheckedIsCheckedAgain) {
  Checked c;
  ScalarId positive = c.f.apply(Prim::Less, {c.f.integer(0), c.k});
  c.f.branch(positive, [&] {
    c.check(c.f.apply(Prim::Less, {c.f.integer(0), c.k}), c.k); // the branch says so
    c.check(c.inRange(c.k), c.k);
    c.f.assign(c.s, c.f.load(c.x, {c.k}));
  });
  c.check(c.inRange(c.k), c.k, 1);
  EXPECT_EQ(c.text(), R"(  if 0 < k
    check 1 <= k and k <= n else site 0 (k)
    s := x[k]
  check 1 <= k and k <= n else site 1 (k)
)");
}

TEST(Checks, OfAllRoundsAreMadeBeforeTheLoop) {
  Checked c;
  c.f.loop("i", c.f.integer(1), c.n, [&](ScalarId i) {
    ScalarId next = c.f.apply(Prim::Add, {c.k, c.f.integer(1)});
    c.check(c.inRange(next), next);
    c.f.accumulate(c.s, Combine::Add, c.f.load(c.x, {i}));
    c.check(c.inRange(c.k), c.k, 1); // after something was done: stays
  });
  EXPECT_EQ(c.text(), R"(  if 1 <= n
    t18 = k + 1
    check 1 <= t18 and t18 <= n else site 0 (t18)
  for i in 1..n
    s += x[i]
    check 1 <= k and k <= n else site 1 (k)
)");
}

TEST(Checks, OfOneRoundStayInTheLoop) {
  Checked c;
  c.f.loop("i", c.f.integer(1), c.n, [&](ScalarId i) {
    ScalarId next = c.f.apply(Prim::Add, {i, c.k});
    c.check(c.inRange(next), next);
    c.f.accumulate(c.s, Combine::Add, c.f.load(c.x, {next}));
  });
  EXPECT_EQ(c.text(), R"(  for i in 1..n
    t5 = i + k
    check 1 <= t5 and t5 <= n else site 0 (t5)
    s += x[t5]
)");
}

} // namespace
