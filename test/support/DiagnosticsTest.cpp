#include "support/Diagnostics.h"

#include <gtest/gtest.h>

#include <set>

using namespace gradus;

namespace {

SourceRange find(const SourceManager &sources, std::string_view word) {
  const std::string &text = sources.file(0).text;
  const auto at = static_cast<uint32_t>(text.find(word));
  return {0, at, at + static_cast<uint32_t>(word.size())};
}

TEST(Diagnostics, ShowsPlaceLineCaretAndRemedy) {
  SourceManager sources;
  sources.add("penguins.opt", std::string(7, '\n') +
                                  "minimize J = 1/n * sum(i in 1..n) (h(penguins.flipper[i]) - "
                                  "penguins.mas[i])^2\n");
  Diagnostics diagnostics(sources);
  diagnostics.report(Diag::UnknownName, find(sources, "mas["),
                     "'mas' is not a column of penguins",
                     "columns: bill_len, mass\ndid you mean 'mass'?");
  EXPECT_EQ(diagnostics.renderAll(),
            "penguins.opt:8:70: error[E0201]: 'mas' is not a column of penguins\n"
            "    8 | minimize J = 1/n * sum(i in 1..n) (h(penguins.flipper[i]) - "
            "penguins.mas[i])^2\n"
            "      |                                                                      ^^^^\n"
            "      = columns: bill_len, mass\n"
            "      = did you mean 'mass'?\n");
}

TEST(Diagnostics, ExpandsTabsAndCountsCodePoints) {
  SourceManager sources;
  sources.add("a.opt", "\tlet θ = 数 + y\r\n");
  Diagnostics diagnostics(sources);
  diagnostics.report(Diag::UnknownName, find(sources, "y"), "'y' is not declared");
  EXPECT_EQ(diagnostics.renderAll(), "a.opt:1:14: error[E0201]: 'y' is not declared\n"
                                     "    1 |     let θ = 数 + y\n"
                                     "      |                  ^\n");
}

TEST(Diagnostics, WindowsLongLines) {
  SourceManager sources;
  sources.add("a.opt", std::string(5000, 'a') + "XYZ" + std::string(5000, 'b'));
  Diagnostics diagnostics(sources);
  diagnostics.report(Diag::UnknownName, find(sources, "XYZ"), "no");
  const std::string text = diagnostics.renderAll();
  EXPECT_LT(text.size(), 500u);
  EXPECT_NE(text.find("a.opt:1:5001: "), std::string::npos);
  const size_t word = text.find("XYZ"), carets = text.find("^^^");
  ASSERT_NE(word, std::string::npos);
  ASSERT_NE(carets, std::string::npos);
  auto column = [&](size_t at) { return at - text.rfind('\n', at); };
  EXPECT_EQ(column(word), column(carets));
}

TEST(Diagnostics, MarksTheEndOfLineAndEmptyRanges) {
  SourceManager sources;
  sources.add("a.opt", "x +\ny\n");
  Diagnostics diagnostics(sources);
  diagnostics.report(Diag::Syntax, {0, 3, 3}, "expected a term");
  diagnostics.report(Diag::Syntax, {0, 2, 5}, "over two lines");
  diagnostics.report(Diag::Syntax, {0, 6, 6}, "at the end");
  EXPECT_EQ(diagnostics.renderAll(), "a.opt:1:4: error[E0101]: expected a term\n"
                                     "    1 | x +\n"
                                     "      |    ^\n"
                                     "a.opt:1:3: error[E0101]: over two lines\n"
                                     "    1 | x +\n"
                                     "      |   ^\n"
                                     "a.opt:3:1: error[E0101]: at the end\n"
                                     "    3 | \n"
                                     "      | ^\n");
}

TEST(Diagnostics, NeverSendsControlCharacters) {
  SourceManager sources;
  sources.add("a.opt", "x \x1b[31m \xff y\n");
  Diagnostics diagnostics(sources);
  diagnostics.report(Diag::UnknownName, find(sources, "y"), "bad \x1b[0m name");
  const std::string text = diagnostics.renderAll();
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\xff'), std::string::npos);
}

TEST(Diagnostics, PlacesInDataFiles) {
  SourceManager sources;
  Diagnostics diagnostics(sources);
  diagnostics.reportAt(Diag::DataNumber, "a.csv:12:3", "'x' is not a number");
  EXPECT_EQ(diagnostics.renderAll(), "a.csv:12:3: error[E0306]: 'x' is not a number\n");
  EXPECT_EQ(diagnostics.exitCode(), 3);
}

TEST(Diagnostics, WithoutPlace) {
  SourceManager sources;
  Diagnostics diagnostics(sources);
  EXPECT_EQ(diagnostics.exitCode(), 0);
  diagnostics.report(Diag::FileMissing, {}, "there is no file 'a'", "look");
  EXPECT_EQ(diagnostics.renderAll(), "error[E0801]: there is no file 'a'\n      = look\n");
  EXPECT_EQ(diagnostics.exitCode(), 14);
}

TEST(Diagnostics, KeepsTheFirstErrorsAndCountsTheRest) {
  SourceManager sources;
  Diagnostics diagnostics(sources);
  for (int i = 0; i < 60; ++i)
    diagnostics.report(Diag::Syntax, {}, "message " + std::to_string(i));
  diagnostics.report(Diag::Syntax, {}, "message 3"); // said before
  EXPECT_EQ(diagnostics.errorCount(), 60u);
  EXPECT_EQ(diagnostics.all().size(), 50u);
  EXPECT_NE(diagnostics.renderAll().find("10 more errors are not shown"), std::string::npos);
}

TEST(Diagnostics, CodesAreUniqueAndFound) {
  std::set<std::string> codes;
  for (Diag kind : allDiags()) {
    const DiagInfo &row = info(kind);
    EXPECT_TRUE(codes.insert(row.code).second) << row.code << " names two kinds";
    EXPECT_EQ(findDiag(row.code), kind);
    EXPECT_EQ(row.code[0], row.category == Category::Warning ? 'W' : 'E') << row.code;
    EXPECT_GT(std::string_view(row.explanation).size(), 20u) << row.code;
  }
  EXPECT_EQ(findDiag("e0201"), Diag::UnknownName);
  EXPECT_FALSE(findDiag("E020"));
  EXPECT_FALSE(findDiag(""));
}

TEST(Closest, SuggestsWhatIsNear) {
  EXPECT_EQ(closest("mas", {"bill_len", "mass", "flipper"}), "mass");
  EXPECT_EQ(closest("ehta", {"theta", "etha"}), "etha");
  EXPECT_EQ(closest("Mass", {"mass"}), "mass");
  EXPECT_EQ(closest("θηta", {"θeta"}), "θeta");
  EXPECT_FALSE(closest("q", {"x", "y"}));
  EXPECT_FALSE(closest("velocity", {"mass"}));
  EXPECT_FALSE(closest("mass", {}));
  EXPECT_FALSE(closest(std::string(1000000, 'a'), {std::string(1000000, 'b')}));
}

} // namespace
