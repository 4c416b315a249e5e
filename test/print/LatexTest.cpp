//===- LatexTest.cpp - derivatives as LaTeX -------------------------------------------===//

#include "Course.h"

namespace gradus::print {

namespace {
std::string latexOf(const std::string &fn, const std::string &variable) {
  Course course("fn " + fn);
  return course.valid() ? course.latex(variable) : course.errors();
}
} // namespace

TEST(Latex, Expressions) {
  EXPECT_EQ(latexOf("f(x, y) = x^4 + x^3*y^2", "x"), "4 \\, {x}^{3} + 3 \\, {x}^{2} \\, {y}^{2}");
  EXPECT_EQ(latexOf("f(x) = sqrt(1 + x^2)", "x"), "\\frac{x}{\\sqrt{{x}^{2} + 1}}");
  EXPECT_EQ(latexOf("f(x) = exp(-x^2)", "x"), "-2 \\, x \\, e^{-{x}^{2}}");
  EXPECT_EQ(latexOf("f(x) = if x > 0 then x^2 else 5", "x"),
            "\\begin{cases} 2 \\, x & \\text{if } x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}");
  EXPECT_EQ(latexOf("f(θ[0..1], x[n], y[n]) = "
                    "1/n * sum(i in 1..n) (θ[0] + θ[1]*x[i] - y[i])^2",
                    "θ[0]"),
            "\\frac{2}{n} \\, \\sum_{i=1}^{n} \\left({\\theta}_{0} + {\\theta}_{1} \\, {x}_{i} - "
            "{y}_{i}\\right)");
}

TEST(Latex, Names) {
  EXPECT_EQ(latexName("x"), "x");
  EXPECT_EQ(latexName("x1"), "x_{1}");
  EXPECT_EQ(latexName("θ"), "\\theta");
  EXPECT_EQ(latexName("σ_max"), "\\sigma_{\\text{max}}");
  EXPECT_EQ(latexName("rate"), "\\text{rate}");
  EXPECT_EQ(latexName("penguins.body_mass"), "\\text{penguins.body\\_mass}");
  EXPECT_EQ(latexName("lambda"), "\\lambda");
}

} // namespace gradus::print
