//===- DeclarationGrammar.cpp - declarations, constraints, problems -------===//
#include "syntax/DeclarationGrammar.h"

namespace gradus::syntax {
namespace {

template <typename T, typename Id> using Rule = x3::rule<Id, T>;

Rule<AxisDecl, class AxisClass> const axis = "a size or range";
Rule<Parameter, class ParameterClass> const parameter = "a parameter";
Rule<Parameter, class DefaultClass> const parameterWithDefault = "a parameter";
Rule<std::vector<Parameter>, class ParametersClass> const parameters = "'('";
Rule<LetDecl, class LetItemClass> const letDecl = "'let'";
Rule<ParamDecl, class ParamClass> const paramDecl = "'param'";
Rule<DataDecl, class DataClass> const dataDecl = "'data'";
Rule<Declarator, class DataNameClass> const dataName = "a name";
Rule<VarDecl, class VarClass> const varDecl = "'var'";
Rule<ObjectiveDecl, class ObjectiveClass> const objective = "'minimize' or 'maximize'";
Rule<SubjectTo, class SubjectClass> const subjectTo = "'subject'";
Rule<ConstraintDecl, class ConstraintClass> const constraint = "a constraint";
Rule<SolveDecl, class SolveClass> const solveDecl = "'solve'";
Rule<MethodCall, class MethodCallPartsClass> const methodCallParts = "the name of a method";
Rule<Option, class OptionClass> const option = "an option";
Rule<ImportDecl, class ImportClass> const importDecl = "'import'";
Rule<ProblemDecl, class ProblemClass> const problemDecl = "'problem'";
Rule<ItemPtr, class ProblemItemClass> const problemItem = "a declaration";
Rule<ItemPtr, class BlockDeclarationClass> const blockDeclaration = "let or fn";
Rule<ItemPtr, class ModelDeclarationClass> const modelDeclaration = "a declaration of a problem";
Rule<ItemPtr, class DeclarationClass> const declaration = "a declaration";

class ConstraintClass : public Recovering {};
class ProblemItemClass : public Recovering {};

//--- actions ------------------------------------------------------------------

/// `lo..hi`: what was read as the size is the lower end.
struct UpperEnd {
  template <typename Ctx> void operator()(Ctx &context) const {
    AxisDecl &axis = x3::_val(context);
    axis.lower = axis.upper;
    axis.upper = x3::_attr(context);
  }
};
struct FunctionParameter {
  template <typename Ctx> void operator()(Ctx &context) const {
    x3::_val(context).function = true;
    x3::_val(context).parameters = std::move(x3::_attr(context));
  }
};
struct SetTuple {
  template <typename Ctx> void operator()(Ctx &context) const {
    x3::_val(context).tuple = x3::_val(context).targets.size() > 1;
  }
};
struct SetFile {
  template <typename Ctx> void operator()(Ctx &context) const {
    x3::_val(context).fileRange = x3::_attr(context).range;
    x3::_val(context).file = std::move(x3::_attr(context).name);
  }
};
struct SetPath {
  template <typename Ctx> void operator()(Ctx &context) const {
    x3::_val(context).pathRange = x3::_attr(context).range;
    x3::_val(context).path = std::move(x3::_attr(context).name);
  }
};
/// Matches nothing: explains a `=` behind a parameter of a function.
struct NoInitialValue : Lexeme<NoInitialValue, x3::unused_type> {
  size_t read(ParseState &state, size_t at, x3::unused_type) const {
    if (at >= state.text().size() || state.text()[at] != '=')
      return at;
    state.explain(Diag::Syntax, state.range(state.begin() + at, state.begin() + at + 1),
                  "a parameter of a function has no initial value",
                  "only parameters of problems and methods have one");
    raise(state, at);
  }
};
struct PushConstraint {
  template <typename Ctx> void operator()(Ctx &context) const {
    if (x3::_attr(context).condition)
      x3::_val(context).constraints.push_back(std::move(x3::_attr(context)));
  }
};

//--- looking ahead ------------------------------------------------------------

char charAt(std::string_view text, size_t at) { return at < text.size() ? text[at] : '\0'; }

/// `name =`, but not `name ==`.
bool namedValue(std::string_view text, size_t at) {
  const std::string_view word = nameAt(text, at);
  const size_t next = skipBlanks(text, at + word.size());
  return !word.empty() && charAt(text, next) == '=' && charAt(text, next + 1) != '=';
}

/// `name:`, `name[...]:`, `[...]:`, or `[i in` at the beginning of a constraint.
bool constraintHead(std::string_view text, size_t at) {
  const std::string_view word = nameAt(text, at);
  size_t next = skipBlanks(text, at + word.size());
  if (charAt(text, next) == '[') {
    if (word.empty() && startsBinder(text, next + 1))
      return true;
    size_t depth = 0;
    do {
      const char c = charAt(text, next++);
      if (c == '\0' || c == '\n')
        return false;
      depth += c == '[' || c == '(';
      depth -= c == ']' || c == ')';
    } while (depth > 0);
    next = skipBlanks(text, next);
  } else if (word.empty()) {
    return false;
  }
  return charAt(text, next) == ':';
}

/// Another constraint follows: no `}`, no declaration, no end.
bool moreConstraints(std::string_view text, size_t at) {
  return !atBodyEnd(text, at) && !startsDeclaration(text, at);
}

/// Two sides and a sign between them; `=` is the sign of an equality here.
constexpr Operator<CompareOp> constraintSigns[] = {
    {"<=", CompareOp::LessEqual},   {"≤", CompareOp::LessEqual}, {">=", CompareOp::GreaterEqual},
    {"≥", CompareOp::GreaterEqual}, {"==", CompareOp::Equal},    {"=", CompareOp::Equal},
    {"!=", CompareOp::NotEqual},    {"≠", CompareOp::NotEqual},  {"<", CompareOp::Less},
    {">", CompareOp::Greater}};
struct Relation : x3::parser<Relation> {
  using attribute_type = ExprPtr;
  static bool const has_attribute = true;
  template <typename Ctx, typename RContext, typename Attribute>
  bool parse(Iterator &first, Iterator const &last, Ctx const &context, RContext &,
             Attribute &attribute) const {
    ExprPtr value = nullptr;
    x3::unused_type none;
    if (!chain(sum, OneOf(constraintSigns)).parse(first, last, context, none, value))
      return false;
    if (!std::holds_alternative<Comparison>(value->node))
      throw Failure(first, "'<=', '>=' or '='");
    x3::traits::move_to(value, attribute);
    return true;
  }
};

//--- names with shapes ----------------------------------------------------------
auto const axisWithIndex = (binderAhead >> name[set(&AxisDecl::index)]) >
                           word("in") > expr[set(&AxisDecl::lower)] >
                           symbol("..") > expr[set(&AxisDecl::upper)];
auto const axis_def =
    axisWithIndex | (expr[set(&AxisDecl::upper)] >> -(symbol("..") > expr[UpperEnd()]));
template <typename Struct> auto axes() {
  return symbol("[") > listOf(ranged(axis)[push(&Struct::axes)]) > symbol("]");
}
/// The indices of a constraint, `where c` behind them.
auto const indices = symbol("[") > listOf(ranged(axis)[push(&ConstraintDecl::axes)]) >
                     -(word("where") > conditionExpr[set(&ConstraintDecl::where)]) > symbol("]");
auto const declarator_def = name[set(&Declarator::name)] >> -axes<Declarator>();
template <typename Struct> auto wholeNumber() {
  return wordBeforeName("int")[put(&Struct::integer, true)];
}

auto const parameter_def = -wholeNumber<Parameter>() >> declarator[set(&Parameter::declarator)] >>
                           -nested(parameters)[FunctionParameter()];
auto const parameters_def = symbol("(") > (symbol(")") | (listOf(parameter[append] >>
                                                                 -NoInitialValue()) > symbol(")")));
auto const parameterWithDefault_def = parameter[whole] >>
                                      -(symbol("=") > expr[set(&Parameter::initial)]);
auto const parametersWithDefaults_def = symbol("(") >
                                        (symbol(")") |
                                         (listOf(parameterWithDefault[append]) > symbol(")")));

//--- declarations ---------------------------------------------------------------
auto const fnDecl_def = word("fn") > name[set(&FnDecl::name)] >
                        parameters[set(&FnDecl::parameters)] >
                        ((symbol("=") > expr[set(&FnDecl::body)]) | block[set(&FnDecl::body)]);

auto const letTuple = symbol("(") > listOf(declarator[push(&LetDecl::targets)]) >
                      symbol(")")[SetTuple()];
auto const letRest_def = (declarator[push(&LetDecl::targets)] | letTuple) >
                         symbol("=") > expr[set(&LetDecl::value)];
auto const letDecl_def = word("let") > letRest[whole];

auto const paramDecl_def = word("param") >
                           -wholeNumber<ParamDecl>() > declarator[set(&ParamDecl::declarator)] >
                           -(symbol("=") > expr[set(&ParamDecl::initial)]);

auto const dataName_def = -wholeNumber<Declarator>() >> name[set(&Declarator::name)] >>
                          -axes<Declarator>();
auto const dataDecl_def = word("data") > listOf(dataName[push(&DataDecl::declarators)]) >
                          ((word("from") > quoted[SetFile()]) |
                           (symbol("=") > expr[set(&DataDecl::initial)])) >
                          -(word("missing") > word("skip")[put(&DataDecl::skipMissing, true)]);

auto const atLeast = (symbol(">=") | symbol("≥")) > sum[set(&VarDecl::lower)];
auto const atMost = (symbol("<=") | symbol("≤")) > sum[set(&VarDecl::upper)];
auto const between = word("in") > symbol("[") > expr[set(&VarDecl::lower)] >
                     symbol(",") > expr[set(&VarDecl::upper)] > symbol("]");
auto const varDecl_def = word("var") >
                         -wholeNumber<VarDecl>() > declarator[set(&VarDecl::declarator)] >
                         -(between | (atLeast >> -atMost) | (atMost >> -atLeast)) >
                         -(word("start") > sum[set(&VarDecl::start)]);

auto const objective_def = (word("minimize") |
                            word("maximize")[put(&ObjectiveDecl::maximize, true)]) >
                           -((ahead(namedValue, "a name") >> name[set(&ObjectiveDecl::name)]) >
                             symbol("=")) > expr[set(&ObjectiveDecl::value)];

auto const subjectTo_def = word("subject") > word("to") > -separators
                           > constraint[PushConstraint()] >
                           *(separators | (ahead(moreConstraints, "a constraint") >>
                                           constraint[PushConstraint()]));
auto const constraint_def = x3::eps > -((ahead(constraintHead, "a name") >>
                                         -name[set(&ConstraintDecl::name)]) >
                                        -indices > symbol(":")) >
                            Relation()[set(&ConstraintDecl::condition)] > statementEnd;

auto const option_def = name[set(&Option::name)] > symbol("=") > expr[set(&Option::value)];
auto const methodCall_def = ranged(methodCallParts);
auto const methodCallParts_def =
    name[set(&MethodCall::method)] >>
    -(symbol("(") > (symbol(")") | (listOf(option[push(&MethodCall::options)]) > symbol(")"))));
auto const solveDecl_def = word("solve") > word("with") > methodCall[set(&SolveDecl::call)];

auto const importDecl_def = word("import") > quoted[SetPath()];

auto const problemDecl_def = word("problem") > name[set(&ProblemDecl::name)] >
                             -parametersWithDefaults[set(&ProblemDecl::parameters)] > symbol("{") >
                             *(separators | (!bodyEnd >> problemItem[push(&ProblemDecl::items)])) >
                             symbol("}");

//--- where they may stand ---------------------------------------------------------
auto const blockDeclaration_def = item(letDecl) | item(fnDecl);
auto const modelDeclaration_def = item(letDecl) | item(fnDecl) | item(varDecl) | item(paramDecl) |
                                  item(objective) | item(dataDecl) | item(subjectTo) |
                                  item(solveDecl);
auto const declaration_def =
    modelDeclaration | item(importDecl) | item(problemDecl) | item(methodDecl);

auto const blockItem_def = x3::eps > blockDeclaration[whole] > statementEnd;
auto const problemItem_def = x3::eps > modelDeclaration[whole] > statementEnd;
auto const fileItem_def = x3::eps > declaration[whole] > statementEnd;

BOOST_SPIRIT_DEFINE(axis, parameter, parameterWithDefault, parameters, letDecl, paramDecl, dataDecl, dataName,
                    varDecl, objective, subjectTo, constraint, solveDecl, methodCallParts, option,
                    importDecl, problemDecl, problemItem, blockDeclaration, modelDeclaration,
                    declaration)

} // namespace
} // namespace gradus::syntax

namespace boost::spirit::x3 {
template <> struct get_info<gradus::syntax::Relation> {
  using result_type = std::string;
  std::string operator()(gradus::syntax::Relation const &) const { return "a constraint"; }
};
} // namespace boost::spirit::x3

namespace gradus::syntax {

BOOST_SPIRIT_DEFINE(fnDecl, letRest, declarator, parametersWithDefaults, blockItem, fileItem,
                    methodCall)
BOOST_SPIRIT_INSTANTIATE(FnRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(LetRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(DeclaratorRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(DefaultsRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(BlockItemRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(FileItemRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(MethodCallRule, Iterator, Context)

} // namespace gradus::syntax
