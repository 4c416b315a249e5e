//===- VectorsTest.cpp - loops on vectors compute what loops compute -----------------===//
//
// Sizes around whole numbers of vectors, for each way in which loops go to lanes:
// alone, around other loops, as rows, with workspace of their own, with conditions.
//
//===--------------------------------------------------------------------===//
#include "Lowered.h"

#include <cmath>

namespace gradus::lower {
namespace {

struct Sample {
  const char *name, *text;
  bool matrix; ///< the data x[n,3], else x[n]
};
const Sample samples[] = {
    {"sums", "fn f(x[n], y[n]) = sum(i in 1..n) exp(x[i])*y[i]", false},
    {"points", "fn f(x[n], y[3]) = sum(i in 1..n) (1 - sum(j in 1..3) y[j]*x[i]^(j-1))^2", false},
    {"many", "fn f(x[n], y[20]) = sum(i in 1..n) (1 - sum(j in 1..20) y[j]*x[i]^(j-1))^2", false},
    {"rows", "fn f(x[n,m], y[m]) = sum(i in 1..n) softplus(sum(j in 1..m) x[i,j]*y[j])",
     true},
    {"centres",
     "fn f(x[n,m], y[9,m]) = sum(i in 1..n) min(c in 1..9) sum(j in "
     "1..m) (x[i,j] - y[c,j])^2",
     true},
    {"mixture",
     "fn f(x[n,m], y[9,m]) = sum(i in 1..n) logsumexp(c in 1..9) "
     "sum(j in 1..m) -(x[i,j] - y[c,j])^2",
     true},
    {"branches", "fn f(x[n], y[n]) = sum(i in 1..n where x[i] > 0) (if y[i] > 0 then sin(x[i]*y[i]) else y[i])",
     false},
    {"largest", "fn f(x[n], y[n]) = logsumexp(i in 1..n) (x[i] + y[i])", false},
};

TEST(Vectors, AgreeWithLoops) {
  for (const Sample &s : samples)
    for (int64_t n : {0, 1, 3, 4, 7, 16, 17, 37}) {
      SCOPED_TRACE(s.name + std::string(", n = ") + std::to_string(n));
      constexpr int64_t m = 11; // columns: more than a vector, and some more
      Lowered l(s.text);
      std::string text = s.text;
      if (s.matrix) {
        l.set("x", numbers(n*m, 1), {n, m}).set("m", m);
        l.set("y", numbers(9*m, 2));
      } else {
        l.set("x", numbers(n, 1));
        int64_t own = text.find("y[20]") != text.npos ? 20 : text.find("y[3]") != text.npos ? 3 : n;
        l.set("y", numbers(own, 2));
      }
      l.set("n", static_cast<double>(n));
      std::vector<double> wanted = l.run(), got = l.run(jit::Level::Fast);
      ASSERT_EQ(got.size(), wanted.size());
      for (size_t k = 0; k < got.size(); ++k)
        if (!(std::isinf(wanted[k]) && got[k] == wanted[k])) {
          EXPECT_NEAR(got[k], wanted[k], 1e-13 * (1 + std::fabs(wanted[k]))) << k;
        }
      EXPECT_EQ(got, l.run(jit::Level::Fast)) << "the same bits in every run";
    }
}

TEST(Vectors, AValueDoesNotDependOnItsPlace) {
  Lowered l("fn f(x[n]) = sum(i in 1..n) exp(x[i]) + sum(i in 1..n) tanh(x[i])", Outputs::Gradient);
  for (int64_t n : {5, 8, 23})
    for (double x : {-1.25, 0.3, 3.7}) {
      l.set("x", std::vector<double>(static_cast<size_t>(n), x)).set("n", static_cast<double>(n));
      std::vector<double> g = l.run(jit::Level::Fast);
      ASSERT_EQ(g.size(), static_cast<size_t>(n));
      EXPECT_EQ(g, std::vector<double>(g.size(), g[0])) << n;
    }
}

TEST(Vectors, ExpOfAnyNumber) {
  Lowered l("fn f(x[n]) = sum(i in 1..n) exp(x[i])", Outputs::Gradient);
  const double inf = INFINITY;
  std::vector<double> x = {0, -0.0, 1, -1, 709.7, 709.8, 710, 1e300, inf, -708, -720.5, -745.1, -745.2,
                           -800, -inf, 1e-300, 0.34657359027997264, -0.34657359027997264};
  for (double k = -700; k < 700; k += 7.37)
    x.push_back(k);
  l.set("x", x).set("n", static_cast<double>(x.size()));
  std::vector<double> g = l.run(jit::Level::Fast);
  ASSERT_EQ(g.size(), x.size());
  for (size_t k = 0; k < x.size(); ++k) {
    double wanted = std::exp(x[k]), ulp = std::nextafter(wanted, inf) - wanted;
    if (std::isinf(wanted))
      EXPECT_EQ(g[k], wanted) << x[k];
    else
      EXPECT_NEAR(g[k], wanted, 1.5 * ulp) << x[k];
  }
  l.set("x", {NAN, 0}).set("n", 2);
  EXPECT_TRUE(std::isnan(l.run(jit::Level::Fast)[0]));
}

TEST(Loops, TermsWithLoopsAreStored) {
  Lowered l("data x[n,m] = [1, 2; 3, 4]\nvar y[c in 1..k, j in 1..m]\nparam int k = 3\nminimize sum(i in 1..n) "
            "logsumexp(c in 1..k) sum(j in 1..m) (x[i,j] - y[c,j])^2");
  EXPECT_EQ(l.count("exp("), 1u) << l.text();
  Lowered strict("fn f(x[n]) = logsumexp(i in 1..n) x[i]", Outputs::Both, true);
  EXPECT_EQ(strict.count("exp("), 2u) << "as written\n" << strict.text();
}

TEST(Loops, ExponentialsAreLeftInTheOutput) {
  Lowered l("fn f(x[n]) = logsumexp(i in 1..n) x[i]");
  EXPECT_EQ(l.count("exp("), 1u) << l.text();
  EXPECT_FALSE(l.has("t[")) << l.text();
}

} // namespace
} // namespace gradus::lower
