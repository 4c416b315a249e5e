//===- Arithmetic.cpp - signs, sums, products and powers ----------------------===//
//
// Whole numbers stay whole under + - *; `/` is always real. A power of whole
// numbers is real (it soon leaves 64 bits) but also known as an Int, for sizes.
//
//===--------------------------------------------------------------------===//

#include "semantics/Elaborate.h"

#include <cmath>
#include <fmt/core.h>

namespace gradus::semantics {

using ir::Kind;
using ir::Prim;
using syntax::ChainOp;

namespace {
/// Whether folding these two constants would leave 64 bits.
bool overflows(const ir::Graph &g, Prim prim, ValueId a, ValueId b) {
  if (!g.isConstant(a) || !g.isConstant(b))
    return false;
  int64_t x = g.intValue(a), y = g.intValue(b), r = 0;
  return prim == Prim::Mul   ? __builtin_mul_overflow(x, y, &r)
         : prim == Prim::Add ? __builtin_add_overflow(x, y, &r)
                             : __builtin_sub_overflow(x, y, &r);
}

/// The indices whose reductions end with this operand: a later use of one of
/// them in the same chain is a missing bracket.
const syntax::Reduction *endsInReduction(const syntax::Expr *expr, SourceRange &range) {
  while (true) {
    range = expr->range;
    if (auto *chain = std::get_if<syntax::Chain>(&expr->node))
      expr = chain->links.back().operand;
    else if (auto *unary = std::get_if<syntax::Unary>(&expr->node))
      expr = unary->operand;
    else
      return std::get_if<syntax::Reduction>(&expr->node);
  }
}
} // namespace

Value Elaborator::unary(const syntax::Unary &u, SourceRange range, Scope &scope) {
  Value v = expression(*u.operand, scope);
  if (v.isError())
    return v;
  graph_.setRange(range);
  switch (u.op) {
  case syntax::UnaryOp::Not: {
    ValueId c = condition(v, u.operand->range);
    return c.valid() ? Value::scalar(graph_.logicalNot(c)) : Value::error();
  }
  case syntax::UnaryOp::Transpose:
    return transpose(v, u.operand->range);
  case syntax::UnaryOp::Negate:
    break;
  }
  if (v.isArray()) {
    ir::Graph &graph = graph_;
    Value result = shapes_.map({v}, shapes_.axes(v), shapes_.kind(v),
                               [&graph](std::span<const ValueId> x) { return graph.neg(x[0]); });
    result.row = v.row;
    return result;
  }
  ValueId n = number(v, u.operand->range);
  if (!n.valid())
    return Value::error();
  return Value::scalar(graph_.neg(n), v.whole.valid() ? graph_.neg(v.whole) : ValueId{});
}

Value Elaborator::chain(const syntax::Chain &c, SourceRange range, Scope &scope) {
  size_t ended = context_.ended.size();
  std::vector<Operand> operands;
  operands.reserve(c.links.size());
  bool failed = false;
  for (const syntax::Chain::Link &link : c.links) {
    Value v = expression(*link.operand, scope);
    failed |= v.isError();
    SourceRange at;
    if (const syntax::Reduction *reduction = endsInReduction(link.operand, at))
      for (const syntax::Binder &binder : reduction->binders)
        context_.ended.push_back({binder.name.name, at});
    operands.push_back({link.op, std::move(v), link.operand->range});
  }
  context_.ended.resize(ended);
  if (failed)
    return Value::error();
  graph_.setRange(range);
  bool additive = c.links.size() > 1 &&
                  (c.links[1].op == ChainOp::Add || c.links[1].op == ChainOp::Sub);
  return additive ? addAll(std::move(operands), range) : multiplyAll(std::move(operands), range);
}

Value Elaborator::addAll(std::vector<Operand> operands, SourceRange range) {
  bool anyArray = false, allWhole = true, extra = false;
  for (const Operand &o : operands) {
    anyArray |= o.value.isArray();
    if (!o.value.isArray() && !number(o.value, o.range).valid())
      return Value::error();
    if (o.value.isArray() && shapes_.kind(o.value) == Kind::Bool) {
      error(Diag::WrongType, o.range, "conditions cannot be added");
      return Value::error();
    }
    allWhole = allWhole && shapes_.whole(o.value);
    extra |= o.value.isScalar() && o.value.whole.valid() && shapes_.kind(o.value) != Kind::Int;
  }
  if (!anyArray) {
    auto fold = [&](bool wholeForms) {
      ValueId acc;
      for (const Operand &o : operands) {
        ValueId term = wholeForms ? wholeOf(o.value) : o.value.node;
        if (!acc.valid()) {
          acc = term;
          continue;
        }
        Prim prim = o.op == ChainOp::Sub ? Prim::Sub : Prim::Add;
        if (graph_.type(acc).kind != graph_.type(term).kind ||
            (graph_.type(acc).kind == Kind::Int && overflows(graph_, prim, acc, term))) {
          acc = graph_.toReal(acc);
          term = graph_.toReal(term);
        }
        acc = prim == Prim::Sub ? graph_.sub(acc, term) : graph_.add(acc, term);
      }
      return acc;
    };
    ValueId node = fold(false);
    ValueId whole;
    if (extra && allWhole)
      whole = fold(true);
    if (whole.valid() && graph_.type(whole).kind != Kind::Int)
      whole = {};
    return Value::scalar(node, whole);
  }

  std::vector<Value> values;
  std::vector<Value> arrays;
  std::vector<SourceRange> ranges;
  std::vector<bool> minus;
  bool integers = true, row = true;
  for (Operand &o : operands)
    integers = integers && shapes_.kind(o.value) == Kind::Int;
  for (Operand &o : operands) {
    Value v = integers ? o.value : shapes_.real(o.value);
    if (v.isArray()) {
      arrays.push_back(v);
      ranges.push_back(o.range);
      row = row && v.row;
    }
    minus.push_back(o.op == ChainOp::Sub);
    values.push_back(std::move(v));
  }
  if (!sameShape(arrays, ranges, range))
    return Value::error();
  ir::Graph &graph = graph_;
  Value result = shapes_.map(std::move(values), shapes_.commonAxes(arrays),
                             integers ? Kind::Int : Kind::Real,
                             [&graph, minus](std::span<const ValueId> x) {
                               ValueId acc = x[0];
                               for (size_t k = 1; k < x.size(); ++k)
                                 acc = minus[k] ? graph.sub(acc, x[k]) : graph.add(acc, x[k]);
                               return acc;
                             });
  result.row = row;
  return result;
}

Value Elaborator::multiplyScalars(const Value &a, const Value &b, bool divide,
                                  SourceRange divisor, SourceRange range) {
  graph_.setRange(range);
  if (divide) {
    ValueId x = graph_.toReal(a.node), y = graph_.toReal(b.node);
    ValueId operands[] = {x, y};
    if (!checkDomain(Prim::Div, operands, divisor))
      return Value::error();
    return Value::scalar(graph_.div(x, y));
  }
  ValueId x = a.node, y = b.node, wx = wholeOf(a), wy = wholeOf(b);
  bool integers = graph_.type(x).kind == Kind::Int && graph_.type(y).kind == Kind::Int;
  if (integers && !overflows(graph_, Prim::Mul, x, y))
    return Value::scalar(graph_.mul(x, y));
  ValueId whole;
  if (!integers && wx.valid() && wy.valid() && !overflows(graph_, Prim::Mul, wx, wy))
    whole = graph_.mul(wx, wy);
  return Value::scalar(graph_.mul(graph_.toReal(x), graph_.toReal(y)), whole);
}

Value Elaborator::multiplyAll(std::vector<Operand> operands, SourceRange range) {
  for (const Operand &o : operands)
    if (!o.value.isArray() && !number(o.value, o.range).valid())
      return Value::error();
  Operand acc = std::move(operands[0]);
  for (size_t k = 1; k < operands.size(); ++k) {
    Operand &next = operands[k];
    SourceRange soFar = join(acc.range, next.range);
    graph_.setRange(soFar);
    bool scalars = acc.value.isScalar() && next.value.isScalar();
    switch (next.op) {
    case ChainOp::Add:
    case ChainOp::Sub:
    case ChainOp::Mul:
      acc.value = scalars ? multiplyScalars(acc.value, next.value, false, next.range, soFar)
                  : acc.value.isArray() && next.value.isArray()
                      ? product(acc, next, soFar)
                      : elementwise(acc, next, false, soFar);
      break;
    case ChainOp::Div:
      if (scalars) {
        acc.value = multiplyScalars(acc.value, next.value, true, next.range, soFar);
      } else if (next.value.isArray() && acc.value.isArray()) {
        acc.value = error(Diag::WrongShape, soFar, "an array is divided by an array",
                          "write ./ to divide element by element, or solve(A, b)");
      } else {
        acc.value = elementwise(acc, next, true, soFar);
      }
      break;
    case ChainOp::ElementMul:
    case ChainOp::ElementDiv: {
      bool divide = next.op == ChainOp::ElementDiv;
      acc.value = scalars ? multiplyScalars(acc.value, next.value, divide, next.range, soFar)
                          : elementwise(acc, next, divide, soFar);
      break;
    }
    }
    acc.range = soFar;
    if (acc.value.isError())
      return Value::error();
  }
  graph_.setRange(range);
  return std::move(acc.value);
}

ValueId Elaborator::wholePower(ValueId base, int64_t exponent) {
  ValueId result = graph_.integer(1);
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) {
      if (overflows(graph_, Prim::Mul, result, base))
        return {};
      result = graph_.mul(result, base);
    }
    if (exponent > 1) {
      if (overflows(graph_, Prim::Mul, base, base))
        return {};
      base = graph_.mul(base, base);
    }
  }
  return result;
}

namespace {

/// What norm(x) is the root of; invalid for anything else.
ValueId squareOfNorm(const ir::Graph &g, ValueId v) {
  if (g.node(v).op != ir::Op::Select)
    return {};
  const ValueId root = g.operand(v, 2);
  if (g.node(root).op != ir::Op::Prim || g.node(root).prim() != Prim::Sqrt)
    return {};
  const ValueId sum = g.operand(root, 0);
  if (g.node(sum).op != ir::Op::Reduce || g.node(sum).reduceOp() != ir::ReduceOp::Sum)
    return {};
  const ValueId term = g.operand(sum, 3);
  const bool squares = g.node(term).op == ir::Op::Prim && g.node(term).prim() == Prim::Powi &&
                       g.isConstant(g.operand(term, 1)) && g.intValue(g.operand(term, 1)) == 2;
  return squares ? sum : ValueId{};
}

} // namespace

Value Elaborator::power(const syntax::Power &p, SourceRange range, Scope &scope) {
  Value base = expression(*p.base, scope);
  Value exponent = expression(*p.exponent, scope);
  if (base.isError() || exponent.isError())
    return Value::error();
  graph_.setRange(range);
  if (base.isArray())
    return error(Diag::WrongShape, range,
                 fmt::format("'{}' is an array, and powers are of numbers", textOf(p.base->range)),
                 "write [i in 1..n] x[i]^2 for the powers of the elements, or sumsq(x)");
  ValueId b = number(base, p.base->range), e = number(exponent, p.exponent->range);
  if (!b.valid() || !e.valid())
    return Value::error();
  ValueId wholeExponent = wholeOf(exponent);
  if (!wholeExponent.valid() && graph_.isConstant(e)) {
    double value = graph_.realValue(e);
    if (value == std::floor(value) && std::fabs(value) <= 1u << 30)
      wholeExponent = graph_.integer(static_cast<int64_t>(value));
  }
  ValueId wholeResult;
  if (ValueId w = wholeOf(base); w.valid() && wholeExponent.valid() &&
                                 graph_.isConstant(wholeExponent) &&
                                 graph_.intValue(wholeExponent) >= 0 &&
                                 graph_.intValue(wholeExponent) <= 62)
    wholeResult = wholePower(w, graph_.intValue(wholeExponent));
  ValueId rb = graph_.toReal(b);
  if (wholeExponent.valid()) {
    // norm(x)^2 is sumsq(x), without the kink.
    if (graph_.isConstant(wholeExponent) && graph_.intValue(wholeExponent) == 2)
      if (ValueId sum = squareOfNorm(graph_, rb); sum.valid())
        return Value::scalar(sum);
    ValueId operands[] = {rb, wholeExponent};
    if (!checkDomain(Prim::Powi, operands, range))
      return Value::error();
    return Value::scalar(graph_.prim(Prim::Powi, operands), wholeResult);
  }
  ValueId operands[] = {rb, graph_.toReal(e)};
  if (!checkDomain(Prim::Pow, operands, range))
    return Value::error();
  return Value::scalar(graph_.prim(Prim::Pow, operands));
}

} // namespace gradus::semantics
