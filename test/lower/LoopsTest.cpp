//===- LoopsTest.cpp - which loops there are, and what is in them --------------------===//

#include "Lowered.h"

#include <cmath>

namespace gradus::lower {
namespace {

const char *const rosenbrock =
    "fn f(x[n]) = sum(i in 1..n-1) (100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)";

TEST(Loops, ValueAndGradientShareOne) {
  Lowered l(rosenbrock);
  EXPECT_EQ(l.count("for "), 1u) << l.text();
  EXPECT_FALSE(l.has("check")) << l.text();
  EXPECT_FALSE(l.has("workspace")) << l.text();
}

TEST(Loops, NeighboursAreCarried) {
  Lowered l(rosenbrock);
  EXPECT_TRUE(l.has("d_x[i] = ")) << l.text();
  EXPECT_EQ(l.count("d_x[i] "), 1u) << l.text();
  EXPECT_FALSE(l.has("d_x[i] += ")) << l.text();
  EXPECT_TRUE(l.inOrder("for ", "d_x[..] = 0")) << "filled only where the loop does not run\n"
                                                << l.text();
  EXPECT_EQ(l.set("x", {1.5, -0.5, 2}).set("n", 3).run(),
            (std::vector<double>{100 * (-0.5 - 2.25) * (-0.5 - 2.25) + 0.25 +
                                     100 * (2 - 0.25) * (2 - 0.25) + 2.25,
                                 -400 * 1.5 * (-0.5 - 2.25) + 1,
                                 200 * (-0.5 - 2.25) + 400 * 0.5 * (2 - 0.25) - 3,
                                 200 * (2 - 0.25)}));
}

TEST(Loops, CarryReachesSeveralPlaces) {
  Lowered l("fn f(x[n]) = sum(i in 2..n-1) (x[i-1] - 2*x[i] + x[i+1])^2");
  EXPECT_EQ(l.count("for "), 1u);
  EXPECT_EQ(l.count("var pending"), 2u) << l.text();
  for (double n : {0, 1, 2}) // shorter than the reach
    EXPECT_EQ(l.set("x", std::vector<double>(static_cast<size_t>(n), 3.0)).set("n", n).run(),
              std::vector<double>(static_cast<size_t>(n) + 1, 0.0));
  EXPECT_EQ(l.set("x", {1, 2, 4, 4}).set("n", 4).run(), (std::vector<double>{5, 2, -8, 10, -4}));
}

TEST(Loops, ZerosAroundACarryingLoop) {
  Lowered l("fn f(x[n]) = sum(i in 3..n-2) x[i]*x[i+1]");
  EXPECT_EQ(l.count("for "), 1u);
  EXPECT_TRUE(l.inOrder("for ", "d_x[..] = 0")) << l.text();
  EXPECT_EQ(l.set("x", {9, 9, 2, 3, 5, 9}).set("n", 6).run(),
            (std::vector<double>{21, 0, 0, 3, 7, 3, 0}));
  for (double n : {0, 1, 2, 3, 4})
    EXPECT_EQ(l.set("x", std::vector<double>(static_cast<size_t>(n), 3.0)).set("n", n).run(),
              std::vector<double>(static_cast<size_t>(n) + 1, 0.0));
}

TEST(Loops, StrictOrderIsAsWritten) {
  Lowered l(rosenbrock, Outputs::Both, true);
  EXPECT_FALSE(l.has("pending")) << l.text();
  EXPECT_TRUE(l.has("d_x[i] += ")) << l.text();
}

TEST(Loops, TextDoesNotDependOnSizes) {
  auto text = [](const char *n) {
    return Lowered(std::string("param int n = ") + n +
                   "\nvar x[n]\nminimize sum(i in 1..n-1) (100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)")
        .text();
  };
  EXPECT_EQ(text("10"), text("10000000"));
}

TEST(Loops, InvariantsAreHoisted) {
  Lowered closed("fn f(x[n], s) = sum(i in 1..n) exp(s)*x[i]");
  EXPECT_TRUE(closed.inOrder("exp(s)", "for ")) << closed.text();
  EXPECT_EQ(closed.count("exp("), 1u) << closed.text();
  Lowered inner("fn f(x[n], y[m]) = sum(i in 1..n, j in 1..m) sin(x[i])*y[j]", Outputs::Value);
  EXPECT_TRUE(inner.inOrder("for i", "sin(")) << inner.text();
  EXPECT_TRUE(inner.inOrder("sin(", "for j")) << inner.text();
}

TEST(Loops, InvariantsOfBranchesAreHoisted) {
  // The largest x is one number, though only some elements need it.
  Lowered l("fn f(x[n]) = sum(i in 1..n where x[i] > 0) x[i]*max(j in 1..n) x[j]");
  EXPECT_EQ(l.loopDepth(), 1u) << l.text();
}

TEST(Loops, ResidualIsComputedOnce) {
  Lowered l("fn f(w[p], X[n,p], y[n]) = sum(i in 1..n) (sum(j in 1..p) X[i,j]*w[j] - y[i])^2");
  EXPECT_EQ(l.count("for "), 3u) << l.text(); // i; the residual of i; what it adds to d_w
  EXPECT_EQ(l.count("X[i, j]*w[j]"), 1u) << l.text();
  EXPECT_FALSE(l.has("d_X[..] = 0")) << "every element is set\n" << l.text();
  EXPECT_FALSE(l.has("d_y[..] = 0")) << l.text();
  EXPECT_TRUE(l.has("d_w[..] = 0")) << l.text();
}

TEST(Loops, LoopsOfOneRangeAreFused) {
  Lowered l("fn f(x[n], y[n]) = sum(i in 1..n) x[i]^2 + 3*sum(j in 1..n) sin(y[j])");
  EXPECT_EQ(l.count("for "), 1u) << l.text();
  Lowered waits("fn f(x[n]) = sum(i in 1..n) (x[i] - mean(x))^2", Outputs::Value);
  EXPECT_EQ(waits.count("for "), 2u) << waits.text();
}

TEST(Loops, ConditionalScatter) {
  Lowered l("fn f(x[n]) = sum(i in 1..n where x[i] > 1) x[i]^2");
  EXPECT_EQ(l.count("for "), 1u) << l.text();
  EXPECT_TRUE(l.inOrder("if 1 < ", "d_x[i] += ")) << l.text();
  EXPECT_TRUE(l.inOrder("d_x[..] = 0", "for ")) << "elements that the condition leaves out\n"
                                                << l.text();
  EXPECT_EQ(l.set("x", {2, 1, 3}).set("n", 3).run(), (std::vector<double>{13, 4, 0, 6}));
}

TEST(Loops, BranchesAreLazy) {
  Lowered l("fn f(s, x[n]) = if s > 0 then sum(i in 1..n) exp(x[i]) else s", Outputs::Value);
  EXPECT_TRUE(l.inOrder("if 0 < s", "for ")) << l.text();
  EXPECT_EQ(l.count("for "), 1u) << l.text();
  Lowered cheap("fn f(s) = if s > 0 then 2*s else s", Outputs::Value);
  EXPECT_FALSE(cheap.has("else\n")) << "both sides are cheap\n" << cheap.text();
}

TEST(Loops, ArraysAreStoredOnce) {
  Lowered l("fn f(x[n]) = { let a[i in 1..n] = exp(x[i])*sin(x[i]); sumsq(a - sum(a)) }",
            Outputs::Value);
  EXPECT_EQ(l.count("exp("), 1u) << l.text();
  EXPECT_EQ(l.count(" in workspace at"), 1u) << l.text();
  Lowered cheap("fn f(x[n]) = { let a[i in 1..n] = 2*x[i]; sum(a)*sumsq(a) }", Outputs::Value);
  EXPECT_FALSE(cheap.has("workspace")) << cheap.text();
}

TEST(Loops, WhoReadsAnArrayElementByElementRunsWithItsLoop) {
  Lowered sums("fn f(x[n]) = { let a[i in 1..n] = exp(x[i])*sin(x[i]); sum(a)*sumsq(a) }",
               Outputs::Value);
  EXPECT_EQ(sums.count("for "), 1u) << sums.text();
  EXPECT_FALSE(sums.has("workspace")) << sums.text();
  // Products, residuals and their adjoints: the table is read in one pass.
  Lowered squares("fn f(w[p], A[n,p], b[n]) = sumsq(A*w - b)");
  EXPECT_EQ(squares.count(" in 1..n"), 1u) << squares.text();
  EXPECT_FALSE(squares.has("workspace")) << squares.text();
  squares.set("n", 2).set("p", 2).set("w", {1, -1}).set("A", {1, 2, 3, 4}).set("b", {0, 1});
  EXPECT_EQ(squares.run(), (std::vector<double>{5, -14, -20, -2, 2, -4, 4, 2, 4}));
  // What waits for the sum of all runs later and reads what is stored.
  Lowered waits("fn f(w[p], A[n,p], b[n]) = norm(A*w - b)");
  EXPECT_GT(waits.count(" in 1..n"), 1u) << waits.text();
  EXPECT_TRUE(waits.has("workspace")) << waits.text();
  EXPECT_EQ(waits.count("w[i_2]*A[i, i_2]"), 1u) << waits.text();
}

TEST(Loops, NeighboursAreReadFromMemory) {
  Lowered l("fn f(x[n]) = { let a[i in 1..n] = exp(x[i])*sin(x[i]); sum(i in 2..n) a[i]*a[i-1] }",
            Outputs::Value);
  EXPECT_EQ(l.count("exp("), 1u) << l.text();
  EXPECT_EQ(l.count(" in workspace at"), 1u) << l.text();
}

TEST(Loops, WorkspaceIsUsedAgain) {
  // a is not read any more when c is made.
  Lowered l("fn f(x[n]) = { let a[i in 1..n] = exp(x[i])*sin(x[i]); let s = sumsq(a - sum(a))\n"
            "  let c[i in 1..n] = exp(s*x[i])*cos(x[i]); sumsq(c - sum(c)) }",
            Outputs::Value);
  EXPECT_EQ(l.count(" in workspace at"), 1u) << l.text();
}

TEST(Loops, ArraysThatMayFailAreStoredOnce) {
  // Neither 2*i - 1 nor i is certain to be an index of q, and each is read under a
  // condition: but the value reads them too, in the same loops.
  Lowered l("fn f(q[m], x[n], int d) = {\n"
            "  let a[i in 1..d] = if i > 1 then q[2*i - 1] else exp(q[i])\n"
            "  sum(k in 1..n) (x[k] - sum(i in 1..d) a[i]*i*x[k])^2 }");
  EXPECT_EQ(l.count(" in 1..n"), 1u) << "value and gradient in one pass\n" << l.text();
  EXPECT_EQ(l.count("exp("), 3u) << "once for the value, twice for the gradient\n" << l.text();
  EXPECT_TRUE(l.inOrder("for i in 1..d", "for k in 1..n")) << l.text();
  l.set("m", 3).set("q", {0, 7, 2}).set("n", 2).set("x", {1, -1}).set("d", 2);
  // Each term is (1 - (exp(q1) + 2*q3))^2 = 16.
  EXPECT_EQ(l.run(), (std::vector<double>{32, 16, 0, 32, 32, -32}));
  EXPECT_TRUE(l.set("d", 3).run().empty());
  EXPECT_EQ(l.message(), "the index of q is 5, outside 1..3");
  l.set("n", 0).set("x", std::vector<double>{});
  EXPECT_EQ(l.run(), (std::vector<double>{0, 0, 0, 0})) << "nobody reads q";
}

TEST(Loops, ArraysThatMayFailAreStoredForSomeOfALoop) {
  // One part of the loop over j does not read a.
  Lowered l("fn f(q[m], s[d]) = {\n"
            "  let a[i in 1..d] = if i > 1 then q[2*i - 1] else exp(q[i])\n"
            "  let total = sum(s)\n"
            "  sum(j in 1..d) (s[j] - total)^2 + sum(j in 1..d) (sum(i in 1..d) a[i]*s[j])^2 }",
            Outputs::Value);
  EXPECT_EQ(l.count("exp("), 1u) << l.text();
  EXPECT_TRUE(l.inOrder("exp(", "for j_2 in")) << l.text();
  l.set("m", 3).set("q", {0, 7, 2}).set("d", 2).set("s", {1, -1});
  EXPECT_EQ(l.run(), (std::vector<double>{2 + 9 + 9}));
}

TEST(Loops, SoftplusAndItsDerivativeShareOneExponential) {
  Lowered l("fn f(x[n]) = sum(i in 1..n) softplus(x[i])");
  EXPECT_EQ(l.count("exp("), 1u) << l.text();
  EXPECT_EQ(l.count("log1p("), 1u) << l.text();
  const double big = 800;
  l.set("n", 5).set("x", {-big, -1, 0, 1, big});
  auto softplus = [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); };
  auto sigmoid = [](double x) { return 1/(1 + std::exp(-x)); };
  double sum = 0;
  for (double x : {-big, -1.0, 0.0, 1.0, big})
    sum += softplus(x);
  const std::vector<double> got = l.run();
  ASSERT_EQ(got.size(), 6u);
  EXPECT_NEAR(got[0], sum, 1e-12 * sum);
  for (size_t k = 0; double x : {-big, -1.0, 0.0, 1.0, big})
    EXPECT_NEAR(got[++k], sigmoid(x), 1e-15);
}

TEST(Loops, WorkspaceIsAtMostTwiceWhatGoesInAndOut) {
  constexpr double rows = 1000, columns = 11;
  struct {
    const char *text;
    double in;
  } samples[] = {
      {"fn f(x[n], y[n]) = sum(i in 1..n) exp(x[i])*y[i]", 2 * rows},
      {"fn f(x[n]) = logsumexp(i in 1..n) x[i]", rows},
      {"fn f(x[n,m], y[m]) = sumsq(x*y)", (rows + 1) * columns},
      {"fn f(x[n,m], y[m]) = norm(x*y)", (rows + 1) * columns},
      {"fn f(x[n,m], y[m]) = sum(i in 1..n) softplus(sum(j in 1..m) x[i,j]*y[j])",
       (rows + 1) * columns},
      {"fn f(x[n,m], y[9,m]) = sum(i in 1..n) min(c in 1..9) sum(j in 1..m) (x[i,j] - y[c,j])^2",
       (rows + 9) * columns},
      {"fn f(x[n,m], y[9,m]) = sum(i in 1..n) logsumexp(c in 1..9) "
       "sum(j in 1..m) -(x[i,j] - y[c,j])^2",
       (rows + 9) * columns},
      {"fn f(x[n]) = sum(i in 1..n-1) (100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)", rows},
  };
  for (const auto &s : samples) {
    Lowered l(s.text);
    l.set("n", rows);
    if (std::string(s.text).find("n,m]") != std::string::npos)
      l.set("m", columns);
    EXPECT_LE(l.workspace(), 2 * 2 * s.in) << s.text << "\n" << l.text();
  }
}

TEST(Loops, GradientGrowsWithItsText) {
  auto lines = [](int terms) {
    std::string text = "fn f(x[n]) = { let a0 = x[1]; ";
    for (int k = 1; k <= terms; ++k)
      text += "let a" + std::to_string(k) + " = sin(a" + std::to_string(k - 1) + ")*x[" +
              std::to_string(k) + "] + " + std::to_string(k) + "*a" + std::to_string(k - 1) + "; ";
    Lowered l(text + "a" + std::to_string(terms) + " }");
    return l.count("\n");
  };
  size_t once = lines(200), twice = lines(400);
  EXPECT_LT(twice, 2 * once + 10);
}

} // namespace
} // namespace gradus::lower
