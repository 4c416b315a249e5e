#include "data/Table.h"

#include "Scratch.h"

using namespace gradus;
using namespace gradus::data;

namespace {

class Numbers : public Scratch {
protected:
  NumberGrid read(const std::string &text, bool skipMissing = false) {
    NumberGrid grid;
    auto fault = readNumbers(put(text), skipMissing, grid);
    EXPECT_FALSE(fault) << fault->place << ": " << fault->message;
    return grid;
  }
  std::string refuse(const std::string &text) {
    NumberGrid grid;
    auto fault = readNumbers(put(text), false, grid);
    if (!fault)
      return "accepted";
    return std::string(info(fault->kind).code) + " " + local(fault->place) + ": " + fault->message;
  }
};

TEST_F(Numbers, Csv) {
  const NumberGrid grid = read("1,2,3\r\n4, 5 ,6\n");
  EXPECT_EQ(grid.rows, 2u);
  EXPECT_EQ(grid.columns, 3u);
  EXPECT_EQ(grid.values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
}

TEST_F(Numbers, PassesOverAHeader) {
  EXPECT_EQ(read("a,b\n1,2\n").values, (std::vector<double>{1, 2}));
  EXPECT_EQ(read("y\n1\n2\n").columns, 1u);
  EXPECT_EQ(refuse("1_000,2\n3,4\n"), "E0306 a.csv:1:1: '1_000' is not a number (row 1, column 1)");
  EXPECT_EQ(refuse("nan,inf\n3,4\n"),
            "E0307 a.csv:1:1: the value is missing: 'nan' (row 1, column 1)");
  EXPECT_EQ(refuse("a,b\nc,d\n"), "E0306 a.csv:2:1: 'c' is not a number (row 1, column 1)");
}

TEST_F(Numbers, WhiteSpace) {
  NumberGrid grid = read("  1 2\t3 \n\n4 5 6\n");
  EXPECT_EQ(grid.rows, 2u);
  EXPECT_EQ(grid.columns, 3u);
  EXPECT_EQ(grid.values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  grid = read("3\n1 2\n4 5 6");
  EXPECT_EQ(grid.columns, 0u) << "lines of different length have no columns";
  EXPECT_EQ(grid.values, (std::vector<double>{3, 1, 2, 4, 5, 6}));
}

TEST_F(Numbers, SkipsMissingRows) {
  const NumberGrid grid = read("1,2\nNA,3\n4,\n5,6\n", true);
  EXPECT_EQ(grid.values, (std::vector<double>{1, 2, 5, 6}));
  EXPECT_EQ(grid.skipped, 2u);
  EXPECT_EQ(grid.columns, 2u);
}

TEST_F(Numbers, Faults) {
  EXPECT_EQ(refuse("1,2\n3\n"), "E0303 a.csv:2:2: row 2 has 1 cell, the first has 2");
  EXPECT_EQ(refuse("1,2\n3,x\n"), "E0306 a.csv:2:2: 'x' is not a number (row 2, column 2)");
  EXPECT_EQ(refuse("1 2\n3 4,5\n"), "E0306 a.csv:2:2: '4,5' is not a number (row 2, column 2)");
  EXPECT_EQ(refuse("1,2\n\n3,4\n"), "E0303 a.csv:2: a blank line stands between the rows");
  EXPECT_EQ(refuse(""), "E0301 a.csv: the file is empty");
  EXPECT_EQ(refuse("\n\n"), "E0301 a.csv: the file holds no numbers");
  EXPECT_EQ(refuse("a,b\n"), "E0301 a.csv: the file holds no numbers");
}

class Json : public Scratch {
protected:
  std::string refuse(const std::string &text) {
    std::vector<NamedArray> arrays;
    auto fault = readJson(put(text, "a.json"), arrays);
    if (!fault)
      return "accepted";
    return std::string(info(fault->kind).code) + " " + local(fault->place) + ": " + fault->message;
  }
};

TEST_F(Json, ArraysByName) {
  std::vector<NamedArray> arrays;
  ASSERT_FALSE(readJson(put(R"({"x": [1, 2.5], "A": [[1, 2, 3], [4, 5, 6]], "n": 7, "z": []})"), arrays));
  ASSERT_EQ(arrays.size(), 4u);
  EXPECT_EQ(arrays[0].name, "A");
  EXPECT_EQ(arrays[0].shape, (std::vector<size_t>{2, 3}));
  EXPECT_EQ(arrays[0].values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(arrays[1].shape, std::vector<size_t>{});
  EXPECT_EQ(arrays[1].values, (std::vector<double>{7}));
  EXPECT_EQ(arrays[2].values, (std::vector<double>{1, 2.5}));
  EXPECT_EQ(arrays[3].shape, (std::vector<size_t>{0}));
}

TEST_F(Json, Faults) {
  EXPECT_EQ(refuse("{\n \"x\": [1, 2,]}"), "E0309 a.json:2:13: this is not JSON");
  EXPECT_EQ(refuse(""), "E0309 a.json:1:1: this is not JSON");
  EXPECT_EQ(refuse("[1, 2]"), "E0309 a.json: the file is not an object of arrays by name");
  EXPECT_EQ(refuse(R"({"x": [[1, 2], [3]]})"),
            "E0309 a.json: 'x' is no array of numbers: its rows differ in length");
  EXPECT_EQ(refuse(R"({"x": [[1, 2], 3]})"),
            "E0309 a.json: 'x' is no array of numbers: its rows differ in depth");
  EXPECT_EQ(refuse(R"({"x": [1, [2]]})"),
            "E0309 a.json: 'x' is no array of numbers: its rows differ in depth");
  EXPECT_EQ(refuse(R"({"x": [1, "nan"]})"),
            "E0309 a.json: 'x' is no array of numbers: it holds a text where a number is needed");
  EXPECT_EQ(refuse(R"({"x": 1e999})"), "E0309 a.json: a number does not fit a double");
  EXPECT_EQ(refuse("{\"x\": \"\xFF\"}"), "E0302 a.json: the file is not UTF-8");
  EXPECT_EQ(refuse("{\"x\": " + std::string(100000, '[')), "E0309 a.json:1:100007: this is not JSON");
  EXPECT_EQ(refuse("{\"x\": " + std::string(100000, '[') + std::string(100000, ']') + "}"),
            "E0309 a.json: 'x' is no array of numbers: its rows differ in depth");
}

} // namespace
