//===- RecurrencesTest.cpp - the loops of recurrences and what they keep ---------------===//

#include "Lowered.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/core.h>

namespace gradus::lower {
namespace {

TEST(Recurrences, ValuesNeedNoMemory) {
  Lowered l("fn f(x, u[n]) = fold s = x for t in 1..n do s*cos(u[t])", Outputs::Value);
  EXPECT_EQ(l.count("for "), 1u) << l.text();
  EXPECT_FALSE(l.has("workspace")) << l.text();
  EXPECT_FALSE(l.has("check")) << l.text();
}

TEST(Recurrences, GradientIsOneLoopBack) {
  // Forward with the states kept, backward with the sum for a and the element
  // for u[t] in the same loop; the adjoints of the states are not stored.
  Lowered l("fn f(x, a, u[n]) = fold s = x for t in 1..n do s + a*sin(s)*u[t]");
  EXPECT_EQ(l.count("for "), 2u) << l.text();
  EXPECT_EQ(l.count("in workspace"), 1u) << l.text();
  EXPECT_EQ(l.count("check"), 0u) << l.text();
  const std::vector<double> all = l.set("x", 2).set("a", 0).set("u", {1, 2, 3}).set("n", 3).run();
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all[0], 2);
  EXPECT_EQ(all[1], 1);
  EXPECT_NEAR(all[2], 6 * std::sin(2.0), 1e-14);
}

TEST(Recurrences, ArraysAlternateBetweenTwoRows) {
  Lowered l("fn f(x[n]) = sum(fold s = x for t in 1..7 do [i in 1..n] 0.5*(s[i] + s[n+1-i]))",
            Outputs::Value);
  EXPECT_TRUE(l.has("real[2 from 0")) << l.text();
  EXPECT_EQ(l.set("x", {1, 2, 5}).set("n", 3).run(), (std::vector<double>{8}));
}

TEST(Recurrences, StopEarly) {
  Lowered l("fn f(a) = iterate s = a until s > 100 max 50 do s*a");
  EXPECT_TRUE(l.has("break")) << l.text();
  EXPECT_EQ(l.set("a", 3).run(), (std::vector<double>{243, 5 * 81}));
  EXPECT_EQ(l.set("a", 1).run(), (std::vector<double>{1, 51}));
  EXPECT_EQ(l.set("a", 200).run(), (std::vector<double>{200, 1}));
}

TEST(Recurrences, StepsThatDependOnIndices) {
  // The states are kept for the longest: div(n, 2), n^2 and 4 of them.
  struct Case {
    const char *end;
    int (*steps)(int);
  };
  for (auto [end, steps] : {Case{"div(i, 2)", [](int i) { return i / 2; }},
                            Case{"i*i", [](int i) { return i * i; }},
                            Case{"mod(i*i, 5)", [](int i) { return i * i % 5; }},
                            Case{"abs(i - 2)", [](int i) { return std::abs(i - 2); }},
                            Case{"max(i, 3)", [](int i) { return std::max(i, 3); }}}) {
    Lowered l(fmt::format("fn f(x[n]) = sum(i in 1..n) (fold s = x[i] for t in 1..{} do s*s)", end));
    const std::vector<double> all = l.set("x", {1, 1, 1}).set("n", 3).run();
    ASSERT_EQ(all.size(), 4u) << end;
    EXPECT_EQ(all[0], 3) << end;
    for (int i = 1; i <= 3; ++i) // the derivative of x^(2^steps) at 1
      EXPECT_EQ(all[static_cast<size_t>(i)], std::ldexp(1.0, steps(i))) << end;
  }
}

TEST(Recurrences, CheckpointsBoundMemory) {
  // 10,000 steps of n numbers: about 2*sqrt(10,000) rows instead of 10,001.
  const std::string step = " do [i in 1..n] sin(s[i] + 0.1*t)";
  auto rows = [&](const char *how) {
    Lowered l("fn f(x[n]) = sum(fold s = x for t in 1..10000 " + std::string(how) + step + ")");
    return l.set("x", std::vector<double>(1000, 0.5)).set("n", 1000).workspace() / 1000;
  };
  EXPECT_GT(rows(""), 10000);
  EXPECT_LT(rows("checkpoint sqrt"), 2.5 * 100);
  EXPECT_LT(rows("checkpoint 50"), 1.2 * (200 + 50));
}

} // namespace
} // namespace gradus::lower
