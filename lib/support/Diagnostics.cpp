//===- Diagnostics.cpp - messages about the user's input ----------------===//
#include "support/Diagnostics.h"

#include "support/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>

namespace gradus {

namespace {

constexpr size_t errorLimit = 50;
constexpr size_t warningLimit = 50;
/// A source line wider than this is shown as a window around the caret.
constexpr size_t windowWidth = 160;
constexpr size_t tabWidth = 4;

constexpr DiagInfo table[] = {
#define DIAGNOSTIC(NAME, CODE, CATEGORY, EXPLANATION)                                              \
  {CODE, #NAME, Category::CATEGORY, EXPLANATION},
#include "support/Diagnostics.def"
};

/// One character as it is shown, and where it came from.
struct Cell {
  std::string text;
  size_t width;
  size_t offset;
};

std::vector<Cell> layOut(std::string_view line) {
  std::vector<Cell> cells;
  size_t column = 0;
  for (size_t i = 0; i < line.size();) {
    const CodePoint c = decodeUtf8(line, i);
    Cell cell{{}, 0, i};
    if (c.value == '\t') {
      cell.width = tabWidth - column % tabWidth;
      cell.text.assign(cell.width, ' ');
    } else {
      cell.text = printable(line.substr(i, c.length));
      cell.width = static_cast<size_t>(displayWidth(decodeUtf8(cell.text, 0).value));
    }
    column += cell.width;
    cells.push_back(std::move(cell));
    i += c.length;
  }
  return cells;
}

/// The source line and below it the carets, both with their margins.
std::string renderLine(std::string_view line, uint32_t number, size_t begin, size_t end) {
  const std::vector<Cell> cells = layOut(line);
  auto indexOf = [&](size_t offset) {
    auto it = std::lower_bound(cells.begin(), cells.end(), offset,
                               [](const Cell &c, size_t o) { return c.offset < o; });
    return static_cast<size_t>(it - cells.begin());
  };
  const size_t caretBegin = indexOf(begin);
  const size_t caretEnd = std::max(indexOf(end), caretBegin);

  size_t first = 0, last = cells.size();
  size_t total = 0;
  for (const Cell &c : cells)
    total += c.width;
  if (total > windowWidth) {
    // A third of the window shows what stands before the caret.
    size_t room = windowWidth / 3;
    first = std::min(caretBegin, cells.size());
    while (first > 0 && cells[first - 1].width <= room)
      room -= cells[--first].width;
    room = windowWidth;
    last = first;
    while (last < cells.size() && cells[last].width <= room)
      room -= cells[last++].width;
  }

  const std::string dots = "...";
  std::string shown = first > 0 ? dots : "";
  std::string marks(shown.size(), ' ');
  for (size_t i = first; i < last; ++i) {
    shown += cells[i].text;
    if (i < caretBegin)
      marks.append(cells[i].width, ' ');
    else if (i < caretEnd)
      marks.append(cells[i].width, '^');
  }
  if (last < cells.size())
    shown += dots;
  if (marks.empty() || marks.back() != '^')
    marks += '^'; // an empty range, or one that begins at the end of the line
  return fmt::format("{:>5} | {}\n      | {}\n", number, shown, marks);
}

std::vector<char32_t> lettersOf(std::string_view text) {
  std::vector<char32_t> letters;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = decodeUtf8(text, i);
    letters.push_back(c.value < 0x80 ? static_cast<char32_t>(std::tolower(static_cast<int>(c.value)))
                                     : c.value);
    i += c.length;
  }
  return letters;
}

/// Edits that turn a into b, an exchange of neighbours counting as one
/// (optimal string alignment distance).
size_t editDistance(const std::vector<char32_t> &a, const std::vector<char32_t> &b) {
  std::vector<size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    previous[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = previous[j - 1] + (a[i - 1] != b[j - 1]);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

} // namespace

int exitCode(Category category) {
  switch (category) {
  case Category::Usage:
    return 1;
  case Category::Source:
    return 2;
  case Category::Data:
    return 3;
  case Category::Start:
    return 8;
  case Category::Evaluation:
    return 9;
  case Category::Check:
    return 11;
  case Category::Resource:
    return 12;
  case Category::Memory:
    return 13;
  case Category::Io:
    return 14;
  case Category::Internal:
    return 70;
  case Category::Warning:
    return 0;
  }
  assert(false && "a category without an exit code");
  return 70;
}

const DiagInfo &info(Diag kind) {
  assert(static_cast<size_t>(kind) < std::size(table));
  return table[static_cast<size_t>(kind)];
}

const std::vector<Diag> &allDiags() {
  static const std::vector<Diag> all = [] {
    std::vector<Diag> list;
    for (size_t i = 0; i < std::size(table); ++i)
      list.push_back(static_cast<Diag>(i));
    return list;
  }();
  return all;
}

std::optional<Diag> findDiag(std::string_view code) {
  for (Diag kind : allDiags()) {
    const std::string_view own = info(kind).code;
    const bool same = std::equal(code.begin(), code.end(), own.begin(), own.end(), [](char a, char b) {
      return std::toupper(static_cast<unsigned char>(a)) == b;
    });
    if (same)
      return kind;
  }
  return std::nullopt;
}

void Diagnostics::report(Diag kind, SourceRange range, std::string message, std::string remedy) {
  add({kind, range, std::move(message), std::move(remedy), {}});
}

void Diagnostics::reportAt(Diag kind, std::string place, std::string message, std::string remedy) {
  add({kind, {}, std::move(message), std::move(remedy), std::move(place)});
}

void Diagnostics::add(Diagnostic d) {
  // The same text may be visited twice (a function checked at each call).
  for (const Diagnostic &known : list_)
    if (known.kind == d.kind && known.range == d.range && known.place == d.place &&
        known.message == d.message)
      return;
  if (info(d.kind).category == Category::Warning) {
    if (list_.size() - std::min(errors_, errorLimit) < warningLimit)
      list_.push_back(std::move(d));
    return;
  }
  if (errors_ < errorLimit)
    list_.push_back(std::move(d));
  ++errors_;
}

int Diagnostics::exitCode() const {
  for (const Diagnostic &d : list_)
    if (info(d.kind).category != Category::Warning)
      return gradus::exitCode(info(d.kind).category);
  return 0;
}

std::string Diagnostics::render(const Diagnostic &d) const {
  const DiagInfo &kind = info(d.kind);
  std::string place, lines;
  if (!d.place.empty()) {
    place = d.place + ": ";
  } else if (d.range.valid()) {
    const LineColumn at = sources_->lineColumn(d.range.file, d.range.begin);
    const SourceManager::File &file = sources_->file(d.range.file);
    place = fmt::format("{}:{}:{}: ", file.path, at.line, at.column);
    const size_t start = file.lineStarts[at.line - 1];
    lines = renderLine(sources_->line(d.range.file, at.line), at.line, d.range.begin - start,
                       std::max(d.range.begin, d.range.end) - start);
  }
  const char *severity = kind.category == Category::Warning ? "warning" : "error";
  std::string out =
      fmt::format("{}{}[{}]: {}\n", printable(place), severity, kind.code, printable(d.message));
  out += lines;
  std::string_view remedy = d.remedy;
  while (!remedy.empty()) {
    const size_t end = std::min(remedy.find('\n'), remedy.size());
    out += fmt::format("      = {}\n", printable(remedy.substr(0, end)));
    remedy.remove_prefix(std::min(end + 1, remedy.size()));
  }
  return out;
}

std::string Diagnostics::renderAll() const {
  std::string out;
  for (const Diagnostic &d : list_)
    out += render(d);
  if (errors_ > errorLimit)
    out += fmt::format("{} more errors are not shown\n", errors_ - errorLimit);
  return out;
}

std::optional<std::string> closest(std::string_view name,
                                   const std::vector<std::string> &candidates) {
  constexpr size_t longest = 128; // the distance takes time like the product of the lengths
  if (name.empty() || name.size() > longest)
    return std::nullopt;
  const std::vector<char32_t> letters = lettersOf(name);
  std::optional<std::string> best;
  size_t bestDistance = SIZE_MAX;
  for (const std::string &candidate : candidates) {
    if (candidate == name || candidate.empty() || candidate.size() > longest)
      continue;
    const std::vector<char32_t> other = lettersOf(candidate);
    const size_t distance = editDistance(letters, other);
    if (distance <= std::max(letters.size(), other.size()) / 3 && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

} // namespace gradus
