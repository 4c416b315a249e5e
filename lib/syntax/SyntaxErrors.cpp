//===- SyntaxErrors.cpp - messages of the grammar, and going on after one --===//
#include "support/Text.h"
#include "syntax/ParseState.h"
#include "syntax/Parser.h"
#include "syntax/Remedies.h"
#include "syntax/Words.h"

#include <fmt/format.h>

namespace gradus::syntax {

void ParseState::explain(Diag kind, SourceRange range, std::string message, std::string remedy) {
  if (!explained_)
    explained_ = Diagnostic{kind, range, std::move(message), std::move(remedy), {}};
}

void ParseState::report(Diag kind, SourceRange range, std::string message, std::string remedy) {
  emit({kind, range, std::move(message), std::move(remedy), {}});
}

void ParseState::explainNesting(const char *at) {
  const size_t begin = skipBlanks(text_, offset(at));
  const auto place = static_cast<uint32_t>(std::min(begin, text_.size()));
  explain(Diag::NestingLimit, {file_, place, place + 1},
          fmt::format("nesting deeper than {}", maximumDepth),
          "name the inner parts with let or fn");
}

bool ParseState::explainEquals(const char *at) {
  const size_t begin = skipBlanks(text_, offset(at));
  const std::string_view rest = text_.substr(std::min(begin, text_.size()));
  if (explained_ || !rest.starts_with('=') || rest.starts_with("=="))
    return false;
  const auto place = static_cast<uint32_t>(begin);
  explain(Diag::AssignInCondition, {file_, place, place + 1}, "a single '=' in a condition",
          "write == to compare two values");
  return true;
}

void ParseState::emit(Diagnostic d) {
  if (stopped_)
    return;
  const bool error = info(d.kind).category != Category::Warning;
  if (error && lastError_ == d.range.begin)
    return;
  if (error) {
    lastError_ = d.range.begin;
    ++errors_;
  }
  diagnostics_.add(std::move(d));
  stopped_ = errors_ >= Limits::errorsPerFile;
}

const char *ParseState::recover(const char *start, const char *where, const std::string &expected) {
  if (stopped_)
    return end();
  const size_t from = skipBlanks(text_, offset(start));
  const bool tooDeep = explained_ && explained_->kind == Diag::NestingLimit;
  emit(explained_ ? *std::move(explained_) : describe(from, offset(where), expected));
  explained_.reset();
  stopped_ |= tooDeep; // what follows would only repeat it
  return stopped_ ? end() : begin() + afterStatement(from, offset(where));
}

void ParseState::reportExpected(const char *where, const std::string &expected) {
  emit(explained_ ? *std::move(explained_) : describe(0, offset(where), expected));
  explained_.reset();
}

/// What was expected and what stands there instead.
Diagnostic ParseState::describe(size_t start, size_t where, const std::string &expected) const {
  const size_t at = skipBlanks(text_, where);
  const FoundSymbol found = foundAt(text_, at);
  Diagnostic d{Diag::Syntax, {file_, 0, 0}, {}, {}, {}};
  if (found.text.empty()) { // the end of a line: the place is behind its last symbol
    const bool lineEnd = at < text_.size();
    while (where > 0 && (text_[where - 1] == ' ' || (text_[where - 1] == '\n' && !lineEnd)))
      --where;
    d.range.begin = d.range.end = static_cast<uint32_t>(where);
  } else {
    d.range.begin = static_cast<uint32_t>(at);
    d.range.end = static_cast<uint32_t>(at + found.text.size());
  }
  const bool wantsName = expected.find("a name") != expected.npos ||
                         expected.find("a parameter") != expected.npos ||
                         expected.starts_with("an index and") || expected.starts_with("the name") ||
                         expected == "an option";
  if (wantsName && isReserved(found.text)) {
    d.kind = Diag::ReservedWord;
    d.message = fmt::format("'{}' is a reserved word and cannot be a name", found.text);
    d.remedy = "choose another name";
    return d;
  }
  if (isMissingProduct(text_, where, at)) {
    d.kind = Diag::ImplicitProduct;
    d.message = "two factors stand side by side";
    d.remedy = "write * between them";
    return d;
  }
  d.message = fmt::format("expected {}, found {}", expected, found.description);
  const bool closing = expected == "')'" || expected == "']'" || expected == "'}'";
  if (closing && (found.text.empty() || startsDeclaration(text_, at)))
    d.remedy = unclosed(start, where);
  if (d.remedy.empty())
    d.remedy = remedyFor(text_, start, at, expected);
  return d;
}

/// Names the innermost bracket still open at `where`.
std::string ParseState::unclosed(size_t start, size_t where) const {
  std::vector<size_t> open;
  for (size_t at = start; at < where; at = nextSymbol(text_, at)) {
    const char c = text_[at];
    if (c == '(' || c == '[' || c == '{')
      open.push_back(at);
    else if ((c == ')' || c == ']' || c == '}') && !open.empty())
      open.pop_back();
  }
  if (open.empty())
    return {};
  const LineColumn place =
      diagnostics_.sources().lineColumn(file_, static_cast<uint32_t>(open.back()));
  return fmt::format("the '{}' of line {}, column {} is not closed", text_[open.back()], place.line,
                     place.column);
}

bool ParseState::atLineStart(size_t at) const {
  while (at > 0 && text_[at - 1] == ' ')
    --at;
  return at == 0 || text_[at - 1] == '\n' || text_[at - 1] == ';';
}

/// Where the statement that began at `start` and broke at `where` is over: at a
/// line end or `;` outside its braces, before a `}` that is not its own, or
/// before a declaration that is not indented deeper, since a brace is missing
/// then. Always behind `start`.
size_t ParseState::afterStatement(size_t start, size_t where) const {
  const auto columnOf = [&](size_t at) {
    return diagnostics_.sources().lineColumn(file_, static_cast<uint32_t>(at)).column;
  };
  const uint32_t startColumn = start < text_.size() ? columnOf(start) : 1;
  size_t braces = 0, rounds = 0;
  for (size_t at = start; at < text_.size(); at = nextSymbol(text_, at)) {
    const char c = text_[at];
    if (c == ' ')
      continue;
    if (at >= where && at > start && atLineStart(at) &&
        (braces == 0 || (startsDeclaration(text_, at) && columnOf(at) <= startColumn)))
      return at;
    if (c == '{') {
      ++braces;
    } else if (c == '}') {
      if (braces > 0)
        --braces;
      else if (at > start)
        return at;
      rounds = 0;
    } else if (c == '(' || c == '[') {
      ++rounds;
    } else if (c == ')' || c == ']') {
      rounds -= rounds > 0;
    } else if (c == '\n' || c == ';') {
      if (c == '\n')
        rounds = 0;
      if (at >= where && at > start && braces == 0 && rounds == 0)
        return at;
    }
  }
  return text_.size();
}

} // namespace gradus::syntax
