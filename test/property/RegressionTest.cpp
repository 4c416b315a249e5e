//===- RegressionTest.cpp - what random programs have found ------------------------===//

#include "Verdict.h"

#include <gtest/gtest.h>

using namespace gradus::property;

namespace {

/// The text at several sizes and points, among them n = 0.
void expectSound(const std::string &text,
                 std::initializer_list<uint32_t> seeds = {4u, 5u, 10u, 11u, 12u, 13u, 50u}) {
  for (uint32_t seed : seeds)
    EXPECT_EQ(verdict(text, seed), "") << text;
}

TEST(Regression, GuardThatIsASelectItself) {
  expectSound("fn f(x[n]) = prod(i in 1..n, j in 1..i-1) "
              "(1.5 + tanh(if j > 1 and x[j - 1] > 0 then log(x[j - 1]) else 2))");
}

TEST(Regression, ReadNeededInTwoBranchesOnly) {
  expectSound("fn f(t, x[n]) = if t > 0 then 2 else x[mod(5, n) + 1]");
  expectSound("fn f(x[n], int k) = if mod(k, 2) == 0 then max(x[n]*x[1], x[1]) else 2");
  expectSound("fn f(s, t, x[n], A[m,n]) = if s < t then (1.5 + (s/(2 + sin(x[1])) - A[1,1])^2)"
              "^tanh(x[1]) else 2");
}

TEST(Regression, ReadOutsideOfALoopThatDoesNotRun) {
  expectSound("fn f(x[n], s) = sum(i in 1..n) x[1]*s");
  expectSound("fn f(x[n], A[m,n]) = sum(i in 1..n, j in 1..m) x[1]*A[m,i]");
  expectSound("fn f(x[n], A[m,n]) = sum(i in 1..n) x[i]*max(j in 1..m) A[j,1]");
}

TEST(Regression, TiesOfABranchAreSharedOnce) {
  expectSound("fn f(t, y[0..n], int c[n], n1[n]) = mean(i in 2..n) "
              "(if i >= 2 then min(2, atan2(t, 1 + y[c[i]]^2)) else 2)");
}

TEST(Regression, PartsOfAGradientAreAddedInOrder) {
  expectSound("fn f(x[n]) = (sum(i in 1..n) x[i]) + dot(x, sigmoid(x) .* ([i in 1..n] 2))");
  expectSound("fn f(x[n]) = sum(i in 1..n-1) (100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2) "
              "+ 0.1*x[1]*x[n] + sumsq(x)/3");
}

TEST(Regression, ConditionThatNeverHolds) {
  expectSound("fn f(s, x[n]) = max(i in 1..n where mod(1, 2) == 0) s");
  expectSound("fn f(s, x[n]) = s + (if s > 0 then max(i in 1..n where 1 > 2) x[i] else 1)");
}

TEST(Regression, SumsOfWholeNumbersReadBack) {
  expectSound("fn f(x[n], int k) = mean(i in 2..4 where x[1] < x[2]) "
              "(sum(j in 2..4) x[i*k + (k + j)])");
  expectSound("fn f(y[0..n], int k) = sum(i in 1..n, j in i..n) y[(k + j) + max(k, i) - 1]");
}

TEST(Regression, LogSumExpOverNothingInABranch) {
  expectSound("fn f(s, t, A[m,m]) = if s < t then min((logsumexp(i in 2..m, j in i..m where s < t) "
              "s), s) else 2");
  expectSound("fn f(s, x[n]) = if s < 0.5 then 2 else 2/(2 + sin(if (logsumexp(i in 1..n) "
              "x[i + 1]) < 2 then s else x[1]))");
  expectSound("fn f(s, x[n]) = max(i in 1..n where 1 <= n) x[i]*s");
}

TEST(Regression, ReadInLoopsOfWhichOneRuns) {
  // Computed before the loops around if either runs, not if the one found first does.
  expectSound("fn f(x[n], y[0..n], A[m,n], int k) = sum(l in 1..2) (sum(i in 1..n-1) "
              "x[mod(k, n) + 1]*x[i]^l + sum(j in 2..m) sin(x[mod(k, n) + 1]*A[j,1]*l))");
  expectSound("fn f(x[n], s, int k) = sum(l in 1..2) (sum(i in 1..n-1) x[k]*x[i]^l + "
              "sum(j in 1..n) (if x[j] > s then x[k]*x[j] else s))");
}

TEST(Regression, StateReadInALoopAfterTheStepsAlone) {
  expectSound("fn f(s, t, x[n]) = iterate z = (logsumexp(i in 2..n where 1 <= i) "
              "(logsumexp(j in 2..n where s < t) t)) until abs(z) < 0.5 max 5 do "
              "(0.7*sin(z) + 0.1*tanh(s))");
}

TEST(Regression, MatrixAlgebraOfALoopThatDoesNotRun) {
  // n is 0 and 1 for these; elimination is long code, so it is not optimized.
  expectSound("fn f(x[n], s) = sum(i in 2..n) s*logdet(3*identity(2) + x[2]*identity(2))",
              {25u, 26u});
  expectSound("fn f(x[n], s, int k) = sum(i in 1..n) (if k > n then s*x[i] else "
              "x[i]*logdet(identity(n) + 0.01*x*([j in 1..n] x[mod(k, n) + 1])'))",
              {25u, 26u});
  expectSound("fn f(x[n], A[m,n], s) = if s < 0.5 then s else sum(i in 1..n, j in i+1..n) "
              "sum(solve(3*identity(m) + 0.01*([l in 1..m] A[l,2])*([l in 1..m] A[l,1])', "
              "[l in 1..m] A[l,j]))",
              {25u, 26u});
}

TEST(Regression, ArraysUnderAConditionKeepTheSignOfZero) {
  expectSound("fn f(s, t, x[n]) = sumsq(scan z = x[1]*t for k in 1..n do 0.5*z + tanh(s))"
              "*(sum(i in 1..2 where s < t) max(x))");
}

TEST(Regression, StatesThatSeveralBranchesMake) {
  expectSound("fn f(s, t, x[n], y[0..n], A[m,n], int c[n], int k) = min(i in 1..n) max(if s < t then "
              "count(j in 1..n, l in 1..m where k != i) else x[i], { let (z, w) = fold (z, w) = "
              "(x[mod(i, n) + 1], x[i]) for k in i+1..n checkpoint sqrt do (cos(if s < t then z "
              "else x[k]), 0.5*w + 1); z*w })",
              {103038u, 10u});
}

TEST(Regression, PlaceInABranchThatIsNotTaken) {
  expectSound("fn f(x[n]) = sum(i in 1..n) sum(hess(if i < n then x[i + 1]*(min(j in 1..n) x[j]) "
              "else 2, x)*x)",
              {4u, 5u, 13u});
}

TEST(Regression, ReadInFortyBranches) {
  expectSound("param w[4] = [0.5, -1, 2, 0.25]\n"
              "fn f(s, t, x[n], y[0..n], A[m,n], int c[n], int k) = if 2 < s then (1.5 + dot(w, "
              "solve(3*identity(4) + w*w', [2, 2, x[1], 2]))^2)^tanh(atan2(if s > 0 then x[1] else "
              "3, 1 + max(A[1,1], A[1,2])^2)) else 2",
              {200221u});
}

} // namespace
