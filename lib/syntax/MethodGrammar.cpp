//===- MethodGrammar.cpp - descent methods and their statements -----------===//
#include "syntax/DeclarationGrammar.h"

namespace gradus::syntax {
namespace {

template <typename T, typename Id> using Rule = x3::rule<Id, T>;

Rule<Body, class BodyClass> const body = "'{'";
Rule<Body, class BodyFormClass> const bodyForm = "'{'";
Rule<StatementPtr, class LineClass> const line = "a statement";
Rule<StatementPtr, class StatementClass> const statementForm = "a statement";
Rule<StateStmt, class StateClass> const stateStmt = "'state'";
Rule<AssignStmt, class AssignClass> const assignStmt = "a name";
Rule<LetStmt, class LetStmtClass> const letStmt = "'let'";
Rule<FnStmt, class FnStmtClass> const fnStmt = "'fn'";
Rule<WhileStmt, class WhileClass> const whileStmt = "'while'";
Rule<RepeatStmt, class RepeatClass> const repeatStmt = "'repeat'";
Rule<ForStmt, class ForClass> const forStmt = "'for'";
Rule<IfStmt, class IfStmtClass> const ifStmt = "'if'";
Rule<StopStmt, class StopClass> const stopStmt = "'stop'";

class LineClass : public Recovering {};

struct SetSubscripts {
  template <typename Ctx> void operator()(Ctx &context) const {
    x3::_val(context).subscripts = std::move(x3::_attr(context).subscripts);
  }
};

/// `repeat` is a word unless it is the target of an assignment.
bool repeats(std::string_view text, size_t at) {
  const std::string_view word = nameAt(text, at);
  const size_t next = skipBlanks(text, at + word.size());
  return word == "repeat" && next < text.size() && text[next] != '=' && text[next] != '[';
}
/// `stop` is a word before `when`.
bool stops(std::string_view text, size_t at) {
  const std::string_view word = nameAt(text, at);
  return word == "stop" && nameAt(text, skipBlanks(text, at + word.size())) == "when";
}

auto const body_def = nested(bodyForm);
auto const bodyForm_def = symbol("{") > *(separators | (!bodyEnd >> line[append])) > symbol("}");
auto const line_def = x3::eps > statementForm[whole] > statementEnd;
auto const statementForm_def = statement(letStmt) | statement(whileStmt) | statement(ifStmt) |
                               statement(forStmt) | statement(stateStmt) | statement(repeatStmt) |
                               statement(stopStmt) | statement(fnStmt) | statement(assignStmt);

auto const stateStmt_def = wordBeforeName("state") >
                           -wordBeforeName("int")[put(&StateStmt::integer, true)] >
                           declarator[set(&StateStmt::declarator)] >
                           symbol("=") > expr[set(&StateStmt::initial)];
auto const assignStmt_def = name[set(&AssignStmt::target)] > -subscripts[SetSubscripts()] >
                            symbol("=") > expr[set(&AssignStmt::value)];
auto const letStmt_def =
    word("let") >
    -wordBeforeName("int")[put(&LetStmt::integer, true)] > letRest[set(&LetStmt::let)];
auto const fnStmt_def = fnDecl[set(&FnStmt::fn)];
auto const whileStmt_def =
    word("while") > conditionExpr[set(&WhileStmt::condition)] > body[set(&WhileStmt::body)];
auto const repeatStmt_def = (ahead(repeats, "'repeat'") >> word("repeat")) >
                            expr[set(&RepeatStmt::count)] > body[set(&RepeatStmt::body)];
auto const forStmt_def = word("for") > binder[set(&ForStmt::binder)] > body[set(&ForStmt::body)];
auto const ifStmt_def = word("if") > conditionExpr[set(&IfStmt::condition)] >
                        body[set(&IfStmt::then)] >
                        -(word("else") > (body[set(&IfStmt::otherwise)] |
                                          nested(statement(ifStmt))[push(&IfStmt::otherwise)]));
auto const stopStmt_def = (ahead(stops, "'stop'") >> word("stop")) >
                          word("when") > conditionExpr[set(&StopStmt::condition)];

auto const methodDecl_def = word("method") > name[set(&MethodDecl::name)] >
                            -parametersWithDefaults[set(&MethodDecl::parameters)] >
                            body[set(&MethodDecl::body)];

BOOST_SPIRIT_DEFINE(body, bodyForm, line, statementForm, stateStmt, assignStmt, letStmt, fnStmt,
                    whileStmt, repeatStmt, forStmt, ifStmt, stopStmt)

} // namespace

BOOST_SPIRIT_DEFINE(methodDecl)
BOOST_SPIRIT_INSTANTIATE(MethodRule, Iterator, Context)

} // namespace gradus::syntax
