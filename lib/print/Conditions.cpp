//===- Conditions.cpp - conditions --------------------------------------------------===//

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
      follows |=
          all[k].size() > 1 && std::find(all[k].begin(), all[k].end(), parts[j]) != all[k].end();
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

} // namespace gradus::print
