//===- ErrorsTest.cpp - every message with its place ---------------------------===//

#include "Analyzed.h"

namespace gradus::semantics {
namespace {

struct Case {
  const char *text;
  const char *messages;
};

class Errors : public testing::TestWithParam<Case> {};

TEST_P(Errors, AreReportedAtTheirPlace) {
  EXPECT_EQ(messagesOf(GetParam().text), GetParam().messages) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Names, Errors,
    testing::Values(
        Case{"fn f(x) = x + y", "1:15 E0201 'y' is not declared"},
        Case{"fn f(x) = snh(x)", "1:11 E0201 there is no function 'snh'"},
        Case{"fn f(x) = x\nfn f(y) = y", "2:4 E0202 'f' is declared twice"},
        Case{"fn f(x, x) = x", "1:9 E0202 'x' is declared twice"},
        Case{"fn f(x[n]) = sum(i in 1..n, i in 1..n) x[i]", "1:29 E0202 'i' is declared twice"},
        Case{"fn f(x) = { let a = x; let a = 2*x; a }", "1:28 E0202 'a' is declared twice"},
        Case{"fn f(x, y) = x*y\nfn g(x) = f(x)", "2:11 E0203 f takes 2 arguments, not 1"},
        Case{"fn f(x) = sin(x, x)", "1:11 E0203 sin takes 1 argument, not 2"},
        Case{"fn f(x[n]) = sum(i in 1..n) x[i] + i",
             "1:36 E0212 'i' is the index of the sum at model.opt:1:14, and the sum ends before "
             "'+'"},
        Case{"fn f(x) = x(2)", "1:11 E0215 'x' is a number and cannot be called"},
        Case{"fn f(x[n]) = x(2)", "1:14 E0215 'x' is an array and cannot be called"},
        Case{"fn f(x) = f(x-1)", "1:11 E0210 'f' calls itself"},
        Case{"let a = b\nlet b = a + 1", "2:9 E0211 'a' is defined by itself"},
        Case{"fn f(x) = g(x)\nfn g(x) = f", "2:11 E0206 'f' is a function, and a value is "
                                            "needed here"}));

INSTANTIATE_TEST_SUITE_P(
    Types, Errors,
    testing::Values(
        Case{"fn f(x[n]) = x[1] + (x[1] > 0)",
             "1:22 E0206 'x[1] > 0' is a condition, and a number is needed here"},
        Case{"fn f(x) = if x then 1 else 2", "1:14 E0206 'x' is not a condition"},
        Case{"fn f(x) = x > 0 and x", "1:21 E0206 'x' is not a condition"},
        Case{"fn f(x[n]) = sin(x)^x[1]",
             "1:14 E0205 'sin(x)' is an array, and powers are of numbers"},
        Case{"fn f(x[n]) = if x[1] > 0 then x else 1",
             "1:14 E0206 the branches of this `if` are different things: one is a single value, "
             "the other is not"},
        Case{"minimize [1, 2]",
             "1:10 E0206 '[1, 2]' is an array (1..2), and a number is needed here"},
        Case{"fn f(x) = \"text\" + x", "1:11 E0206 a text stands where a number is needed"},
        Case{"param n = 10\nvar x[n]\nminimize sumsq(x)",
             "2:7 E0207 a size must be a whole number, and 'n' is real"},
        Case{"fn f(x[n]) = x[n/2]",
             "1:16 E0207 an index must be a whole number, and 'n/2' is real"},
        Case{"fn f(int k) = k\nfn g(x) = f(x)",
             "2:13 E0207 the argument 'k' of f is a whole number, and 'x' is real"},
        Case{"param int n = 0.5", "1:15 E0207 'n' is declared as whole, and its value '0.5' is "
                                  "real"},
        Case{"fn f(x) = div(x, 2)", "1:15 E0207 div is of whole numbers, and 'x' is real"}));

INSTANTIATE_TEST_SUITE_P(
    Shapes, Errors,
    testing::Values(
        Case{"fn f(x[3], y[4]) = sumsq(x + y)",
             "1:26 E0205 the shapes do not fit: 'x' is [1..3], and 'y' is [1..4]"},
        Case{"fn f(x[n], y[m]) = sumsq(x - y)",
             "1:26 E0205 the shapes do not fit: 'x' is [1..n], and 'y' is [1..m]"},
        Case{"fn f(x[n]) = x*x",
             "1:14 E0205 'x' and 'x' are both vectors: their product is not one thing"},
        Case{"fn f(A[2,3], x[2]) = A*x",
             "1:22 E0205 the product does not fit: 'A' is [1..2, 1..3], and 'x' is [1..2]"},
        Case{"fn f(x[2]) = x[1]\nfn g(y[3]) = f(y)",
             "2:16 E0205 the argument 'x' of f is declared as [1..2], and 'y' is [1..3]"},
        Case{"fn f(x[n]) = x[1]\nfn g(y) = f(y)",
             "2:13 E0205 the argument 'x' of f is an array with 1 index, and 'y' is not an "
             "array"},
        Case{"fn f(y) = y\nfn g(x[n]) = f(x)",
             "2:16 E0205 the argument 'y' of f is a number, and 'x' is an array [1..n]"},
        Case{"data A = [1, 2; 3]", "1:17 E0205 this row has 1 elements, the first has 2"},
        Case{"data y[4] = [1, 2, 3]",
             "1:13 E0205 the shapes do not fit: 'y' is [1..4], and '[1, 2, 3]' is [1..3]"},
        Case{"fn f(x) = x[1]", "1:11 E0209 'x' is a number and has no elements"},
        Case{"fn f(A[m,n]) = A[1]", "1:16 E0209 'A' has 2 indices (1..m, 1..n), not 1"},
        Case{"var x[-5]\nminimize sumsq(x)",
             "1:7 E0216 the range 1..-5 has a negative size"},
        Case{"fn f(x[n]) = dot(x, x[1..n-1])",
             "1:14 E0205 the shapes do not fit: 'x' is [1..n], and 'x[1..n-1]' is [1..n-1]"},
        Case{"fn f(n) = sum([j in 1..3, k in 1..j] 1)",
             "1:27 E0205 the range of 'k' changes with 'j': an array is a rectangle"}));

INSTANTIATE_TEST_SUITE_P(
    Indices, Errors,
    testing::Values(
        Case{"fn f(x[3]) = x[4]", "1:16 E0208 x[4] reads index 4, and x has 1..3"},
        Case{"fn f(x[0..3]) = x[-1]", "1:19 E0208 x[-1] reads index -1, and x has 0..3"},
        Case{"fn f(x[n]) = x[n+1]", "1:16 E0208 x[n+1] reads index n+1, and x has 1..n"},
        Case{"fn f(x[n]) = sum(i in 1..n) x[i+1]",
             "1:31 E0208 x[i+1] reads index n+1 when i = n, and x has 1..n"},
        Case{"fn f(x[n]) = sum(i in 1..n) x[i-1]",
             "1:31 E0208 x[i-1] reads index 0 when i = 1, and x has 1..n"},
        Case{"fn f(x[n]) = sum(i in 1..n, j in i+1..n) x[j-i] + x[0]",
             "1:53 E0208 x[0] reads index 0, and x has 1..n"},
        Case{"fn f(x[n]) = sumsq(x[2..n+1])",
             "1:22 E0208 x[2..n+1] reads index n+1, and x has 1..n"},
        // May be right: nothing is claimed.
        Case{"fn f(x[n]) = sum(i in 1..n where i < n) x[i+1]", ""},
        Case{"fn f(x[n]) = sum(i in 1..n) (if i < n then x[i+1] else 0)", ""},
        Case{"fn f(x[n]) = sum(i in 1..n, j in i+1..n) x[i+1]", ""},
        Case{"fn f(x[n], int k) = x[k]", ""},
        Case{"fn f(x[3]) = sum(i in 1..0) x[i+7]", ""},
        Case{"fn f(x[n]) = x[3]", ""}));

INSTANTIATE_TEST_SUITE_P(
    Domains, Errors,
    testing::Values(
        Case{"fn f(x) = 1/0", "1:13 E0213 '0' is zero: this is a division by zero"},
        Case{"fn f(x) = x + log(-1)",
             "1:15 E0213 'log(-1)' is the logarithm of a number that is not positive"},
        Case{"fn f(x) = sqrt(-2)", "1:11 E0213 'sqrt(-2)' is the root of a negative number"},
        Case{"fn f(x) = if x > 0 then 1/0 else 2", ""},
        Case{"var x in [2, 1] start 0\nminimize x",
             "1:11 E0214 no value of x lies between 2 and 1"}));

INSTANTIATE_TEST_SUITE_P(
    Problems, Errors,
    testing::Values(
        Case{"var x start x\nminimize x^2",
             "1:13 E0217 a starting point cannot depend on an unknown"},
        Case{"var x\nvar y <= x\nminimize x^2 + y",
             "2:10 E0217 a bound cannot depend on an unknown"},
        Case{"var x\nminimize x^2\nsolve with lbfgs(tol = x)",
             "3:24 E0217 an option cannot depend on an unknown"},
        Case{"var x\nminimize x^2\nminimize x", "3:1 E0220 there is a second objective"},
        Case{"var x\nminimize x^2\nsolve with a()\nsolve with b()",
             "4:1 E0220 there is a second `solve`"},
        Case{"fn f(x[n]) = sum([i in 1..n where x[i] > 0] x[i])",
             "1:35 E0222 an array cannot leave elements out"},
        Case{"problem p { }", "1:1 E0221 the problem 'p' has no objective"},
        Case{"fn f(x[n]) = sum(x[3..1])", "1:20 E0216 the slice 3..1 ends before it begins"},
        Case{"solve with lbfgs()", "1:1 E0221 there is no objective to solve for"},
        Case{"var x\nproblem p {\n  var y\n  minimize y^2\n}",
             "1:1 E0220 this belongs to a problem, and the file has `problem` blocks"}));

INSTANTIATE_TEST_SUITE_P(
    Warnings, Errors,
    testing::Values(
        Case{"var x\nvar y\nminimize x^2", "2:5 W0202 the unknown 'y' is never used"},
        Case{"var x\nvar y\nminimize x^2 + (if 1 > 2 then y else 0)",
             "2:5 W0202 the unknown 'y' has no effect on the objective"},
        Case{"var x\nminimize x^2 + floor(x)",
             "2:16 W0203 floor has derivative zero: no descent information comes through it"},
        Case{"var x in [0, 1] start 2\nminimize x^2",
             "1:23 W0204 the start 2 of x is outside of its bounds"},
        Case{"param a = 1\nminimize a^2", "2:1 W0205 there is an objective but no unknown"},
        Case{"var x", "1:1 W0206 there are unknowns but no objective"},
        Case{"var x\nlet c = 3\nminimize x^2", "2:5 W0201 'c' is never used"},
        Case{"fn f(x) = { let a = 1; x }", "1:17 W0201 'a' is never used"}));

INSTANTIATE_TEST_SUITE_P(
    Later, Errors,
    testing::Values(
        Case{"var int x\nminimize x^2",
             "1:9 E0299 an unknown of whole numbers (`var int`) is not compiled yet"}));

INSTANTIATE_TEST_SUITE_P(
    Recurrences, Errors,
    testing::Values(
        Case{"fn f(x) = fold (a, b) = x for t in 1..3 do (a, b)",
             "1:25 E0230 the start of this fold is one value, and there are 2 states"},
        Case{"fn f(x) = fold a = x for t in 1..3 do (a, 2*a)",
             "1:39 E0230 the step of this fold is a tuple of 2 values, and there is 1 state"},
        Case{"fn f(x[n]) = fold s = x for t in 1..3 do s[1]",
             "1:42 E0231 the state 's' is [1..n] at the start and a number after a step"},
        Case{"fn f(x) = fold s = [x, x] for t in 1..3 do [s[1], s[2], t]",
             "1:44 E0231 the state 's' is [1..2] at the start and [1..3] after a step"},
        Case{"fn f(x) = iterate s = x until s < 1 do s/2", "1:11 E0232 this `iterate` may never end"},
        Case{"fn f(x, int k[n]) = sum(i in 1..n) fold s = x for t in 1..k[i] do s/2",
             "1:51 E0233 how many steps this recurrence makes at most cannot be seen"},
        Case{"fn f(x) = (scan s = x for t in 1..3 checkpoint 2 do s/2)[1]",
             "1:48 E0222 a `scan` keeps all its states: there is nothing to checkpoint"},
        Case{"fn f(x) = fold (a, a) = (x, x) for t in 1..3 do (a, a)",
             "1:20 E0202 'a' is declared twice"},
        Case{"fn f(x) = (scan s = x for t in 1..3 do s/2)[4]",
             "1:45 E0208 (scan s = x for t in 1..3 do s/2)[4] reads index 4, and scan s = x for "
             "t in 1..3 do s/2 has 0..3"},
        Case{"fn f(x) = fold s = x > 0 for t in 1..3 do s",
             "1:20 E0206 'x > 0' is a condition, and a number is needed here"},
        Case{"fn f(x[n]) = { let s[i in 1..n] = x[i] + s[i]; s[n] }",
             "1:44 E0208 s[i] reads index i, and s has 1..i-1"},
        Case{"let s[i in 1..3] = s[i+1]\nfn f(x) = s[1]*x",
             "1:22 E0208 s[i+1] reads index 4 when i = 3, and s has 1..3"}));

TEST(Errors, SeveralOfAFileInOneRun) {
  EXPECT_EQ(messagesOf("fn f(x) = x + a\nfn g(x) = sin(x, 2)\nlet b = c"),
            "1:15 E0201 'a' is not declared\n2:11 E0203 sin takes 1 argument, not 2\n"
            "3:9 E0201 'c' is not declared");
}

TEST(Errors, OneMistakeIsOneMessage) {
  // What depends on an error value is silent, and so are further calls.
  EXPECT_EQ(messagesOf("fn f(x) = x + a\nfn g(x) = f(x)^2 + f(2*x)\nvar x\nminimize g(x)"),
            "1:15 E0201 'a' is not declared");
}

TEST(Errors, Suggestions) {
  EXPECT_EQ(messagesOf("param alpha = 1\nfn f(x) = x*alhpa", true),
            "2:13 E0201 'alhpa' is not declared | did you mean 'alpha'?");
  EXPECT_EQ(messagesOf("param n = 10\nvar x[n]\nminimize sumsq(x)", true),
            "2:7 E0207 a size must be a whole number, and 'n' is real | declare `param int n` at "
            "model.opt:1:7");
  EXPECT_EQ(messagesOf("fn f(x[n]) = sum(i in 1..n) x[i] + i", true),
            "1:36 E0212 'i' is the index of the sum at model.opt:1:14, and the sum ends before "
            "'+' | the sum ends before '+': put its body in brackets");
}

TEST(Errors, UnknownColumn) {
  EXPECT_EQ(messagesOf("data penguins from \"penguins.csv\"\n"
                       "param int n = rows(penguins)\n"
                       "fn f(a) = sum(i in 1..n) (a - penguins.mas[i])^2",
                       true),
            "3:40 E0204 'mas' is not a column of penguins | columns: bill_len, flipper, mass, "
            "Solar.R        did you mean 'mass'?");
}

TEST(Errors, RecursionShowsItsPath) {
  EXPECT_EQ(messagesOf("fn f(x) = g(x)\nfn g(x) = h(x)\nfn h(x) = f(x)", true),
            "3:11 E0210 'f' calls itself | f -> g -> h -> f; repeated steps are written as sums, "
            "or with `fold`");
}

TEST(Errors, ImportCycleShowsItsPath) {
  Analyzed a("import \"a.opt\"\nfn f(x) = x", {{"a.opt", "import \"b.opt\""},
                                                {"b.opt", "import \"a.opt\""}});
  EXPECT_EQ(a.messages(true),
            "1:8 E0218 these files import each other | a.opt -> b.opt -> a.opt");
}

TEST(Errors, ImportedFilesAreLibraries) {
  Analyzed a("import \"a.opt\"\nfn f(x) = x", {{"a.opt", "var x\nminimize x^2"}});
  EXPECT_EQ(a.messages(), "1:1 E0219 an imported file cannot have unknowns\n"
                          "2:1 E0219 an imported file cannot have an objective");
}

TEST(Errors, ImportDepth) {
  std::map<std::string, std::string> files;
  for (int k = 0; k < 20; ++k)
    files[fmt::format("f{}.opt", k)] = fmt::format("import \"f{}.opt\"", k + 1);
  files["f20.opt"] = "fn f(x) = x";
  Analyzed a("import \"f0.opt\"", files);
  EXPECT_EQ(a.messages(), "1:8 E0722 imports are nested too deep");
}

TEST(Errors, CallDepth) {
  std::string text = "fn f0(x) = x\n";
  for (int k = 1; k <= 300; ++k)
    text += fmt::format("fn f{}(x) = f{}(x + 1)\n", k, k - 1);
  Analyzed a(text);
  ASSERT_EQ(a.diagnostics.all().size(), 1u) << a.messages();
  EXPECT_EQ(a.diagnostics.exitCode(), 12);
  EXPECT_EQ(a.diagnostics.all()[0].kind, Diag::CallDepth);
}

TEST(Errors, CallsWithBracketsStayOnTheStack) {
  // 200 calls within each other, each in a nest of its own.
  std::string text = "fn f0(x) = x\n";
  for (int k = 1; k <= 200; ++k) {
    text += fmt::format("fn f{}(x) = ", k);
    for (int j = 0; j < 100; ++j)
      text += "sin(-";
    text += fmt::format("f{}(x + 1)", k - 1) + std::string(100, ')') + "\n";
  }
  Analyzed a(text);
  ASSERT_EQ(a.diagnostics.all().size(), 1u) << a.messages();
  EXPECT_EQ(a.diagnostics.all()[0].kind, Diag::CallDepth);
}

} // namespace
} // namespace gradus::semantics
