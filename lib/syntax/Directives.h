//===- Directives.h - the grammar's own combinators -----------------------===//
//
// X3 directives that make nodes and guard the parse:
//   nested(p)          one level deeper; the 257th is an error, not a crash
//   chain(p, op)       p op p op ...: one n-ary node
//   suffixed(p, s)     p followed by any number of s
//   expression<T>(p), item<T>(p), statement<T>(p)
//                      the struct T that p reads, as a node with its range
//   listOf(p)          p, p, ...: after a comma another p must follow
//   condition(p)       where `=` is a mistake for `==`
//
//===--------------------------------------------------------------------===//
#pragma once

#include "syntax/Lexemes.h"

namespace gradus::syntax {

/// Counts a level of nesting for as long as it lives.
class NestingGuard {
public:
  NestingGuard(ParseState &state, Iterator at) : state_(state) {
    if (state_.enter())
      return;
    state_.leave();
    state_.explainNesting(at);
    throw Failure(at, "");
  }
  ~NestingGuard() { state_.leave(); }
  NestingGuard(const NestingGuard &) = delete;
  NestingGuard &operator=(const NestingGuard &) = delete;

private:
  ParseState &state_;
};

template <typename Subject> struct Nested : x3::unary_parser<Subject, Nested<Subject>> {
  using x3::unary_parser<Subject, Nested<Subject>>::unary_parser;
  using attribute_type = typename Subject::attribute_type;
  static bool const has_attribute = true;
  template <typename Ctx, typename RContext, typename Attribute>
  bool parse(Iterator &first, Iterator const &last, Ctx const &context, RContext &rcontext,
             Attribute &attribute) const {
    NestingGuard guard(stateOf(context), first);
    return this->subject.parse(first, last, context, rcontext, attribute);
  }
};
template <typename Subject> Nested<Subject> nested(Subject const &subject) {
  return Nested<Subject>(subject);
}

template <typename Operand, typename OperatorParser>
struct ChainOf : x3::parser<ChainOf<Operand, OperatorParser>> {
  using attribute_type = ExprPtr;
  static bool const has_attribute = true;
  ChainOf(Operand const &operand, OperatorParser const &op) : operand(operand), op(op) {}
  Operand operand;
  OperatorParser op;

  template <typename Ctx, typename RContext, typename Attribute>
  bool parse(Iterator &first, Iterator const &last, Ctx const &context, RContext &,
             Attribute &attribute) const {
    const Iterator start = first;
    ExprPtr head = nullptr;
    x3::unused_type none;
    if (!operand.parse(first, last, context, none, head))
      return false;
    Rest<typename OperatorParser::attribute_type> rest;
    typename OperatorParser::attribute_type found{};
    while (op.parse(first, last, context, none, found)) {
      ExprPtr next = nullptr;
      if (!operand.parse(first, last, context, none, next))
        throw Failure(first, x3::what(operand));
      rest.emplace_back(found, next);
    }
    ParseState &state = stateOf(context);
    if (!rest.empty())
      head = state.chain(head, std::move(rest), state.range(start, first));
    x3::traits::move_to(head, attribute);
    return true;
  }
};
template <typename Operand, typename OperatorParser>
ChainOf<Operand, OperatorParser> chain(Operand const &operand, OperatorParser const &op) {
  return {operand, op};
}

/// Every suffix makes the tree one deeper, so each counts as a level.
template <typename Operand, typename SuffixParser>
struct Suffixed : x3::parser<Suffixed<Operand, SuffixParser>> {
  using attribute_type = ExprPtr;
  static bool const has_attribute = true;
  Suffixed(Operand const &operand, SuffixParser const &suffix) : operand(operand), suffix(suffix) {}
  Operand operand;
  SuffixParser suffix;

  template <typename Ctx, typename RContext, typename Attribute>
  bool parse(Iterator &first, Iterator const &last, Ctx const &context, RContext &,
             Attribute &attribute) const {
    ParseState &state = stateOf(context);
    const Iterator start = first;
    ExprPtr value = nullptr;
    x3::unused_type none;
    if (!operand.parse(first, last, context, none, value))
      return false;
    struct Levels {
      ParseState &state;
      unsigned count = 0;
      ~Levels() {
        for (; count > 0; --count)
          state.leave();
      }
    } levels{state};
    for (Suffix found; suffix.parse(first, last, context, none, found); found = Suffix()) {
      ++levels.count;
      if (!state.enter()) {
        state.explainNesting(first);
        throw Failure(first, "");
      }
      value = state.suffixed(value, std::move(found), state.range(start, first));
    }
    x3::traits::move_to(value, attribute);
    return true;
  }
};
template <typename Operand, typename SuffixParser>
Suffixed<Operand, SuffixParser> suffixed(Operand const &operand, SuffixParser const &suffix) {
  return {operand, suffix};
}

/// Makes a node with ParseState::expr, item or statement.
template <typename Maker, typename Node, typename Subject>
struct Made : x3::unary_parser<Subject, Made<Maker, Node, Subject>> {
  using x3::unary_parser<Subject, Made<Maker, Node, Subject>>::unary_parser;
  using attribute_type = typename Maker::pointer;
  static bool const has_attribute = true;
  template <typename Ctx, typename RContext, typename Attribute>
  bool parse(Iterator &first, Iterator const &last, Ctx const &context, RContext &,
             Attribute &attribute) const {
    const Iterator start = first;
    Node node{};
    x3::unused_type none;
    if (!this->subject.parse(first, last, context, none, node))
      return false;
    ParseState &state = stateOf(context);
    typename Maker::pointer made = Maker::make(state, std::move(node), state.range(start, first));
    x3::traits::move_to(made, attribute);
    return true;
  }
};
struct MakeExpr {
  using pointer = ExprPtr;
  template <typename Node> static ExprPtr make(ParseState &state, Node &&node, SourceRange range) {
    return state.expr(std::move(node), range);
  }
};
struct MakeItem {
  using pointer = ItemPtr;
  template <typename Node> static ItemPtr make(ParseState &state, Node &&node, SourceRange range) {
    return state.item(std::move(node), range);
  }
};
struct MakeStatement {
  using pointer = StatementPtr;
  template <typename Node>
  static StatementPtr make(ParseState &state, Node &&node, SourceRange range) {
    return state.statement(std::move(node), range);
  }
};
template <typename Subject>
Made<MakeExpr, typename Subject::attribute_type, Subject> expression(Subject const &subject) {
  return subject;
}
template <typename Subject>
Made<MakeItem, typename Subject::attribute_type, Subject> item(Subject const &subject) {
  return subject;
}
template <typename Subject>
Made<MakeStatement, typename Subject::attribute_type, Subject> statement(Subject const &subject) {
  return subject;
}

template <typename Subject> auto listOf(Subject const &subject, std::string_view between = ",") {
  return subject >> *(symbol(between) > subject);
}

/// Sets the `range` member of the struct that `subject` reads.
template <typename Subject> struct Ranged : x3::unary_parser<Subject, Ranged<Subject>> {
  using x3::unary_parser<Subject, Ranged<Subject>>::unary_parser;
  using attribute_type = typename Subject::attribute_type;
  static bool const has_attribute = true;
  template <typename Ctx, typename RContext, typename Attribute>
  bool parse(Iterator &first, Iterator const &last, Ctx const &context, RContext &,
             Attribute &attribute) const {
    const Iterator start = first;
    attribute_type value{};
    x3::unused_type none;
    if (!this->subject.parse(first, last, context, none, value))
      return false;
    value.range = stateOf(context).range(start, first);
    x3::traits::move_to(value, attribute);
    return true;
  }
};
template <typename Subject> Ranged<Subject> ranged(Subject const &subject) {
  return Ranged<Subject>(subject);
}

template <typename Subject> struct Condition : x3::unary_parser<Subject, Condition<Subject>> {
  using x3::unary_parser<Subject, Condition<Subject>>::unary_parser;
  using attribute_type = ExprPtr;
  static bool const has_attribute = true;
  template <typename Ctx, typename RContext, typename Attribute>
  bool parse(Iterator &first, Iterator const &last, Ctx const &context, RContext &rcontext,
             Attribute &attribute) const {
    ParseState &state = stateOf(context);
    try {
      if (!this->subject.parse(first, last, context, rcontext, attribute))
        return false;
    } catch (const Failure &failure) {
      state.explainEquals(failure.where());
      throw;
    }
    if (state.explainEquals(first))
      throw Failure(first, "");
    return true;
  }
};
template <typename Subject> Condition<Subject> condition(Subject const &subject) {
  return Condition<Subject>(subject);
}

} // namespace gradus::syntax

namespace boost::spirit::x3 {

template <typename Subject> struct get_info<gradus::syntax::Nested<Subject>> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::Nested<Subject> const &p) const { return what(p.subject); }
};
template <typename Subject> struct get_info<gradus::syntax::Condition<Subject>> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::Condition<Subject> const &) const { return "a condition"; }
};
template <typename Maker, typename Node, typename Subject>
struct get_info<gradus::syntax::Made<Maker, Node, Subject>> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::Made<Maker, Node, Subject> const &p) const {
    return what(p.subject);
  }
};
template <typename Subject> struct get_info<gradus::syntax::Ranged<Subject>> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::Ranged<Subject> const &p) const { return what(p.subject); }
};

} // namespace boost::spirit::x3
