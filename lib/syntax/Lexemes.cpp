//===- Lexemes.cpp - words, names, numbers, texts, symbols ----------------===//
#include "syntax/Lexemes.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace gradus::syntax {
namespace {

SourceRange rangeOf(ParseState &state, size_t begin, size_t end) {
  return state.range(state.begin() + begin, state.begin() + end);
}

/// Long literals are shown by their beginning.
std::string shown(std::string_view text) {
  return text.size() <= 40 ? std::string(text) : std::string(text.substr(0, 37)) + "...";
}

/// The end of `[0-9]*` from `at` on.
size_t digitsEnd(std::string_view text, size_t at) {
  while (at < text.size() && isDigit(text[at]))
    ++at;
  return at;
}

char at(std::string_view text, size_t position) {
  return position < text.size() ? text[position] : '\0';
}

/// Whether the digits of a whole number are exactly those of `value`.
bool isExact(std::string_view digits, double value) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  char buffer[400];
  const auto result =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, 0);
  const std::string_view exact(buffer, static_cast<size_t>(result.ptr - buffer));
  return digits.empty() ? value == 0 : digits == exact;
}

/// The decimal exponent of the first digit that is not 0, saturating: tells
/// overflow from underflow, which from_chars reports alike.
long magnitude(std::string_view literal) {
  const size_t e = literal.find_first_of("eE");
  const std::string_view mantissa = literal.substr(0, e);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const size_t first = mantissa.find_first_of("123456789");
  if (first == mantissa.npos)
    return 0;
  long exponent = 0;
  if (e != literal.npos) {
    std::string_view digits = literal.substr(e + 1);
    if (digits[0] == '+')
      digits.remove_prefix(1);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), exponent).ec != std::errc())
      exponent = digits[0] == '-' ? -1'000'000'000 : 1'000'000'000;
  }
  const long position = first < point ? static_cast<long>(point - first)
                                      : static_cast<long>(point) - static_cast<long>(first);
  return exponent + position;
}

void convert(ParseState &state, size_t begin, size_t end, Number &value) {
  const std::string_view literal = state.text().substr(begin, end - begin);
  const char *first = literal.data(), *last = literal.data() + literal.size();
  const SourceRange range = rangeOf(state, begin, end);
  double real = 0;
  const auto result = std::from_chars(first, last, real);
  const bool outside = result.ec == std::errc::result_out_of_range;
  if (std::isinf(real) || (outside && magnitude(literal) > 0)) {
    state.report(Diag::NumberOverflow, range,
                 fmt::format("{} is too large for a double", shown(literal)),
                 "the largest is about 1.8e308; write inf for infinity");
    value = {1, false, 0};
    return;
  }
  if ((outside || real == 0) &&
      literal.substr(0, literal.find_first_of("eE")).find_first_of("123456789") != literal.npos) {
    state.report(Diag::NumberUnderflow, range,
                 fmt::format("{} is so small that it is read as 0", shown(literal)));
    real = 0;
  }
  value = {real, false, 0};
  if (literal.find_first_of(".eE") != literal.npos)
    return;
  int64_t whole = 0;
  const bool fits = std::from_chars(first, last, whole).ec == std::errc();
  if (!isExact(literal, real))
    state.report(Diag::InexactInteger, range,
                 fmt::format("{} is no double; the nearest is {:.0f}", shown(literal), real));
  if (fits)
    value = {real, true, whole};
}

/// What stands right behind a number and is no operator: `2x`, `1_000`, `0x1F`.
size_t refuseTail(ParseState &state, size_t begin, size_t end) {
  const std::string_view text = state.text();
  const std::string_view tail = nameAt(text, end);
  if (tail.empty() || isReserved(tail))
    return end;
  const size_t stop = end + tail.size();
  const std::string_view digits = text.substr(begin, end - begin);
  const std::string whole = shown(text.substr(begin, stop - begin));
  const SourceRange range = rangeOf(state, begin, stop);
  if (tail[0] == '_' && tail.find_first_not_of("0123456789_") == tail.npos) {
    std::string joined = std::string(digits);
    for (char c : tail)
      if (c != '_')
        joined += c;
    state.report(Diag::NumberForm, range, fmt::format("'{}': digits are not grouped", whole),
                 "write " + shown(joined));
  } else if (digits == "0" && (tail[0] == 'x' || tail[0] == 'X') && tail.size() > 1 &&
             tail.find_first_not_of("0123456789abcdefABCDEF", 1) == tail.npos) {
    state.report(Diag::NumberForm, range, fmt::format("'{}': numbers are decimal", whole),
                 fmt::format("write it in decimal digits, or 0*{} for a product", shown(tail)));
  } else {
    state.report(Diag::ImplicitProduct, range,
                 fmt::format("'{}' is neither a number nor a product", whole),
                 fmt::format("write {}*{}", shown(digits), shown(tail)));
  }
  return stop;
}

} // namespace

size_t NameLexeme::read(ParseState &state, size_t at, Ident &value) const {
  const std::string_view word = nameAt(state.text(), at);
  if (word.empty() || isReserved(word))
    return at;
  value = {std::string(word), rangeOf(state, at, at + word.size())};
  return at + word.size();
}

size_t AnyName::read(ParseState &state, size_t at, Ident &value) const {
  const std::string_view word = nameAt(state.text(), at);
  value = {std::string(word), rangeOf(state, at, at + word.size())};
  return at + word.size();
}

size_t ReductionName::read(ParseState &state, size_t at, Ident &value) const {
  const std::string_view word = nameAt(state.text(), at);
  if (!reduceKind(word))
    return at;
  const size_t next = skipBlanks(state.text(), at + word.size());
  if (gradus::syntax::at(state.text(), next) != '(') {
    state.explain(Diag::ReservedWord, rangeOf(state, at, at + word.size()),
                  fmt::format("'{}' is a reserved word and cannot be a name", word),
                  fmt::format("choose another name, or write {}(...)", word));
    raise(state, at);
  }
  value = {std::string(word), rangeOf(state, at, at + word.size())};
  return at + word.size();
}

size_t ReductionHead::read(ParseState &state, size_t at, ReduceKind &kind) const {
  const std::string_view text = state.text();
  const std::string_view word = nameAt(text, at);
  const auto found = reduceKind(word);
  if (!found || (*found == ReduceKind::Count) == body)
    return at;
  const size_t open = skipBlanks(text, at + word.size());
  if (gradus::syntax::at(text, open) != '(' || !startsBinder(text, open + 1))
    return at;
  kind = *found;
  return open + 1;
}

size_t NumberLexeme::read(ParseState &state, size_t begin, Number &value) const {
  const std::string_view text = state.text();
  if (at(text, begin) == '.' && isDigit(at(text, begin + 1))) {
    const size_t end = digitsEnd(text, begin + 1);
    const std::string_view literal = text.substr(begin, end - begin);
    state.report(Diag::NumberForm, rangeOf(state, begin, end),
                 fmt::format("'{}': a number does not begin with a dot", shown(literal)),
                 "write 0" + shown(literal));
    value = {0.5, false, 0};
    return end;
  }
  size_t end = digitsEnd(text, begin);
  if (end == begin)
    return begin;
  if (at(text, end) == '.' && isDigit(at(text, end + 1)))
    end = digitsEnd(text, end + 1);
  else if (const char next = at(text, end + 1);
           at(text, end) == '.' && next != '.' && next != '*' && next != '/') {
    state.report(Diag::NumberForm, rangeOf(state, begin, end + 1),
                 fmt::format("'{}.': a number does not end with a dot",
                             shown(text.substr(begin, end - begin))),
                 fmt::format("write {0} or {0}.0", shown(text.substr(begin, end - begin))));
    value = {1, false, 0};
    return scanName(text, end + 1);
  }
  if (const char e = at(text, end); e == 'e' || e == 'E') {
    const char next = at(text, end + 1);
    const size_t digits = next == '+' || next == '-' ? end + 2 : end + 1;
    if (isDigit(at(text, digits)))
      end = digitsEnd(text, digits);
  }
  convert(state, begin, end, value);
  return refuseTail(state, begin, end);
}

size_t StringLexeme::read(ParseState &state, size_t begin, Ident &value) const {
  const std::string_view text = state.text();
  if (at(text, begin) != '"')
    return begin;
  size_t end = begin + 1;
  for (; at(text, end) != '"' || at(text, end + 1) == '"'; ++end) {
    if (end >= text.size() || text[end] == '\n') {
      state.explain(Diag::UnterminatedString, rangeOf(state, begin, end),
                    "the text in double quotes does not end on its line",
                    "close it with a double quote");
      raise(state, begin);
    }
    value.name += text[end];
    if (text[end] == '"')
      ++end; // the second of a pair stands for one
  }
  ++end;
  value.range = rangeOf(state, begin, end);
  return end;
}

size_t Dot::read(ParseState &state, size_t begin, x3::unused_type) const {
  const std::string_view text = state.text();
  const char next = at(text, begin + 1);
  const bool other = next == '.' || next == '*' || next == '/' || isDigit(next);
  return at(text, begin) == '.' && !other ? begin + 1 : begin;
}

size_t Separators::read(ParseState &state, size_t at, x3::unused_type) const {
  const std::string_view text = state.text();
  const size_t end = text.find_first_not_of(" \n;", at);
  return std::min(end, text.size());
}

bool atStatementEnd(std::string_view text, size_t position) {
  if (position >= text.size() || text[position] == '\n' || text[position] == ';' ||
      text[position] == '}')
    return true;
  // A list of constraints has read the line ends behind its last one.
  while (position > 0 && text[position - 1] == ' ')
    --position;
  return position > 0 && (text[position - 1] == '\n' || text[position - 1] == ';');
}

bool atBodyEnd(std::string_view text, size_t position) {
  return position >= text.size() || text[position] == '}';
}

} // namespace gradus::syntax
