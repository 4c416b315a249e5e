//===- LimitsTest.cpp - limits, long texts, hostile texts -------------------===//
#include "SyntaxTesting.h"

#include <random>

namespace gradus::syntax {
namespace {

std::string repeat(const std::string &text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i)
    out += text;
  return out;
}

void tooDeep(const std::string &text, const std::string &place) {
  const std::string found = messages(text);
  EXPECT_EQ(found,
            place + " E0710 nesting deeper than 256 | name the inner parts with let or fn\n");
}

TEST(Nesting, LimitIsExact) {
  // The expression itself is the first level.
  EXPECT_EQ(messages("let a = " + repeat("(", 255) + "x" + repeat(")", 255)), "");
  tooDeep("let a = " + repeat("(", 256) + "x" + repeat(")", 256), "1:265");
  EXPECT_EQ(messages("let a = " + repeat("-", 255) + "x"), "");
  tooDeep("let a = " + repeat("-", 256) + "x", "1:265");
}

TEST(Nesting, HostileDepthsAreOneMessage) {
  constexpr size_t many = 100000;
  tooDeep("let a = " + repeat("(", many) + "x" + repeat(")", many), "1:265");
  tooDeep("let a = " + repeat("-", many) + "x", "1:265");
  tooDeep("let a = x" + repeat("^x", many), "1:521");
  tooDeep("let a = " + repeat("not ", many) + "x", "1:1033");
  tooDeep("let a = " + repeat("if x then ", many), "1:2562");
  tooDeep("let a = " + repeat("{", many), "1:265");
  tooDeep("let a = " + repeat("[", many), "1:265");
  tooDeep("let a = x" + repeat("'", many), "1:266");
  tooDeep("let a = x" + repeat("[1]", many), "1:776");
  tooDeep("let a = " + repeat("sum(i in 1..n) ", many), "1:3843");
  for (const std::string &text :
       {"method m {" + repeat("while x {", many), "method m {" + repeat("if x { } else ", many),
        "method m " + repeat("{ repeat 2 ", many), "fn f" + repeat("(f", many),
        "let a = " + repeat("x + (", many), "let a = " + repeat("f(", many),
        "let a = " + repeat("if x then y else ", many), "let a = " + repeat("{ let b = ", many)}) {
    const Parsed parsed(text);
    ASSERT_EQ(parsed.diagnostics.errorCount(), 1u) << parsed.errors().substr(0, 300);
    EXPECT_EQ(parsed.diagnostics.all()[0].kind, Diag::NestingLimit);
    EXPECT_EQ(parsed.diagnostics.exitCode(), 12);
  }
}

TEST(Long, FlatChainsDoNotNest) {
  constexpr size_t terms = 1'000'000;
  std::string text = "let a = x";
  for (size_t i = 1; i < terms; ++i)
    text += i % 2 ? "+x" : "-x";
  const Parsed parsed(text);
  ASSERT_EQ(parsed.errors(), "");
  const ExprPtr value = std::get<LetDecl>(parsed.tree.items[0]->node).value;
  EXPECT_EQ(std::get<Chain>(value->node).links.size(), terms);
  EXPECT_EQ(print(*value).size(), 4 * (terms - 1) + 1);
}

TEST(Long, ListsAndStatementsAreLinear) {
  EXPECT_EQ(Parsed("let a = [" + repeat("1,", 300000) + "1]").errors(), "");
  EXPECT_EQ(Parsed(repeat("let a = 1;", 100000)).tree.items.size(), 100000u);
  EXPECT_EQ(Parsed("subject to\n" + repeat("  x[1] <= 1;", 100000)).errors(), "");
  EXPECT_EQ(Parsed(repeat("\n", 2000000)).errors(), "");
  EXPECT_EQ(Parsed(repeat("# c\n", 500000)).errors(), "");
  EXPECT_EQ(Parsed(repeat("}\n", 300000)).diagnostics.errorCount(), 50u);
  Parsed("subject to\n" + repeat("a[(\n", 300000));
  Parsed(repeat("[", 1000000) + repeat("]", 1000000));
  EXPECT_EQ(messages("let a = " + repeat("1", 100000)).substr(0, 9), "1:9 E0106");
}

TEST(Sizes, OfTextsAndNames) {
  EXPECT_EQ(messages("let " + repeat("a", Limits::identifierBytes) + " = 1"), "");
  EXPECT_EQ(messages("let " + repeat("a", Limits::identifierBytes + 1) + " = 1"),
            "1:5 E0711 a name of 256 bytes; at most 255 are allowed\n");
  EXPECT_EQ(messages(repeat(" ", Limits::sourceBytes)), "");
  EXPECT_EQ(messages(repeat(" ", Limits::sourceBytes + 1)),
            "1:1 E0701 the text has 16777217 bytes; at most 16777216 are read | keep tables of "
            "numbers in data files and read them with `data`\n");
}

/// Whatever the bytes, a parse ends, and says something when nothing was read.
void survives(const std::string &text) {
  const Parsed parsed(text);
  EXPECT_LE(parsed.diagnostics.errorCount(), Limits::errorsPerFile);
  if (parsed.diagnostics.hasErrors())
    return;
  // A text without errors reads back from what is printed.
  EXPECT_EQ(Parsed(print(parsed.tree)).shape(), parsed.shape()) << text;
}

TEST(Hostile, RandomBytes) {
  std::mt19937 random(20261);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 120, ' ');
    for (char &c : text)
      c = static_cast<char>(random() % 256);
    survives(text);
  }
}

TEST(Hostile, RandomSymbols) {
  static const char *symbols[] = {"let ",
                                  "fn ",
                                  "var ",
                                  "param ",
                                  "data ",
                                  "minimize ",
                                  "subject to",
                                  "solve with ",
                                  "method ",
                                  "problem ",
                                  "import ",
                                  "if ",
                                  "then ",
                                  "else ",
                                  "for ",
                                  "do ",
                                  "in ",
                                  "where ",
                                  "sum(i in 1..n) ",
                                  "max ",
                                  "fold ",
                                  "scan ",
                                  "iterate ",
                                  "until ",
                                  "while ",
                                  "state ",
                                  "stop when ",
                                  "repeat ",
                                  "x",
                                  "y ",
                                  "θ",
                                  "1",
                                  "2.5",
                                  ".5",
                                  "1e999",
                                  "\"t\"",
                                  "\"",
                                  "(",
                                  ")",
                                  "[",
                                  "]",
                                  "{",
                                  "}",
                                  ",",
                                  ";",
                                  ":",
                                  "..",
                                  ".",
                                  "+",
                                  "-",
                                  "*",
                                  "/",
                                  "^",
                                  "'",
                                  "<=",
                                  "==",
                                  "=",
                                  "!=",
                                  "and ",
                                  "or ",
                                  "not ",
                                  "\n",
                                  "\n  ",
                                  "# c\n",
                                  "int ",
                                  "start ",
                                  "from ",
                                  "_",
                                  "2x",
                                  "[i in 1..2] ",
                                  "f(x) = ",
                                  "(a, b) = ",
                                  "²",
                                  "$"};
  std::mt19937 random(7);
  for (int round = 0; round < 6000; ++round) {
    std::string text;
    for (unsigned i = random() % 60; i > 0; --i)
      text += symbols[random() % std::size(symbols)];
    survives(text);
  }
}

TEST(Hostile, DamagedModels) {
  const std::string model =
      "data t from \"t.csv\" missing skip\nparam int n = rows(t)\nvar θ[0..1] in [-1, 1] start 0\n"
      "fn h(x[n], int k) {\n  let (a, _) = (x[1], k)\n  a^-2\n}\n"
      "minimize J = 1/n * sum(i in 1..n where i != 3) (h(t.\"Solar.R\"[i]) - t.y[i])^2\n"
      "subject to\n  c[j in 1..2]: θ[0] <= 1\n  -2 <= θ[1] <= 2\nsolve with m(tol = 1e-8)\n"
      "# doc\nmethod m(rate = 0.1) {\n  state v[n] = 0\n  while f(x) > 1 { v = v/2 }\n"
      "  if v == 0 { x[1..2] = 3 } else { stop when k > 3 }\n}\n"
      "let r = fold (h, c) = (0, 1) for t in 1..3 do { let q = h; (q, c) }\n";
  EXPECT_EQ(Parsed(model).errors(), "");
  std::mt19937 random(99);
  for (int round = 0; round < 4000; ++round) {
    std::string text = model;
    for (unsigned edits = 1 + random() % 3; edits > 0; --edits) {
      const size_t at = random() % text.size();
      switch (random() % 4) {
      case 0:
        text.erase(at, 1 + random() % 8);
        break;
      case 1:
        text.insert(at, 1, static_cast<char>(random() % 128));
        break;
      case 2:
        text.insert(at, text.substr(random() % text.size(), random() % 20));
        break;
      case 3:
        text.resize(at + 1);
        break;
      }
    }
    survives(text);
  }
}

} // namespace
} // namespace gradus::syntax
