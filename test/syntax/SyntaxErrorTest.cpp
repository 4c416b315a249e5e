//===- SyntaxErrorTest.cpp - every message, its place and its remedy --------===//
#include "SyntaxTesting.h"

namespace gradus::syntax {
namespace {

TEST(SyntaxErrors, SayWhatWasExpected) {
  struct Case {
    const char *text, *messages;
  };
  const Case cases[] = {
      {"x = 3",
       "1:1 E0101 expected a declaration, found 'x' | write let x = ... to name a value\n"},
      {"let", "1:4 E0101 expected a name or '(', found the end of the file\n"},
      {"let a", "1:6 E0101 expected '=', found the end of the file\n"},
      {"let a = ", "1:8 E0101 expected an expression, found the end of the file\n"},
      {"let a = -\n\nlet b = 1", "1:10 E0101 expected an expression, found the end of the line\n"},
      {"let a = (1 + 2", "1:15 E0101 expected ')', found the end of the file | the '(' of line 1, "
                         "column 9 is not closed\n"},
      {"let a = (1 + 2\nlet b = 1", "1:15 E0101 expected ')', found the end of the line | the '(' "
                                    "of line 1, column 9 is not closed\n"},
      {"let a = [1, 2", "1:14 E0101 expected ']', found the end of the file | the '[' of line 1, "
                        "column 9 is not closed\n"},
      {"fn f(x) = { let a = 1\n  a\nminimize x",
       "3:1 E0101 expected '}', found 'minimize' | the '{' of line 1, column 11 is not closed\n"},
      {"let a = f(1,)", "1:13 E0101 expected an expression, found ')'\n"},
      {"let a = f(then)", "1:11 E0101 expected ')' or an expression, found 'then' | 'then' is a "
                          "reserved word\n"},
      {"let a = x[]", "1:11 E0101 expected an index or '..', found ']'\n"},
      {"let a = x y", "1:11 E0101 expected the end of the statement, found 'y'\n"},
      {"let a = )", "1:9 E0101 expected an expression, found ')'\n"},
      {"let a = if x then 1", "1:20 E0101 expected 'else', found the end of the file | an if of a "
                              "formula always has an else\n"},
      {"let a = if x { 1 }",
       "1:14 E0101 expected 'then', found '{' | in a formula, write if c then "
       "a else b\n"},
      {"let a = sum(i in 1) x",
       "1:19 E0101 expected '..', found ')' | a range has two ends: 1..n\n"},
      {"let a = sum(i in 1..3)", "1:23 E0101 expected an expression, found the end of the file\n"},
      {"let a = sum(i in 1..n, j) x", "1:25 E0101 expected 'in', found ')'\n"},
      {"let a = fold s = 1 do s", "1:20 E0101 expected 'for', found 'do'\n"},
      {"let a = { let b = 1 }", "1:21 E0101 expected an expression, found '}'\n"},
      {"let a = t.", "1:11 E0101 expected a column name or a text in double quotes, found the end "
                     "of the file\n"},
      {"fn f x = 1", "1:6 E0101 expected '(', found 'x'\n"},
      {"fn f(x)", "1:8 E0101 expected '=' or '{', found the end of the file\n"},
      {"fn f(x = 1) = x", "1:8 E0101 a parameter of a function has no initial value | only "
                          "parameters of problems and methods have one\n"},
      {"param = 3", "1:7 E0101 expected a name, found '='\n"},
      {"data t", "1:7 E0101 expected 'from' or '=', found the end of the file | data comes from a "
                 "file or is written down: = [1, 2, 3]\n"},
      {"data t from x", "1:13 E0101 expected a text in double quotes, found 'x'\n"},
      {"data t from \"a\" missing", "1:24 E0101 expected 'skip', found the end of the file\n"},
      {"var x in [1 2]", "1:13 E0101 expected ',', found '2'\n"},
      {"var x in [1]", "1:12 E0101 expected ',', found ']'\n"},
      {"var x > 3", "1:7 E0101 expected the end of the statement, found '>' | bounds are written "
                    "var x in [a, b], var x >= a or var x <= b, before start\n"},
      {"var x, y", "1:6 E0101 expected the end of the statement, found ',' | declare each unknown "
                   "with a var of its own\n"},
      {"let a = x[2..]", "1:14 E0101 expected an expression, found ']' | a range has two ends: "
                         "2..n; .. alone is the whole axis\n"},
      {"let a = 3 < in",
       "1:13 E0101 expected an expression, found 'in' | 'in' is a reserved word\n"},
      {"let a = x.5", "1:10 E0101 expected the end of the statement, found '.'\n"},
      {"minimize", "1:9 E0101 expected an expression, found the end of the file\n"},
      {"minimize x minimize y",
       "1:12 E0101 expected the end of the statement, found 'minimize' | begin a new line\n"},
      {"subject to\n  c: y", "2:7 E0101 expected '<=', '>=' or '=', found the end of the file\n"},
      {"subject to\n  [i in 1..3] x <= 1", "2:15 E0101 expected ':', found 'x'\n"},
      {"subject x", "1:9 E0101 expected 'to', found 'x'\n"},
      {"solve lbfgs",
       "1:7 E0101 expected 'with', found 'lbfgs' | write solve with and the name of a "
       "method\n"},
      {"solve with m(tol)", "1:17 E0101 expected '=', found ')'\n"},
      {"import x", "1:8 E0101 expected a text in double quotes, found 'x'\n"},
      {"problem p\nvar x", "1:10 E0101 expected '{', found the end of the line\n"},
      {"problem p { method m { } }",
       "1:13 E0101 expected a declaration of a problem, found 'method'\n"},
      {"problem p {\n  var x\n",
       "2:8 E0101 expected '}', found the end of the file | the '{' of line "
       "1, column 11 is not closed\n"},
      {"}", "1:1 E0101 expected a declaration, found '}'\n"},
      {"method m { x == 3 }", "1:14 E0101 expected '=', found '=='\n"},
      {"method m { grad(x) }", "1:16 E0101 expected '=', found '('\n"},
      {"method m { if x then y }",
       "1:17 E0101 expected '{', found 'then' | in a method, write if c "
       "{ ... } else { ... }\n"},
      {"method m { 3 }", "1:12 E0101 expected a statement, found '3'\n"},
      {"method m { x = 1 y = 2 }", "1:18 E0103 two factors stand side by side | write * between "
                                   "them\n"},
  };
  for (const Case &c : cases)
    EXPECT_EQ(messages(c.text), c.messages) << c.text;
}

TEST(SyntaxErrors, ReservedWordsAreNoNames) {
  struct Case {
    const char *text, *place, *word;
  };
  const Case cases[] = {
      {"let while = 3", "1:5", "while"},
      {"let sum = 3", "1:5", "sum"},
      {"var for", "1:5", "for"},
      {"param if = 1", "1:7", "if"},
      {"fn max(x) = x", "1:4", "max"},
      {"fn f(x, in) = x", "1:9", "in"},
      {"fn f(in) = 1", "1:6", "in"},
      {"data mean from \"f\"", "1:6", "mean"},
      {"problem scan { }", "1:9", "scan"},
      {"solve with do", "1:12", "do"},
      {"solve with m(a = 1, min = 2)", "1:21", "min"},
      {"method m { state or = 1 }", "1:18", "or"},
      {"let a = fold not = 1 for i in 1..2 do i", "1:14", "not"},
  };
  for (const Case &c : cases)
    EXPECT_EQ(messages(c.text), std::string(c.place) + " E0102 '" + c.word +
                                    "' is a reserved word and cannot be a name | choose another "
                                    "name\n")
        << c.text;
  EXPECT_EQ(messages("let a = 1 + count*2"),
            "1:13 E0102 'count' is a reserved word and cannot be a name | choose another name, or "
            "write count(...)\n");
}

TEST(SyntaxErrors, MissingProductSigns) {
  EXPECT_EQ(messages("let a = 2x + 3y^2\nlet b = 1.5e2z"),
            "1:9 E0103 '2x' is neither a number nor a product | write 2*x\n"
            "1:14 E0103 '3y' is neither a number nor a product | write 3*y\n"
            "2:9 E0103 '1.5e2z' is neither a number nor a product | write 1.5e2*z\n");
  EXPECT_EQ(messages("let a = 2(x + 1)"),
            "1:10 E0103 two factors stand side by side | write * between them\n");
  EXPECT_EQ(messages("let a = (x + 1)(x - 1)"),
            "1:16 E0103 two factors stand side by side | write * between them\n");
  EXPECT_EQ(messages("let a = 2 x"),
            "1:11 E0103 two factors stand side by side | write * between them\n");
  EXPECT_EQ(messages("let a = 1e"),
            "1:9 E0103 '1e' is neither a number nor a product | write 1*e\n");
  EXPECT_EQ(messages("let a = if 1then 2else 3"), "");
}

TEST(SyntaxErrors, EqualsInConditions) {
  const std::string advice =
      " E0104 a single '=' in a condition | write == to compare two values\n";
  EXPECT_EQ(messages("let a = if x = 1 then 2 else 3"), "1:14" + advice);
  EXPECT_EQ(messages("let a = if (x = 1) then 2 else 3"), "1:15" + advice);
  EXPECT_EQ(messages("let a = if y > 2 and x = 1 then 2 else 3"), "1:24" + advice);
  EXPECT_EQ(messages("let a = sum(i in 1..n where i = 2) i"), "1:31" + advice);
  EXPECT_EQ(messages("let a = iterate s = 0 until s = 1 do s"), "1:31" + advice);
  EXPECT_EQ(messages("method m { while a = 3 { x = 2 } }"), "1:20" + advice);
  EXPECT_EQ(messages("method m { if a = 3 { x = 2 } }"), "1:17" + advice);
  EXPECT_EQ(messages("method m { stop when a = 3 }"), "1:24" + advice);
}

TEST(SyntaxErrors, Numbers) {
  EXPECT_EQ(messages("let a = .5 + 1"),
            "1:9 E0105 '.5': a number does not begin with a dot | write 0.5\n");
  EXPECT_EQ(messages("let a = 5. + 1"),
            "1:9 E0105 '5.': a number does not end with a dot | write 5 or 5.0\n");
  EXPECT_EQ(messages("let a = 1_000"), "1:9 E0105 '1_000': digits are not grouped | write 1000\n");
  EXPECT_EQ(messages("let a = 0x1F"), "1:9 E0105 '0x1F': numbers are decimal | write it in decimal "
                                      "digits, or 0*x1F for a product\n");
  EXPECT_EQ(messages("let a = 1e999"), "1:9 E0106 1e999 is too large for a double | the largest is "
                                       "about 1.8e308; write inf for infinity\n");
  EXPECT_EQ(messages("let a = 1e99999999999999999999"),
            "1:9 E0106 1e99999999999999999999 is too large for a double | the largest is about "
            "1.8e308; write inf for infinity\n");
  EXPECT_EQ(messages("let a = 1e-400 + 0.0e-999 + 0"),
            "1:9 W0102 1e-400 is so small that it is read as 0\n");
  EXPECT_EQ(messages("let a = 9007199254740993 + 9007199254740992"),
            "1:9 W0101 9007199254740993 is no double; the nearest is 9007199254740992\n");
}

TEST(SyntaxErrors, SignsOfOtherLanguages) {
  struct Case {
    const char *sign, *advice;
  };
  const Case cases[] = {
      {"&&", "write and"}, {"||", "write or"}, {"%", "write mod(a, b)"},
      {"×", "write *"},    {"÷", "write /"},   {"−", "write -, the sign on the keyboard"},
      {"²", "write ^2"},   {"⁵", "write ^5"},  {"∈", "write in"}};
  for (const Case &c : cases)
    EXPECT_EQ(messages(std::string("let a = x ") + c.sign + " y"),
              std::string("1:11 E0101 expected the end of the statement, found '") + c.sign +
                  "' | " + c.advice + "\n");
  EXPECT_EQ(messages("let a = x**2"), "1:11 E0101 expected an expression, found '*'\n");
  EXPECT_EQ(messages("let a = 'text'"),
            "1:9 E0101 expected an expression, found ''' | texts stand in double quotes\n");
  EXPECT_EQ(messages("let a = x₁"), "1:10 E0101 expected the end of the statement, found '₁' | "
                                    "write [1] for an index, or the digit itself in a name\n");
  EXPECT_EQ(messages("let a = !x"), "1:9 E0101 expected an expression, found '!' | write not, or "
                                    "!= for \"is not equal\"\n");
}

TEST(SyntaxErrors, Texts) {
  EXPECT_EQ(
      messages("data t from \"abc\nlet a = 1"),
      "1:13 E0109 the text in double quotes does not end on its line | close it with a double "
      "quote\n");
}

TEST(SyntaxErrors, CharactersThatMayNotStand) {
  EXPECT_EQ(messages("let a = 1\nlet b\xFF = 2\n# \xC0\x80\n"),
            "2:6 E0108 byte 15 (0xFF) is not UTF-8 | save the file as UTF-8\n"
            "3:3 E0108 byte 23 (0xC0) is not UTF-8 | save the file as UTF-8\n"
            "3:4 E0108 byte 24 (0x80) is not UTF-8 | save the file as UTF-8\n");
  EXPECT_EQ(messages(std::string("let a\0 = 1", 10)),
            "1:6 E0107 a NUL character (U+0000) at byte 5 may not stand in a text | remove it\n");
  EXPECT_EQ(
      messages("# \xE2\x80\xAE reversed"),
      "1:3 E0107 a character that changes the direction of writing (U+202E) at byte 2 may not "
      "stand in a text | remove it\n");
  EXPECT_EQ(
      messages("let a\xE2\x80\x8B = 1"),
      "1:6 E0107 a character that cannot be seen (U+200B) at byte 5 may not stand in a text | "
      "remove it\n");
  EXPECT_EQ(messages("let a = 1\rlet b = 2"),
            "1:10 E0107 a carriage return without a line feed at byte 9 | save the file with the "
            "line ends of Unix or Windows\n");
  EXPECT_EQ(messages("let a = 1\x1B[31m"),
            "1:10 E0107 a control character (U+001B) at byte 9 may not stand in a text | remove "
            "it\n");
}

TEST(SyntaxErrors, SeveralInOneFile) {
  const Parsed parsed("let a = (1 + 2\n"
                      "let b = 3\n"
                      "let sum = 3\n"
                      "fn f(x) = { let p = ; let q = 2\n  p + q }\n"
                      "problem p {\n  var\n  var y\n  minimize y +\n}\n"
                      "subject to\n  c: y <\n  d: y <= 3\n  e: [\n  g: y <= 2\n"
                      "method m {\n  x = \n  while c { y = ) }\n  z = 1\n}\n"
                      "let d = }\n"
                      "let e = 4\n");
  std::string places;
  for (const Diagnostic &d : parsed.diagnostics.all()) {
    const LineColumn place = parsed.sources.lineColumn(d.range.file, d.range.begin);
    places += std::to_string(place.line) + ":" + std::to_string(place.column) + " ";
  }
  EXPECT_EQ(places, "1:15 3:5 4:21 7:6 10:1 13:4 15:4 17:6 18:17 21:9 ");
  // What could be read is there all the same.
  size_t lets = 0;
  for (ItemPtr item : parsed.tree.items)
    lets += std::holds_alternative<LetDecl>(item->node);
  EXPECT_EQ(lets, 2u);
}

TEST(SyntaxErrors, StopAtFifty) {
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += "let = 1\n";
  EXPECT_EQ(Parsed(text).diagnostics.errorCount(), Limits::errorsPerFile);
}

} // namespace
} // namespace gradus::syntax
