//===- Table.h - numbers from data files ---------------------------------===//
//
// Reads CSV tables with a header, files of bare numbers, JSON objects of arrays
// and NumPy arrays. Text files but JSON are streamed: memory is that of the numbers asked for. Nothing
// is guessed: a cell that is no number is an error with its line and cell.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "support/Diagnostics.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::data {

/// Why a file was refused. `place` is "file.csv:LINE:CELL", both from 1, or the
/// path alone; for Diagnostics::reportAt.
struct Fault {
  Diag kind;
  std::string place;
  std::string message;
  std::string remedy;
};

/// The column names of a table.
std::optional<Fault> readHeader(const std::string &path, std::vector<std::string> &columns);

struct TableRequest {
  std::vector<std::string> numbers; ///< distinct columns to read as numbers
  std::vector<std::string> texts;   ///< distinct columns to read as text
  /// Drop rows where a requested column has no value, instead of an error.
  bool skipMissing = false;
};
struct TableData {
  size_t rows = 0;
  size_t skipped = 0; ///< rows dropped by skipMissing
  std::vector<std::vector<double>> numbers;     ///< as in the request
  std::vector<std::vector<std::string>> texts;  ///< as in the request
};
/// Reads the requested columns; others may hold anything.
std::optional<Fault> readTable(const std::string &path, const TableRequest &request,
                               TableData &out);

/// Numbers without names, in the order of the file.
struct NumberGrid {
  size_t rows = 0;
  size_t columns = 0; ///< 0 when lines differ in length (white-space files only)
  size_t skipped = 0;
  std::vector<double> values; ///< row after row
};
/// Reads CSV of numbers (a first row of names is passed over) or numbers
/// separated by white space.
std::optional<Fault> readNumbers(const std::string &path, bool skipMissing, NumberGrid &out);

/// One entry of a JSON object: a number (no shape) or a regular array.
struct NamedArray {
  std::string name;
  std::vector<size_t> shape;
  std::vector<double> values; ///< last index fastest
};
std::optional<Fault> readJson(const std::string &path, std::vector<NamedArray> &out);

/// Whether a path names a JSON file.
bool isJson(std::string_view path);

/// The array of a .npy file: little endian, 4 or 8 bytes, real or whole.
std::optional<Fault> readNpy(const std::string &path, NamedArray &out);
bool isNpy(std::string_view path);

} // namespace gradus::data
