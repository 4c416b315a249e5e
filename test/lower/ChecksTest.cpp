//===- ChecksTest.cpp - what is checked at run time, and what fails -------------------===//

#include "Lowered.h"

#include <cmath>

namespace gradus::lower {
namespace {

TEST(Checks, AreDroppedWhereProven) {
  for (const char *text : {
           "fn f(x[n]) = sum(i in 1..n-1) x[i]*x[i+1]",
           "fn f(x[n]) = sum(i in 1..n, j in i+1..n) x[i]*x[j]*x[j-i]",
           "fn f(x[n]) = sum(i in 1..n) x[n+1-i]",
           "fn f(x[n]) = sum(i in 1..n) x[min(i+1, n)]*x[max(i-1, 1)]",
           "fn f(x[0..n]) = x[0]*x[n]",
       }) {
    Lowered l(text);
    EXPECT_FALSE(l.has("check")) << l.text();
  }
  Lowered round("fn f(x[n], int k) = x[mod(k, n) + 1]", Outputs::Value);
  EXPECT_EQ(round.count("check"), 1u) << "of the division only\n" << round.text();
  EXPECT_TRUE(round.has("whole division"));
}

TEST(Checks, AreKeptWhereNot) {
  for (const char *text : {
           "fn f(x[n], int c[n]) = sum(i in 1..n) x[c[i]]",
           "fn f(x[n], int k) = x[k]",
           "fn f(x[n]) = x[1]",
           "fn f(x[n], m1[m]) = sum(i in 1..m) x[i]*m1[i]",
       }) {
    Lowered l(text, Outputs::Value);
    EXPECT_TRUE(l.has("check")) << l.text();
  }
}

/// The numbers after the last element of `x` must be left alone, and nobody may read them.
TEST(Checks, ReadsAndWritesOutOfRangeFail) {
  for (Outputs outputs : {Outputs::Value, Outputs::Gradient, Outputs::Both})
    for (double bad : {0.0, 4.0, -1e9, 1e15}) {
      Lowered l("fn f(x[n], int c[m]) = sum(i in 1..m) x[c[i]]^2", outputs);
      l.set("n", 3).set("m", 2).set("x", {1, 2, 3}).set("c", {2, bad});
      EXPECT_TRUE(l.run().empty());
      EXPECT_NE(l.message().find("outside 1..3"), std::string::npos) << l.message();
    }
}

TEST(Checks, OfWhatOnlyTheGradientWrites) {
  // The gradient does not read x, it adds 1 to d_x[c[i]].
  Lowered l("fn f(x[n], int c[m]) = sum(i in 1..m) x[c[i]]", Outputs::Gradient);
  EXPECT_FALSE(l.has("x: real[t4],")) << l.text();
  l.set("n", 3).set("m", 2).set("c", {2, 4});
  EXPECT_TRUE(l.run().empty());
  EXPECT_NE(l.message().find("is 4, outside 1..3"), std::string::npos)
      << l.message();
}

TEST(Checks, NothingFailsThatIsNotNeeded) {
  Lowered l("fn f(x[n], s, int k) = if s > 0 then x[k] else 2*s");
  l.set("n", 2).set("x", {5, 7}).set("k", 9);
  EXPECT_EQ(l.set("s", -1.0).run(), (std::vector<double>{-2, 0, 0, 2}));
  EXPECT_TRUE(l.set("s", 1.0).run().empty());
  EXPECT_EQ(l.message(), "the index of x is 9, outside 1..2");
  EXPECT_EQ(l.set("k", 2).run(), (std::vector<double>{7, 0, 1, 0}));
}

TEST(Checks, LoopsThatDoNotRunReadNothing) {
  Lowered l("fn f(x[n], y[m], int k) = sum(i in 1..m) x[k]*y[i]");
  EXPECT_TRUE(l.inOrder("x[k]", "for ")) << "read once, if the loop runs\n" << l.text();
  l.set("n", 1).set("x", {5}).set("k", 3);
  EXPECT_EQ(l.set("m", 0).set("y", std::vector<double>{}).run(), (std::vector<double>{0, 0}));
  EXPECT_TRUE(l.set("m", 1).set("y", std::vector<double>{2}).run().empty());
}

TEST(Checks, AdjointsOfWhatWasNotReadGoNowhere) {
  // At i = n the inner loop does not run, and nobody reads x[n+1].
  Lowered l("fn f(x[n]) = sum(i in 1..n, j in i+1..n) x[i+1]");
  EXPECT_EQ(l.set("n", 3).set("x", {1, 2, 3}).run(), (std::vector<double>{7, 0, 2, 1}));
}

TEST(Checks, MinAndMaxOfNothingFail) {
  Lowered range("fn f(x[n]) = max(i in 1..n) x[i]");
  range.set("n", 0).set("x", std::vector<double>{});
  EXPECT_TRUE(range.run().empty());
  EXPECT_EQ(range.message(), "max over the empty range 1..0");
  Lowered where("fn f(x[n]) = min(i in 1..n where x[i] > 2) x[i]");
  where.set("n", 2).set("x", {1, 2});
  EXPECT_TRUE(where.run().empty());
  EXPECT_EQ(where.message(), "min over 1..2 where no index meets the condition");
  EXPECT_EQ(where.set("x", {1, 3}).run(), (std::vector<double>{3, 0, 1}));
  Lowered branch("fn f(s, x[n]) = if s > 0 then max(i in 1..n) x[i] else s");
  branch.set("n", 0).set("x", std::vector<double>{}).set("s", -2.0);
  EXPECT_EQ(branch.run(), (std::vector<double>{-2, 1}));
}

TEST(Checks, LogSumExpOfNothingIsMinusInfinity) {
  Lowered l("fn f(x[n]) = logsumexp(i in 1..n) x[i]", Outputs::Value);
  EXPECT_FALSE(l.has("check")) << l.text();
  l.set("n", 0).set("x", std::vector<double>{});
  EXPECT_EQ(l.run(), (std::vector<double>{-INFINITY}));
}

TEST(Checks, WholeDivisionByZeroFails) {
  Lowered l("fn f(x, int k) = x*div(7, k)");
  l.set("x", 2.0).set("k", 0);
  EXPECT_TRUE(l.run().empty());
  EXPECT_EQ(l.message(), "whole division by 0");
  EXPECT_EQ(l.set("k", -2).run(), (std::vector<double>{-8, -4}));
}

} // namespace
} // namespace gradus::lower
