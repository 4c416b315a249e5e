//===- Conditions.cpp - comparisons, and, or, if ------------------------------===//

#include "semantics/Elaborate.h"

#include <fmt/core.h>

namespace gradus::semantics {

using ir::Kind;
using ir::Prim;

Value Elaborator::comparison(const syntax::Comparison &c, SourceRange range, Scope &scope) {
  for (syntax::ExprPtr e : c.operands)
    if (std::holds_alternative<syntax::String>(e->node))
      return textComparison(c, range, scope);
  std::vector<ValueId> operands;
  bool failed = false;
  for (syntax::ExprPtr e : c.operands) {
    Value v = expression(*e, scope);
    operands.push_back(number(v, e->range));
    failed |= !operands.back().valid();
  }
  if (failed)
    return Value::error();
  graph_.setRange(range);
  ValueId all;
  for (size_t k = 0; k < c.ops.size(); ++k) {
    ValueId a = operands[k], b = operands[k + 1];
    if (graph_.type(a).kind != graph_.type(b).kind) {
      a = graph_.toReal(a);
      b = graph_.toReal(b);
    }
    ValueId one;
    switch (c.ops[k]) {
    case syntax::CompareOp::Less:
      one = graph_.less(a, b);
      break;
    case syntax::CompareOp::LessEqual:
      one = graph_.lessEqual(a, b);
      break;
    case syntax::CompareOp::Greater:
      one = graph_.less(b, a);
      break;
    case syntax::CompareOp::GreaterEqual:
      one = graph_.lessEqual(b, a);
      break;
    case syntax::CompareOp::Equal:
      one = graph_.equal(a, b);
      break;
    case syntax::CompareOp::NotEqual:
      one = graph_.prim(Prim::NotEqual, {a, b});
      break;
    }
    all = all.valid() ? graph_.logicalAnd(all, one) : one;
  }
  return Value::scalar(all);
}

/// t.species[i] == "Adelie": a column of texts is not read as numbers.
Value Elaborator::textComparison(const syntax::Comparison &c, SourceRange range, Scope &scope) {
  auto refuse = [&] {
    return error(Diag::WrongType, range, "only an element of a table's column is compared with a text",
                 "write t.column[i] == \"text\", or !=");
  };
  const bool equal = c.ops[0] == syntax::CompareOp::Equal;
  if (c.ops.size() != 1 || (!equal && c.ops[0] != syntax::CompareOp::NotEqual))
    return refuse();
  const bool first = std::holds_alternative<syntax::String>(c.operands[0]->node);
  auto *text = std::get_if<syntax::String>(&c.operands[first ? 0 : 1]->node);
  auto *index = std::get_if<syntax::Index>(&c.operands[first ? 1 : 0]->node);
  auto *member = index ? std::get_if<syntax::Member>(&index->base->node) : nullptr;
  auto *base = member ? std::get_if<syntax::Name>(&member->base->node) : nullptr;
  Entity *entity = base ? scope.find(base->name) : nullptr;
  if (base && !entity)
    return unknownName(base->name, member->base->range, scope, false);
  if (!entity || entity->kind != Entity::Kind::Table)
    return refuse();
  entity->used = true;
  Value column = entity->columnIs(member->member, text->value, range);
  if (column.isError())
    return column;
  Value element = elementsOf(column, *index, range, scope);
  if (element.isError())
    return element;
  if (!element.isScalar())
    return refuse();
  ValueId is = graph_.equal(element.node, graph_.integer(1));
  return Value::scalar(equal ? is : graph_.logicalNot(is));
}

Value Elaborator::logical(const syntax::Logical &l, SourceRange range, Scope &scope) {
  bool conjunction = l.op == syntax::LogicalOp::And;
  ValueId all;
  bool failed = false;
  for (size_t k = 0; k < l.operands.size(); ++k) {
    // `i > 1 and x[i-1] > 0` must not read x[0]: what may be outside of its
    // array is only looked at when the operands before leave the answer open.
    context_.guards += k > 0;
    size_t risky = riskyReads_;
    ValueId one = condition(*l.operands[k], scope);
    context_.guards -= k > 0;
    if (!one.valid()) {
      failed = true;
      continue;
    }
    if (failed)
      continue;
    graph_.setRange(range);
    if (!all.valid())
      all = one;
    else if (riskyReads_ != risky)
      all = conjunction ? graph_.select(all, one, graph_.boolean(false))
                        : graph_.select(all, graph_.boolean(true), one);
    else
      all = conjunction ? graph_.logicalAnd(all, one) : graph_.logicalOr(all, one);
  }
  return failed ? Value::error() : Value::scalar(all);
}

Value Elaborator::conditional(const syntax::If &first, SourceRange range, Scope &scope) {
  // `else if` chains are as long as the user likes: a loop, not recursion.
  struct Branch {
    ValueId condition;
    Value value;
    SourceRange place;
  };
  std::vector<Branch> branches;
  bool failed = false;
  const syntax::If *i = &first;
  SourceRange last;
  Value otherwise;
  unsigned guards = 0;
  while (true) {
    ValueId c = condition(*i->condition, scope);
    ++guards;
    ++context_.guards;
    Value then = expression(*i->then, scope);
    failed |= !c.valid() || then.isError();
    branches.push_back({c, std::move(then), i->then->range});
    const syntax::If *next = std::get_if<syntax::If>(&i->otherwise->node);
    if (!next) {
      otherwise = expression(*i->otherwise, scope);
      last = i->otherwise->range;
      break;
    }
    i = next;
  }
  context_.guards -= guards;
  if (failed || otherwise.isError())
    return Value::error();
  graph_.setRange(range);
  Value result = std::move(otherwise);
  for (size_t k = branches.size(); k-- > 0;) {
    result = choose(branches[k].condition, std::move(branches[k].value), std::move(result),
                    branches[k].place, last, range);
    if (result.isError())
      return result;
    if (shapes_.depth(result) > 32)
      result = shapes_.named(result);
  }
  return result;
}

Value Elaborator::choose(ValueId condition, Value a, Value b, SourceRange rangeA,
                         SourceRange rangeB, SourceRange range) {
  auto different = [&](const char *what) {
    return error(Diag::WrongType, range,
                 fmt::format("the branches of this `if` are different things: {}", what),
                 fmt::format("'{}' and '{}' must both be numbers, or arrays of one shape",
                             textOf(rangeA), textOf(rangeB)));
  };
  if (a.form == Value::Form::Text || b.form == Value::Form::Text)
    return notYet(range, "a text as the value of `if`");
  if (a.form != b.form)
    return different("one is a single value, the other is not");
  if (a.isTuple()) {
    if (a.parts.size() != b.parts.size())
      return different("tuples of different lengths");
    for (size_t k = 0; k < a.parts.size(); ++k) {
      a.parts[k] = choose(condition, a.parts[k], b.parts[k], rangeA, rangeB, range);
      if (a.parts[k].isError())
        return Value::error();
    }
    return a;
  }
  Kind kindA = shapes_.kind(a), kindB = shapes_.kind(b);
  if ((kindA == Kind::Bool) != (kindB == Kind::Bool))
    return different("one is a condition, the other a number");
  ValueId whole;
  if (kindA != kindB) {
    if (a.isScalar() && shapes_.whole(a) && shapes_.whole(b))
      whole = graph_.select(condition, wholeOf(a), wholeOf(b));
    a = shapes_.real(a);
    b = shapes_.real(b);
  }
  if (a.isScalar())
    return Value::scalar(graph_.select(condition, a.node, b.node), whole);
  Value both[] = {a, b};
  SourceRange ranges[] = {rangeA, rangeB};
  if (!sameShape(both, ranges, range))
    return Value::error();
  ir::Graph &graph = graph_;
  Value result = shapes_.map({a, b}, shapes_.commonAxes(both), shapes_.kind(a),
                             [&graph, condition](std::span<const ValueId> x) {
                               return graph.select(condition, x[0], x[1]);
                             });
  result.row = a.row && b.row;
  return result;
}

} // namespace gradus::semantics
