//===- ChunksTest.cpp - results do not depend on the number of threads ---------------===//
//
// Sizes at which loops are cut into chunks: sums, sums into elements, rows with
// workspace of their own, rows alone; and what fails in one of the chunks.
//
//===--------------------------------------------------------------------===//
#include "Lowered.h"

#include <cmath>
#include <cstring>

namespace gradus::lower {
namespace {

struct Sample {
  const char *name, *text;
  int64_t rows, columns, own; ///< x[rows, columns] or x[rows]; y has `own` numbers
};
const Sample samples[] = {
    {"sums", "fn f(x[n], y[n]) = sum(i in 1..n) exp(x[i])*y[i]", 70'001, 0, 70'001},
    {"several sums", "fn f(x[n], y[n]) = (sum(i in 1..n) exp(x[i])*y[i])/(max(i in 1..n) x[i]*y[i])",
     70'001, 0, 70'001},
    {"elements of all", "fn f(x[n], y[7]) = sum(i in 1..n) (sin(x[i]*y[1]) - y[3]*x[i])^2", 50'003, 0, 7},
    {"points", "fn f(x[n], y[20]) = sum(i in 1..n) (1 - sum(j in 1..20) y[j]*x[i]^(j-1))^2",
     20'001, 0, 20},
    {"rows", "fn f(x[n,m], y[m]) = sum(i in 1..n) softplus(sum(j in 1..m) x[i,j]*y[j])", 12'345, 11,
     11},
    {"squares", "fn f(x[n,m], y[m]) = sumsq(x*y)", 20'002, 11, 11},
    {"centres",
     "fn f(x[n,m], y[9,m]) = sum(i in 1..n) min(c in 1..9) sum(j in 1..m) (x[i,j] - y[c,j])^2",
     5'001, 11, 99},
    {"mixture",
     "fn f(x[n,m], y[9,m]) = sum(i in 1..n) logsumexp(c in 1..9) sum(j in 1..m) -(x[i,j] - y[c,j])^2",
     5'001, 11, 99},
    {"pairs", "fn f(x[n], y[n]) = sum(i in 1..n, j in i+1..n) y[i]*y[j]/sqrt((x[i] - x[j])^2 + 0.1)",
     901, 0, 901},
    {"pairs of rows",
     "fn f(x[n,m], y[n]) = sum(i in 1..n, j in 1..i-1) y[i]*y[j]*exp(-sumsq(x[i,..] - x[j,..]))", 401, 3,
     401},
    {"largest", "fn f(x[n], y[n]) = logsumexp(i in 1..n) (x[i] + y[i])", 70'001, 0, 70'001},
};

std::vector<double> result(const Sample &s, int64_t threads, jit::Level level) {
  Lowered l(s.text, Outputs::Both, false, threads);
  if (s.columns == 0)
    l.set("x", numbers(s.rows, 1));
  else
    l.set("x", numbers(s.rows * s.columns, 1), {s.rows, s.columns})
        .set("m", static_cast<double>(s.columns));
  l.set("y", numbers(s.own, 2)).set("n", static_cast<double>(s.rows));
  return l.run(level);
}

TEST(Chunks, BitsDoNotDependOnThreads) {
  for (const Sample &s : samples) {
    SCOPED_TRACE(s.name);
    const std::vector<double> plain = result(s, 1, jit::Level::O0);
    const std::vector<double> one = result(s, 1, jit::Level::Fast);
    ASSERT_EQ(one.size(), plain.size());
    double largest = 1;
    for (double v : plain)
      largest = std::max(largest, std::abs(v));
    for (size_t k = 0; k < one.size(); ++k)
      ASSERT_NEAR(one[k], plain[k], 1e-11 * largest) << k;
    for (int64_t threads : {2, 3, 4}) {
      const std::vector<double> several = result(s, threads, jit::Level::Fast);
      ASSERT_EQ(several.size(), one.size());
      EXPECT_EQ(std::memcmp(one.data(), several.data(), one.size() * sizeof(double)), 0)
          << threads << " threads";
    }
  }
}

TEST(Workspace, IsAtMostTwiceWhatGoesInAndOut) {
  for (const Sample &s : samples) {
    Lowered l(s.text);
    const int64_t rows = 1000, columns = std::max<int64_t>(s.columns, 1);
    const int64_t own = s.own == s.rows ? rows : s.own;
    l.set("n", static_cast<double>(rows));
    if (s.columns != 0)
      l.set("m", static_cast<double>(columns));
    // x and y, their derivatives, the value.
    const auto inAndOut = static_cast<double>(2 * (rows * columns + own) + 1);
    EXPECT_LE(l.workspace(), 2 * inAndOut) << s.name << "\n" << l.text();
  }
}

TEST(Chunks, TheFirstRoundThatFailsIsReported) {
  for (int64_t threads : {1, 2, 4}) {
    Lowered l("fn f(x[n], q[m], int k) = sum(i in 1..n) exp(x[i])*sin(q[mod(i, k) + 1])",
              Outputs::Value, false, threads);
    std::vector<double> x = numbers(100'000, 1);
    l.set("n", 100'000).set("x", x).set("m", 60'000).set("q", numbers(60'000, 2));
    EXPECT_EQ(l.set("k", 60'000).run(jit::Level::Fast).size(), 1u);
    EXPECT_TRUE(l.set("k", 90'000).run(jit::Level::Fast).empty());
    EXPECT_EQ(l.message(), "the index of q is 60001, outside 1..60000");
  }
}

} // namespace
} // namespace gradus::lower
