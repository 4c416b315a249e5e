//===- Rows.cpp - cells of a text file, streamed ---------------------------===//
#include "data/Rows.h"

#include "support/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>

namespace gradus::data {

namespace {

constexpr size_t chunkSize = size_t{1} << 22;

bool isBlank(char c) { return c == ' ' || c == '\t'; }
bool isLineEnd(char c) { return c == '\n' || c == '\r'; }
bool isDigitOrDot(char c) { return (c >= '0' && c <= '9') || c == '.'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isBlank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back()))
    text.remove_suffix(1);
  return text;
}

} // namespace

std::optional<Fault> RowReader::open() {
  if (auto error = file_.open(path_))
    return Fault{error->kind, {}, std::move(error->message), std::move(error->remedy)};
  if (!refill())
    return fault;
  const std::string_view head(position, static_cast<size_t>(limit - position));
  if (head.empty())
    return Fault{Diag::DataEmpty, path_, "the file is empty", {}};
  const bool wide = head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF") ||
                    (head.size() >= 4 && ((head[1] == 0 && head[3] == 0) ||
                                          (head[0] == 0 && head[2] == 0)));
  if (wide)
    return Fault{Diag::DataEncoding, path_, "the file is UTF-16", "save it again as UTF-8"};
  if (head.starts_with("\xEF\xBB\xBF"))
    position += 3; // a byte order mark
  return std::nullopt;
}

bool RowReader::refill() {
  const size_t kept = static_cast<size_t>(limit - position);
  assert(!last && "nothing follows");
  if (kept > rowSizeLimit) {
    fault = Fault{Diag::DataTooLarge, place(0), "the line is longer than 64 MiB", {}};
    return false;
  }
  // One byte more than the file has shows its end without a second read.
  const auto count = static_cast<size_t>(std::min<uint64_t>(chunkSize, file_.size() + 1));
  // The buffer never shrinks: one allocation unless a row is longer than a chunk.
  if (buffer_.size() < kept + count) {
    std::string larger(kept + count, '\0');
    if (kept)
      std::memcpy(larger.data(), position, kept);
    buffer_ = std::move(larger);
  } else if (kept) {
    std::memmove(buffer_.data(), position, kept);
  }
  position = buffer_.data();
  size_t got = 0;
  if (auto error = file_.read(buffer_.data() + kept, count, got)) {
    fault = Fault{error->kind, {}, std::move(error->message), std::move(error->remedy)};
    return false;
  }
  limit = position + kept + got;
  last = got < count;
  extraLines_ = 0;
  if (const void *nul = got ? std::memchr(buffer_.data() + kept, 0, got) : nullptr) {
    const auto *at = static_cast<const char *>(nul);
    const auto lines = static_cast<size_t>(std::count(position, at, '\n'));
    // A file that is UTF-16 without a mark is full of them; open() names it.
    if (at - position > 4)
      fault = Fault{Diag::DataEncoding, fmt::format("{}:{}", path_, line + lines),
                    "the file holds a NUL character", "it must be plain text in UTF-8"};
  }
  return !fault;
}

bool RowReader::more() {
  if (fault)
    return false;
  if (position == limit && !last && !refill())
    return false;
  return position != limit;
}

void RowReader::finishRow(const char *p) {
  position = p;
  line += 1 + extraLines_;
  extraLines_ = 0;
}

std::optional<Fault> RowReader::close() {
  if (fault)
    return fault;
  if (auto error = file_.finish())
    return Fault{error->kind, {}, std::move(error->message), std::move(error->remedy)};
  return std::nullopt;
}

std::string RowReader::place(size_t cell) const {
  return fmt::format("{}:{}:{}", path_, line, cell + 1);
}

/// p stands behind a cell: takes the separator or the line end there.
Scan RowReader::separatorAfter(const char *&p, Separator separator) const {
  const char *q = p;
  while (q < limit && isBlank(*q))
    ++q;
  if (q == limit) {
    if (!last)
      return Scan::NeedMore;
    p = q;
    return Scan::RowEnd;
  }
  if (*q == '\n') {
    p = q + 1;
    return Scan::RowEnd;
  }
  if (*q == '\r') {
    if (q + 1 == limit && !last)
      return Scan::NeedMore;
    p = q + 1 < limit && q[1] == '\n' ? q + 2 : q + 1;
    return Scan::RowEnd;
  }
  if (separator == Separator::Comma ? *q == ',' : q > p) {
    p = separator == Separator::Comma ? q + 1 : q;
    return Scan::Cell;
  }
  return Scan::Other;
}

Scan RowReader::number(const char *&p, Separator separator, double &out) const {
  const char *q = p;
  while (q < limit && isBlank(*q))
    ++q;
  if (limit - q < 2 && !last)
    return Scan::NeedMore;
  // from_chars would also read "inf", "nan" and their likes.
  const char *digit = q < limit && *q == '-' ? q + 1 : q;
  if (digit >= limit || !isDigitOrDot(*digit))
    return Scan::Other;
  auto [end, error] = std::from_chars(q, limit, out);
  if (error != std::errc{})
    return Scan::Other;
  const Scan after = separatorAfter(end, separator);
  if (after == Scan::Cell || after == Scan::RowEnd)
    p = end;
  return after;
}

Scan RowReader::quotedCell(const char *&p, size_t index, Separator separator, Cell &out) {
  const char *q = p + 1;
  const char *begin = q;
  bool doubled = false;
  size_t lines = 0;
  for (;; ++q) {
    const bool tooLong = static_cast<size_t>(q - begin) > cellSizeLimit;
    if (q == limit && !last && !tooLong)
      return Scan::NeedMore;
    if (q == limit || tooLong) {
      fault = Fault{Diag::DataQuote, fmt::format("{}:{}:{}", path_, line + extraLines_, index + 1),
                    "the quote that opens here is never closed",
                    "inside quotes, a quote is written twice"};
      return Scan::Fault;
    }
    lines += *q == '\n';
    if (*q != '"')
      continue;
    if (q + 1 == limit && !last)
      return Scan::NeedMore;
    if (q + 1 == limit || q[1] != '"')
      break;
    doubled = true;
    ++q;
  }
  out.quoted = true;
  out.text = trimmed({begin, static_cast<size_t>(q - begin)});
  if (doubled) {
    unquoted_.clear();
    for (size_t i = 0; i < out.text.size(); ++i) {
      unquoted_ += out.text[i];
      i += out.text[i] == '"';
    }
    out.text = unquoted_;
  }
  p = q + 1;
  const Scan after = separatorAfter(p, separator);
  if (after == Scan::Other) {
    fault = Fault{Diag::DataQuote, fmt::format("{}:{}:{}", path_, line + extraLines_, index + 1),
                  "text follows the closing quote of this cell",
                  "inside quotes, a quote is written twice"};
    return Scan::Fault;
  }
  extraLines_ += lines;
  return after;
}

Scan RowReader::cell(const char *&p, size_t index, Separator separator, Cell &out) {
  out.quoted = false;
  while (p < limit && isBlank(*p))
    ++p;
  if (p < limit && *p == '"')
    return quotedCell(p, index, separator, out);
  const char *q = p;
  if (separator == Separator::Comma)
    while (q < limit && *q != ',' && !isLineEnd(*q))
      ++q;
  else
    while (q < limit && !isBlank(*q) && !isLineEnd(*q))
      ++q;
  if (static_cast<size_t>(q - p) > cellSizeLimit) {
    fault = Fault{Diag::DataTooLarge, place(index), "the cell is longer than 1 MiB", {}};
    return Scan::Fault;
  }
  if (q == limit && !last)
    return Scan::NeedMore;
  out.text = trimmed({p, static_cast<size_t>(q - p)});
  p = q;
  return separatorAfter(p, separator);
}

bool isMissing(std::string_view text) {
  if (text.empty())
    return true;
  std::string lower;
  for (char c : text.substr(0, 4))
    lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return lower == "na" || lower == "nan";
}

std::string excerpt(std::string_view text) {
  constexpr size_t shown = 40;
  size_t end = 0;
  for (size_t count = 0; end < text.size() && count < shown; ++count)
    end += decodeUtf8(text, end).length;
  std::string out = printable(text.substr(0, end));
  std::replace(out.begin(), out.end(), '\n', ' ');
  return end < text.size() ? out + "..." : out;
}

Fault notANumber(const RowReader &reader, const Cell &cell, size_t index, std::string_view where) {
  if (isMissing(cell.text))
    return {Diag::DataMissing, reader.place(index),
            cell.text.empty() ? fmt::format("the cell is empty ({})", where)
                              : fmt::format("the value is missing: '{}' ({})", cell.text, where),
            "complete the file, or end the data declaration with 'missing skip' to drop such rows"};
  std::string remedy;
  std::string pointed(cell.text);
  std::replace(pointed.begin(), pointed.end(), ',', '.');
  if (cell.text.find(',') != std::string_view::npos)
    remedy = "numbers have a decimal point and no separators: " + excerpt(pointed);
  else if (cell.text.find(';') != std::string_view::npos)
    remedy = "cells are separated by commas, not by ';'";
  return {Diag::DataNumber, reader.place(index),
          fmt::format("'{}' is not a number ({})", excerpt(cell.text), where), std::move(remedy)};
}

} // namespace gradus::data
