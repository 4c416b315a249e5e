//===- Remedies.cpp - what stands in a text, and what was probably meant ---===//
#include "support/Diagnostics.h"
#include "syntax/Remedies.h"

#include "support/Text.h"
#include "syntax/Words.h"

#include <fmt/format.h>

namespace gradus::syntax {
namespace {

struct Remedy {
  std::string_view symbol, advice;
};

/// Signs of other languages and of print. Longer ones first.
constexpr Remedy foreignSigns[] = {
    {"&&", "write and"},
    {"||", "write or"},
    {"**", "write ^ for a power"},
    {"+=", "write x = x + ..."},
    {"-=", "write x = x - ..."},
    {"*=", "write x = x * ..."},
    {"/=", "write x = x / ..."},
    {":=", "write ="},
    {"=<", "write <="},
    {"=>", "write >="},
    {"<>", "write !="},
    {"//", "comments begin with #"},
    {"++", "write x = x + 1"},
    {"&", "write and"},
    {"|", "write or; the absolute value is abs(x)"},
    {"!", "write not, or != for \"is not equal\""},
    {"%", "write mod(a, b)"},
    {"~", "write not"},
    {"$", "a file holds formulas without dollar signs"},
    {"\\", "write names without a backslash: θ or theta"},
    {"'", "texts stand in double quotes"},
    {"`", "texts stand in double quotes"},
    {"×", "write *"},
    {"·", "write *"},
    {"⋅", "write *"},
    {"∗", "write *"},
    {"•", "write *"},
    {"÷", "write /"},
    {"∕", "write /"},
    {"−", "write -, the sign on the keyboard"},
    {"–", "write -, the sign on the keyboard"},
    {"—", "write -, the sign on the keyboard"},
    {"²", "write ^2"},
    {"³", "write ^3"},
    {"¹", "write ^1"},
    {"√", "write sqrt(x)"},
    {"∑", "write sum(i in 1..n)"},
    {"∏", "write prod(i in 1..n)"},
    {"∞", "write inf"},
    {"∂", "write diff(e, x)"},
    {"∇", "write grad(e, x)"},
    {"∈", "write in"},
    {"…", "write .. between the ends of a range"},
    {"“", "texts stand in straight double quotes"},
    {"”", "texts stand in straight double quotes"},
    {"„", "texts stand in straight double quotes"},
    {"«", "texts stand in straight double quotes"},
    {"‘", "texts stand in straight double quotes"},
    {"’", "the transpose is written with a straight '"},
    {"′", "the transpose is written with a straight '"},
};

/// What is advised when a certain thing was expected, whatever was found.
constexpr Remedy missing[] = {
    {"'with'", "write solve with and the name of a method"},
    {"'else'", "an if of a formula always has an else"},
    {"'..'", "a range has two ends: 1..n"},
    {"'from' or '='", "data comes from a file or is written down: = [1, 2, 3]"},
};

/// Whether the word of letters and digits that ends at `before` is a number.
bool endsWithNumber(std::string_view text, size_t before) {
  size_t begin = before;
  while (begin > 0 && (isDigit(text[begin - 1]) || scanName(text, begin - 1) > begin - 1 ||
                       static_cast<unsigned char>(text[begin - 1]) >= 0x80))
    --begin;
  return begin < before && isDigit(text[begin]);
}

bool isSubscriptDigit(char32_t c) { return c >= 0x2080 && c <= 0x2089; }
bool isSuperscriptDigit(char32_t c) { return c == 0x2070 || (c >= 0x2074 && c <= 0x2079); }
bool isCombiningMark(char32_t c) {
  return (c >= 0x300 && c <= 0x36F) || (c >= 0x1AB0 && c <= 0x1AFF) ||
         (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF);
}

} // namespace

FoundSymbol foundAt(std::string_view text, size_t at) {
  if (text.find_first_not_of(" \n;", at) == text.npos && (at >= text.size() || text[at] != ';'))
    return {{}, "the end of the file"};
  if (text[at] == '\n')
    return {{}, "the end of the line"};
  size_t end = scanName(text, at);
  if (end == at && isDigit(text[at]))
    while (end < text.size() && (isDigit(text[end]) || (text[end] == '.' && end + 1 < text.size() &&
                                                        isDigit(text[end + 1]))))
      ++end;
  if (end == at && text[at] == '"') {
    end = nextSymbol(text, at);
    const std::string_view quoted = text.substr(at, end - at);
    return {quoted, quoted.size() <= 40 ? std::string(quoted) : "a text in double quotes"};
  }
  if (end == at) {
    static constexpr std::string_view twoBytes[] = {"==", "<=", ">=", "!=", "..", ".*", "./"};
    end = at + decodeUtf8(text, at).length;
    for (std::string_view symbol : twoBytes)
      if (text.substr(at).starts_with(symbol))
        end = at + symbol.size();
    for (const Remedy &entry : foreignSigns)
      if (entry.symbol.size() == 2 && text.substr(at).starts_with(entry.symbol))
        end = at + entry.symbol.size();
  }
  const std::string_view symbol = text.substr(at, end - at);
  if (symbol.size() > 60)
    return {symbol, fmt::format("'{}...'", symbol.substr(0, 20))};
  return {symbol, fmt::format("'{}'", symbol)};
}

size_t nextSymbol(std::string_view text, size_t at) {
  if (text[at] != '"')
    return at + 1;
  size_t end = at + 1;
  while (end < text.size() && text[end] != '"' && text[end] != '\n')
    ++end;
  return end < text.size() && text[end] == '"' ? end + 1 : end;
}

bool isMissingProduct(std::string_view text, size_t before, size_t at) {
  while (before > 0 && text[before - 1] == ' ')
    --before;
  if (before == 0 || at >= text.size() ||
      (text[before - 1] != ')' && !endsWithNumber(text, before)))
    return false;
  if (text[at] == '(' || isDigit(text[at]))
    return text[at] == '(' || text[before - 1] == ')';
  const std::string_view word = nameAt(text, at);
  return !word.empty() && !isReserved(word) && !startsDeclaration(text, at) && word != "start" &&
         word != "missing";
}

std::string remedyFor(std::string_view text, size_t start, size_t at, std::string_view expected) {
  const std::string_view rest = text.substr(std::min(at, text.size()));
  const std::string_view word = nameAt(text, std::min(at, text.size()));
  const bool operandExpected = expected.find("an expression") != expected.npos;
  if (expected == "'then'" && rest.starts_with('{'))
    return "in a formula, write if c then a else b";
  if (expected == "'{'" && word == "then")
    return "in a method, write if c { ... } else { ... }";
  if (expected.starts_with("a declaration") && !word.empty()) {
    const size_t next = skipBlanks(text, at + word.size());
    if (next < text.size() && (text[next] == '=' || text[next] == '['))
      return fmt::format("write let {} = ... to name a value", word);
    static const std::vector<std::string> words{"data", "fn", "import", "let", "maximize", "method",
                                                "minimize", "param", "problem", "solve", "var"};
    if (auto near = closest(word, words))
      return fmt::format("did you mean '{}'?", *near);
  }
  if ((expected.starts_with("a declaration") || expected == "a statement") &&
      (rest.starts_with('+') || rest.starts_with('-')))
    return "a line that begins with + or - goes on the line above only when it is indented deeper";
  if (operandExpected && rest.starts_with(']') &&
      text.substr(0, text.find_last_not_of(' ', at - 1) + 1).ends_with(".."))
    return "a range has two ends: 2..n; .. alone is the whole axis";
  if (operandExpected && isReserved(word))
    return fmt::format("'{}' is a reserved word", word);
  if (rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>") &&
      !rest.starts_with("=<") &&
      (expected == "')'" || expected == "']'" || expected == "','" ||
       expected == "the end of the statement"))
    return "write == to compare two values";
  if (expected == "the end of the statement") {
    if (startsDeclaration(text, at))
      return "begin a new line";
    const bool unknown = nameAt(text, start) == "var";
    if (unknown && (rest.starts_with('<') || rest.starts_with('>') || word == "in"))
      return "bounds are written var x in [a, b], var x >= a or var x <= b, before start";
    if (unknown && rest.starts_with(','))
      return "declare each unknown with a var of its own";
  }
  if (rest.starts_with("'") && !operandExpected)
    return {};
  for (const Remedy &entry : foreignSigns)
    if (rest.starts_with(entry.symbol))
      return std::string(entry.advice);
  if (!rest.empty()) {
    const char32_t c = decodeUtf8(rest, 0).value;
    if (isSubscriptDigit(c))
      return fmt::format("write [{}] for an index, or the digit itself in a name", c - 0x2080);
    if (isSuperscriptDigit(c))
      return fmt::format("write ^{}", c - 0x2070);
    if (isCombiningMark(c))
      return "write the letter with its accent as one character";
  }
  for (const Remedy &entry : missing)
    if (expected == entry.symbol)
      return std::string(entry.advice);
  return {};
}

} // namespace gradus::syntax
