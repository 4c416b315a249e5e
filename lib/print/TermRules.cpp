//===- TermRules.cpp - products and powers ---------------------------------------===//

#include "print/Simplifier.h"

#include <algorithm>
#include <cmath>

namespace gradus::print {

using namespace ir;

namespace {

bool isPrim(const Graph &g, ValueId v, Prim p) {
  return v.valid() && g.node(v).op == Op::Prim && g.node(v).prim() == p;
}

/// Known to be at least 0 wherever it is defined.
bool notNegative(const Graph &g, const Factor &f) {
  if (f.isExponential())
    return true;
  if (f.isPower() && (f.exponent.even() || !f.exponent.whole()))
    return true;
  return isPrim(g, f.base, Prim::Abs) || isPrim(g, f.base, Prim::Sigmoid) ||
         isPrim(g, f.base, Prim::Softplus) || isPrim(g, f.base, Prim::Cosh) ||
         isPrim(g, f.base, Prim::Sqrt) || isPrim(g, f.base, Prim::Exp);
}

Term half(Term term) {
  term.coefficient = term.coefficient * Number::fraction(1, 2);
  return term;
}

} // namespace

/// result *= base^exponent for an exponent that is not whole.
void Simplifier::power(Term &result, const Term &base, const Number &exponent) {
  Term rest;
  rest.coefficient = base.coefficient;
  for (const Factor &f : base.factors) {
    if (f.isExponential()) {
      ValueId scaled = g.mul(exponentOf(g, f), g.real(exponent.value()));
      multiply(g, result, Factor{{}, 0, scaled});
    } else if (f.isPower() && notNegative(g, f)) {
      Number e = f.exponent * exponent;
      // (x^2)^(1/2) is |x|, but (x^4)^(1/2) is x^2.
      bool plain = !f.exponent.even() || e.even();
      ValueId b = plain ? f.base : g.prim(Prim::Abs, {g.toReal(f.base)});
      multiply(g, result, Factor{b, e, {}});
    } else {
      rest.factors.push_back(f);
    }
  }
  if (rest.factors.empty()) {
    auto exact = rest.coefficient.power(exponent);
    Number value =
        exact ? *exact : Number::of(std::pow(rest.coefficient.value(), exponent.value()));
    result.coefficient = result.coefficient * value;
    return;
  }
  if (!rest.coefficient.negative())
    if (auto root = rest.coefficient.power(exponent); root && root->exact()) {
      result.coefficient = result.coefficient * *root;
      rest.coefficient = 1;
    }
  if (rest.factors.size() == 1 && rest.coefficient.isOne() && rest.factors[0].isPower()) {
    const Factor &f = rest.factors[0];
    multiply(g, result, Factor{f.base, f.exponent * exponent, {}});
    return;
  }
  ValueId inside = joinSquares(rest) ? normalTerm(rest) : build(g, rest);
  multiply(g, result, Factor{inside, exponent, {}});
}

/// (a - b)*(a + b) = a^2 - b^2, for two factors with the same exponent.
bool Simplifier::joinSquares(Term &term) {
  for (size_t k = 0; k < term.factors.size(); ++k)
    for (size_t j = k + 1; j < term.factors.size(); ++j) {
      const Factor x = term.factors[k], y = term.factors[j];
      if (!x.isPower() || !y.isPower() || !(x.exponent == y.exponent) || !isAdditive(g, x.base) ||
          !isAdditive(g, y.base))
        continue;
      Sum s = viewer.view(x.base), t = viewer.view(y.base);
      if (s.size() != 2 || t.size() != 2)
        continue;
      if (!sameFactors(s[0], t[0]))
        std::swap(t[0], t[1]);
      if (!sameFactors(s[0], t[0]) || !sameFactors(s[1], t[1]) ||
          !(s[0].coefficient * t[1].coefficient + s[1].coefficient * t[0].coefficient).isZero())
        continue;
      for (size_t i = 0; i < 2; ++i)
        multiply(g, s[i], t[i]);
      term.factors.erase(term.factors.begin() + static_cast<long>(j));
      term.factors.erase(term.factors.begin() + static_cast<long>(k));
      multiply(g, term, Factor{normalSum(std::move(s)), x.exponent, {}});
      return true;
    }
  return false;
}

/// result *= e^s or base^s, where s is not a number.
void Simplifier::symbolicFactor(Term &result, const Factor &factor) {
  if (normalExponents.count({factor.base, factor.symbolic}) &&
      (factor.base.valid() || factor.exponent.isZero()))
    return multiply(g, result, factor);
  ValueId base = factor.base;
  Sum exponent = viewer.view(factor.symbolic);
  if (!factor.exponent.isZero())
    exponent.push_back(Term{factor.exponent, {}});
  if (isPrim(g, base, Prim::Exp)) { // exp(a)^s = exp(a*s)
    ValueId whole = normalSum(std::move(exponent));
    exponent = viewer.view(normalSum(viewer.view(g.mul(g.operand(base, 0), whole))));
    base = {};
  }
  Collected collected;
  collect(collected, std::move(exponent));
  Number number(0);
  Sum rest;
  for (auto &[factors, c] : collected) {
    if (factors.empty()) {
      number = number + c;
      continue;
    }
    // exp(s*log(b)) = b^s
    auto log = std::find_if(factors.begin(), factors.end(), [&](const Factor &f) {
      return f.isPlain() && isPrim(g, f.base, Prim::Log);
    });
    if (!base.valid() && log != factors.end()) {
      Term power{c, factors};
      power.factors.erase(power.factors.begin() + (log - factors.begin()));
      ValueId b = g.operand(log->base, 0);
      if (power.factors.empty())
        multiply(g, result, Factor{b, c, {}});
      else
        multiply(g, result, Factor{b, 0, build(g, power)});
      continue;
    }
    rest.push_back(Term{c, factors});
  }
  if (rest.empty()) {
    if (base.valid())
      multiply(g, result, Factor{base, number, {}});
    else
      result.coefficient = result.coefficient * Number::of(std::exp(number.value()));
    return;
  }
  if (!base.valid() && !number.isZero()) {
    rest.push_back(Term{number, {}});
    number = 0;
  }
  order.sort(rest);
  ValueId symbolic = build(g, rest);
  normalExponents.insert({base, symbolic});
  multiply(g, result, Factor{base, number, symbolic});
}

/// The factor after the rule for its base, which may be the factor itself.
Term Simplifier::normalFactor(const Factor &f) {
  Term result;
  applyRule(result, f);
  return result;
}

void Simplifier::applyRule(Term &result, const Factor &f) {
  if (!f.isPower())
    return symbolicFactor(result, f);
  const Node n = g.node(f.base);
  const Number &e = f.exponent;
  auto times = [&](const Term &t) { // result *= t^e
    if (e.whole()) {
      if (auto c = t.coefficient.power(e))
        result.coefficient = result.coefficient * *c;
      for (const Factor &p : t.factors) {
        ValueId s = p.symbolic;
        if (s.valid() && !e.isOne())
          s = g.mul(g.real(e.value()), s);
        multiply(g, result, Factor{p.base, p.exponent * e, s});
      }
    } else {
      power(result, t, e);
    }
  };
  if (n.op == Op::Constant) {
    double value = std::pow(g.realValue(f.base), e.value());
    result.coefficient = Number::of(value);
    return;
  }
  if (isAdditive(g, f.base)) {
    Sum sum = viewer.view(f.base);
    if (sum.size() < 2)
      return times(sum.empty() ? Term{0, {}} : sum[0]);
    Number content = e.whole() ? takeContent(sum) : Number(1);
    if (n.type.kind == Kind::Real && content.isOne())
      return multiply(g, result, f);
    order.sort(sum);
    result.coefficient = *content.power(e);
    return multiply(g, result, Factor{build(g, sum), e, {}});
  }
  if (n.op != Op::Prim)
    return multiply(g, result, f);
  ValueId a = n.operandCount > 0 ? g.operand(f.base, 0) : ValueId{};
  switch (n.prim()) {
  case Prim::Mul:
  case Prim::Div:
  case Prim::Powi:
  case Prim::Pow:
  case Prim::Sqrt:
  case Prim::ToReal:
    if (n.type.kind == Kind::Int && !e.whole())
      return multiply(g, result, f);
    return times(viewer.viewTerm(f.base));
  case Prim::Exp:
    return multiply(g, result, Factor{{}, 0, e.isOne() ? a : g.mul(g.real(e.value()), a)});
  case Prim::Abs:
    return multiply(g, result, Factor{e.even() ? a : f.base, e, {}});
  case Prim::Hypot:
    if (e.even()) {
      ValueId two = g.integer(2);
      ValueId squares =
          g.add(g.prim(Prim::Powi, {a, two}), g.prim(Prim::Powi, {g.operand(f.base, 1), two}));
      return multiply(g, result,
                      Factor{normalSum(viewer.view(squares)), e * Number::fraction(1, 2), {}});
    }
    return multiply(g, result, f);
  case Prim::Cbrt:
    if (e.whole() && e.top() % 3 == 0)
      return multiply(g, result, Factor{a, Number(e.top() / 3), {}});
    return multiply(g, result, f);
  default:
    return multiply(g, result, f);
  }
}

/// Rules for two factors: sigmoid(x)*sigmoid(-x), tanh(x/2) with sigmoid(x),
/// cbrt(x) with x, abs with sign, (a - b)*(a + b) below a line or under a root.
void Simplifier::joinPairs(Term &term) {
  auto find = [&](ValueId base) {
    return std::find_if(term.factors.begin(), term.factors.end(),
                        [&](const Factor &f) { return f.isPower() && f.base == base; });
  };
  for (size_t k = 0; k < term.factors.size(); ++k) {
    const Factor f = term.factors[k];
    if (!f.isPower() || g.node(f.base).op != Op::Prim)
      continue;
    ValueId a = g.operands(f.base).empty() ? ValueId{} : g.operand(f.base, 0);
    if (isPrim(g, f.base, Prim::Cbrt) && f.exponent.whole()) {
      auto other = find(a);
      if (other != term.factors.end() && other->exponent.whole()) {
        Number total = f.exponent + other->exponent * Number(3);
        term.factors.erase(other);
        term.factors.erase(std::find(term.factors.begin(), term.factors.end(), f));
        multiply(g, term, Factor{f.base, total, {}});
        return;
      }
    } else if (isPrim(g, f.base, Prim::Sigmoid) && f.isPlain()) {
      auto tanh = find(g.prim(Prim::Tanh, {normalTerm(half(viewer.viewTerm(a)))}));
      if (tanh != term.factors.end() && tanh->isPlain()) {
        term.factors.erase(tanh);
        multiply(g, term, Factor{normalSum({Term{2, {f}}, Term{-1, {}}}), 1, {}});
        return;
      }
      Sum opposite = viewer.view(a);
      if (order.leadsNegative(opposite))
        continue; // the other one of the pair
      for (Term &t : opposite)
        t.coefficient = -t.coefficient;
      auto other = find(g.prim(Prim::Sigmoid, {normalSum(opposite)}));
      if (other != term.factors.end() && other->isPlain()) {
        term.factors.erase(other);
        ValueId rest = normalSum({Term{1, {}}, Term{-1, {f}}});
        multiply(g, term, Factor{rest, 1, {}});
        return;
      }
    } else if (isPrim(g, f.base, Prim::Sign) && f.isPlain()) {
      auto other = find(g.prim(Prim::Abs, {a}));
      if (other != term.factors.end() && other->isPlain()) {
        term.factors.erase(other);
        term.factors.erase(std::find(term.factors.begin(), term.factors.end(), f));
        multiply(g, term, Factor{a, 1, {}});
        return;
      }
    }
  }
  bool below = std::any_of(term.factors.begin(), term.factors.end(), [&](const Factor &f) {
    return f.isPower() && (f.exponent.negative() || !f.exponent.whole());
  });
  if (below) {
    Term top, rest;
    top.coefficient = term.coefficient;
    for (const Factor &f : term.factors)
      (f.isPower() && (f.exponent.negative() || !f.exponent.whole()) ? rest : top)
          .factors.push_back(f);
    if (joinSquares(rest)) {
      multiply(g, top, rest);
      term = std::move(top);
    }
  }
}

/// w * (if c then a else 0) is if c then w*a else 0.
bool Simplifier::hoistChoice(Term &term) {
  for (size_t k = 0; k < term.factors.size(); ++k) {
    const Factor f = term.factors[k];
    ValueId c, a;
    if (!f.isPower() || !f.exponent.whole() || f.exponent.negative() || !isGuarded(f.base, c, a))
      continue;
    if (term.factors.size() == 1 && term.coefficient.isOne() && f.exponent.isOne())
      return false;
    Term inner = term;
    inner.factors.erase(inner.factors.begin() + static_cast<long>(k));
    multiply(g, inner, Factor{a, f.exponent, {}});
    ValueId made = choice(c, normalTerm(std::move(inner)), g.real(0.0));
    term = viewer.viewTerm(made);
    return true;
  }
  return false;
}

Term Simplifier::normal(Term term) {
  for (int round = 0; round < 8; ++round) {
    if (term.coefficient.isZero())
      return Term{0, {}};
    bool changed = false;
    Term next;
    next.coefficient = term.coefficient;
    for (const Factor &f : term.factors) {
      Term single = normalFactor(f);
      changed |=
          !single.coefficient.isOne() || single.factors.size() != 1 || !(single.factors[0] == f);
      multiply(g, next, single);
    }
    term = std::move(next);
    size_t before = term.factors.size();
    joinPairs(term);
    changed |= joinSigmoid(term) || cancelFractions(term);
    if (!changed && term.factors.size() == before)
      break;
  }
  hoistChoice(term);
  return term;
}

} // namespace gradus::print
