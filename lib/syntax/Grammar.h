//===- Grammar.h - what every part of the grammar shares ------------------===//
//
// The configuration of Boost.Spirit X3: iterator, blanks, the one context that
// every rule is instantiated with, the words in which an expectation is
// reported, and small actions that store what was read into the struct a rule
// makes. Only the grammar's own sources include it.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "syntax/ParseState.h"

#include <boost/spirit/home/x3.hpp>

namespace gradus::syntax {

namespace x3 = boost::spirit::x3;

using Iterator = const char *;

/// Blanks between symbols; layOut left no others.
struct Blank : x3::parser<Blank> {
  using attribute_type = x3::unused_type;
  static bool const has_attribute = false;
  template <typename Context, typename RContext, typename Attribute>
  bool parse(Iterator &first, Iterator const &last, Context const &, RContext &,
             Attribute &) const {
    if (first == last || *first != ' ')
      return false;
    while (first != last && *first == ' ')
      ++first;
    return true;
  }
};

struct StateTag;
using PhraseContext = x3::phrase_parse_context<Blank>::type;
using Context = x3::context<StateTag, ParseState, PhraseContext>;

template <typename Ctx> ParseState &stateOf(Ctx const &context) {
  return x3::get<StateTag>(context);
}

using Failure = x3::expectation_failure<Iterator>;

//--- actions ----------------------------------------------------------------

/// rule[set(&Struct::member)] stores the attribute in the rule's struct.
template <typename Member> struct Set {
  Member member;
  template <typename Ctx> void operator()(Ctx &context) const {
    x3::_val(context).*member = std::move(x3::_attr(context));
  }
};
template <typename Member> Set<Member> set(Member member) { return {member}; }

/// Appends the attribute to a list; what an error left empty is not appended.
template <typename Member> struct Push {
  Member member;
  template <typename Ctx> void operator()(Ctx &context) const {
    auto &value = x3::_attr(context);
    if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(value)>>)
      if (!value)
        return;
    (x3::_val(context).*member).push_back(std::move(value));
  }
};
template <typename Member> Push<Member> push(Member member) { return {member}; }

/// Appends the attribute to the list that is the rule's own attribute.
struct Append {
  template <typename Ctx> void operator()(Ctx &context) const {
    auto &value = x3::_attr(context);
    if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(value)>>)
      if (!value)
        return;
    x3::_val(context).push_back(std::move(value));
  }
};
inline constexpr Append append{};

/// The attribute is the rule's whole value.
struct Whole {
  template <typename Ctx> void operator()(Ctx &context) const {
    x3::_val(context) = std::move(x3::_attr(context));
  }
};
inline constexpr Whole whole{};

/// Stores a constant: keyword[put(&Struct::flag, true)].
template <typename Member, typename Value> struct Put {
  Member member;
  Value value;
  template <typename Ctx> void operator()(Ctx &context) const { x3::_val(context).*member = value; }
};
template <typename Member, typename Value> Put<Member, Value> put(Member member, Value value) {
  return {member, value};
}

} // namespace gradus::syntax

//--- the words of an expectation ----------------------------------------------

namespace boost::spirit::x3 {

template <typename Subject, typename Action> struct get_info<action<Subject, Action>> {
  using result_type = std::string;
  std::string operator()(action<Subject, Action> const &p) const { return what(p.subject); }
};
template <typename Left, typename Right> struct get_info<alternative<Left, Right>> {
  using result_type = std::string;
  std::string operator()(alternative<Left, Right> const &p) const {
    return what(p.left) + " or " + what(p.right);
  }
};
template <typename Left, typename Right> struct get_info<sequence<Left, Right>> {
  using result_type = std::string;
  std::string operator()(sequence<Left, Right> const &p) const { return what(p.left); }
};
template <typename Left, typename Right> struct get_info<list<Left, Right>> {
  using result_type = std::string;
  std::string operator()(list<Left, Right> const &p) const { return what(p.left); }
};

} // namespace boost::spirit::x3
