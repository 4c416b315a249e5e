//===- SumsTest.cpp - sums over an index and elements of gradients ----------------===//

#include "Course.h"

namespace gradus::print {

TEST(Sums, MeanSquaredError) {
  const char *f = "J(θ[0..1], x[n], y[n]) = 1/n * sum(i in 1..n) (θ[0] + θ[1]*x[i] - y[i])^2";
  EXPECT_EQ(simplified(f), "1/n * sum(i in 1..n) (θ[0] + θ[1]*x[i] - y[i])^2");
  EXPECT_EQ(derivativeOf(f, "θ[0]"), "2/n * sum(i in 1..n) (θ[0] + θ[1]*x[i] - y[i])");
  EXPECT_EQ(derivativeOf(f, "θ[1]"), "2/n * sum(i in 1..n) x[i]*(θ[0] + θ[1]*x[i] - y[i])");
  EXPECT_EQ(derivativeOf(f, "θ[0]", "θ[0]"), "2");
  EXPECT_EQ(derivativeOf(f, "θ[1]", "θ[1]"), "2/n * sum(i in 1..n) x[i]^2");
  EXPECT_EQ(derivativeOf(f, "x[j]"), "2*θ[1]*(θ[0] + θ[1]*x[j] - y[j])/n");
  EXPECT_EQ(derivativeOf(f, "θ[j]"),
            "if j == 0 then 2/n * sum(i in 1..n) (θ[0] + θ[1]*x[i] - y[i]) else "
            "2/n * sum(i in 1..n) x[i]*(θ[0] + θ[1]*x[i] - y[i])");
}

TEST(Sums, Neighbours) {
  EXPECT_EQ(
      derivativeOf("f(x[n]) = sum(i in 1..n-1) (100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2)", "x[j]"),
      "(if j < n then 400*x[j]*(x[j]^2 - x[j+1]) + 2*(x[j] - 1) else 0) + "
      "(if j >= 2 then 200*(x[j] - x[j-1]^2) else 0)");
  EXPECT_EQ(derivativeOf("f(u[0..N]) = sum(k in 1..N) (u[k] - u[k-1])^2", "u[j]"),
            "(if j < N then 2*(u[j] - u[j+1]) else 0) + (if j >= 1 then 2*(u[j] - u[j-1]) else 0)");
  EXPECT_EQ(derivativeOf("f(u[0..N]) = sum(k in 1..N) (u[k] - u[k-1])^2", "u[j]", "u[k]"),
            "(if j == k then (if j < N then 2 else 0) + (if j >= 1 then 2 else 0) else 0) + "
            "(if j < N and j == k - 1 then -2 else 0) + (if j >= 1 and j == k + 1 then -2 else 0)");
}

TEST(Sums, EverySecondElement) {
  // 2*i = j has no single i: the sum stays, with a condition.
  EXPECT_EQ(derivativeOf("f(x[n], int m) = sum(i in 1..m) x[2*i]^2", "x[j]"),
            "2 * sum(i in 1..m where j == 2*i) x[2*i]");
  EXPECT_EQ(derivativeOf("f(x[n]) = sum(i in 1..n) x[n+1-i]*i", "x[j]"), "n - j + 1");
}

TEST(Sums, DataIndices) {
  Course course("data int cam[5] = [1, 2, 2, 1, 2]\n"
                "fn f(x[2], y[5]) = sum(i in 1..5) (x[cam[i]] - y[i])^2");
  ASSERT_TRUE(course.valid()) << course.errors();
  EXPECT_EQ(course.derivative("x[j]"), "2 * sum(i in 1..5 where j == cam[i]) (x[cam[i]] - y[i])");
}

TEST(Sums, Nested) {
  const char *f = "f(x[n], A[n,n]) = sum(i in 1..n, j in 1..n) x[i]*A[i,j]*x[j]";
  EXPECT_EQ(derivativeOf(f, "x[k]"), "sum(i in 1..n) A[i,k]*x[i] + sum(j in 1..n) A[k,j]*x[j]");
  EXPECT_EQ(derivativeOf(f, "A[k,l]"), "x[k]*x[l]");
  EXPECT_EQ(derivativeOf(f, "x[k]", "x[l]"), "A[k,l] + A[l,k]");
  EXPECT_EQ(simplified("f(x[n], y[m]) = sum(i in 1..n, j in 1..m) (x[i] - y[j])^2"),
            "sum(i in 1..n, j in 1..m) (x[i] - y[j])^2");
  EXPECT_EQ(derivativeOf("f(x[n], y[m]) = sum(i in 1..n, j in 1..m) (x[i] - y[j])^2", "x[k]"),
            "2 * sum(j in 1..m) (x[k] - y[j])");
  EXPECT_EQ(derivativeOf("f(x[n]) = sum(i in 1..n, j in 1..i) x[i]*x[j]", "x[k]"),
            "sum(j in 1..k) x[j] + sum(i in k..n) x[i]");
}

TEST(Sums, Invariants) {
  EXPECT_EQ(simplified("f(c, n[m]) = sum(i in 1..m) c"), "c*m");
  EXPECT_EQ(simplified("f(c, x[m]) = sum(i in 1..m) 3*c*x[i]"), "3*c * sum(i in 1..m) x[i]");
  EXPECT_EQ(simplified("f(x[m]) = sum(i in 1..m) 0*x[i]"), "0");
  EXPECT_EQ(simplified("f(c, int m) = sum(i in 1..m-1) c"), "c*count(i in 1..m-1)");
  EXPECT_EQ(simplified("f(x[m], c) = sum(i in 1..m where x[i] > 0) c*x[i]"),
            "c * sum(i in 1..m where x[i] > 0) x[i]");
  EXPECT_EQ(simplified("f(x[m], c) = sum(i in 1..m) if x[i] > 0 then x[i] else 0"),
            simplified("f(x[m], c) = sum(i in 1..m where x[i] > 0) x[i]"));
  EXPECT_EQ(simplified("f(x[m]) = sum(i in 1..m where i >= 2) x[i]"), "sum(i in 2..m) x[i]");
  EXPECT_EQ(simplified("f(x[9]) = sum(i in 1..9 where i >= 2) x[i]"), "sum(i in 2..9) x[i]");
}

TEST(Sums, OtherReductions) {
  EXPECT_EQ(derivativeOf("f(x[n]) = logsumexp(i in 1..n) x[i]", "x[j]"),
            "exp(x[j] - logsumexp(i in 1..n) x[i])");
  EXPECT_EQ(derivativeOf("f(x[n]) = prod(i in 1..n) x[i]", "x[j]"),
            "prod(i in 1..n where i != j) x[i]");
  EXPECT_EQ(derivativeOf("f(x[n]) = sqrt(sum(i in 1..n) x[i]^2)", "x[j]"),
            "x[j]/sqrt(sum(i in 1..n) x[i]^2)");
  EXPECT_EQ(derivativeOf("f(p[n]) = -sum(i in 1..n) p[i]*log(p[i])", "p[j]"), "-log(p[j]) - 1");
  EXPECT_EQ(derivativeOf("f(x[n]) = max(i in 1..n) x[i]", "x[j]"),
            "if x[j] == max(i in 1..n) x[i] then 1/count(i in 1..n where x[i] == "
            "max(i in 1..n) x[i]) else 0");
}

TEST(Arrays, WholeGradients) {
  Course course("fn f(x[n]) = sum(i in 1..n) x[i]^2");
  ir::Graph &g = course.graph();
  ir::ValueId x = course.argument("x", course.function());
  ir::ValueId gradient = differentiate::gradient(g, course.function().value, {&x, 1})[0];
  EXPECT_EQ(toText(g, simplifyForPeople(g, gradient)), "[i in 1..n] 2*x[i]");
  EXPECT_EQ(simplified("f(x[n], c) = [i in 0..n-1] c*x[i+1]"), "[i in 0..n-1] c*x[i+1]");
  EXPECT_EQ(simplified("f(a, b) = [a, 2*b; 0, 1]"), "[a, 2*b; 0, 1]");
}

} // namespace gradus::print
