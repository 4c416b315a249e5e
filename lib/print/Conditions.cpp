//===- Conditions.cpp - conditions and choices ------------------------------------===//

#include "print/Facts.h"
#include "print/Simplifier.h"

#include <algorithm>

namespace gradus::print {

using namespace ir;

namespace {

bool isPrim(const Graph &g, ValueId v, Prim p) {
  return g.node(v).op == Op::Prim && g.node(v).prim() == p;
}

bool isZero(const Graph &g, ValueId v) {
  return g.isConstant(v) && g.type(v).kind != Kind::Bool && g.realValue(v) == 0;
}

/// A comparison of whole numbers as form >= 0.
std::optional<Linear> asBound(const Graph &g, ValueId c) {
  if (!isPrim(g, c, Prim::Less) && !isPrim(g, c, Prim::LessEqual))
    return std::nullopt;
  if (g.type(g.operand(c, 0)).kind != Kind::Int)
    return std::nullopt;
  Linear form = difference(g, g.operand(c, 1), g.operand(c, 0));
  form.constant -= isPrim(g, c, Prim::Less);
  return form.valid ? std::optional(form) : std::nullopt;
}

} // namespace

/// Without `not` where there is a comparison for it.
ValueId Simplifier::negated(ValueId c) {
  if (g.isConstant(c))
    return g.boolean(!g.boolValue(c));
  const Node n = g.node(c);
  if (n.op == Op::Prim) {
    auto a = [&] { return g.operand(c, 0); };
    auto b = [&] { return g.operand(c, 1); };
    switch (n.prim()) {
    case Prim::Not:
      return a();
    case Prim::Less:
      return g.lessEqual(b(), a());
    case Prim::LessEqual:
      return g.less(b(), a());
    case Prim::Equal:
      return g.prim(Prim::NotEqual, {a(), b()});
    case Prim::NotEqual:
      return g.equal(a(), b());
    case Prim::Or: {
      std::vector<ValueId> parts = conjuncts(c, Prim::Or);
      for (ValueId &p : parts)
        p = isPrim(g, p, Prim::And) ? g.logicalNot(p) : negated(p);
      return conjunction(parts);
    }
    default:
      break;
    }
  }
  return g.logicalNot(c);
}

std::vector<ValueId> Simplifier::conjuncts(ValueId root, Prim joint) {
  std::vector<ValueId> parts, work{root};
  while (!work.empty()) {
    ValueId c = work.back();
    work.pop_back();
    if (isPrim(g, c, joint)) {
      work.push_back(g.operand(c, 1));
      work.push_back(g.operand(c, 0));
    } else if (std::find(parts.begin(), parts.end(), c) == parts.end()) {
      parts.push_back(c);
    }
  }
  return parts;
}

/// Drops what is proven or follows from another part.
ValueId Simplifier::conjunction(std::vector<ValueId> given) {
  std::vector<ValueId> parts;
  for (ValueId whole : given)
    for (ValueId c : conjuncts(whole)) {
      if (auto known = decide(g, c))
        c = g.boolean(*known);
      if (g.isConstant(c)) {
        if (!g.boolValue(c))
          return c;
        continue;
      }
      if (std::find(parts.begin(), parts.end(), c) == parts.end())
        parts.push_back(c);
    }
  std::vector<std::optional<Linear>> bounds;
  for (ValueId c : parts)
    bounds.push_back(asBound(g, c));
  ValueId result = g.boolean(true);
  for (size_t k = 0; k < parts.size(); ++k) {
    bool follows = false;
    for (size_t j = 0; j < parts.size() && bounds[k]; ++j)
      if (j != k && bounds[j] && bounds[j]->parts == bounds[k]->parts)
        follows |= bounds[j]->constant < bounds[k]->constant ||
                   (bounds[j]->constant == bounds[k]->constant && j < k);
    if (std::find(parts.begin(), parts.end(), negated(parts[k])) != parts.end())
      return g.boolean(false);
    if (!follows)
      result = g.logicalAnd(result, parts[k]);
  }
  return result;
}

ValueId Simplifier::condition(Prim p, std::span<const ValueId> ops) {
  switch (p) {
  case Prim::Not:
    return negated(ops[0]);
  case Prim::And:
    return conjunction({ops.begin(), ops.end()});
  default:
    break;
  }
  ValueId made = g.prim(p, ops);
  if (auto known = decide(g, made))
    return g.boolean(*known);
  return made;
}

bool Simplifier::isGuarded(ValueId v, ValueId &condition, ValueId &value) {
  if (g.node(v).op != Op::Select || !isZero(g, g.operand(v, 2)))
    return false;
  condition = g.operand(v, 0);
  value = g.operand(v, 1);
  return true;
}

/// Partial derivatives of powers and of hypot carry the convention for their
/// one exceptional point as a choice, `if x^2 + y^2 == 0 then 0 else ...`. There
/// the formula alone has no value or the same one, so people get it alone.
ValueId Simplifier::withoutGuard(ValueId c, ValueId a, ValueId b) {
  ValueId u;
  auto equalsZero = [&](ValueId v, Prim p) {
    if (!isPrim(g, v, p))
      return false;
    u = isZero(g, g.operand(v, 0)) ? g.operand(v, 1) : g.operand(v, 0);
    return isZero(g, g.operand(v, 0)) || isZero(g, g.operand(v, 1));
  };
  if (isZero(g, a))
    std::swap(a, b);
  else if (!isZero(g, b))
    return {};
  else
    c = negated(c);
  // Now: if c then 0 else a.
  if (g.type(a) != Type{Kind::Real, 0})
    return {};
  Sum terms = viewer.view(a);
  if (terms.size() != 1)
    return {};
  const std::vector<Factor> &factors = terms[0].factors;
  auto any = [&](auto &&fits) { return std::any_of(factors.begin(), factors.end(), fits); };
  if (equalsZero(c, Prim::Equal)) {
    // x/hypot(x, y); y*x^(y - 1)
    if (isPrim(g, u, Prim::Hypot) && any([&](const Factor &f) {
          return f.base == u && f.isPower() && f.exponent.negative();
        }))
      return a;
    ValueId real = g.toReal(u);
    if (any([&](const Factor &f) { return f.base.valid() && f.symbolic == real; }))
      return a;
    return {};
  }
  // x^y*log(x)
  if (isPrim(g, c, Prim::And) && g.node(c).operandCount == 2 &&
      equalsZero(g.operand(c, 0), Prim::Equal) && isPrim(g, g.operand(c, 1), Prim::Less)) {
    ValueId x = u, y = g.operand(g.operand(c, 1), 1);
    if (isZero(g, g.operand(g.operand(c, 1), 0)) && any([&](const Factor &f) {
          return f.base == x && f.symbolic == y;
        }) && any([&](const Factor &f) {
          return f.isPlain() && isPrim(g, f.base, Prim::Log) && g.operand(f.base, 0) == x;
        }))
      return a;
  }
  return {};
}

ValueId Simplifier::choice(ValueId c, ValueId a, ValueId b) {
  if (auto known = decide(g, c))
    c = g.boolean(*known);
  // What the branches themselves ask is known in part.
  auto assume = [&](ValueId v, ValueId holds) {
    for (int k = 0; k < 64 && g.node(v).op == Op::Select; ++k) {
      if (g.operand(v, 0) == holds)
        v = g.operand(v, 1);
      else if (g.operand(v, 0) == negated(holds))
        v = g.operand(v, 2);
      else
        break;
    }
    return v;
  };
  if (!g.isConstant(c)) {
    a = assume(a, c);
    b = assume(b, negated(c));
  }
  if (g.isConstant(c) || a == b)
    return g.select(c, a, b);
  if (g.type(a).kind == Kind::Bool)
    return g.select(c, a, b);
  if (ValueId plain = withoutGuard(c, a, b); plain.valid())
    return plain;
  if (isZero(g, a) && !isZero(g, b))
    return choice(negated(c), b, a);
  ValueId inner, value;
  if (isZero(g, b) && isGuarded(a, inner, value))
    return g.select(conjunction({c, inner}), value, b);
  return g.select(c, a, b);
}

} // namespace gradus::print
