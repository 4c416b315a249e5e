#include "support/Source.h"
#include "support/Text.h"

#include <gtest/gtest.h>

using namespace gradus;

namespace {

TEST(Source, LinesAndColumns) {
  SourceManager sources;
  const uint32_t file = sources.add("a", "αβ\r\ncd\n\nlast");
  EXPECT_EQ(sources.line(file, 1), "αβ");
  EXPECT_EQ(sources.line(file, 3), "");
  EXPECT_EQ(sources.line(file, 4), "last");
  EXPECT_EQ(sources.line(file, 5), "");
  EXPECT_EQ(sources.lineColumn(file, 2).column, 2u);
  EXPECT_EQ(sources.lineColumn(file, 6).line, 2u);
  EXPECT_EQ(sources.lineColumn(file, 6).column, 1u);
  EXPECT_EQ(sources.lineColumn(file, 1000).line, 4u);
  EXPECT_EQ(sources.text({file, 6, 8}), "cd");
  EXPECT_EQ(sources.text({file, 6, 4000}).size(), sources.file(file).text.size() - 6);
  EXPECT_EQ(sources.text({}), "");
}

TEST(Source, TextsStayWhereTheyAre) {
  SourceManager sources;
  const std::string_view first = sources.text({sources.add("a", "short"), 0, 5});
  for (int i = 0; i < 100; ++i)
    sources.add("b", "x");
  EXPECT_EQ(first, "short");
}

TEST(Source, Join) {
  EXPECT_EQ(join({0, 3, 4}, {0, 8, 9}), (SourceRange{0, 3, 9}));
  EXPECT_EQ(join({0, 8, 9}, {0, 3, 4}), (SourceRange{0, 3, 9}));
  EXPECT_EQ(join({}, {0, 3, 4}), (SourceRange{0, 3, 4}));
  EXPECT_EQ(join({0, 3, 4}, {}), (SourceRange{0, 3, 4}));
}

TEST(Text, DecodesOnlyUtf8) {
  EXPECT_EQ(findInvalidUtf8("aθ数😀"), std::string_view::npos);
  for (const char *bad : {"a\x80", "a\xC0\x80", "a\xED\xA0\x80", "a\xF4\x90\x80\x80", "a\xE2\x82",
                          "a\xFF", "a\xF0\x80\x80\x80"})
    EXPECT_EQ(findInvalidUtf8(bad), 1u);
  EXPECT_EQ(countCodePoints("aθ数😀"), 4u);
  std::string all;
  for (char32_t c : {U'a', U'θ', U'数', U'😀'})
    appendUtf8(all, c);
  EXPECT_EQ(all, "aθ数😀");
}

TEST(Text, Widths) {
  EXPECT_EQ(displayWidth('a'), 1);
  EXPECT_EQ(displayWidth(U'θ'), 1);
  EXPECT_EQ(displayWidth(U'数'), 2);
  EXPECT_EQ(displayWidth(0x0301), 0);
  EXPECT_EQ(printable("a\tb\n"), "a\tb\n");
  EXPECT_EQ(printable("\x07"), "\xEF\xBF\xBD");
  EXPECT_EQ(printable("\xE2\x80\xAE"), "\xEF\xBF\xBD") << "a bidirectional override";
}

} // namespace
