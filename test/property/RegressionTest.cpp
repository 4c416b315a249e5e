//===- RegressionTest.cpp - what random programs have found ------------------------===//

#include "Verdict.h"

#include <gtest/gtest.h>

using namespace gradus::property;

namespace {

/// The text at several sizes and points, among them n = 0.
void expectSound(const std::string &text) {
  for (uint32_t seed : {4u, 5u, 10u, 11u, 12u, 13u, 50u})
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

} // namespace
