//===- LayoutTest.cpp - where lines end statements --------------------------===//
#include "SyntaxTesting.h"

namespace gradus::syntax {
namespace {

void same(const std::string &text, const std::string &onOneLine) {
  EXPECT_EQ(shapeOf(text), shapeOf(onOneLine)) << text;
}

TEST(Lines, GoOnInsideBrackets) {
  same("let a = f(\n  x\n  ,\n  y\n)\n", "let a = f(x, y)\n");
  same("let a = [1,\n2;\n3, 4\n]\n", "let a = [1, 2; 3, 4]\n");
  same("let a = (b\n- c)\n", "let a = (b - c)\n");
}

TEST(Lines, GoOnAfterWhatWantsMore) {
  for (const char *op : {"+", "-", "*", "/", "^", ".*", "./", "<", "<=", ">", ">=", "==", "!=", "≤",
                         "≥", "≠", "and", "or"})
    same(std::string("let a = b ") + op + "\nc\n", std::string("let a = b ") + op + " c\n");
  same("let a =\n\n  # why\n  b\n", "let a = b\n");
  same("let a = not\nb\n", "let a = not b\n");
  same("data a,\nb from \"f\"\n", "data a, b from \"f\"\n");
  same("subject to\n  c:\n  x <= 1\n", "subject to\n  c: x <= 1\n");
  same("let a = if b then\nc else\nd\n", "let a = if b then c else d\n");
  same("let a = fold s = 0 for i in 1..n do\ns + i\n",
       "let a = fold s = 0 for i in 1..n do s + i\n");
  same("let a = -\nb\n", "let a = -b\n");
}

TEST(Lines, GoOnAfterHeads) {
  same("minimize sum(i in 1..n)\n  x[i]\n", "minimize sum(i in 1..n) x[i]\n");
  same("let a = [i in 1..n]\n  x[i]\n", "let a = [i in 1..n] x[i]\n");
  same("minimize sum(i in 1..n,\n j in 1..n)\n\n  x[i]\n",
       "minimize sum(i in 1..n, j in 1..n) x[i]\n");
  // What looks like a head and is none.
  same("let a = count(i in 1..n)\nlet b = 1\n", "let a = count(i in 1..n); let b = 1\n");
  same("var x[i in 1..n]\nvar y\n", "var x[i in 1..n]; var y\n");
  same("let a = sum(v)\nlet b = 1\n", "let a = sum(v); let b = 1\n");
}

TEST(Lines, GoOnBeforeWordsAndOperators) {
  same("let a = if b\nthen c\nelse d\n", "let a = if b then c else d\n");
  same("let a = b\nand c\nor d\n", "let a = b and c or d\n");
  same("let a = iterate s = 0\nuntil s > 1\ndo s + 1\n",
       "let a = iterate s = 0 until s > 1 do s + 1\n");
  for (const char *op : {"*", "/", "^", ".*", "./", "<", "<=", ">", ">=", "==", "!=", "≤"})
    same(std::string("let a = b\n") + op + " c\n", std::string("let a = b ") + op + " c\n");
  same("minimize J\n  = x\n", "minimize J = x\n");
  same("method m { if a { x = 1 }\n  else { x = 2 } }\n",
       "method m { if a { x = 1 } else { x = 2 } }\n");
}

TEST(Lines, PlusAndMinusGoOnOnlyIndented) {
  same("let a = b\n  + c\n  - d\n", "let a = b + c - d\n");
  same("let a = b\n\n  # a comment between\n  + c\n", "let a = b + c\n");
  same("fn f(x) = { let a = x\n            -a }\n", "fn f(x) = { let a = x; -a }\n");
  same("fn f(x) {\n  let a = x\n  -a\n}\n", "fn f(x) { let a = x; -a }\n");
  same("fn f(x) {\n  let a = x\n    -b\n  a\n}\n", "fn f(x) { let a = x - b; a }\n");
  same("subject to\n  x <= 1\n  -2 <= x <= 2\n  -y <= 1\n",
       "subject to x <= 1; -2 <= x <= 2; -y <= 1\n");
  same("subject to\n  -2 <= x <= 2\n  -y <= 1\n", "subject to -2 <= x <= 2; -y <= 1\n");
  same("subject to\n  x + y\n    - z <= 1\n", "subject to x + y - z <= 1\n");
  same("let a = b\n\t+ c\n", "let a = b + c\n");
  EXPECT_EQ(messages("let a = b\n- c\n"),
            "2:1 E0101 expected a declaration, found '-' | a line that begins with + or - goes on "
            "the line above only when it is indented deeper\n");
}

TEST(Lines, CountAgainInsideBraces) {
  same("let a = f({\n  let b = 1\n  b\n}, 2)\n", "let a = f({ let b = 1; b }, 2)\n");
  same("let a = ({ let b = 1\n-b\n})\n", "let a = { let b = 1; -b }\n");
}

TEST(Lines, SemicolonsSeparate) {
  same("let a = 1; let b = 2\n", "let a = 1\nlet b = 2\n");
  same(";;let a = 1;;\n;", "let a = 1\n");
}

TEST(Lines, CommentsAndBlanks) {
  same("# only a comment", "");
  same("let a = 1 # one\n# two\nlet b = \"#\" # three", "let a = 1; let b = \"#\"\n");
  same("let a = 1", "let a = 1\n");
  same("\xEF\xBB\xBFlet a = 1\r\nlet b = 2\r\n", "let a = 1; let b = 2\n");
  same("let a\xC2\xA0=\xE2\x80\x89\x31\n", "let a = 1\n"); // no-break and thin space
}

TEST(Names, LettersOfAnyScript) {
  EXPECT_EQ(shapeOf("let ünïcode_1 = θ + Δx + 变量 + ℝ + שלום + _\n"),
            "let\n  names ünïcode_1\n  value sum of 6\n    + name θ\n    + name Δx\n"
            "    + name 变量\n    + name ℝ\n    + name שלום\n    + name _\n");
}

TEST(Names, MixedScriptsWarn) {
  EXPECT_EQ(messages("let xа = 1\nlet y = xа\n"), // Cyrillic а
            "1:5 W0103 'xа' mixes letters of several scripts that look alike\n");
  EXPECT_EQ(messages("let Αb = 1\n"), // Greek Α
            "1:5 W0103 'Αb' mixes letters of several scripts that look alike\n");
  EXPECT_EQ(messages("let aθ = 1\nlet Δx = 2\nlet привет = 3\n"), "");
}

} // namespace
} // namespace gradus::syntax
