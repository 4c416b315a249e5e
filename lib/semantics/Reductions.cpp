//===- Reductions.cpp - sums and their kin, comprehensions --------------------===//

#include "semantics/Elaborate.h"

#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::Kind;
using ir::ReduceOp;
using syntax::ReduceKind;

bool Elaborator::openBinders(const std::vector<syntax::Binder> &binders, Scope &scope,
                             std::vector<Active> &opened) {
  bool ok = true;
  for (const syntax::Binder &binder : binders) {
    ValueId lo = integer(*binder.lower, scope, "the end of a range");
    ValueId hi = integer(*binder.upper, scope, "the end of a range");
    Value value = Value::error();
    if (lo.valid() && hi.valid()) {
      ValueId symbol = graph_.newSymbol(lo, hi, binder.name.name);
      opened.push_back({symbol, lo, hi});
      context_.active.push_back(opened.back());
      value = Value::scalar(symbol);
    } else {
      ok = false;
    }
    if (isFree(binder.name, scope))
      scope.declareValue(binder.name, "index", value);
    else
      ok = false;
  }
  return ok;
}

ValueId Elaborator::reduceOver(ReduceKind kind, std::span<const Active> binders,
                               ValueId condition, ValueId body) {
  if (kind == ReduceKind::Mean) {
    ValueId total = reduceOver(ReduceKind::Sum, binders, condition, graph_.toReal(body));
    ValueId count = reduceOver(ReduceKind::Count, binders, condition, {});
    return graph_.div(total, graph_.toReal(count));
  }
  ReduceOp op = ReduceOp::Sum;
  switch (kind) {
  case ReduceKind::Sum:
    break;
  case ReduceKind::Prod:
    op = ReduceOp::Prod;
    break;
  case ReduceKind::Min:
    op = ReduceOp::Min;
    break;
  case ReduceKind::Max:
    op = ReduceOp::Max;
    break;
  case ReduceKind::LogSumExp:
    op = ReduceOp::LogSumExp;
    break;
  case ReduceKind::Count:
    body = graph_.integer(1);
    break;
  case ReduceKind::Mean:
    break;
  }
  // Of whole numbers only sums stay whole: a product soon leaves 64 bits, and
  // the least of nothing is infinite.
  if (kind != ReduceKind::Sum && kind != ReduceKind::Count)
    body = graph_.toReal(body);
  bool all = graph_.isConstant(condition) && graph_.boolValue(condition);
  if (kind == ReduceKind::Count && all && binders.size() == 1) {
    // Without a condition the number is known: max(hi - lo + 1, 0), where sizes
    // and numbers of rows are never negative.
    ValueId length = graph_.extent({binders[0].lo, binders[0].hi});
    if (graph_.node(length).op == ir::Op::Input &&
        graph_.inputOf(length).role != ir::InputRole::Parameter &&
        graph_.inputOf(length).role != ir::InputRole::Argument)
      return length;
    if (graph_.isConstant(length))
      return graph_.integer(std::max<int64_t>(graph_.intValue(length), 0));
    return graph_.prim(ir::Prim::Max, {length, graph_.integer(0)});
  }
  for (size_t k = binders.size(); k-- > 0;) {
    body = graph_.reduce(op, binders[k].symbol, binders[k].lo, binders[k].hi, condition, body);
    condition = graph_.boolean(true);
  }
  return body;
}

Value Elaborator::reduction(const syntax::Reduction &r, SourceRange range, Scope &scope) {
  Scope inner(&scope);
  size_t active = context_.active.size();
  std::vector<Active> binders;
  bool ok = openBinders(r.binders, inner, binders);
  ValueId condition = graph_.boolean(true);
  if (r.where) {
    condition = this->condition(*r.where, inner);
    ok = ok && condition.valid();
  }
  Value body = Value::scalar(graph_.integer(1));
  if (r.body) {
    context_.guards += r.where != nullptr;
    body = expression(*r.body, inner);
    context_.guards -= r.where != nullptr;
  }
  context_.active.resize(active);
  if (body.isError() || !ok)
    return Value::error();
  graph_.setRange(range);

  if (body.isArray() && r.kind == ReduceKind::Sum) {
    // A sum of arrays is the array of the sums of their elements.
    Value inside = shapes_.real(body);
    for (const Axis &axis : shapes_.axes(inside))
      for (const Active &b : binders)
        if (graph_.dependsOn(axis.lo, b.symbol) || graph_.dependsOn(axis.hi, b.symbol))
          return error(Diag::WrongShape, r.body->range,
                       fmt::format("the shape of '{}' changes with the index",
                                   textOf(r.body->range)),
                       "all arrays of a sum must have one shape");
    Value result = shapes_.map({inside}, shapes_.axes(inside), Kind::Real,
                               [this, binders, condition](std::span<const ValueId> x) {
                                 return reduceOver(ReduceKind::Sum, binders, condition, x[0]);
                               });
    result.row = body.row;
    return result;
  }
  ValueId n = number(body, r.body ? r.body->range : range);
  if (!n.valid())
    return Value::error();
  ValueId node = reduceOver(r.kind, binders, condition, n);
  ValueId whole;
  if (r.kind == ReduceKind::Sum && graph_.type(n).kind != Kind::Int && body.whole.valid())
    whole = reduceOver(ReduceKind::Sum, binders, condition, body.whole);
  return Value::scalar(node, whole);
}

Value Elaborator::reduceArray(ReduceKind kind, const Value &array, SourceRange range) {
  graph_.setRange(range);
  std::vector<Active> binders;
  std::vector<ValueId> indices;
  for (const Axis &axis : shapes_.axes(array)) {
    binders.push_back({graph_.newSymbol(axis.lo, axis.hi), axis.lo, axis.hi});
    indices.push_back(binders.back().symbol);
  }
  ValueId body = shapes_.element(array, indices);
  graph_.setRange(range);
  if (graph_.type(body).kind == Kind::Bool)
    return error(Diag::WrongType, range, "conditions cannot be added up",
                 "count(i in 1..n where c) counts them");
  if (kind != ReduceKind::Mean)
    return Value::scalar(reduceOver(kind, binders, graph_.boolean(true), body));
  ValueId total = reduceOver(ReduceKind::Sum, binders, graph_.boolean(true), graph_.toReal(body));
  ValueId count;
  for (const Active &b : binders) {
    ValueId length = graph_.toReal(graph_.extent({b.lo, b.hi}));
    count = count.valid() ? graph_.mul(count, length) : length;
  }
  return Value::scalar(graph_.div(total, count));
}

//--- comprehensions -------------------------------------------------------------------

Value Elaborator::comprehension(const syntax::Comprehension &c, SourceRange range, Scope &scope) {
  if (c.where)
    return error(Diag::Misplaced, c.where->range, "an array cannot leave elements out",
                 "use `if c then e else 0` for the element, or `where` in a sum");
  Scope inner(&scope);
  size_t active = context_.active.size();
  std::vector<Active> binders;
  bool ok = openBinders(c.binders, inner, binders);
  Value body = expression(*c.body, inner);
  context_.active.resize(active);
  if (!ok || body.isError())
    return Value::error();
  for (size_t k = 0; k < binders.size(); ++k)
    for (size_t j = 0; j < k; ++j)
      if (graph_.dependsOn(binders[k].lo, binders[j].symbol) ||
          graph_.dependsOn(binders[k].hi, binders[j].symbol))
        return error(Diag::WrongShape, c.binders[k].range,
                     fmt::format("the range of '{}' changes with '{}': an array is a rectangle",
                                 c.binders[k].name.name, c.binders[j].name.name),
                     "use a fixed range and `if` for the rest");
  graph_.setRange(range);
  if (body.isArray())
    return closeComprehension(binders, body, range);
  if (body.isTuple() || body.form == Value::Form::Text) {
    number(body, c.body->range);
    return Value::error();
  }
  return closeComprehension(binders, body, range);
}

/// Counts from the lower ends of the ranges as written; a body that is an array
/// adds its axes.
Value Elaborator::closeComprehension(const std::vector<Active> &binders, const Value &body,
                                     SourceRange) {
  ArrayView view;
  view.kind = shapes_.kind(body);
  std::vector<ValueId> symbols;
  for (const Active &b : binders) {
    view.axes.push_back({b.lo, b.hi});
    symbols.push_back(b.symbol);
  }
  ValueId node = body.node;
  if (body.isArray()) {
    for (const Axis &axis : shapes_.axes(body)) {
      view.axes.push_back(axis);
      symbols.push_back(graph_.newSymbol(axis.lo, axis.hi));
    }
    node = shapes_.element(body, std::span(symbols).subspan(binders.size()));
  }
  bool closed = true;
  for (const Axis &axis : view.axes)
    closed = closed && !graph_.hasFree(axis.lo) && !graph_.hasFree(axis.hi);
  if (closed)
    return Value::array(graph_.build(symbols, view.axes, node));
  view.element = [this, symbols, node](std::span<const ValueId> indices) {
    ir::Substitution map;
    for (size_t k = 0; k < symbols.size(); ++k)
      map.emplace(symbols[k], indices[k]);
    return graph_.substitute(node, map);
  };
  return Value::array(std::move(view));
}

} // namespace gradus::semantics
