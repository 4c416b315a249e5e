//===- Rows.h - cells of a text file, streamed -----------------------------===//
//
// The part that CSV tables and files of numbers share: a buffer that moves over
// the file, and the scanner of one cell (RFC 4180). A row is scanned from its
// begin; when the buffer ends within it, NeedMore says to refill() and to scan
// the row again.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "data/Table.h"
#include "support/Files.h"

#include <memory>

namespace gradus::data {

constexpr size_t columnLimit = 65535;
constexpr size_t cellLimit = size_t{1} << 31;      ///< numbers in one file
constexpr size_t cellSizeLimit = size_t{1} << 20;  ///< bytes of one cell
constexpr size_t rowSizeLimit = size_t{1} << 26;   ///< bytes of one row

enum class Scan : uint8_t {
  Cell,     ///< a cell, and another follows in the row
  RowEnd,   ///< the last cell of the row
  Other,    ///< number(): not a plain number; scan it with cell()
  NeedMore, ///< the buffer ends within the row
  Fault,    ///< see RowReader::fault
};

struct Cell {
  std::string_view text; ///< without quotes and surrounding blanks
  bool quoted = false;
};

/// What stands between two cells.
enum class Separator : uint8_t { Comma, Blank };

class RowReader {
public:
  explicit RowReader(std::string path) : path_(std::move(path)) {}

  /// Opens the file and reads its begin.
  std::optional<Fault> open();
  /// Whether a row begins at `position`; refills the buffer when it is empty.
  bool more();
  /// Reads on, keeping what lies between `position` and the end of the buffer.
  bool refill();
  /// The row is done; the next one begins at p.
  void finishRow(const char *p);
  /// Call at the end of the file.
  std::optional<Fault> close();

  /// Scans any cell at p and moves p behind it. `index` counts cells from 0.
  Scan cell(const char *&p, size_t index, Separator separator, Cell &out);
  /// Scans a plain number at p: the quick way through almost every cell.
  Scan number(const char *&p, Separator separator, double &out) const;

  std::string place(size_t cell) const;
  std::string place() const { return path_; }

  const char *position = nullptr; ///< begin of the row
  const char *limit = nullptr;    ///< end of the buffer
  bool last = false;              ///< nothing follows the buffer
  size_t line = 1;                ///< of `position`
  std::optional<Fault> fault;

private:
  Scan quotedCell(const char *&p, size_t index, Separator separator, Cell &out);
  Scan separatorAfter(const char *&p, Separator separator) const;

  std::string path_;
  InputFile file_;
  std::string buffer_;
  std::string unquoted_;
  size_t extraLines_ = 0; ///< line ends inside quotes of this row
};

/// A cell without a value: empty, NA or nan.
bool isMissing(std::string_view text);
/// "'1e5x' is not a number", or what is missing; with the place given.
Fault notANumber(const RowReader &reader, const Cell &cell, size_t index, std::string_view where);
/// "(row 3, column 'mass')" with an excerpt of the name.
std::string excerpt(std::string_view text);

} // namespace gradus::data
