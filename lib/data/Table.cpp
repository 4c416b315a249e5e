//===- Table.cpp - CSV tables with a header --------------------------------===//
#include "data/Table.h"

#include "data/Rows.h"
#include "support/Numbers.h"
#include "support/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace gradus::data {

namespace {

/// What becomes of one column of the file.
struct Plan {
  static constexpr size_t none = SIZE_MAX;
  size_t number = none;
  size_t text = none;
  bool used() const { return number != none || text != none; }
};

std::optional<Fault> checkNames(const RowReader &reader, const std::vector<std::string> &names) {
  std::unordered_map<std::string_view, size_t> seen;
  bool numbers = true;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string &name = names[i];
    numbers = numbers && parseNumber(name).has_value();
    if (findInvalidUtf8(name) != std::string::npos)
      return Fault{Diag::DataEncoding, reader.place(i), "the name of this column is not UTF-8",
                   "save the file again as UTF-8"};
    // Statistics programs write their row names as a first column without name.
    if (name.empty() && i > 0)
      return Fault{Diag::DataHeader, reader.place(i), fmt::format("column {} has no name", i + 1),
                   i + 1 == names.size() ? "remove the comma at the end of the header" : ""};
    auto [it, fresh] = seen.emplace(name, i);
    if (!fresh)
      return Fault{Diag::DataHeader, reader.place(i),
                   fmt::format("two columns are named '{}': {} and {}", excerpt(name),
                               it->second + 1, i + 1),
                   {}};
  }
  if (numbers)
    return Fault{Diag::DataHeader, reader.place(0), "the first line holds numbers, not names",
                 "a table begins with the names of its columns; for numbers alone declare a "
                 "matrix: data X[n,p] from ..."};
  for (std::string_view other : {";", "\t"})
    if (names.size() == 1 && names[0].find(other) != std::string::npos)
      return Fault{Diag::DataHeader, reader.place(0),
                   fmt::format("columns are separated by commas; this file seems to use {}",
                               other == ";" ? "';'" : "tabs"),
                   {}};
  return std::nullopt;
}

std::optional<Fault> scanHeader(RowReader &reader, std::vector<std::string> &names) {
  if (!reader.more())
    return reader.fault ? reader.fault
                        : Fault{Diag::DataEmpty, reader.place(), "the file is empty", {}};
  Scan scan;
  const char *p;
  do {
    names.clear();
    p = reader.position;
    do {
      Cell cell;
      scan = reader.cell(p, names.size(), Separator::Comma, cell);
      if (scan == Scan::Fault)
        return reader.fault;
      names.emplace_back(cell.text);
      if (names.size() > columnLimit)
        return Fault{Diag::DataTooLarge, reader.place(columnLimit),
                     fmt::format("the file has more than {} columns", columnLimit), {}};
    } while (scan == Scan::Cell);
    if (scan == Scan::NeedMore && !reader.refill())
      return reader.fault;
  } while (scan == Scan::NeedMore);
  if (auto fault = checkNames(reader, names))
    return fault;
  reader.finishRow(p);
  return std::nullopt;
}

class TableParser {
public:
  TableParser(RowReader &reader, const std::vector<std::string> &names, bool skipMissing,
              TableData &out)
      : reader_(reader), names_(names), skipMissing_(skipMissing), out_(out),
        plans_(names.size()) {}

  std::optional<Fault> plan(const TableRequest &request) {
    auto take = [&](const std::vector<std::string> &wanted,
                    size_t Plan::*slot) -> std::optional<Fault> {
      for (size_t k = 0; k < wanted.size(); ++k) {
        const auto it = std::find(names_.begin(), names_.end(), wanted[k]);
        if (it == names_.end()) {
          const auto near = closest(wanted[k], names_);
          return Fault{Diag::DataHeader, reader_.place(),
                       fmt::format("the file has no column '{}'", wanted[k]),
                       near ? fmt::format("did you mean '{}'?", *near) : ""};
        }
        plans_[static_cast<size_t>(it - names_.begin())].*slot = k;
      }
      return std::nullopt;
    };
    out_.numbers.assign(request.numbers.size(), {});
    out_.texts.assign(request.texts.size(), {});
    rowNumbers_.resize(request.numbers.size());
    rowTexts_.resize(request.texts.size());
    auto fault = take(request.numbers, &Plan::number);
    return fault ? fault : take(request.texts, &Plan::text);
  }

  std::optional<Fault> run() {
    while (reader_.more()) {
      const char *p = reader_.position;
      const Scan scan = row(p);
      if (scan == Scan::Fault)
        return reader_.fault;
      if (scan == Scan::NeedMore) {
        if (!reader_.refill())
          return reader_.fault;
        continue;
      }
      if (auto fault = finish())
        return fault;
      reader_.finishRow(p);
    }
    if (auto fault = reader_.close())
      return fault;
    if (out_.rows == 0 && out_.skipped > 0)
      return Fault{Diag::DataEmpty, reader_.place(),
                   fmt::format("each of the {} rows has a missing value", out_.skipped), {}};
    if (out_.rows == 0)
      return Fault{Diag::DataEmpty, reader_.place(), "the file has a header but no rows", {}};
    return std::nullopt;
  }

private:
  /// Scans one row into rowNumbers_ and rowTexts_. Faults of cells wait in
  /// cellFault_: a wrong number of cells explains them better.
  Scan row(const char *&p) {
    cellFault_.reset();
    missing_ = false;
    blank_ = false;
    cells_ = 0;
    for (;;) {
      const Plan plan = cells_ < plans_.size() ? plans_[cells_] : Plan{};
      Scan scan = Scan::Other;
      if (plan.number != Plan::none && plan.text == Plan::none)
        scan = reader_.number(p, Separator::Comma, rowNumbers_[plan.number]);
      if (scan == Scan::Other) {
        Cell cell;
        scan = reader_.cell(p, cells_, Separator::Comma, cell);
        if (scan == Scan::NeedMore || scan == Scan::Fault)
          return scan;
        blank_ = cells_ == 0 && scan == Scan::RowEnd && cell.text.empty() && !cell.quoted;
        if (plan.used())
          take(plan, cell);
      }
      if (scan == Scan::NeedMore)
        return scan;
      ++cells_;
      if (scan == Scan::RowEnd)
        return scan;
    }
  }

  void take(const Plan &plan, const Cell &cell) {
    if (skipMissing_ && isMissing(cell.text)) {
      missing_ = true;
      return;
    }
    if (plan.number != Plan::none) {
      if (auto value = parseNumber(cell.text))
        rowNumbers_[plan.number] = *value;
      else if (!cellFault_)
        cellFault_ = notANumber(reader_, cell, cells_,
                                fmt::format("row {}, column '{}'", rowNumber(),
                                            excerpt(names_[cells_])));
    }
    if (plan.text != Plan::none) {
      if (findInvalidUtf8(cell.text) != std::string_view::npos && !cellFault_)
        cellFault_ = Fault{Diag::DataEncoding, reader_.place(cells_), "the cell is not UTF-8",
                           "save the file again as UTF-8"};
      rowTexts_[plan.text].assign(cell.text);
    }
  }

  /// Appends the row that was scanned.
  std::optional<Fault> finish() {
    if (blank_ && !(skipMissing_ && names_.size() == 1)) {
      // Blank lines at the end are common; between rows they hide a mistake.
      if (!blankLine_)
        blankLine_ = reader_.line;
      return std::nullopt;
    }
    if (blankLine_)
      return Fault{Diag::DataRagged, fmt::format("{}:{}", reader_.place(), *blankLine_),
                   "a blank line stands between the rows", "remove it"};
    if (cells_ != names_.size())
      return Fault{Diag::DataRagged, reader_.place(std::min(cells_, names_.size())),
                   fmt::format("row {} has {} cell{}, the header names {}", rowNumber(), cells_,
                               cells_ == 1 ? "" : "s", names_.size()),
                   cells_ > names_.size() ? "numbers have a decimal point, no decimal comma" : ""};
    if (cellFault_)
      return cellFault_;
    if (missing_) {
      ++out_.skipped;
      return std::nullopt;
    }
    ++out_.rows;
    stored_ += rowNumbers_.size() + rowTexts_.size();
    if (stored_ > cellLimit)
      return Fault{Diag::DataTooLarge, reader_.place(0), "the file has more than 2^31 cells", {}};
    for (size_t k = 0; k < rowNumbers_.size(); ++k)
      out_.numbers[k].push_back(rowNumbers_[k]);
    for (size_t k = 0; k < rowTexts_.size(); ++k)
      out_.texts[k].push_back(rowTexts_[k]);
    return std::nullopt;
  }

  size_t rowNumber() const { return out_.rows + out_.skipped + 1; }

  RowReader &reader_;
  const std::vector<std::string> &names_;
  bool skipMissing_;
  TableData &out_;
  std::vector<Plan> plans_;
  std::vector<double> rowNumbers_;
  std::vector<std::string> rowTexts_;
  std::optional<Fault> cellFault_;
  std::optional<size_t> blankLine_;
  bool missing_ = false, blank_ = false;
  size_t cells_ = 0;
  size_t stored_ = 0;
};

} // namespace

std::optional<Fault> readHeader(const std::string &path, std::vector<std::string> &columns) {
  RowReader reader(path);
  if (auto fault = reader.open())
    return fault;
  return scanHeader(reader, columns);
}

std::optional<Fault> readTable(const std::string &path, const TableRequest &request,
                               TableData &out) {
  out = {};
  RowReader reader(path);
  std::vector<std::string> names;
  if (auto fault = reader.open())
    return fault;
  if (auto fault = scanHeader(reader, names))
    return fault;
  TableParser parser(reader, names, request.skipMissing, out);
  if (auto fault = parser.plan(request))
    return fault;
  return parser.run();
}

} // namespace gradus::data
