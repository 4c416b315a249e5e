//===- ExpressionGrammar.cpp - expressions --------------------------------===//
//
// From the loosest to the tightest: or, and, not, comparison, + -, * /, unary
// minus, ^, suffixes, operands. Each level is a rule of its own, which keeps
// the types of X3 short.
//
//===--------------------------------------------------------------------===//
#include "syntax/ExpressionGrammar.h"

#include "syntax/DeclarationGrammar.h"

namespace gradus::syntax {
namespace {

constexpr Operator<ChainOp> sumOps[] = {{"+", ChainOp::Add}, {"-", ChainOp::Sub}};
constexpr Operator<ChainOp> productOps[] = {{"*", ChainOp::Mul},
                                            {"/", ChainOp::Div},
                                            {".*", ChainOp::ElementMul},
                                            {"./", ChainOp::ElementDiv}};
constexpr Operator<CompareOp> compareOps[] = {
    {"<=", CompareOp::LessEqual},   {"≤", CompareOp::LessEqual}, {">=", CompareOp::GreaterEqual},
    {"≥", CompareOp::GreaterEqual}, {"==", CompareOp::Equal},    {"!=", CompareOp::NotEqual},
    {"≠", CompareOp::NotEqual},     {"<", CompareOp::Less},      {">", CompareOp::Greater}};

/// `and` or `or` with its meaning; a symbol table would take `order` for `or`.
struct LogicalWord : Lexeme<LogicalWord, LogicalOp> {
  LogicalWord(std::string_view spelling, LogicalOp op) : spelling(spelling), op(op) {}
  std::string_view spelling;
  LogicalOp op;
  size_t read(ParseState &state, size_t at, LogicalOp &value) const {
    value = op;
    return nameAt(state.text(), at) == spelling ? at + spelling.size() : at;
  }
};

template <typename T, typename Id> using Rule = x3::rule<Id, T>;

Rule<ExprPtr, class AndClass> const conjunction = "an expression";
Rule<ExprPtr, class NotClass> const negatable = "an expression";
Rule<Unary, class NotFormClass> const notForm = "'not'";
Rule<ExprPtr, class CompareClass> const comparison = "an expression";
Rule<ExprPtr, class ProductClass> const product = "an expression";
Rule<ExprPtr, class UnaryClass> const unary = "an expression";
Rule<Unary, class MinusClass> const minusForm = "'-'";
Rule<Power, class PowerClass> const power = "an expression";
Rule<ExprPtr, class PostfixClass> const postfix = "an expression";
Rule<ExprPtr, class OperandClass> const operand = "an expression";
Rule<Suffix, class SuffixClass> const suffix = "a suffix";
Rule<Subscript, class SubscriptClass> const subscript = "an index or '..'";
Rule<NameOrCall, class NameClass> const nameOrCall = "an expression";
Rule<NameOrCall, class ReductionCallClass> const reductionCall = "an expression";
Rule<TupleExpr, class BracketsClass> const brackets = "an expression";
Rule<If, class IfClass> const ifForm = "'if'";
Rule<Reduction, class ReductionClass> const reduction = "a reduction";
Rule<Reduction, class CountClass> const countForm = "a reduction";
Rule<Binder, class BinderPartsClass> const binderParts = "an index and its range, as i in 1..n";
Rule<Comprehension, class ComprehensionClass> const comprehension = "'['";
Rule<ArrayLiteral, class ArrayClass> const arrayLiteral = "'['";
Rule<std::vector<ExprPtr>, class RowClass> const row = "an expression";
Rule<Recurrence, class FoldClass> const foldForm = "'fold'";
Rule<Recurrence, class IterateClass> const iterateForm = "'iterate'";
Rule<Block, class BlockFormClass> const blockForm = "'{'";
Rule<Number, class NumberClass> const numberForm = "a number";
Rule<String, class TextClass> const textForm = "a text in double quotes";

/// `where c` behind the indices.
template <typename Struct> auto where() {
  return word("where") > conditionExpr[set(&Struct::where)];
}
struct SetText {
  template <typename Ctx> void operator()(Ctx &context) const {
    x3::_val(context).value = std::move(x3::_attr(context).name);
  }
};
struct SetMember {
  template <typename Ctx> void operator()(Ctx &context) const {
    x3::_val(context).kind = Suffix::MemberName;
    x3::_val(context).member = std::move(x3::_attr(context));
  }
};

//--- levels -------------------------------------------------------------------
auto const expr_def = nested(chain(conjunction, LogicalWord("or", LogicalOp::Or)));
auto const conjunction_def = chain(negatable, LogicalWord("and", LogicalOp::And));
auto const negatable_def = expression(notForm) | comparison;
auto const notForm_def = word("not")[put(&Unary::op, UnaryOp::Not)] >
                         nested(negatable)[set(&Unary::operand)];
auto const comparison_def = chain(sum, OneOf(compareOps));
auto const sum_def = chain(product, OneOf(sumOps));
auto const product_def = chain(unary, OneOf(productOps));
auto const unary_def = expression(minusForm) | expression(power);
auto const minusForm_def = symbol("-") > nested(unary)[set(&Unary::operand)];
auto const power_def = postfix[set(&Power::base)] >>
                       -(symbol("^") > nested(unary)[set(&Power::exponent)]);
auto const postfix_def = suffixed(operand, suffix);
auto const conditionExpr_def = condition(expr);

//--- suffixes -----------------------------------------------------------------
auto const suffix_def = subscripts[whole] | (dot > (anyName[SetMember()] | quoted[SetMember()])) |
                        symbol("'")[put(&Suffix::kind, Suffix::Transposed)];
auto const subscripts_def = symbol("[")[put(&Suffix::kind, Suffix::Subscripts)] >
                            listOf(ranged(subscript)[push(&Suffix::subscripts)]) > symbol("]");
auto const subscript_def =
    symbol("..")[put(&Subscript::all, true)] |
    (expr[set(&Subscript::index)] >> -(symbol("..") > expr[set(&Subscript::upper)]));

//--- operands -----------------------------------------------------------------
auto const operand_def = expression(nameOrCall) | expression(numberForm) | expression(brackets) |
                         expression(reduction) | expression(countForm) | expression(reductionCall) |
                         expression(comprehension) | expression(arrayLiteral) | expression(ifForm) |
                         expression(foldForm) | expression(iterateForm) | block |
                         expression(textForm);
auto const numberForm_def = number;
auto const textForm_def = quoted[SetText()];
auto const arguments = symbol("(")[put(&NameOrCall::call, true)] >
                       (symbol(")") | (listOf(expr[push(&NameOrCall::arguments)]) > symbol(")")));
auto const nameOrCall_def = name[set(&NameOrCall::name)] >> -arguments;
auto const reductionCall_def = reductionName[set(&NameOrCall::name)] > arguments;
auto const brackets_def = symbol("(") > listOf(expr[push(&TupleExpr::elements)]) > symbol(")");
auto const ifForm_def = word("if") > conditionExpr[set(&If::condition)] >
                        word("then") > expr[set(&If::then)] >
                        word("else") > expr[set(&If::otherwise)];

/// The body of a reduction is one product; what follows + or - is outside.
auto const reduction_def = ReductionHead(true)[set(&Reduction::kind)] >
                           listOf(binder[push(&Reduction::binders)]) > -where<Reduction>() >
                           symbol(")") > nested(product)[set(&Reduction::body)];
auto const countForm_def = ReductionHead(false)[set(&Reduction::kind)] >
                           listOf(binder[push(&Reduction::binders)]) > -where<Reduction>() >
                           symbol(")");
auto const binder_def = ranged(binderParts);
auto const binderParts_def = name[set(&Binder::name)] > word("in") > expr[set(&Binder::lower)] >
                             symbol("..") > expr[set(&Binder::upper)];
auto const comprehension_def = (symbol("[") >> binderAhead) >
                               listOf(binder[push(&Comprehension::binders)]) >
                               -where<Comprehension>() >
                               symbol("]") > expr[set(&Comprehension::body)];
auto const arrayLiteral_def = symbol("[") > listOf(row[push(&ArrayLiteral::rows)], ";") >
                              symbol("]");
auto const row_def = listOf(expr[append]);

//--- recurrences ----------------------------------------------------------------
auto const states = (symbol("(") > listOf(name[push(&Recurrence::states)]) > symbol(")")) |
                    name[push(&Recurrence::states)];
auto const foldForm_def = (word("fold")[put(&Recurrence::kind, RecurrenceKind::Fold)] |
                           word("scan")[put(&Recurrence::kind, RecurrenceKind::Scan)]) > states >
                          symbol("=") > expr[set(&Recurrence::start)] >
                          word("for") > binder[set(&Recurrence::binder)] >
                          -(word("checkpoint") >
                            (word("sqrt")[put(&Recurrence::squareRoot, true)] |
                             expr[set(&Recurrence::segment)])) >
                          word("do") > expr[set(&Recurrence::step)];
auto const iterateForm_def = word("iterate")[put(&Recurrence::kind, RecurrenceKind::Iterate)] >
                             states > symbol("=") > expr[set(&Recurrence::start)] >
                             word("until") > conditionExpr[set(&Recurrence::until)] >
                             -(word("max") > expr[set(&Recurrence::maximum)]) >
                             word("do") > expr[set(&Recurrence::step)];

//--- blocks -----------------------------------------------------------------------
auto const startsBlockItem = ahead(
    [](std::string_view text, size_t at) {
      const std::string_view word = nameAt(text, at);
      return word == "let" || word == "fn";
    },
    "let or fn");
auto const block_def = expression(blockForm);
auto const blockForm_def = symbol("{") > -separators >
                           *((startsBlockItem >> blockItem[push(&Block::items)]) >
                             -separators) > expr[set(&Block::value)] > -separators
                           > symbol("}");

BOOST_SPIRIT_DEFINE(conjunction, negatable, notForm, comparison, product, unary, minusForm, power,
                    postfix, operand, suffix, subscript, nameOrCall, reductionCall, brackets,
                    ifForm, reduction, countForm, binderParts, comprehension, arrayLiteral, row,
                    foldForm, iterateForm, blockForm, numberForm, textForm)

} // namespace

BOOST_SPIRIT_DEFINE(expr, sum, conditionExpr, block, binder, subscripts)
BOOST_SPIRIT_INSTANTIATE(ExprRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(SumRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(ConditionRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(BlockRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(BinderRule, Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(SubscriptsRule, Iterator, Context)

} // namespace gradus::syntax
