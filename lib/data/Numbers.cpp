//===- Numbers.cpp - files of bare numbers ---------------------------------===//
#include "data/Rows.h"
#include "support/Numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace gradus::data {

namespace {

/// Commas in the first line that holds anything make it CSV.
Separator separatorOf(const RowReader &reader) {
  const char *begin = reader.position;
  while (begin < reader.limit && std::isspace(static_cast<unsigned char>(*begin)))
    ++begin;
  const char *end = begin;
  while (end < reader.limit && *end != '\n' && *end != '\r')
    ++end;
  return std::find(begin, end, ',') != end ? Separator::Comma : Separator::Blank;
}

bool looksLikeName(const Cell &cell) {
  if (cell.text.empty() || isMissing(cell.text))
    return false;
  const auto first = static_cast<unsigned char>(cell.text.front());
  return (std::isalpha(first) || first == '_' || first >= 0x80) && cell.text != "inf" &&
         cell.text != "Inf";
}

class GridParser {
public:
  GridParser(RowReader &reader, bool skipMissing, NumberGrid &out)
      : reader_(reader), separator_(separatorOf(reader)), skipMissing_(skipMissing), out_(out) {}

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
    if (out_.values.empty())
      return Fault{Diag::DataEmpty, reader_.place(), "the file holds no numbers", {}};
    if (irregular_)
      out_.columns = 0;
    return std::nullopt;
  }

private:
  Scan row(const char *&p) {
    row_.clear();
    cellFault_.reset();
    missing_ = blank_ = false;
    names_ = 0;
    if (separator_ == Separator::Blank)
      while (p < reader_.limit && (*p == ' ' || *p == '\t'))
        ++p;
    for (size_t index = 0;; ++index) {
      double value = 0;
      Scan scan = reader_.number(p, separator_, value);
      if (scan == Scan::Other) {
        Cell cell;
        scan = reader_.cell(p, index, separator_, cell);
        if (scan == Scan::NeedMore || scan == Scan::Fault)
          return scan;
        blank_ = index == 0 && scan == Scan::RowEnd && cell.text.empty() && !cell.quoted;
        if (auto parsed = parseNumber(cell.text)) {
          value = *parsed;
        } else if (skipMissing_ && isMissing(cell.text)) {
          missing_ = true;
        } else {
          names_ += looksLikeName(cell);
          if (!cellFault_)
            cellFault_ = notANumber(
                reader_, cell, index,
                fmt::format("row {}, column {}", out_.rows + out_.skipped + 1, index + 1));
        }
      }
      if (scan == Scan::NeedMore)
        return scan;
      row_.push_back(value);
      if (scan == Scan::RowEnd)
        return scan;
    }
  }

  std::optional<Fault> finish() {
    const bool first = !began_;
    if (blank_) {
      if (separator_ == Separator::Comma && !blankLine_ && began_)
        blankLine_ = reader_.line;
      return std::nullopt;
    }
    began_ = true;
    if (blankLine_)
      return Fault{Diag::DataRagged, fmt::format("{}:{}", reader_.place(), *blankLine_),
                   "a blank line stands between the rows", "remove it"};
    if (first)
      width_ = row_.size();
    if (row_.size() != width_) {
      if (separator_ == Separator::Comma)
        return Fault{Diag::DataRagged, reader_.place(std::min(row_.size(), width_)),
                     fmt::format("row {} has {} cell{}, the first has {}",
                                 out_.rows + out_.skipped + 1, row_.size(),
                                 row_.size() == 1 ? "" : "s", width_),
                     {}};
      irregular_ = true;
    }
    if (first && names_ == row_.size())
      return std::nullopt; // a header
    if (cellFault_)
      return cellFault_;
    if (missing_) {
      ++out_.skipped;
      return std::nullopt;
    }
    if (out_.values.size() + row_.size() > cellLimit)
      return Fault{Diag::DataTooLarge, reader_.place(0), "the file has more than 2^31 cells", {}};
    ++out_.rows;
    out_.columns = width_;
    out_.values.insert(out_.values.end(), row_.begin(), row_.end());
    return std::nullopt;
  }

  RowReader &reader_;
  Separator separator_;
  bool skipMissing_;
  NumberGrid &out_;
  std::vector<double> row_;
  std::optional<Fault> cellFault_;
  std::optional<size_t> blankLine_;
  bool began_ = false, missing_ = false, blank_ = false, irregular_ = false;
  size_t names_ = 0, width_ = 0;
};

} // namespace

std::optional<Fault> readNumbers(const std::string &path, bool skipMissing, NumberGrid &out) {
  out = {};
  RowReader reader(path);
  if (auto fault = reader.open())
    return fault;
  return GridParser(reader, skipMissing, out).run();
}

} // namespace gradus::data
