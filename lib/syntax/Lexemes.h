//===- Lexemes.h - words, names, numbers, texts, symbols ------------------===//
//
// The hand-written leaves of the grammar. Each skips blanks, reads one symbol
// and says in plain words what it is for. Numbers are read by std::from_chars:
// the parsers of X3 do not round correctly.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "syntax/Grammar.h"
#include "syntax/Words.h"

#include <string_view>

namespace gradus::syntax {

/// Base of leaves: `Derived::read(state, at, value)` returns the end of what it
/// read at offset `at`, or `at` when nothing matches.
template <typename Derived, typename Value> struct Lexeme : x3::parser<Derived> {
  using attribute_type = Value;
  static bool const has_attribute = !std::is_same_v<Value, x3::unused_type>;

  template <typename Ctx, typename RContext, typename Attribute>
  bool parse(Iterator &first, Iterator const &, Ctx const &context, RContext &,
             Attribute &attribute) const {
    ParseState &state = stateOf(context);
    const size_t at = skipBlanks(state.text(), state.offset(first));
    Value value{};
    const size_t end = this->derived().read(state, at, value);
    if (end == at)
      return false;
    first = state.begin() + end;
    if constexpr (std::is_same_v<Attribute, Value> && has_attribute)
      attribute = std::move(value);
    return true;
  }
};

/// Raises the error that state.explain has described.
[[noreturn]] inline void raise(ParseState &state, size_t at) {
  throw Failure(state.begin() + at, "");
}

/// A reserved word, or one that is a word only where it is asked for.
struct Word : Lexeme<Word, x3::unused_type> {
  explicit constexpr Word(std::string_view spelling) : spelling(spelling) {}
  std::string_view spelling;
  size_t read(ParseState &state, size_t at, x3::unused_type) const {
    return nameAt(state.text(), at) == spelling ? at + spelling.size() : at;
  }
};
inline constexpr Word word(std::string_view spelling) { return Word(spelling); }

/// A word that is one only when a name follows: `int k`, `state v`.
struct WordBeforeName : Lexeme<WordBeforeName, x3::unused_type> {
  explicit constexpr WordBeforeName(std::string_view spelling) : spelling(spelling) {}
  std::string_view spelling;
  size_t read(ParseState &state, size_t at, x3::unused_type) const {
    if (nameAt(state.text(), at) != spelling)
      return at;
    const size_t end = at + spelling.size();
    const std::string_view next = nameAt(state.text(), skipBlanks(state.text(), end));
    return next.empty() || next == "in" ? at : end;
  }
};
inline constexpr WordBeforeName wordBeforeName(std::string_view s) { return WordBeforeName(s); }

/// Brackets, commas and operators; `=`, `<`, `>` are not the beginning of `==`.
struct Symbol : Lexeme<Symbol, x3::unused_type> {
  explicit constexpr Symbol(std::string_view spelling) : spelling(spelling) {}
  std::string_view spelling;
  size_t read(ParseState &state, size_t at, x3::unused_type) const {
    const std::string_view rest = state.text().substr(at);
    if (!rest.starts_with(spelling))
      return at;
    const bool longer = (spelling == "=") && rest.size() > 1 && rest[1] == '=';
    return longer ? at : at + spelling.size();
  }
};
inline constexpr Symbol symbol(std::string_view spelling) { return Symbol(spelling); }

/// A symbol with a meaning.
template <typename Op> struct Operator {
  std::string_view spelling;
  Op op;
};
template <typename Op, size_t Count> struct OneOf : Lexeme<OneOf<Op, Count>, Op> {
  explicit constexpr OneOf(const Operator<Op> (&table)[Count]) : table(table) {}
  const Operator<Op> (&table)[Count];
  size_t read(ParseState &state, size_t at, Op &op) const {
    const std::string_view rest = state.text().substr(at);
    if (rest.empty())
      return at;
    for (const Operator<Op> &entry : table)
      if (rest[0] == entry.spelling[0] && rest.starts_with(entry.spelling)) {
        op = entry.op;
        return at + entry.spelling.size();
      }
    return at;
  }
};

/// A name that is not reserved.
struct NameLexeme : Lexeme<NameLexeme, Ident> {
  size_t read(ParseState &state, size_t at, Ident &value) const;
};
inline constexpr NameLexeme name{};

/// A name after a dot: any word.
struct AnyName : Lexeme<AnyName, Ident> {
  size_t read(ParseState &state, size_t at, Ident &value) const;
};
inline constexpr AnyName anyName{};

/// The name of a reduction.
struct ReductionName : Lexeme<ReductionName, Ident> {
  size_t read(ParseState &state, size_t at, Ident &value) const;
};
inline constexpr ReductionName reductionName{};

/// `sum(` where an index follows: the head of a reduction with a body, or of
/// count, which has none.
struct ReductionHead : Lexeme<ReductionHead, ReduceKind> {
  explicit constexpr ReductionHead(bool body) : body(body) {}
  bool body;
  size_t read(ParseState &state, size_t at, ReduceKind &kind) const;
};

/// Reports numbers that cannot be meant: `2x`, `.5`, `1e999`.
struct NumberLexeme : Lexeme<NumberLexeme, Number> {
  size_t read(ParseState &state, size_t at, Number &value) const;
};
inline constexpr NumberLexeme number{};

/// A text in double quotes, with its range including them.
struct StringLexeme : Lexeme<StringLexeme, Ident> {
  size_t read(ParseState &state, size_t at, Ident &value) const;
};
inline constexpr StringLexeme quoted{};

/// The dot of a member; not that of `..`, `.*`, `./` or a number.
struct Dot : Lexeme<Dot, x3::unused_type> {
  size_t read(ParseState &state, size_t at, x3::unused_type) const;
};
inline constexpr Dot dot{};

/// Ends of statements: line ends and semicolons, at least one.
struct Separators : Lexeme<Separators, x3::unused_type> {
  size_t read(ParseState &state, size_t at, x3::unused_type) const;
};
inline constexpr Separators separators{};

/// Matches nothing, but succeeds where `Test` holds.
template <typename Test> struct Ahead : x3::parser<Ahead<Test>> {
  using attribute_type = x3::unused_type;
  static bool const has_attribute = false;
  explicit constexpr Ahead(Test test, const char *what) : test(test), what(what) {}
  Test test;
  const char *what;
  template <typename Ctx, typename RContext, typename Attribute>
  bool parse(Iterator &first, Iterator const &, Ctx const &context, RContext &, Attribute &) const {
    const std::string_view text = stateOf(context).text();
    return test(text, skipBlanks(text, stateOf(context).offset(first)));
  }
};
using TextTest = bool (*)(std::string_view text, size_t at);
inline constexpr Ahead<TextTest> ahead(TextTest test, const char *what) {
  return Ahead<TextTest>(test, what);
}

bool atStatementEnd(std::string_view text, size_t at);
bool atBodyEnd(std::string_view text, size_t at);
inline bool atEnd(std::string_view text, size_t at) { return at >= text.size(); }
/// The statement ends here: at a line end, a `;`, a `}`, the end of the text.
inline const Ahead<TextTest> statementEnd = ahead(atStatementEnd, "the end of the statement");
/// The list of statements ends here: at `}` or the end of the text.
inline const Ahead<TextTest> bodyEnd = ahead(atBodyEnd, "'}'");
inline const Ahead<TextTest> endOfText = ahead(atEnd, "the end of the text");
inline const Ahead<TextTest> binderAhead = ahead(startsBinder, "an index");

} // namespace gradus::syntax

namespace boost::spirit::x3 {

template <> struct get_info<gradus::syntax::Word> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::Word const &p) const {
    return "'" + std::string(p.spelling) + "'";
  }
};
template <> struct get_info<gradus::syntax::WordBeforeName> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::WordBeforeName const &p) const {
    return "'" + std::string(p.spelling) + "'";
  }
};
template <> struct get_info<gradus::syntax::Symbol> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::Symbol const &p) const {
    return "'" + std::string(p.spelling) + "'";
  }
};
template <> struct get_info<gradus::syntax::NameLexeme> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::NameLexeme const &) const { return "a name"; }
};
template <> struct get_info<gradus::syntax::AnyName> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::AnyName const &) const { return "a column name"; }
};
template <> struct get_info<gradus::syntax::StringLexeme> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::StringLexeme const &) const {
    return "a text in double quotes";
  }
};
template <typename Test> struct get_info<gradus::syntax::Ahead<Test>> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::Ahead<Test> const &p) const { return p.what; }
};

} // namespace boost::spirit::x3
