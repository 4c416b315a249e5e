//===- RoundTripTest.cpp - what is printed reads back as the same tree ------===//
#include "SyntaxTesting.h"

#include <random>

namespace gradus::syntax {
namespace {

void roundTrip(const std::string &text) {
  const Parsed first(text);
  ASSERT_EQ(first.errors(), "") << text;
  const std::string printed = print(first.tree);
  const Parsed second(printed);
  ASSERT_EQ(second.errors(), "") << text << "\n--- printed\n" << printed;
  ASSERT_EQ(second.shape(), first.shape()) << text << "\n--- printed\n" << printed;
  ASSERT_EQ(print(second.tree), printed);
}

std::string printed(const std::string &text) {
  const Parsed parsed(text);
  EXPECT_EQ(parsed.errors(), "") << text;
  return print(parsed.tree);
}

TEST(RoundTrip, LooksLikeAPersonWroteIt) {
  const std::string model = "data penguins from \"penguins.csv\"\n"
                            "param int n = rows(penguins)\n"
                            "var θ[0..1] start 0\n"
                            "fn h(x) = θ[0] + θ[1]*x\n"
                            "minimize J = 1/n * sum(i in 1..n) (h(penguins.flipper[i]) - "
                            "penguins.mass[i])^2\n"
                            "solve with lbfgs(tol = 1e-10)\n"
                            "fn pendulum(x[2], u) {\n"
                            "  let (θ, ω) = (x[1], x[2])\n"
                            "  [ω, u - 9.81*sin(θ)]\n"
                            "}\n"
                            "\n"
                            "problem mpc(x0[2], target = 3.14159) {\n"
                            "  param int N = 40\n"
                            "  var x[k in 0..N, 1..2] start 0\n"
                            "  var u[0..N-1] in [-2, 2] start 0\n"
                            "  minimize sum(k in 1..N) (x[k, 1] - target)^2\n"
                            "  subject to\n"
                            "    initial[j in 1..2]: x[0, j] = x0[j]\n"
                            "    far[i in 1..N, j in i+1..N where i != 3]: x[i, 1] >= x[j, 1]\n"
                            "    -2 <= x[1, 1] <= 2\n"
                            "  solve with augmented_lagrangian\n"
                            "}\n"
                            "\n"
                            "# Goes downhill.\n"
                            "#\n"
                            "# Slowly.\n"
                            "method steepest(c1 = 0.25) {\n"
                            "  let d = -grad(x)\n"
                            "  while f(x + t*d) > f(x) {\n"
                            "    t = t/2\n"
                            "  }\n"
                            "  if a {\n"
                            "    x = 1\n"
                            "  } else if b {\n"
                            "    x[1..2] = 2\n"
                            "  } else {\n"
                            "    x[j, ..] = 3\n"
                            "  }\n"
                            "}\n";
  EXPECT_EQ(printed(model), model);
}

TEST(RoundTrip, BracketsWhereTheyAreNeededOnly) {
  EXPECT_EQ(printed("let a = ((x) + ((y)*(z)))"), "let a = x + y*z\n");
  EXPECT_EQ(printed("let a = (x + y)*z - (u - v)"), "let a = (x + y)*z - (u - v)\n");
  EXPECT_EQ(printed("let a = (-x)^2 + -(x^2) + 2^(-x)"), "let a = (-x)^2 + -x^2 + 2^-x\n");
  EXPECT_EQ(printed("let a = (if c then 1 else 2) + 3"), "let a = (if c then 1 else 2) + 3\n");
  EXPECT_EQ(printed("let a = 3 + (if c then 1 else 2)"), "let a = 3 + if c then 1 else 2\n");
  EXPECT_EQ(printed("let a = (sum(i in 1..n) x[i])*2 + 1"),
            "let a = (sum(i in 1..n) x[i])*2 + 1\n");
  EXPECT_EQ(printed("let a = -(sum(i in 1..n) (x[i]*2)) + 1"),
            "let a = -sum(i in 1..n) x[i]*2 + 1\n");
  EXPECT_EQ(printed("let a = (a < b) == (c < d)"), "let a = (a < b) == (c < d)\n");
  EXPECT_EQ(printed("let a = not (b and c)"), "let a = not (b and c)\n");
}

TEST(RoundTrip, NumbersKeepTheirKind) {
  EXPECT_EQ(printed("let a = [1, 1.0, 1e3, 0.1, 1e300, 100000000000000000000]"),
            "let a = [1, 1.0, 1000.0, 0.1, 1e+300, 1e+20]\n");
  roundTrip("let a = [1, 1.0, 1e3, 0.1, 5e-324, 1.7976931348623157e308, 100000000000000000000]");
  roundTrip("let a = (1).x + 1.5 .* 2 ./ 3");
}

TEST(RoundTrip, EveryDeclaration) {
  roundTrip(
      "fn argmin(f(x[n]), int k, A[m, 0..n]) = f(x0)\nparam w[n]\nparam int k = 1\n"
      "data int a, b[3] from \"two \"\"quoted\"\" words\" missing skip\ndata y[2] = [1, 2]\n"
      "let y[i in 1..n] = 1\nlet (p, _) = q\nvar int x >= 0\nvar y <= 1 start if a then 1 else 2\n"
      "var z in [1, 2] start 3\nmaximize q = a^2^-b'^2\nimport \"x.opt\"\n"
      "let t = t.\"a b\"[1] + t.if + t.max + \"a\"\"b\"\n"
      "let r = iterate (s, u) = (a, b) until s > 1 max 10 do { let k = 1; k }\n");
}

/// Writes random programs with random brackets.
class Generator {
public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  std::string expr(int depth) {
    if (depth <= 0)
      return leaf();
    const std::string a = expr(depth - 1 - pick(2)), b = expr(depth - 1 - pick(2));
    std::string text;
    switch (pick(22)) {
    case 0:
      text = a + " + " + b;
      break;
    case 1:
      text = a + " - " + b;
      break;
    case 2:
      text = a + "*" + b;
      break;
    case 3:
      text = a + "/" + b;
      break;
    case 4:
      text = a + " .* " + b;
      break;
    case 5:
      text = a + "^" + b;
      break;
    case 6:
      text = "-" + a;
      break;
    case 7:
      text = "not " + a;
      break;
    case 8:
      text = a + " and " + b;
      break;
    case 9:
      text = a + " or " + b;
      break;
    case 10:
      text = a + " <= " + b;
      break;
    case 11:
      text = "if " + a + " then " + b + " else " + leaf();
      break;
    case 12:
      text = "sum(i in 1.." + a + ") " + b;
      break;
    case 13:
      text = "count(i in " + a + "..n where " + b + ")";
      break;
    case 14:
      text = "[i in 1..n] " + a;
      break;
    case 15:
      text = "[" + a + ", " + b + "]";
      break;
    case 16:
      text = "f(" + a + ", " + b + ")";
      break;
    case 17:
      text = "(" + a + ")[" + b + ", .., 2..n]";
      break;
    case 18:
      text = "(" + a + ")'";
      break;
    case 19:
      text = "fold s = " + a + " for t in 1..n do " + b;
      break;
    case 20:
      text = "{ let p = " + a + "; " + b + " }";
      break;
    case 21:
      text = "iterate s = " + a + " until " + b + " do s";
      break;
    }
    return pick(2) ? "(" + text + ")" : text;
  }

private:
  unsigned pick(unsigned count) { return random_() % count; }
  std::string leaf() {
    static const char *leaves[] = {"x", "y", "1", "2.5", "1e3", "v[i]", "t.col", "θ"};
    return leaves[pick(8)];
  }
  std::mt19937 random_;
};

TEST(RoundTrip, RandomExpressions) {
  size_t checked = 0;
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    // Where an operand needs brackets and got none, the text may be wrong: those
    // are skipped, the others must survive.
    const std::string text = "let a = " + Generator(seed).expr(5) + "\n";
    if (Parsed(text).diagnostics.hasErrors())
      continue;
    ++checked;
    roundTrip(text);
    if (HasFatalFailure())
      FAIL() << "seed " << seed;
  }
  EXPECT_GT(checked, 1000u);
}

} // namespace
} // namespace gradus::syntax
