//===- Parser.cpp - from text to tree ---------------------------------------===//
//
// The text is checked, laid out, and read by the grammar. An expectation that
// fails ends inside: in a rule that recovers, or here.
//
//===--------------------------------------------------------------------===//
#include "syntax/Parser.h"

#include "syntax/DeclarationGrammar.h"
#include "syntax/SourceText.h"

namespace gradus::syntax {
namespace {

using ProgramRule = x3::rule<class ProgramClass, std::vector<ItemPtr>>;
ProgramRule const program = "declarations";
auto const program_def = *(separators | (!endOfText >> fileItem[append]));

using LoneExprRule = x3::rule<class LoneExprClass, ExprPtr>;
LoneExprRule const loneExpr = "an expression";
auto const loneExpr_def = x3::eps > -separators > expr[whole] > -separators > endOfText;

using LoneCallRule = x3::rule<class LoneCallClass, MethodCall>;
LoneCallRule const loneCall = "the name of a method";
auto const loneCall_def = x3::eps > -separators > methodCall[whole] > -separators > endOfText;

BOOST_SPIRIT_DEFINE(program, loneExpr, loneCall)

/// Reads all of `state`'s text with a rule; false after an error, reported.
template <typename Rule, typename Value>
bool read(ParseState &state, Rule const &rule, Value &value) {
  Iterator first = state.begin();
  try {
    return x3::phrase_parse(first, state.end(), x3::with<StateTag>(state)[rule], Blank(), value);
  } catch (const Failure &failure) {
    state.reportExpected(failure.where(), failure.which());
    return false;
  }
}

/// Parses text that is no file: no error may be left behind unreported.
template <typename Rule, typename Value>
bool readAlone(uint32_t file, Tree &into, Diagnostics &diagnostics, Rule const &rule,
               Value &value) {
  const size_t errors = diagnostics.errorCount();
  if (!checkText(file, diagnostics))
    return false;
  if (into.file == SourceRange::noFile)
    into.file = file;
  const std::string text = layOut(file, diagnostics);
  ParseState state(file, text, into, diagnostics);
  return read(state, rule, value) && diagnostics.errorCount() == errors;
}

} // namespace

Tree parse(uint32_t file, Diagnostics &diagnostics) {
  Tree tree;
  tree.file = file;
  if (!checkText(file, diagnostics))
    return tree;
  const std::string text = layOut(file, diagnostics);
  ParseState state(file, text, tree, diagnostics);
  std::vector<ItemPtr> items;
  read(state, program, items);
  tree.items = std::move(items);
  return tree;
}

ExprPtr parseExpression(uint32_t file, Tree &into, Diagnostics &diagnostics) {
  ExprPtr value = nullptr;
  return readAlone(file, into, diagnostics, loneExpr, value) ? value : nullptr;
}

std::optional<MethodCall> parseMethodCall(uint32_t file, Tree &into, Diagnostics &diagnostics) {
  MethodCall call;
  if (!readAlone(file, into, diagnostics, loneCall, call))
    return std::nullopt;
  return call;
}

} // namespace gradus::syntax
