//===- Choices.cpp - if c then a else b ---------------------------------------------===//

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

} // namespace

/// Whether v is 0 unless one of `guards` holds: all it consists of asks for one.
bool Simplifier::zeroWithout(ValueId v, const std::vector<ValueId> &guards, int nesting) {
  auto guard = [&](ValueId c) {
    return std::any_of(guards.begin(), guards.end(), [&](ValueId given) {
      if (c == given)
        return true;
      if (!isPrim(g, given, Prim::LessEqual)) // x <= y follows from x < y and x == y
        return false;
      ValueId x = g.operand(given, 0), y = g.operand(given, 1);
      return (isPrim(g, c, Prim::Less) && g.operand(c, 0) == x && g.operand(c, 1) == y) ||
             c == g.equal(x, y);
    });
  };
  for (int k = 0; k < 64 && g.node(v).op == Op::Select; ++k) {
    ValueId c = g.operand(v, 0);
    std::vector<ValueId> all = conjuncts(c), any = conjuncts(c, Prim::Or);
    if (!std::any_of(all.begin(), all.end(), guard) &&
        !std::all_of(any.begin(), any.end(), guard) &&
        (nesting == 0 || !zeroWithout(g.operand(v, 1), guards, nesting - 1)))
      return false;
    v = g.operand(v, 2);
  }
  if (isZero(g, v))
    return true;
  if (!isAdditive(g, v) && !isMultiplicative(g, v))
    return false;
  for (const Term &t : viewer.view(v))
    if (std::none_of(t.factors.begin(), t.factors.end(), [&](const Factor &f) {
          return f.isPower() && !f.exponent.negative() && f.base != v &&
                 g.node(f.base).op == Op::Select && nesting > 0 &&
                 zeroWithout(f.base, guards, nesting - 1);
        }))
      return false;
  return true;
}

/// In `if c then (if c and d then x else 0) + y else 0`, c is asked once.
ValueId Simplifier::withoutKnown(ValueId v, ValueId condition) {
  if (!isAdditive(g, v))
    return v;
  std::vector<ValueId> known = conjuncts(condition);
  Sum terms = viewer.view(v);
  bool changed = false;
  for (Term &t : terms) {
    ValueId c, value;
    if (t.factors.size() != 1 || !t.factors[0].isPlain() || !isGuarded(t.factors[0].base, c, value))
      continue;
    std::vector<ValueId> rest, all = conjuncts(c);
    for (ValueId part : all)
      if (std::find(known.begin(), known.end(), part) == known.end())
        rest.push_back(part);
    if (rest.size() == all.size())
      continue;
    changed = true;
    t.factors.clear();
    multiply(g, t, viewer.viewTerm(choice(conjunction(rest), value, g.real(0.0))));
  }
  return changed ? normalSum(std::move(terms)) : v;
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
  auto isConstantSum = [&](ValueId v, ValueId w) {
    return g.isConstant(normalSum(viewer.view(g.sub(g.toReal(v), g.toReal(w)))));
  };
  if (isPrim(g, c, Prim::Equal)) {
    ValueId p = g.operand(c, 0), q = g.operand(c, 1);
    // x/hypot(x, y)
    ValueId u = isZero(g, p) ? q : p;
    if ((isZero(g, p) || isZero(g, q)) && isPrim(g, u, Prim::Hypot) &&
        any([&](const Factor &f) { return f.base == u && f.isPower() && f.exponent.negative(); }))
      return a;
    // y*x^(y - 1), (y - 1)*x^(y - 2) where y == 0, y == 1
    if (g.type(p).kind != Kind::Bool && any([&](const Factor &f) {
          return f.base.valid() && f.symbolic.valid() &&
                 (isConstantSum(exponentOf(g, f), g.sub(p, q)) ||
                  isConstantSum(exponentOf(g, f), g.sub(q, p)));
        }))
      return a;
    return {};
  }
  // y*x^(y - 1) where x == 0 and y == 0
  if (isPrim(g, c, Prim::And) && isPrim(g, g.operand(c, 0), Prim::Equal) &&
      isPrim(g, g.operand(c, 1), Prim::Equal))
    for (unsigned k = 0; k < 2; ++k) {
      ValueId same = g.operand(c, k);
      if (!isZero(g, g.operand(same, 0)) && !isZero(g, g.operand(same, 1)))
        continue;
      ValueId x = isZero(g, g.operand(same, 0)) ? g.operand(same, 1) : g.operand(same, 0);
      ValueId other = g.operand(c, 1 - k);
      ValueId y = g.sub(g.operand(other, 0), g.operand(other, 1));
      if (any([&](const Factor &f) {
            return f.base == x && f.symbolic.valid() &&
                   (isConstantSum(exponentOf(g, f), y) ||
                    isConstantSum(exponentOf(g, f), g.neg(y)));
          }))
        return a;
    }
  // x^y*log(x) where x == 0 and y > 0
  if (isPrim(g, c, Prim::And) && isPrim(g, g.operand(c, 0), Prim::Equal) &&
      isPrim(g, g.operand(c, 1), Prim::Less)) {
    ValueId p = g.operand(g.operand(c, 0), 0), q = g.operand(g.operand(c, 0), 1);
    ValueId x = isZero(g, p) ? q : p;
    ValueId least = g.operand(g.operand(c, 1), 0), y = g.operand(g.operand(c, 1), 1);
    if ((isZero(g, p) || isZero(g, q)) && any([&](const Factor &f) {
          return f.base == x && f.symbolic.valid() &&
                 isConstantSum(exponentOf(g, f), g.sub(y, least));
        }))
      return a;
  }
  return {};
}

/// if p == 0 then (product of the others) else p/x is the product of the others.
ValueId Simplifier::productOfOthers(ValueId c, ValueId a, ValueId b) {
  if (isPrim(g, c, Prim::NotEqual))
    std::swap(a, b);
  else if (!isPrim(g, c, Prim::Equal))
    return {};
  auto isProduct = [&](ValueId v) {
    return g.node(v).op == Op::Reduce && g.node(v).reduceOp() == ReduceOp::Prod;
  };
  ValueId p = g.operand(c, isZero(g, g.operand(c, 0)) ? 1 : 0);
  if (!isProduct(p) || !isProduct(a) || p == a || g.operand(p, 0) != g.operand(a, 0) ||
      g.operand(p, 1) != g.operand(a, 1))
    return {};
  Opened all = g.open(p);
  Opened others = g.openWith(a, all.symbols);
  if (all.body != others.body)
    return {};
  std::vector<ValueId> extra, known = conjuncts(all.condition);
  for (ValueId part : conjuncts(others.condition))
    if (std::find(known.begin(), known.end(), part) == known.end())
      extra.push_back(part);
  if (extra.size() != 1 || !isPrim(g, extra[0], Prim::NotEqual))
    return {};
  ValueId i = all.symbols[0],
          j = g.operand(extra[0], 0) == i ? g.operand(extra[0], 1) : g.operand(extra[0], 0);
  ValueId mine = run(g.substitute(all.body, {{i, j}}));
  return b == normalSum(viewer.view(g.div(p, mine))) ? a : ValueId{};
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
  // if x > 0 then .. else if x >= 0: there x == 0
  if (isPrim(g, c, Prim::Less) && g.node(b).op == Op::Select) {
    ValueId asked = g.operand(b, 0);
    if (isPrim(g, asked, Prim::LessEqual) && g.operand(asked, 0) == g.operand(c, 0) &&
        g.operand(asked, 1) == g.operand(c, 1))
      b = choice(g.equal(g.operand(c, 0), g.operand(c, 1)), g.operand(b, 1), g.operand(b, 2));
  }
  if (g.type(a).kind == Kind::Bool)
    return g.select(c, a, b);
  if (ValueId plain = withoutGuard(c, a, b); plain.valid())
    return plain;
  if (ValueId others = productOfOthers(c, a, b); others.valid())
    return others;
  if (isZero(g, a) && !isZero(g, b))
    return choice(negated(c), b, a);
  if (isZero(g, b) && g.type(a).kind == Kind::Real) {
    std::vector<ValueId> needed;
    for (ValueId part : conjuncts(c))
      if (!zeroWithout(a, conjuncts(part, Prim::Or), 8))
        needed.push_back(part);
    c = conjunction(needed);
    if (g.isConstant(c))
      return g.select(c, a, b);
    a = withoutKnown(a, c);
  }
  ValueId inner, value;
  if (isZero(g, b) && isGuarded(a, inner, value))
    return g.select(conjunction({c, inner}), value, b);
  return g.select(c, a, b);
}

} // namespace gradus::print
