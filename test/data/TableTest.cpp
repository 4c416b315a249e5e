#include "data/Table.h"

#include "Scratch.h"

using namespace gradus;
using namespace gradus::data;

namespace {

using Column = std::vector<double>;

class Table : public Scratch {
protected:
  TableData read(const std::string &text, TableRequest request) {
    TableData data;
    auto fault = readTable(put(text), request, data);
    EXPECT_FALSE(fault) << fault->place << ": " << fault->message;
    return data;
  }
  /// The fault as it is shown: "E0306 a.csv:2:1: message".
  std::string refuse(const std::string &text, TableRequest request) {
    TableData data;
    auto fault = readTable(put(text), request, data);
    if (!fault)
      return "accepted";
    return std::string(info(fault->kind).code) + " " + local(fault->place) + ": " + fault->message;
  }
};

TEST_F(Table, ReadsColumnsByName) {
  const TableData data = read("a,b,c\n1,2,3\n4,5,6\n", {{"c", "a"}, {}, false});
  EXPECT_EQ(data.rows, 2u);
  EXPECT_EQ(data.numbers, (std::vector<Column>{{3, 6}, {1, 4}}));
}

TEST_F(Table, ForgivesHowItIsWritten) {
  // A byte order mark, CRLF, blanks, signs, no end of line, blank lines at the end.
  EXPECT_EQ(read("\xEF\xBB\xBFx , \"y\"\r\n 1 ,\t+2\r\n-.5,1e-3", {{"x", "y"}, {}, false}).numbers,
            (std::vector<Column>{{1, -0.5}, {2, 1e-3}}));
  EXPECT_EQ(read("x\n1\n2\n\n\n", {{"x"}, {}, false}).numbers[0], (Column{1, 2}));
  EXPECT_EQ(read("x,y\r1,2\r3,4\r", {{"y"}, {}, false}).numbers[0], (Column{2, 4}));
  EXPECT_EQ(read("x,y\n\"1\",\" 2 \"\n", {{"x", "y"}, {}, false}).numbers,
            (std::vector<Column>{{1}, {2}}));
  EXPECT_EQ(read("\"\",x\n\"row a\",1\n", {{"x"}, {}, false}).numbers[0], (Column{1}))
      << "row names have no header";
}

TEST_F(Table, NumbersAreExact) {
  const TableData data =
      read("x\n0.1\n1e-400\n9007199254740993\n1.7976931348623157e308\n5e-324\n", {{"x"}, {}, false});
  EXPECT_EQ(data.numbers[0],
            (Column{0.1, 0, 9007199254740992, 1.7976931348623157e308, 5e-324}));
}

TEST_F(Table, KeepsTextWithQuotes) {
  const TableData data =
      read("name,x\n\"a, \"\"b\"\"\",1\nplain,2\n\"two\nlines\",3\n", {{"x"}, {"name"}, false});
  EXPECT_EQ(data.texts[0], (std::vector<std::string>{"a, \"b\"", "plain", "two\nlines"}));
  EXPECT_EQ(data.numbers[0], (Column{1, 2, 3}));
}

TEST_F(Table, ColumnsNobodyAsksForMayHoldAnything) {
  EXPECT_EQ(read("a,b\nNA,1\n??,2\n,3\n", {{"b"}, {}, false}).numbers[0], (Column{1, 2, 3}));
  EXPECT_EQ(read("a,b\n1,2\n", {{}, {}, false}).rows, 1u);
}

TEST_F(Table, SkipsMissingRowsAndCountsThem) {
  const TableData data =
      read("a,b,c\n1,2,NA\n,3,4\n5,NA,6\n7,nan,8\n9,10,\n", {{"a", "b"}, {}, true});
  EXPECT_EQ(data.rows, 2u);
  EXPECT_EQ(data.skipped, 3u);
  EXPECT_EQ(data.numbers, (std::vector<Column>{{1, 9}, {2, 10}}));
  EXPECT_EQ(refuse("a\nNA\nNA\n", {{"a"}, {}, true}),
            "E0301 a.csv: each of the 2 rows has a missing value");
  EXPECT_EQ(refuse("a\nNA\n1e5x\n", {{"a"}, {}, true}),
            "E0306 a.csv:3:1: '1e5x' is not a number (row 2, column 'a')");
}

TEST_F(Table, RefusesCellsThatAreNoNumbers) {
  for (const char *cell : {"inf", "-inf", "0x10", "1e5x", "1_000", "--5", "1e999", "abc", "1 2"})
    EXPECT_EQ(refuse(std::string("a,b\n1,2\n3,") + cell + "\n", {{"a", "b"}, {}, false}),
              std::string("E0306 a.csv:3:2: '") + cell + "' is not a number (row 2, column 'b')");
  for (const char *cell : {"NA", "nan", "NaN", "-"})
    EXPECT_NE(refuse(std::string("a,b\n1,2\n3,") + cell + "\n", {{"b"}, {}, false})
                  .find("a.csv:3:2"),
              std::string::npos);
  EXPECT_EQ(refuse("a,b\n1,\n", {{"b"}, {}, false}),
            "E0307 a.csv:2:2: the cell is empty (row 1, column 'b')");
  EXPECT_EQ(refuse("a,b\nNA,1\n", {{"a"}, {}, false}),
            "E0307 a.csv:2:1: the value is missing: 'NA' (row 1, column 'a')");
}

TEST_F(Table, LinesInsideQuotesCount) {
  EXPECT_EQ(refuse("n,x\n\"a\nb\nc\",1\nd,?\n", {{"x"}, {}, false}),
            "E0306 a.csv:5:2: '?' is not a number (row 2, column 'x')");
}

TEST_F(Table, RefusesRaggedRows) {
  EXPECT_EQ(refuse("a,b\n1,2\n3\n", {{"a"}, {}, false}),
            "E0303 a.csv:3:2: row 2 has 1 cell, the header names 2");
  EXPECT_EQ(refuse("a,b\n1,2,\n", {{"a"}, {}, false}),
            "E0303 a.csv:2:3: row 1 has 3 cells, the header names 2");
  EXPECT_EQ(refuse("a,b\n1,2\n\n3,4\n", {{"a"}, {}, false}),
            "E0303 a.csv:3: a blank line stands between the rows");
}

TEST_F(Table, RefusesBadHeaders) {
  EXPECT_EQ(refuse("a,b,a\n1,2,3\n", {{}, {}, false}),
            "E0305 a.csv:1:3: two columns are named 'a': 1 and 3");
  EXPECT_EQ(refuse("a,b,\n1,2,3\n", {{}, {}, false}), "E0305 a.csv:1:3: column 3 has no name");
  EXPECT_EQ(refuse("1,2\n3,4\n", {{}, {}, false}),
            "E0305 a.csv:1:1: the first line holds numbers, not names");
  EXPECT_EQ(refuse("a;b\n1;2\n", {{}, {}, false}),
            "E0305 a.csv:1:1: columns are separated by commas; this file seems to use ';'");
  EXPECT_EQ(refuse("mass,x\n1,2\n", {{"mas"}, {}, false}), "E0305 a.csv: the file has no column 'mas'");
}

TEST_F(Table, RefusesEmptyFiles) {
  EXPECT_EQ(refuse("", {{}, {}, false}), "E0301 a.csv: the file is empty");
  EXPECT_EQ(refuse("\xEF\xBB\xBF", {{}, {}, false}), "E0301 a.csv: the file is empty");
  EXPECT_EQ(refuse("a,b\n", {{"a"}, {}, false}), "E0301 a.csv: the file has a header but no rows");
}

TEST_F(Table, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(refuse(std::string("\xFF\xFE" "a\0\n\0", 6), {{}, {}, false}),
            "E0302 a.csv: the file is UTF-16");
  EXPECT_EQ(refuse(std::string("a\0,\0b\0\n\0", 8), {{}, {}, false}),
            "E0302 a.csv: the file is UTF-16");
  EXPECT_EQ(refuse(std::string("a,b\n1,2\n3,\0\n", 12), {{"a"}, {}, false}),
            "E0302 a.csv:3: the file holds a NUL character");
  EXPECT_EQ(refuse("a,\xE9\n1,2\n", {{}, {}, false}),
            "E0302 a.csv:1:2: the name of this column is not UTF-8");
  EXPECT_EQ(refuse("a\n\xE9\n", {{}, {"a"}, false}), "E0302 a.csv:2:1: the cell is not UTF-8");
}

TEST_F(Table, RefusesUnbalancedQuotesWhereTheyOpen) {
  EXPECT_EQ(refuse("a,b\n1,2\n3,\"4\n5,6\n7,8\n", {{"a"}, {}, false}),
            "E0304 a.csv:3:2: the quote that opens here is never closed");
  EXPECT_EQ(refuse("a,b\n1,\"2\"3\n", {{"a"}, {}, false}),
            "E0304 a.csv:2:2: text follows the closing quote of this cell");
  EXPECT_EQ(refuse("a,b\n1,\"" + std::string(2 << 20, 'x') + "\"\n", {{"a"}, {}, false}),
            "E0304 a.csv:2:2: the quote that opens here is never closed");
  EXPECT_EQ(refuse("a,b\n1," + std::string(2 << 20, 'x') + "\n", {{"a"}, {}, false}),
            "E0310 a.csv:2:2: the cell is longer than 1 MiB");
}

TEST_F(Table, RowsAcrossTheBuffer) {
  // 4 MiB are read at a time: rows and quoted cells lie across that border at
  // every offset when the rows before it differ in length.
  std::string text = "n,x\n";
  Column expected;
  std::vector<std::string> names;
  for (int i = 0; text.size() < (9u << 20); ++i) {
    const std::string name = "q\"\n" + std::string(static_cast<size_t>(i % 97), 'z');
    text += "\"q\"\"\n" + name.substr(3) + "\"," + std::to_string(i) + ".25\r\n";
    expected.push_back(i + 0.25);
    names.push_back(name);
  }
  const TableData data = read(text, {{"x"}, {"n"}, false});
  EXPECT_EQ(data.numbers[0], expected);
  EXPECT_EQ(data.texts[0], names);
}

TEST_F(Table, ColumnLimit) {
  std::string header = "c1";
  for (int i = 2; i <= 65536; ++i)
    header += ",c" + std::to_string(i);
  EXPECT_EQ(refuse(header + "\n", {{}, {}, false}),
            "E0310 a.csv:1:65536: the file has more than 65535 columns");
  header.erase(header.rfind(','));
  EXPECT_EQ(refuse(header + "\n", {{}, {}, false}), "E0301 a.csv: the file has a header but no rows");
}

TEST_F(Table, ReadsHeaders) {
  std::vector<std::string> columns;
  EXPECT_FALSE(readHeader(put("a,\"Solar.R\", θ\n"), columns));
  EXPECT_EQ(columns, (std::vector<std::string>{"a", "Solar.R", "θ"}));
  auto fault = readHeader(root + "/none.csv", columns);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, Diag::FileMissing);
  fault = readHeader(root, columns);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, Diag::FileUnreadable);
}

} // namespace
