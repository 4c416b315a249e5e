//===- SumRules.cpp - sums of terms -------------------------------------------------===//

#include "print/Facts.h"
#include "print/Simplifier.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace gradus::print {

using namespace ir;

namespace {

/// Rules that compare terms with each other are for sums people read.
constexpr size_t longestCompared = 256;

bool isPrim(const Graph &g, ValueId v, Prim p) {
  return v.valid() && g.node(v).op == Op::Prim && g.node(v).prim() == p;
}

/// A name, an element or a number: what is not worth factoring out.
bool isLeaf(const Graph &g, const Factor &f) {
  if (!f.isPower())
    return false;
  Op op = g.node(f.base).op;
  return op == Op::Input || op == Op::At || op == Op::Index || op == Op::Constant ||
         g.type(f.base).kind == Kind::Int;
}

std::vector<Factor> without(const std::vector<Factor> &factors, size_t k) {
  std::vector<Factor> rest = factors;
  rest.erase(rest.begin() + static_cast<long>(k));
  return rest;
}

const Factor *findBase(const std::vector<Factor> &factors, ValueId base) {
  for (const Factor &f : factors)
    if (f.base == base)
      return &f;
  return nullptr;
}

} // namespace

/// (1/r^5 - 2/r^11)/r^2 is 1/r^7 - 2/r^13: division by a power of a name that
/// divides all terms of a bracket. Empty for any other term.
Sum Simplifier::spreadDivision(const Term &term) {
  if (term.factors.size() != 2)
    return {};
  size_t k = isLeaf(g, term.factors[0]) ? 0 : 1;
  const Factor &name = term.factors[k], &bracket = term.factors[1 - k];
  if (!isLeaf(g, name) || !name.exponent.negative() || !bracket.isPlain() ||
      !isAdditive(g, bracket.base))
    return {};
  Sum inside = viewer.view(bracket.base);
  for (Term &t : inside) {
    const Factor *f = findBase(t.factors, name.base);
    if (!f || !f->isPower() || !f->exponent.negative())
      return {};
    t.coefficient = t.coefficient * term.coefficient;
    multiply(g, t, name);
  }
  return inside;
}

void Simplifier::collect(Collected &into, Sum sum) {
  // Last first, so that the stack works in the order given.
  std::reverse(sum.begin(), sum.end());
  while (!sum.empty()) {
    Term term = normal(std::move(sum.back()));
    sum.pop_back();
    if (term.coefficient.isZero())
      continue;
    const Number &c = term.coefficient;
    if (term.factors.size() == 1 && term.factors[0].isPlain() && (c.isOne() || c.isMinusOne()) &&
        isAdditive(g, term.factors[0].base) && !viewer.closed.count(term.factors[0].base)) {
      for (Term &t : viewer.view(term.factors[0].base)) {
        t.coefficient = t.coefficient * c;
        sum.push_back(std::move(t));
      }
      continue;
    }
    if (Sum spread = spreadDivision(term); !spread.empty()) {
      std::move(spread.begin(), spread.end(), std::back_inserter(sum));
      continue;
    }
    auto [it, fresh] = into.emplace(std::move(term.factors), term.coefficient);
    if (!fresh) {
      it->second = it->second + term.coefficient;
      if (it->second.isZero())
        into.erase(it);
    }
  }
}

Number Simplifier::takeContent(Sum &sum) {
  Number content(1);
  bool whole = true, equal = true;
  int64_t common = 0;
  for (const Term &t : sum) {
    const Number c = t.coefficient.abs();
    equal &= c == sum[0].coefficient.abs();
    whole &= c.whole();
    if (whole)
      common = std::gcd(common, c.top());
  }
  if (whole && common > 1)
    content = common;
  else if (equal && !whole)
    content = sum[0].coefficient.abs();
  if (order.leadsNegative(sum))
    content = -content;
  if (!content.isOne())
    for (Term &t : sum)
      t.coefficient = t.coefficient / content;
  return content;
}

/// (if c then a else 0) + (if c then b else 0) is if c then a + b else 0, and
/// what holds otherwise joins as the other branch.
void Simplifier::groupChoices(Collected &terms) {
  std::vector<std::pair<ValueId, std::pair<Sum, Sum>>> groups;
  std::vector<std::pair<std::vector<Factor>, Number>> choices;
  for (auto &[factors, c] : terms)
    if (factors.size() == 1 && factors[0].isPlain() && g.node(factors[0].base).op == Op::Select)
      choices.push_back({factors, c});
  if (choices.size() < 2)
    return;
  for (auto &[factors, c] : choices) {
    ValueId v = factors[0].base;
    ValueId condition = g.operand(v, 0), then = g.operand(v, 1), otherwise = g.operand(v, 2);
    ValueId opposite = negated(condition);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto &entry) {
      return entry.first == condition || entry.first == opposite;
    });
    if (group == groups.end()) {
      groups.push_back({condition, {}});
      group = groups.end() - 1;
    }
    bool swapped = group->first != condition;
    for (Term t : viewer.view(then)) {
      t.coefficient = t.coefficient * c;
      (swapped ? group->second.second : group->second.first).push_back(t);
    }
    for (Term t : viewer.view(otherwise)) {
      t.coefficient = t.coefficient * c;
      (swapped ? group->second.first : group->second.second).push_back(t);
    }
  }
  std::vector<ValueId> made;
  std::vector<std::pair<ValueId, ValueId>> guarded;
  for (auto &[condition, branches] : groups) {
    ValueId value = choice(condition, normalSum(branches.first), normalSum(branches.second));
    ValueId c, v;
    if (g.node(value).op == Op::Select && isGuarded(value, c, v))
      guarded.push_back({c, v});
    else
      made.push_back(value);
  }
  size_t before = guarded.size();
  for (ValueId chain; (chain = exclusiveChoices(guarded)).valid();)
    made.push_back(chain);
  if (groups.size() == choices.size() && guarded.size() == before)
    return;
  for (auto [c, v] : guarded)
    made.push_back(choice(c, v, g.real(0.0)));
  for (auto &entry : choices)
    terms.erase(entry.first);
  for (ValueId v : made)
    collect(terms, viewer.view(v));
}

/// (if i == 1 then a else 0) + (if i == 2 then b else 0) is
/// if i == 1 then a else if i == 2 then b else 0; takes those out of the list.
ValueId Simplifier::exclusiveChoices(std::vector<std::pair<ValueId, ValueId>> &guarded) {
  auto form = [&](ValueId c) {
    Linear l;
    l.valid = isPrim(g, c, Prim::Equal) && g.type(g.operand(c, 0)).kind == Kind::Int;
    if (l.valid)
      l = difference(g, g.operand(c, 0), g.operand(c, 1));
    l.valid = l.valid && l.parts.size() == 1; // constants, not i == j
    if (l.valid && l.parts.begin()->second < 0) {
      Linear opposite;
      opposite.add(l, -1);
      l = opposite;
    }
    return l;
  };
  for (size_t k = 0; k < guarded.size(); ++k) {
    Linear first = form(guarded[k].first);
    if (!first.valid)
      continue;
    std::vector<std::pair<int64_t, size_t>> same;
    for (size_t j = k; j < guarded.size(); ++j)
      if (Linear other = form(guarded[j].first); other.valid && other.parts == first.parts)
        same.push_back({-other.constant, j});
    if (same.size() < 2)
      continue;
    std::sort(same.begin(), same.end());
    std::vector<ValueId> conditions;
    for (auto [value, j] : same)
      conditions.push_back(guarded[j].first);
    ValueId chain = g.real(0.0);
    bool all = exhaustive(conditions);
    for (size_t j = same.size(); j-- > 0;) {
      auto [c, v] = guarded[same[j].second];
      chain = all && j + 1 == same.size() ? v : choice(c, v, chain);
    }
    std::vector<std::pair<ValueId, ValueId>> rest;
    for (size_t j = 0; j < guarded.size(); ++j)
      if (std::find(conditions.begin(), conditions.end(), guarded[j].first) == conditions.end())
        rest.push_back(guarded[j]);
    guarded = std::move(rest);
    return chain;
  }
  return {};
}

/// cos^2 + sin^2 = 1, cosh^2 - sinh^2 = 1.
void Simplifier::pythagoras(Collected &terms) {
  for (bool changed = true; changed;) {
    changed = false;
    for (auto &[factors, c] : terms) {
      for (size_t k = 0; k < factors.size() && !changed; ++k) {
        bool circle = isPrim(g, factors[k].base, Prim::Sin);
        if ((!circle && !isPrim(g, factors[k].base, Prim::Sinh)) || !factors[k].isPower() ||
            !(factors[k].exponent == Number(2)))
          continue;
        Term rest{1, without(factors, k)};
        Term other = rest;
        ValueId partner = g.prim(circle ? Prim::Cos : Prim::Cosh, {g.operand(factors[k].base, 0)});
        multiply(g, other, Factor{partner, 2, {}});
        auto it = terms.find(other.factors);
        if (it == terms.end() || !(it->second == (circle ? c : -c)))
          continue;
        rest.coefficient = it->second;
        std::vector<Factor> mine = factors;
        terms.erase(it);
        terms.erase(mine);
        collect(terms, {rest});
        changed = true;
      }
      if (changed)
        break;
    }
  }
}

/// 2*(x - 3) + 5 is 2*x - 1: a constant goes into a bracket when something in
/// the bracket then joins another term.
void Simplifier::distributeConstants(Collected &terms) {
  for (bool changed = true; changed && terms.size() > 1;) {
    changed = false;
    for (auto &[factors, c] : terms) {
      if (factors.size() != 1 || !factors[0].isPlain() || !isAdditive(g, factors[0].base) ||
          viewer.closed.count(factors[0].base))
        continue;
      Sum inner = viewer.view(factors[0].base);
      bool joins = std::any_of(inner.begin(), inner.end(),
                               [&](const Term &t) { return terms.count(t.factors) != 0; });
      if (!joins)
        continue;
      for (Term &t : inner)
        t.coefficient = t.coefficient * c;
      std::vector<Factor> mine = factors;
      terms.erase(mine);
      collect(terms, std::move(inner));
      changed = true;
      break;
    }
  }
}

/// x*exp(x) + exp(x) is exp(x)*(x + 1): functions, powers and sums that all
/// terms share are taken out; names only from below the line.
bool Simplifier::takeCommonFactor(Collected &terms) {
  if (terms.size() < 2)
    return false;
  Term common;
  for (const Factor &f : terms.begin()->first) {
    bool leaf = isLeaf(g, f);
    if (leaf && !f.exponent.negative())
      continue;
    Number least = f.exponent;
    bool shared = true, equal = true;
    for (auto &[factors, c] : terms) {
      const Factor *other = findBase(factors, f.base);
      shared = shared && other && other->symbolic == f.symbolic;
      if (!shared)
        break;
      equal &= other->exponent == f.exponent;
      if (other->exponent < least)
        least = other->exponent;
      shared &= (other->exponent - f.exponent).whole();
    }
    if (!shared || (!equal && (leaf || least.negative() ||
                               isAdditive(g, f.base.valid() ? f.base : f.symbolic))))
      continue;
    multiply(g, common, Factor{f.base, least, f.symbolic});
  }
  if (common.factors.empty())
    return false;
  Sum rest;
  for (auto &[factors, c] : terms) {
    Term t{c, factors};
    for (const Factor &f : common.factors) {
      auto it = std::find_if(t.factors.begin(), t.factors.end(),
                             [&](const Factor &x) { return x.base == f.base; });
      it->exponent = it->exponent - f.exponent;
      it->symbolic = {};
      if (it->exponent.isZero())
        t.factors.erase(it);
    }
    rest.push_back(std::move(t));
  }
  multiply(g, common, viewer.viewTerm(normalSum(std::move(rest))));
  terms.clear();
  collect(terms, {std::move(common)});
  return true;
}

/// u/B + v/B^2 is (u*B + v)/B^2 for a function or sum B, and for a name below
/// the line in every term when there are functions above it.
bool Simplifier::commonDenominator(Collected &terms) {
  std::vector<ValueId> bases;
  bool functions = false; // 1/r^12 - 1/r^6 is left alone
  for (auto &[factors, c] : terms)
    functions |=
        std::any_of(factors.begin(), factors.end(), [&](const Factor &f) { return !isLeaf(g, f); });
  for (auto &[factors, c] : terms)
    for (const Factor &f : factors)
      if (f.isPower() && f.exponent.negative() &&
          (!isLeaf(g, f) ||
           (functions && std::all_of(terms.begin(), terms.end(), [&](const auto &term) {
              const Factor *other = findBase(term.first, f.base);
              return other && other->isPower() && other->exponent.negative();
            }))))
        bases.push_back(f.base);
  std::sort(bases.begin(), bases.end());
  bases.erase(std::unique(bases.begin(), bases.end()), bases.end());
  for (ValueId base : bases) {
    Number least(0);
    Sum group;
    for (auto &[factors, c] : terms) {
      const Factor *f = findBase(factors, base);
      if (!f || !f->isPower() || !f->exponent.negative() ||
          (!group.empty() && !(f->exponent - least).whole()))
        continue;
      if (group.empty() || f->exponent < least)
        least = f->exponent;
      group.push_back(Term{c, factors});
    }
    if (group.size() < 2)
      continue;
    Sum inner = isAdditive(g, base) ? viewer.view(base) : Sum{};
    Sum kept, expanded;
    for (const Term &t : group) {
      Term top = t;
      multiply(g, top, Factor{base, -least, {}});
      kept.push_back(top);
      const Factor *f = findBase(top.factors, base);
      if (!f || inner.empty() || inner.size() > 4 || !f->exponent.isOne()) {
        expanded.push_back(top);
        continue;
      }
      Term rest{top.coefficient, without(top.factors, static_cast<size_t>(f - top.factors.data()))};
      for (const Term &part : inner) {
        Term product = rest;
        multiply(g, product, part);
        expanded.push_back(std::move(product));
      }
    }
    Collected trial;
    collect(trial, expanded);
    Term result;
    if (trial.size() <= group.size()) {
      Sum shorter;
      for (auto &[factors, c] : trial)
        shorter.push_back(Term{c, factors});
      multiply(g, result, viewer.viewTerm(normalSum(std::move(shorter))));
    } else {
      multiply(g, result, viewer.viewTerm(normalSum(std::move(kept))));
    }
    multiply(g, result, Factor{base, least, {}});
    for (const Term &t : group)
      terms.erase(t.factors);
    collect(terms, {std::move(result)});
    return true;
  }
  return false;
}

/// 3*x^2*(x + 1) - x - 1 is (x + 1)*(3*x^2 - 1): where a bracket stands in one
/// term and a multiple of it among the others, it is taken out of both.
void Simplifier::shareBrackets(Collected &terms) {
  bool changed = true;
  for (int round = 0; changed && round < 8; ++round) {
    changed = false;
    std::vector<ValueId> bases;
    for (auto &[factors, c] : terms)
      for (const Factor &f : factors)
        if (factors.size() > 1 && f.isPlain() && isAdditive(g, f.base) &&
            std::find(bases.begin(), bases.end(), f.base) == bases.end())
          bases.push_back(f.base);
    for (ValueId base : bases) {
      Number multiple(0);
      auto alone = terms.find({Factor{base, 1, {}}});
      Sum inside = viewer.view(base);
      if (alone != terms.end()) {
        multiple = alone->second;
        inside.clear();
      } else {
        for (const Term &t : inside) {
          auto it = terms.find(t.factors);
          Number ratio = it == terms.end() ? Number(0) : it->second / t.coefficient;
          if (ratio.isZero() || (!multiple.isZero() && !(ratio == multiple))) {
            multiple = 0;
            break;
          }
          multiple = ratio;
        }
        if (multiple.isZero())
          continue;
      }
      Sum rest{Term{multiple, {}}};
      Collected kept;
      for (auto &[factors, c] : terms) {
        const Factor *f = findBase(factors, base);
        bool part = std::any_of(inside.begin(), inside.end(),
                                [&](const Term &t) { return t.factors == factors; });
        if (f && f->isPlain() && factors.size() > 1)
          rest.push_back({c, without(factors, static_cast<size_t>(f - factors.data()))});
        else if (!part && !(alone != terms.end() && f && factors.size() == 1))
          kept.emplace(factors, c);
      }
      Term whole;
      multiply(g, whole, Factor{base, 1, {}});
      multiply(g, whole, viewer.viewTerm(normalSum(std::move(rest))));
      terms = std::move(kept);
      collect(terms, {std::move(whole)});
      changed = true;
      break;
    }
  }
}

ValueId Simplifier::normalSum(Sum sum) {
  Collected terms;
  collect(terms, std::move(sum));
  if (terms.size() > 1 && terms.size() <= longestCompared) {
    groupChoices(terms);
    pythagoras(terms);
    shareBrackets(terms);
    distributeConstants(terms);
    for (int round = 0; round < 4; ++round)
      if (!takeCommonFactor(terms) && !commonDenominator(terms))
        break;
  }
  Sum result;
  for (auto &[factors, c] : terms)
    result.push_back(Term{c, factors});
  order.sort(result);
  return build(g, result);
}

} // namespace gradus::print
