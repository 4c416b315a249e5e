//===- DerivativesTest.cpp - derivatives as a teacher writes them -----------------===//

#include "Course.h"

namespace gradus::print {

TEST(Polynomials, OfAFirstCourse) {
  const char *f = "f(x, y) = x^4 + x^3*y^2 + y^5 + 8";
  EXPECT_EQ(derivativeOf(f, "x"), "4*x^3 + 3*x^2*y^2");
  EXPECT_EQ(derivativeOf(f, "y"), "2*x^3*y + 5*y^4");
  EXPECT_EQ(derivativeOf(f, "x", "y"), "6*x^2*y");
  EXPECT_EQ(derivativeOf(f, "y", "x"), "6*x^2*y");
  const char *g = "g(x, y) = x^3 + x^2*y^4 - 2*y^5";
  EXPECT_EQ(derivativeOf(g, "x"), "3*x^2 + 2*x*y^4");
  EXPECT_EQ(derivativeOf(g, "y"), "4*x^2*y^3 - 10*y^4");
  EXPECT_EQ(derivativeOf(g, "x", "y"), "8*x*y^3");
  const char *h = "h(x, y) = -3*x^3*y^2 + 5";
  EXPECT_EQ(derivativeOf(h, "x"), "-9*x^2*y^2");
  EXPECT_EQ(derivativeOf(h, "y"), "-6*x^3*y");
  EXPECT_EQ(derivativeOf(h, "x", "y"), "-18*x^2*y");
}

TEST(Polynomials, Brackets) {
  EXPECT_EQ(derivativeOf("f(x) = (x - 3)^2", "x"), "2*(x - 3)");
  EXPECT_EQ(derivativeOf("f(x) = (3 - x)^2", "x"), "2*(x - 3)");
  EXPECT_EQ(derivativeOf("f(x) = (2*x + 1)^5", "x"), "10*(2*x + 1)^4");
  EXPECT_EQ(derivativeOf("f(x) = 3*x^2", "x"), "6*x");
  EXPECT_EQ(derivativeOf("f(x) = 7", "x"), "0");
  EXPECT_EQ(derivativeOf("f(a, b) = 1/4*a^4 + 1/5*b^2", "b"), "2/5*b");
  EXPECT_EQ(derivativeOf("f(a, b) = 1/4*a^4 + 1/5*b^2", "a"), "a^3");
  EXPECT_EQ(derivativeOf("f(x) = 0.05*x^2", "x"), "0.1*x");
}

TEST(Functions, OfACourse) {
  EXPECT_EQ(derivativeOf("f(x) = sigmoid(x)", "x"), "sigmoid(x)*(1 - sigmoid(x))");
  EXPECT_EQ(derivativeOf("f(x) = tanh(x)", "x"), "1/cosh(x)^2");
  EXPECT_EQ(derivativeOf("f(x) = log(x)", "x"), "1/x");
  EXPECT_EQ(derivativeOf("f(x) = exp(-x^2)", "x"), "-2*x*exp(-x^2)");
  EXPECT_EQ(derivativeOf("f(x) = exp(-x^2)", "x", "x"), "2*exp(-x^2)*(2*x^2 - 1)");
  EXPECT_EQ(derivativeOf("f(x) = x^x", "x"), "x^x*(log(x) + 1)");
  EXPECT_EQ(derivativeOf("f(x) = sqrt(1 + x^2)", "x"), "x/sqrt(x^2 + 1)");
  EXPECT_EQ(derivativeOf("f(x) = sqrt(1 + x^2)", "x", "x"), "1/(x^2 + 1)^(3/2)");
  EXPECT_EQ(derivativeOf("f(x) = sin(x)*cos(x)", "x"), "cos(x)^2 - sin(x)^2");
  EXPECT_EQ(derivativeOf("f(x) = sqrt(x)", "x"), "1/(2*sqrt(x))");
  EXPECT_EQ(derivativeOf("f(x) = cbrt(x)", "x"), "1/(3*cbrt(x)^2)");
  EXPECT_EQ(derivativeOf("f(x) = asin(x)", "x"), "1/sqrt(1 - x^2)");
  EXPECT_EQ(derivativeOf("f(x) = acos(x)", "x"), "-1/sqrt(1 - x^2)");
  EXPECT_EQ(derivativeOf("f(x) = atan(x)", "x"), "1/(x^2 + 1)");
  EXPECT_EQ(derivativeOf("f(x) = atanh(x)", "x"), "1/(1 - x^2)");
  EXPECT_EQ(derivativeOf("f(x) = asinh(x)", "x"), "1/sqrt(x^2 + 1)");
  EXPECT_EQ(derivativeOf("f(x) = acosh(x)", "x"), "1/sqrt(x^2 - 1)");
  EXPECT_EQ(derivativeOf("f(x) = erf(x)", "x"), "2/sqrt(pi)*exp(-x^2)");
  EXPECT_EQ(derivativeOf("f(x) = log2(x)", "x"), "1/(log(2)*x)");
  EXPECT_EQ(derivativeOf("f(x) = softplus(x)", "x"), "sigmoid(x)");
  EXPECT_EQ(derivativeOf("f(x) = abs(x)", "x"), "sign(x)");
  EXPECT_EQ(derivativeOf("f(x, y) = x^y", "x"), "y*x^(y - 1)");
  EXPECT_EQ(derivativeOf("f(x, y) = x^y", "y"), "x^y*log(x)");
  EXPECT_EQ(derivativeOf("f(x, y) = hypot(x, y)", "x"), "x/hypot(x, y)");
  EXPECT_EQ(derivativeOf("f(x, y) = atan2(y, x)", "x"), "-y/(x^2 + y^2)");
}

TEST(Quotients, OverOneDenominator) {
  EXPECT_EQ(derivativeOf("f(x) = x/(1 + x^2)", "x"), "(1 - x^2)/(x^2 + 1)^2");
  EXPECT_EQ(derivativeOf("f(x) = sin(x)/(x^2 + 1)", "x"),
            "(cos(x)*(x^2 + 1) - 2*x*sin(x))/(x^2 + 1)^2");
  EXPECT_EQ(derivativeOf("f(x, y) = x/(x + y)", "x"), "y/(x + y)^2");
  EXPECT_EQ(derivativeOf("f(x) = 1/x", "x"), "-1/x^2");
  EXPECT_EQ(derivativeOf("f(r) = 4*((1/r)^12 - (1/r)^6)", "r"), "24/r^7 - 48/r^13");
}

TEST(Products, KeepTheirBrackets) {
  EXPECT_EQ(derivativeOf("f(x) = (x^2 + 1)*(x^3 - x)", "x"),
            "2*x*(x^3 - x) + (x^2 + 1)*(3*x^2 - 1)");
  EXPECT_EQ(derivativeOf("f(x) = x^2*exp(x)", "x"), "exp(x)*(x^2 + 2*x)");
  EXPECT_EQ(derivativeOf("f(x) = x*log(x) - x", "x"), "log(x)");
  EXPECT_EQ(derivativeOf("f(x) = 5*x^(1/3)", "x"), "5/(3*x^(2/3))");
  EXPECT_EQ(derivativeOf("f(x) = 2^x", "x"), "log(2)*2^x");
}

TEST(Choices, Pieces) {
  EXPECT_EQ(derivativeOf("f(x) = if x > 0 then x^2 else -x^3", "x"),
            "if x > 0 then 2*x else -3*x^2");
  EXPECT_EQ(derivativeOf("f(x) = relu(x)", "x"), "if x > 0 then 1 else if x == 0 then 1/2 else 0");
  EXPECT_EQ(derivativeOf("f(x, y) = max(x, y)", "x"),
            "if y < x then 1 else if x == y then 1/2 else 0");
}

TEST(Simplification, Algebra) {
  EXPECT_EQ(simplified("f(x) = x/x"), "1");
  EXPECT_EQ(simplified("f(x) = 0*x + 3"), "3");
  EXPECT_EQ(simplified("f(x, y) = x + y - x"), "y");
  EXPECT_EQ(simplified("f(x) = -(-x)"), "x");
  EXPECT_EQ(simplified("f(x) = x*x*x"), "x^3");
  EXPECT_EQ(simplified("f(x) = x^2*x^3/x"), "x^4");
  EXPECT_EQ(simplified("f(x) = (x^2)^3"), "x^6");
  EXPECT_EQ(simplified("f(x) = sqrt(x)*sqrt(x)"), "x");
  EXPECT_EQ(simplified("f(x) = sqrt(x^4)"), "x^2");
  EXPECT_EQ(simplified("f(x) = sqrt(4*x)"), "2*sqrt(x)");
  EXPECT_EQ(simplified("f(x) = x/3"), "1/3*x");
  EXPECT_EQ(simplified("f(x, y) = exp(x)*exp(y)"), "exp(x + y)");
  EXPECT_EQ(simplified("f(x) = exp(x)^2*exp(-x)"), "exp(x)");
  EXPECT_EQ(simplified("f(x) = log(exp(3*x))"), "3*x");
  EXPECT_EQ(simplified("f(x) = exp(2*log(x))"), "x^2");
  EXPECT_EQ(simplified("f(x) = cos(x)^2 + sin(x)^2"), "1");
  EXPECT_EQ(simplified("f(x, a) = a*cos(2*x)^2 + a*sin(2*x)^2"), "a");
  EXPECT_EQ(simplified("f(x) = cosh(x)^2 - sinh(x)^2"), "1");
  EXPECT_EQ(simplified("f(x) = sin(-x)"), "-sin(x)");
  EXPECT_EQ(simplified("f(x) = cos(1 - x)"), "cos(x - 1)");
  EXPECT_EQ(simplified("f(x) = abs(x)*abs(x)"), "x^2");
  EXPECT_EQ(simplified("f(x) = cbrt(x)^3"), "x");
}

TEST(Simplification, ConstantsAndBrackets) {
  EXPECT_EQ(simplified("f(x) = 2*(x - 3)"), "2*(x - 3)");
  EXPECT_EQ(simplified("f(x) = 2*(x - 3) + 5"), "2*x - 1");
  EXPECT_EQ(simplified("f(x, y) = 2*(x - 3) + y"), "y + 2*(x - 3)");
  EXPECT_EQ(simplified("f(x) = (x + 1)*(x - 1)"), "(x + 1)*(x - 1)");
  EXPECT_EQ(simplified("f(x) = -x - 3"), "-x - 3");
  EXPECT_EQ(simplified("f(x) = 1 - x"), "1 - x");
  EXPECT_EQ(simplified("f(x) = 1/3*x + 1/6*x"), "1/2*x");
  EXPECT_EQ(simplified("f(x) = 0.1*x + 0.2*x"), "0.3*x");
  EXPECT_EQ(simplified("f(x) = 2*pi*x"), "2*pi*x");
  EXPECT_EQ(simplified("f(x) = x/sqrt(2)"), "sqrt(2)/2*x");
  EXPECT_EQ(simplified("f(x) = 1e-8*x"), "1e-8*x");
}

TEST(Simplification, Choices) {
  EXPECT_EQ(simplified("f(x) = if x > 0 then x else x"), "x");
  EXPECT_EQ(simplified("f(x, y) = if x > 0 then (if x > 0 then y else 2) else 3"),
            "if x > 0 then y else 3");
  EXPECT_EQ(simplified("f(x, y) = (if x > 0 then y else 0) + (if x > 0 then 1 else 0)"),
            "if x > 0 then y + 1 else 0");
  EXPECT_EQ(simplified("f(x, y) = 2*y*(if x > 0 then y else 0)"), "if x > 0 then 2*y^2 else 0");
  EXPECT_EQ(simplified("f(x, y) = if not (x > 0) then y else 0"), "if x <= 0 then y else 0");
}

} // namespace gradus::print
