//===- NamesTest.cpp - names and texts that cannot break C -----------------------===//

#include "codegen/c/CTree.h"
#include "codegen/c/Names.h"

#include <gtest/gtest.h>

#include <regex>

using namespace gradus::codegen::c;

namespace {

TEST(Names, PlainOnesStay) {
  EXPECT_EQ(plainName("rosenbrock"), "rosenbrock");
  EXPECT_EQ(plainName("x_1"), "x_1");
}

TEST(Names, GreekIsSpelled) {
  EXPECT_EQ(plainName("θ"), "theta");
  EXPECT_EQ(plainName("d_Ω2"), "d_Omega2");
}

TEST(Names, OthersAreToldApartByAHash) {
  EXPECT_NE(plainName("й"), plainName("ц"));
  EXPECT_TRUE(std::regex_match(plainName("й"), std::regex("h[0-9a-f]{6}")));
}

TEST(Names, LongOnesAreCutWithAHash) {
  const std::string a(300, 'a');
  EXPECT_LE(plainName(a).size(), longestName);
  EXPECT_NE(plainName(a + "b"), plainName(a + "c"));
}

TEST(Names, TableColumnsReadWell) {
  EXPECT_EQ(plainName("penguins.mass"), "penguins_mass");
  EXPECT_EQ(plainName("rows(penguins)"), "rows_penguins");
}

TEST(Names, WordsOfCAreNotTaken) {
  Names names;
  for (const char *word : {"double", "int", "sin", "NULL", "I", "y1", "errno", "restrict", "class"})
    EXPECT_NE(names.unique(word), word);
  EXPECT_EQ(names.unique("x"), "x");
  EXPECT_EQ(names.unique("x"), "x_2");
  EXPECT_EQ(names.unique("_X").find("__"), std::string::npos);
}

TEST(Texts, CommentsCannotEnd) {
  const std::string text = commentText("a */ int INJECTED; /* b ?" "?/ c \\\n#define x");
  EXPECT_EQ(text.find("*/"), std::string::npos);
  EXPECT_EQ(text.find("/*"), std::string::npos);
  EXPECT_EQ(text.find("??"), std::string::npos);
  EXPECT_EQ(text.find('\\'), std::string::npos);
  EXPECT_EQ(text.find('\n'), std::string::npos);
}

TEST(Texts, StringsAreClosed) {
  EXPECT_EQ(stringLiteral("a\"b\\c\nd?" "?/"), "\"a\\\"b\\\\c\\012d\\?\\?/\"");
  EXPECT_EQ(stringLiteral("θ%n"), "\"\\316\\270\\045n\"");
}

TEST(Format, BracketsAreThoseThatAreNeeded) {
  auto a = Expression::atom("a"), b = Expression::atom("b"), c = Expression::atom("c");
  auto sum = Expression::infix("+", Binding::Sum, a, b);
  EXPECT_EQ(format(Expression::infix("*", Binding::Product, sum, c)), "(a + b)*c");
  EXPECT_EQ(format(Expression::infix("-", Binding::Sum, c, sum)), "c - (a + b)");
  EXPECT_EQ(format(Expression::infix("-", Binding::Sum, sum, c)), "a + b - c");
  EXPECT_EQ(format(Expression::prefix("-", Expression::prefix("-", a))), "-(-a)");
  EXPECT_EQ(format(Expression::infix("-", Binding::Sum, a, Expression::number("-1.0"))),
            "a - (-1.0)");
}

} // namespace
