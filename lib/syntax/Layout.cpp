//===- Layout.cpp - where lines end statements ----------------------------===//
//
// A scanner over words, numbers, texts and symbols that remembers the open
// brackets, the column at which the current statement began, and whether the
// last symbol wants something to follow. That is all the line rules of
// docs/language.md ask about.
//
//===--------------------------------------------------------------------===//
#include "support/Text.h"
#include "syntax/Parser.h"
#include "syntax/SourceText.h"
#include "syntax/Words.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace gradus::syntax {
namespace {

/// What the last symbol says about the end of its line.
enum class Last : uint8_t {
  Nothing, ///< no statement has begun
  Operand, ///< a name, a number, a closing bracket: the statement may end
  Wants,   ///< an operator, a comma, `then`: the statement goes on
};

/// An open bracket and what it interrupted.
struct Open {
  char bracket;
  bool head;              ///< of a reduction or comprehension: its body follows
  size_t statementColumn; ///< of the statement around
};

class Layout {
public:
  Layout(uint32_t file, Diagnostics &diagnostics)
      : file_(file), diagnostics_(diagnostics), in_(diagnostics.sources().file(file).text),
        out_(in_) {}

  std::string run();

private:
  void blank(size_t begin, size_t end) { std::fill(&out_[begin], &out_[end], ' '); }
  char peek(size_t offset = 0) const { return at_ + offset < in_.size() ? in_[at_ + offset] : 0; }
  bool insideRound() const { return !open_.empty() && open_.back().bracket != '{'; }

  void beginSymbol();
  void lineEnd();
  bool goesOn(size_t next);
  void word();
  void number();
  void text();
  void symbol();
  void openBracket(char bracket);
  void closeBracket(char bracket);
  size_t column(size_t offset);

  uint32_t file_;
  Diagnostics &diagnostics_;
  const std::string &in_;
  std::string out_;
  size_t at_ = 0;
  Last last_ = Last::Nothing;
  size_t statementColumn_ = 0;
  std::vector<Open> open_;
  std::string_view lastWord_; ///< empty when the last symbol was no word
  bool afterDot_ = false;     ///< a member name follows, which is never a word of the language
  bool subject_ = false;      ///< `subject` began this statement
  std::set<std::string_view> warned_;
  size_t columnOffset_ = 0, column_ = 0; ///< the last column computed
  size_t nextSymbol_ = 0;                ///< the first symbol after the line ends being decided
};

/// Columns from 0, a tab going to the next multiple of eight. Asked for ever
/// later places, so a long line is walked once.
size_t Layout::column(size_t offset) {
  const std::string_view text = in_;
  if (offset < columnOffset_ ||
      text.substr(columnOffset_, offset - columnOffset_).find('\n') != text.npos) {
    columnOffset_ = offset;
    while (columnOffset_ > 0 && in_[columnOffset_ - 1] != '\n')
      --columnOffset_;
    column_ = 0;
  }
  for (; columnOffset_ < offset; columnOffset_ += decodeUtf8(in_, columnOffset_).length)
    column_ = in_[columnOffset_] == '\t' ? (column_ / 8 + 1) * 8 : column_ + 1;
  return column_;
}

/// Blanks of other widths, as word processors write them.
bool isWideBlank(char32_t c) {
  return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::string Layout::run() {
  if (in_.starts_with("\xEF\xBB\xBF")) {
    blank(0, 3);
    at_ = 3;
  }
  while (at_ < in_.size()) {
    const char c = in_[at_];
    if (c == '\n') {
      lineEnd();
      continue;
    }
    if (c == ' ' || c == '\t' || c == '\r') {
      out_[at_++] = ' ';
      continue;
    }
    if (c == '#') {
      const size_t end = std::min(in_.find('\n', at_), in_.size());
      blank(at_, end);
      at_ = end;
      continue;
    }
    if (static_cast<unsigned char>(c) >= 0x80) {
      const CodePoint point = decodeUtf8(in_, at_);
      if (isWideBlank(point.value)) {
        blank(at_, at_ + point.length);
        at_ += point.length;
        continue;
      }
    }
    beginSymbol();
    if (scanName(in_, at_) > at_)
      word();
    else if (isDigit(c))
      number();
    else if (c == '"')
      text();
    else
      symbol();
  }
  return std::move(out_);
}

void Layout::beginSymbol() {
  if (last_ == Last::Nothing && in_[at_] != ';' && in_[at_] != '}') {
    statementColumn_ = column(at_);
    subject_ = false;
  }
}

/// At '\n': decides whether it ends a statement.
void Layout::lineEnd() {
  size_t next = std::max(at_, nextSymbol_);
  while (next < in_.size()) {
    if (in_[next] == '#')
      next = std::min(in_.find('\n', next), in_.size());
    else if (in_[next] == ' ' || in_[next] == '\t' || in_[next] == '\n' || in_[next] == '\r')
      ++next;
    else
      break;
  }
  nextSymbol_ = next;
  // A declaration cannot stand inside ( ) or [ ]: one is not closed. The line
  // ends here, and the error stays in its statement.
  if (insideRound() && startsDeclaration(in_, next)) {
    while (insideRound()) {
      statementColumn_ = open_.back().statementColumn;
      open_.pop_back();
    }
    last_ = Last::Operand;
  }
  if (insideRound() || (last_ != Last::Nothing && goesOn(next)))
    out_[at_] = ' ';
  else
    last_ = Last::Nothing;
  ++at_;
  lastWord_ = {};
}

/// Whether the statement goes on at `next`, the first symbol of another line.
/// Where a declaration or loop begins it does not, even if it should: then the
/// error is found at the end of its line.
bool Layout::goesOn(size_t next) {
  const std::string_view word = nameAt(in_, std::min(next, in_.size()));
  if (next >= in_.size() || startsDeclaration(in_, next) || word == "while" || word == "for")
    return false;
  if (last_ == Last::Wants)
    return true;
  static constexpr std::string_view words[] = {"then", "else", "do", "until", "where", "and", "or"};
  if (!word.empty())
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
  const std::string_view rest = std::string_view(in_).substr(next);
  if (rest[0] == '+' || rest[0] == '-')
    return column(next) > statementColumn_;
  static constexpr std::string_view operators[] = {"*", "/", "^",  ".*", "./", "<",
                                                   ">", "=", "!=", "≤",  "≥",  "≠"};
  return std::any_of(std::begin(operators), std::end(operators),
                     [&](std::string_view op) { return rest.starts_with(op); });
}

void Layout::word() {
  const std::string_view name = nameAt(in_, at_);
  const SourceRange range{file_, static_cast<uint32_t>(at_),
                          static_cast<uint32_t>(at_ + name.size())};
  if (name.size() > Limits::identifierBytes)
    diagnostics_.report(Diag::NameTooLong, range,
                        fmt::format("a name of {} bytes; at most {} are allowed", name.size(),
                                    Limits::identifierBytes));
  else if (mixesScripts(name) && warned_.insert(name).second)
    diagnostics_.report(Diag::MixedScripts, range,
                        fmt::format("'{}' mixes letters of several scripts that look alike", name));

  static constexpr std::string_view wanting[] = {"then", "else",  "do",    "and", "or",
                                                 "not",  "where", "until", "in"};
  const bool wants =
      !afterDot_ && std::find(std::begin(wanting), std::end(wanting), name) != std::end(wanting);
  const bool began = last_ == Last::Nothing;
  at_ += name.size();
  afterDot_ = false;
  if (subject_ && lastWord_ == "subject" && name == "to") {
    // What follows is the first constraint: a statement of its own.
    last_ = Last::Nothing;
    lastWord_ = {};
    return;
  }
  subject_ = began && name == "subject";
  last_ = wants ? Last::Wants : Last::Operand;
  lastWord_ = name;
}

void Layout::number() {
  while (isDigit(peek()) || (peek() == '.' && isDigit(peek(1))))
    ++at_;
  if ((peek() == 'e' || peek() == 'E') &&
      (isDigit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && isDigit(peek(2))))) {
    at_ += 2;
    while (isDigit(peek()))
      ++at_;
  }
  last_ = Last::Operand;
  lastWord_ = {};
  afterDot_ = false;
}

void Layout::text() {
  ++at_;
  while (at_ < in_.size() && in_[at_] != '"' && in_[at_] != '\n')
    ++at_;
  if (peek() == '"')
    ++at_;
  last_ = Last::Operand;
  lastWord_ = {};
  afterDot_ = false;
}

void Layout::symbol() {
  const char c = in_[at_];
  if (c == '(' || c == '[' || c == '{') {
    openBracket(c);
  } else if (c == ')' || c == ']' || c == '}') {
    closeBracket(c);
  } else if (c == ';') {
    last_ = insideRound() ? Last::Wants : Last::Nothing;
  } else if (c == '\'') {
    last_ = Last::Operand;
  } else if (c != '.') {
    last_ = Last::Wants;
  } else if (peek(1) == '.') {
    ++at_; // `..` wants an end only where one stands: inside brackets or `for j in 1..n`
    last_ = Last::Wants;
  } else if (peek(1) == '*' || peek(1) == '/') {
    ++at_;
    last_ = Last::Wants;
  }
  afterDot_ = c == '.' && last_ != Last::Wants;
  lastWord_ = {};
  at_ += decodeUtf8(in_, at_).length;
}

void Layout::openBracket(char bracket) {
  bool head = false;
  if (bracket == '(')
    head = reduceKind(lastWord_) && lastWord_ != "count" && startsBinder(in_, at_ + 1);
  else if (bracket == '[')
    head = last_ != Last::Operand && startsBinder(in_, at_ + 1);
  // Deeper than this is an error of the grammar, whatever the lines say.
  if (open_.size() < 4 * Limits::nesting)
    open_.push_back({bracket, head, statementColumn_});
  last_ = Last::Nothing;
  if (bracket != '{')
    last_ = Last::Wants;
}

void Layout::closeBracket(char bracket) {
  const char opening = bracket == ')' ? '(' : bracket == ']' ? '[' : '{';
  auto match = std::find_if(open_.rbegin(), open_.rend(), [&](const Open &o) {
    return o.bracket == opening || (o.bracket == '{' && bracket != '}');
  });
  last_ = Last::Operand;
  if (match == open_.rend() || match->bracket != opening)
    return; // closes nothing; the grammar reports it
  if (match->head)
    last_ = Last::Wants;
  statementColumn_ = match->statementColumn;
  open_.erase(std::prev(match.base()), open_.end());
}

} // namespace

std::string layOut(uint32_t file, Diagnostics &diagnostics) {
  return Layout(file, diagnostics).run();
}

} // namespace gradus::syntax
