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

/// Drops what implies another part; true when the parts exhaust a range.
ValueId Simplifier::disjunction(std::vector<ValueId> given) {
  std::vector<ValueId> parts;
  for (ValueId whole : given)
    for (ValueId c : conjuncts(whole, Prim::Or)) {
      if (auto known = decide(g, c))
        c = g.boolean(*known);
      if (g.isConstant(c)) {
        if (g.boolValue(c))
          return c;
        continue;
      }
      if (std::find(parts.begin(), parts.end(), c) == parts.end())
        parts.push_back(c);
    }
  std::vector<std::optional<Linear>> bounds;
  std::vector<std::vector<ValueId>> all;
  for (ValueId c : parts) {
    bounds.push_back(asBound(g, c));
    all.push_back(conjuncts(c));
  }
  if (exhaustive(parts))
    return g.boolean(true);
  // x < y or x == y
  for (size_t k = 0; k < parts.size(); ++k)
    for (size_t j = 0; j < parts.size() && isPrim(g, parts[k], Prim::Less); ++j) {
      ValueId x = g.operand(parts[k], 0), y = g.operand(parts[k], 1);
      if (parts[j] != g.equal(x, y))
        continue;
      parts[k] = g.lessEqual(x, y);
      parts.erase(parts.begin() + static_cast<long>(j));
      return disjunction(parts);
    }
  ValueId result = g.boolean(false);
  for (size_t k = 0; k < parts.size(); ++k) {
    if (std::find(parts.begin(), parts.end(), negated(parts[k])) != parts.end())
      return g.boolean(true);
    bool follows = false;
    for (size_t j = 0; j < parts.size(); ++j) {
      if (j == k)
        continue;
      // x >= 3 or x >= 2; a and b or a
      if (bounds[k] && bounds[j] && bounds[j]->parts == bounds[k]->parts)
        follows |= bounds[j]->constant > bounds[k]->constant ||
                   (bounds[j]->constant == bounds[k]->constant && j < k);
      follows |= all[k].size() > 1 &&
                 std::find(all[k].begin(), all[k].end(), parts[j]) != all[k].end();
    }
    if (!follows)
      result = g.logicalOr(result, parts[k]);
  }
  return result;
}

/// Whether i == 1, i == 2, ... are all values that an index has.
bool Simplifier::exhaustive(const std::vector<ValueId> &equalities) {
  ValueId index;
  std::set<int64_t> values;
  for (ValueId c : equalities) {
    if (!isPrim(g, c, Prim::Equal) || g.type(g.operand(c, 0)).kind != Kind::Int)
      return false;
    Linear form = difference(g, g.operand(c, 0), g.operand(c, 1));
    if (!form.valid || form.parts.size() != 1)
      return false;
    auto [part, factor] = *form.parts.begin();
    if (!g.isSymbol(part) || (factor != 1 && factor != -1) || (index.valid() && index != part))
      return false;
    index = part;
    values.insert(-factor * form.constant);
  }
  if (!index.valid())
    return false;
  const Symbol &s = g.symbol(index);
  if (!s.lo.valid() || !s.hi.valid() || !g.isConstant(s.lo) || !g.isConstant(s.hi))
    return false;
  auto lo = values.lower_bound(g.intValue(s.lo)), hi = values.upper_bound(g.intValue(s.hi));
  return std::distance(lo, hi) == g.intValue(s.hi) - g.intValue(s.lo) + 1;
}

ValueId Simplifier::condition(Prim p, std::span<const ValueId> ops) {
  switch (p) {
  case Prim::Not:
    return negated(ops[0]);
  case Prim::And:
    return conjunction({ops.begin(), ops.end()});
  case Prim::Or:
    return disjunction({ops.begin(), ops.end()});
  default:
    break;
  }
  ValueId made = g.prim(p, ops);
  if (auto known = decide(g, made))
    return g.boolean(*known);
  // x^2 + 1 == 0
  if (p == Prim::Equal || p == Prim::NotEqual)
    for (size_t k = 0; k < 2; ++k)
      if (isZero(g, ops[k]) && provenPositive(ops[1 - k]))
        return g.boolean(p == Prim::NotEqual);
  if (ops.size() == 2)
    for (size_t k = 0; k < 2; ++k)
      if (g.isConstant(ops[1 - k]) && isConstantChoice(ops[k])) {
        // (if c then 1 else 0) > 0 is c.
        ValueId v = ops[k];
        std::vector<ValueId> both(ops.begin(), ops.end()), conditions, truths;
        for (;; v = g.operand(v, 2)) {
          bool last = g.node(v).op != Op::Select;
          both[k] = last ? v : g.operand(v, 1);
          truths.push_back(g.prim(p, both));
          if (last)
            break;
          conditions.push_back(g.operand(v, 0));
        }
        ValueId result = truths.back();
        for (size_t j = conditions.size(); j-- > 0;)
          result = g.boolValue(truths[j]) ? disjunction({conditions[j], result})
                                          : conjunction({negated(conditions[j]), result});
        return result;
      }
  return made;
}

/// exp(x), x^2 + 1 and their products and roots.
bool Simplifier::provenPositive(ValueId v) {
  if (g.type(v) != Type{Kind::Real, 0})
    return false;
  Sum terms = viewer.view(v);
  if (terms.size() == 1 && terms[0].factors.size() == 1 && terms[0].factors[0].isPower() &&
      !terms[0].coefficient.negative()) {
    const Factor &f = terms[0].factors[0];
    return f.base != v && isAdditive(g, f.base) && provenPositive(f.base);
  }
  bool strictly = false;
  for (const Term &t : terms) {
    bool exponentials = true;
    for (const Factor &f : t.factors) {
      if (!f.isExponential() && !(f.isPower() && f.exponent.even() && !f.exponent.negative()))
        return false;
      exponentials &= f.isExponential();
    }
    if (t.coefficient.negative())
      return false;
    strictly |= exponentials;
  }
  return strictly;
}

/// if c then 1 else if d then 2 else 3
bool Simplifier::isConstantChoice(ValueId v) {
  if (g.node(v).op != Op::Select)
    return false;
  for (int k = 0; k < 8 && g.node(v).op == Op::Select; ++k) {
    if (!g.isConstant(g.operand(v, 1)))
      return false;
    v = g.operand(v, 2);
  }
  return g.isConstant(v);
}

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
    if (t.factors.size() != 1 || !t.factors[0].isPlain() ||
        !isGuarded(t.factors[0].base, c, value))
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
        any([&](const Factor &f) {
          return f.base == u && f.isPower() && f.exponent.negative();
        }))
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
                   (isConstantSum(exponentOf(g, f), y) || isConstantSum(exponentOf(g, f), g.neg(y)));
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
  ValueId i = all.symbols[0], j = g.operand(extra[0], 0) == i ? g.operand(extra[0], 1)
                                                             : g.operand(extra[0], 0);
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
