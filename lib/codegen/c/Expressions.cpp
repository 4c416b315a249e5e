//===- Expressions.cpp - operations of the loop IR as C ------------------------===//
#include "codegen/c/FunctionWriter.h"

#include "ir/Scalar.h"

#include <fmt/format.h>

#include <cassert>
#include <charconv>
#include <cmath>

namespace gradus::codegen::c {

using namespace loops;
using ir::Prim;

std::string wholeText(int64_t value) {
  if (value >= -2147483647 && value <= 2147483647)
    return std::to_string(value);
  if (value == INT64_MIN)
    return "(-INT64_C(9223372036854775807) - 1)";
  return value < 0 ? fmt::format("-INT64_C({})", -value) : fmt::format("INT64_C({})", value);
}

/// The shortest digits that give the number back.
Expression FunctionWriter::realNumber(double value) const {
  if (std::isnan(value))
    return Expression::atom("NAN");
  const auto narrow = static_cast<float>(value);
  const bool infinite = file_.single ? std::isinf(narrow) : std::isinf(value);
  if (infinite)
    return Expression::number(value < 0 ? "-INFINITY" : "INFINITY");
  char digits[64];
  auto end = file_.single ? std::to_chars(digits, digits + sizeof digits, narrow)
                          : std::to_chars(digits, digits + sizeof digits, value);
  std::string text(digits, end.ptr);
  if (text.find_first_of(".e") == std::string::npos)
    text += ".0";
  return Expression::number(text + (file_.single ? "f" : ""));
}

FunctionWriter::Value FunctionWriter::whole(int64_t value) {
  Value v;
  v.e = Expression::number(wholeText(value));
  v.inlined = true;
  v.constant = value;
  return v;
}

/// base + offset, with the offset written as a reader would.
FunctionWriter::Value FunctionWriter::affine(Expression base, int64_t offset) {
  Value v;
  v.inlined = true;
  v.base = base;
  v.offset = offset;
  if (offset == 0)
    v.e = std::move(base);
  else
    v.e = Expression::infix(offset < 0 ? "-" : "+", Binding::Sum, std::move(base),
                            Expression::atom(wholeText(offset < 0 ? -offset : offset)));
  return v;
}

FunctionWriter::Value FunctionWriter::operation(const Operation &op) {
  if (auto *o = std::get_if<ConstInt>(&op))
    return whole(o->value);
  if (auto *o = std::get_if<PrimOp>(&op))
    return primitive(*o);
  Value v;
  if (auto *o = std::get_if<ConstReal>(&op)) {
    v.e = realNumber(o->value);
    v.inlined = true;
  } else if (auto *o = std::get_if<ConstBool>(&op)) {
    v.e = Expression::atom(o->value ? "1" : "0");
    v.inlined = true;
    v.truth = o->value;
  } else if (auto *o = std::get_if<SelectOp>(&op)) {
    if (auto known = values_[o->condition.index].truth)
      return values_[(*known ? o->then : o->otherwise).index];
    v.e = Expression::choice(plain(o->condition), plain(o->then), plain(o->otherwise));
  } else if (auto *o = std::get_if<LoadOp>(&op)) {
    v.e = element(o->buffer, o->indices);
    v.readsMemory = true;
  } else if (auto *o = std::get_if<ReadOp>(&op)) {
    v.e = Expression::atom(places_[o->variable.index].name);
    v.readsMemory = true;
  }
  return v;
}

FunctionWriter::Value FunctionWriter::primitive(const PrimOp &op) {
  const ir::PrimInfo &row = ir::info(op.prim);
  const bool wholes = kind(op.operands[0]) == Kind::Int;
  if (wholes && (row.signature == ir::Signature::Numeric || row.signature == ir::Signature::Int))
    return wholePrimitive(op);
  Value v;
  auto a = [&](size_t k) -> const Value & { return values_[op.operands[k].index]; };
  switch (row.signature) {
  case ir::Signature::Compare: {
    if (wholes && a(0).constant && a(1).constant) {
      v.truth = ir::evaluateCompare(op.prim, *a(0).constant, *a(1).constant);
      v.e = Expression::atom(*v.truth ? "1" : "0");
      v.inlined = true;
      return v;
    }
    if (auto decided = choiceOf(op))
      return *decided;
    const bool equality = op.prim == Prim::Equal || op.prim == Prim::NotEqual;
    v.e = Expression::infix(row.cName, equality ? Binding::Equality : Binding::Relation, a(0).e,
                            a(1).e);
    return v;
  }
  case ir::Signature::Logic: {
    if (op.prim == Prim::Not) {
      if (a(0).truth) {
        v.truth = !*a(0).truth;
        v.e = Expression::atom(*v.truth ? "1" : "0");
        v.inlined = true;
        return v;
      }
      v.e = negated(op.operands[0]);
      return v;
    }
    const bool both = op.prim == Prim::And;
    for (size_t k = 0; k < 2; ++k)
      if (a(k).truth) // the neutral value leaves the other one, the other decides
        return *a(k).truth == both ? a(1 - k) : a(k);
    v.e = Expression::infix(row.cName, both ? Binding::And : Binding::Or, a(0).e, a(1).e);
    return v;
  }
  case ir::Signature::Real:
  case ir::Signature::Numeric:
  case ir::Signature::Int:
  case ir::Signature::RealInt:
  case ir::Signature::IntToReal:
    v.e = realPrimitive(op);
    return v;
  }
  return v;
}

/// 1 == (c ? 0 : 1) is !c: conditions that a method stored as numbers.
std::optional<FunctionWriter::Value> FunctionWriter::choiceOf(const PrimOp &op) {
  for (size_t k = 0; k < 2; ++k) {
    const Operation *definition = definitions_[op.operands[1 - k].index];
    auto *select = definition ? std::get_if<SelectOp>(definition) : nullptr;
    const Value &number = values_[op.operands[k].index];
    if (op.prim != Prim::Equal || !select || !number.constant ||
        !values_[op.operands[1 - k].index].inlined)
      continue;
    const Value &then = values_[select->then.index], &otherwise = values_[select->otherwise.index];
    if (!then.constant || !otherwise.constant)
      continue;
    const bool whenTrue = *then.constant == *number.constant;
    const bool whenFalse = *otherwise.constant == *number.constant;
    if (whenTrue == whenFalse)
      continue;
    Value v;
    v.e = whenTrue ? plain(select->condition) : negated(select->condition);
    return v;
  }
  return std::nullopt;
}

FunctionWriter::Value FunctionWriter::wholePrimitive(const PrimOp &op) {
  std::vector<int64_t> numbers;
  for (ScalarId s : op.operands)
    if (auto c = values_[s.index].constant)
      numbers.push_back(*c);
  const bool divides = op.prim == Prim::IntDiv || op.prim == Prim::Mod;
  if (numbers.size() == op.operands.size() && !(divides && numbers[1] == 0))
    return whole(ir::evaluateWhole(op.prim, numbers));
  auto a = [&](size_t k) -> const Value & { return values_[op.operands[k].index]; };
  Value v;
  switch (op.prim) {
  case Prim::Add:
  case Prim::Sub: {
    const bool minus = op.prim == Prim::Sub;
    for (size_t k = minus ? 1 : 0; k < 2; ++k) { // base + constant
      const Value &other = a(1 - k);
      if (!a(k).constant || !other.base || (other.inlined && other.readsMemory))
        continue;
      int64_t offset;
      if (minus ? __builtin_sub_overflow(other.offset, *a(k).constant, &offset)
                : __builtin_add_overflow(other.offset, *a(k).constant, &offset))
        continue;
      return affine(*other.base, offset);
    }
    if (a(1).constant && *a(1).constant < 0 && *a(1).constant > INT64_MIN)
      v.e = Expression::infix(minus ? "+" : "-", Binding::Sum, a(0).e,
                              Expression::atom(wholeText(-*a(1).constant)));
    else
      v.e = Expression::infix(minus ? "-" : "+", Binding::Sum, a(0).e, a(1).e);
    return v;
  }
  case Prim::Mul:
    v.e = Expression::infix("*", Binding::Product, a(0).e, a(1).e);
    return v;
  case Prim::Neg:
    v.e = Expression::prefix("-", a(0).e);
    return v;
  case Prim::IntDiv:
    v.e = call(Helper::FloorDiv, op);
    return v;
  case Prim::Mod:
    v.e = call(Helper::FloorMod, op);
    return v;
  case Prim::Min:
    v.e = call(Helper::WholeMinimum, op);
    return v;
  case Prim::Max:
    v.e = call(Helper::WholeMaximum, op);
    return v;
  case Prim::Abs:
    v.e = call(Helper::WholeMagnitude, op);
    return v;
  case Prim::Sign:
    v.e = call(Helper::WholeSign, op);
    return v;
  default:
    assert(false && "not a primitive of whole numbers");
    return v;
  }
}

Expression FunctionWriter::call(Helper h, const PrimOp &op) {
  std::vector<Expression> arguments;
  for (ScalarId s : op.operands)
    arguments.push_back(plain(s));
  return Expression::call(file_.helpers.use(h), std::move(arguments));
}

Expression FunctionWriter::libm(const PrimOp &op) {
  std::vector<Expression> arguments;
  for (ScalarId s : op.operands)
    arguments.push_back(plain(s));
  if (inLanes_ && !file_.single && !file_.module.strict)
    if (std::string name = file_.helpers.useVector(ir::info(op.prim).cName); !name.empty())
      return Expression::call(std::move(name), std::move(arguments));
  return Expression::call(std::string(ir::info(op.prim).cName) + (file_.single ? "f" : ""),
                          std::move(arguments));
}

Expression FunctionWriter::realPrimitive(const PrimOp &op) {
  auto a = [&](size_t k) { return plain(op.operands[k]); };
  const ir::PrimInfo &row = ir::info(op.prim);
  switch (op.prim) {
  case Prim::Add:
  case Prim::Sub:
    return Expression::infix(row.cName, Binding::Sum, a(0), a(1));
  case Prim::Mul:
  case Prim::Div:
    return Expression::infix(row.cName, Binding::Product, a(0), a(1));
  case Prim::Neg:
    return Expression::prefix("-", a(0));
  case Prim::ToReal:
    if (auto c = values_[op.operands[0].index].constant)
      return realNumber(static_cast<double>(*c));
    return Expression::prefix(fmt::format("({})", file_.real()), a(0));
  case Prim::Mod:
    return call(Helper::RealMod, op);
  case Prim::Min:
    return call(Helper::Minimum, op);
  case Prim::Max:
    return call(Helper::Maximum, op);
  case Prim::Sign:
    return call(Helper::Sign, op);
  case Prim::Powi:
    if (auto n = values_[op.operands[1].index].constant) {
      if (*n == 0)
        return realNumber(1);
      if (*n == 1)
        return a(0);
      if (*n == -1)
        return Expression::infix("/", Binding::Product, realNumber(1), a(0));
      if (*n == 2 && a(0).form == Expression::Form::Atom)
        return Expression::infix("*", Binding::Product, a(0), a(0));
      return Expression::call(file_.helpers.usePower(*n), {a(0)});
    }
    return call(Helper::Powi, op);
  case Prim::Digamma:
  case Prim::Polygamma: {
    // Computed in double in any case.
    std::vector<Expression> arguments;
    if (op.prim == Prim::Polygamma)
      arguments.push_back(a(1));
    arguments.push_back(file_.single ? Expression::prefix("(double)", a(0)) : a(0));
    Expression e = Expression::call(
        file_.helpers.use(op.prim == Prim::Digamma ? Helper::Digamma : Helper::Polygamma),
        std::move(arguments));
    return file_.single ? Expression::prefix("(float)", std::move(e)) : e;
  }
  default:
    assert((row.lowering == ir::Lowering::Libm || row.lowering == ir::Lowering::Intrinsic) &&
           "lowering expands the other rows");
    return libm(op);
  }
}

Expression FunctionWriter::negated(ScalarId condition) {
  const Operation *op = definitions_[condition.index];
  auto *p = op ? std::get_if<PrimOp>(op) : nullptr;
  if (p && values_[condition.index].inlined) {
    auto a = [&](size_t k) { return plain(p->operands[k]); };
    const bool wholes = kind(p->operands[0]) == Kind::Int;
    auto relation = [&](const char *text, Binding b) {
      return Expression::infix(text, b, a(0), a(1));
    };
    if (p->prim == Prim::Not)
      return a(0);
    if (p->prim == Prim::Equal)
      return relation("!=", Binding::Equality);
    if (p->prim == Prim::NotEqual)
      return relation("==", Binding::Equality);
    if (wholes && p->prim == Prim::Less)
      return relation(">=", Binding::Relation);
    if (wholes && p->prim == Prim::LessEqual)
      return relation(">", Binding::Relation);
    if (p->prim == Prim::And)
      return Expression::infix("||", Binding::Or, negated(p->operands[0]), negated(p->operands[1]));
  }
  return Expression::prefix("!", plain(condition));
}

/// Row major, counted from the axes' lowest indices.
Expression FunctionWriter::element(BufferId buffer, const std::vector<ScalarId> &indices) {
  const Buffer &b = f_.buffers[buffer.index];
  std::optional<Value> linear;
  for (size_t k = 0; k < indices.size(); ++k) {
    const Value &i = values_[indices[k].index], &lo = values_[b.axes[k].lo.index];
    Value position;
    int64_t offset;
    if (i.constant && lo.constant)
      position = whole(*i.constant - *lo.constant);
    else if (i.base && lo.constant && !__builtin_sub_overflow(i.offset, *lo.constant, &offset))
      position = affine(*i.base, offset);
    else if (lo.constant && *lo.constant == 0)
      position.e = i.e;
    else
      position.e = Expression::infix("-", Binding::Sum, i.e, lo.e);
    if (linear && !(linear->constant && *linear->constant == 0)) {
      Expression rows =
          Expression::infix("*", Binding::Product, linear->e, plain(b.axes[k].extent));
      if (position.constant && *position.constant == 0)
        position.e = std::move(rows);
      else
        position.e = Expression::infix("+", Binding::Sum, std::move(rows), position.e);
      position.constant = {};
      position.base = {};
    }
    linear = std::move(position);
  }
  Expression made = Expression::index(Expression::atom(buffers_[buffer.index]),
                                      linear ? linear->e : Expression::atom("0"));
  if (b.role == loops::BufferRole::Constant && file_.tables[b.table].narrow)
    made = Expression::prefix("(int64_t)", std::move(made));
  return made;
}

Expression FunctionWriter::count(BufferId buffer) {
  std::optional<Value> product;
  for (const BufferAxis &axis : f_.buffers[buffer.index].axes) {
    const Value &extent = values_[axis.extent.index];
    if (!product) {
      product = extent;
    } else if (product->constant && extent.constant) {
      product = whole(*product->constant * *extent.constant);
    } else {
      product->e = Expression::infix("*", Binding::Product, product->e, extent.e);
      product->constant = {};
    }
  }
  return product ? product->e : Expression::atom("1");
}

} // namespace gradus::codegen::c
