//===- Terms.cpp - reading and making sums of products ---------------------------===//

#include "print/Terms.h"

#include <algorithm>
#include <cmath>

namespace gradus::print {

using namespace ir;

namespace {

bool isPrim(const Graph &g, ValueId v, Prim p) {
  return g.node(v).op == Op::Prim && g.node(v).prim() == p;
}

int order(const Number &a, const Number &b) { return a < b ? -1 : b < a ? 1 : 0; }

} // namespace

bool isAdditive(const Graph &g, ValueId v) {
  const Node &n = g.node(v);
  if (n.op != Op::Prim || !n.type.scalar() || n.type.kind == Kind::Bool)
    return false;
  return n.prim() == Prim::Add || n.prim() == Prim::Sub || n.prim() == Prim::Neg ||
         n.prim() == Prim::Fma;
}

bool isMultiplicative(const Graph &g, ValueId v) {
  const Node &n = g.node(v);
  return n.op == Op::Prim && n.type == Type{Kind::Real, 0} &&
         (n.prim() == Prim::Mul || n.prim() == Prim::Div || n.prim() == Prim::Neg);
}

bool factorsLess(const std::vector<Factor> &a, const std::vector<Factor> &b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](const Factor &x, const Factor &y) {
                                        if (x.base != y.base)
                                          return x.base < y.base;
                                        if (x.symbolic != y.symbolic)
                                          return x.symbolic < y.symbolic;
                                        return order(x.exponent, y.exponent) < 0;
                                      });
}

void multiply(Graph &g, Term &term, const Factor &factor) {
  auto it = std::lower_bound(term.factors.begin(), term.factors.end(), factor,
                             [](const Factor &a, const Factor &b) { return a.base < b.base; });
  if (it == term.factors.end() || it->base != factor.base) {
    term.factors.insert(it, factor);
    return;
  }
  it->exponent = it->exponent + factor.exponent;
  if (factor.symbolic.valid())
    it->symbolic = it->symbolic.valid() ? g.add(it->symbolic, factor.symbolic) : factor.symbolic;
  if (it->symbolic.valid() && g.isConstant(it->symbolic)) {
    Number constant = Number::of(g.realValue(it->symbolic));
    if (it->base.valid() || constant.isZero()) {
      it->exponent = it->exponent + constant;
      it->symbolic = {};
    }
  }
  if (!it->symbolic.valid() && it->exponent.isZero())
    term.factors.erase(it);
}

void multiply(Graph &g, Term &term, const Term &other) {
  term.coefficient = term.coefficient * other.coefficient;
  for (const Factor &f : other.factors)
    multiply(g, term, f);
}

Term Viewer::viewTerm(ValueId root) {
  Term term;
  std::vector<std::pair<ValueId, Number>> work{{root, Number(1)}};
  while (!work.empty()) {
    auto [v, e] = work.back();
    work.pop_back();
    const Node n = g.node(v);
    if (v != root && closed.count(v)) {
      multiply(g, term, Factor{v, e, {}});
      continue;
    }
    auto operand = [&](unsigned k) { return g.operand(v, k); };
    if (n.op == Op::Constant) {
      Number c = Number::of(g.realValue(v));
      if (auto power = c.power(e)) {
        term.coefficient = term.coefficient * *power;
        continue;
      }
    }
    // (x*y)^e is x^e*y^e for whole e only.
    if (n.op == Op::Prim && n.type.scalar() && e.whole()) {
      switch (n.prim()) {
      case Prim::Mul:
        work.push_back({operand(1), e});
        work.push_back({operand(0), e});
        continue;
      case Prim::Div:
        if (n.type.kind == Kind::Real) {
          work.push_back({operand(1), -e});
          work.push_back({operand(0), e});
          continue;
        }
        break;
      case Prim::Neg:
        if (!e.even())
          term.coefficient = -term.coefficient;
        work.push_back({operand(0), e});
        continue;
      case Prim::Powi:
        if (g.isConstant(operand(1))) {
          work.push_back({operand(0), e * Number(g.intValue(operand(1)))});
          continue;
        }
        if (e.isOne()) {
          multiply(g, term, Factor{operand(0), 0, g.toReal(operand(1))});
          continue;
        }
        break;
      case Prim::Sqrt:
        work.push_back({operand(0), e * Number::fraction(1, 2)});
        continue;
      case Prim::Pow:
        if (g.isConstant(operand(1))) {
          work.push_back({operand(0), e * Number::of(g.realValue(operand(1)))});
          continue;
        }
        if (e.isOne()) {
          multiply(g, term, Factor{operand(0), 0, operand(1)});
          continue;
        }
        break;
      case Prim::Exp:
        if (e.isOne()) {
          multiply(g, term, Factor{{}, 0, operand(0)});
          continue;
        }
        break;
      case Prim::ToReal:
        work.push_back({operand(0), e});
        continue;
      default: // other primitives are bases
        break;
      }
    } else if (n.op == Op::Prim && n.prim() == Prim::ToReal) {
      work.push_back({operand(0), e});
      continue;
    }
    multiply(g, term, Factor{v, e, {}});
  }
  return term;
}

Sum Viewer::view(ValueId root) {
  Sum sum;
  std::vector<std::pair<ValueId, Number>> work{{root, Number(1)}};
  while (!work.empty()) {
    auto [v, sign] = work.back();
    work.pop_back();
    const Node n = g.node(v);
    if (v != root && closed.count(v)) {
      sum.push_back(Term{sign, {Factor{v, 1, {}}}});
      continue;
    }
    if (isAdditive(g, v)) {
      ValueId a = g.operand(v, 0);
      ValueId b = n.operandCount > 1 ? g.operand(v, 1) : ValueId{};
      switch (n.prim()) {
      case Prim::Add:
        work.push_back({b, sign});
        work.push_back({a, sign});
        continue;
      case Prim::Sub:
        work.push_back({b, -sign});
        work.push_back({a, sign});
        continue;
      case Prim::Neg:
        work.push_back({a, -sign});
        continue;
      case Prim::Fma: {
        Term term = viewTerm(g.mul(a, b));
        term.coefficient = term.coefficient * sign;
        sum.push_back(std::move(term));
        work.push_back({g.operand(v, 2), sign});
        continue;
      }
      default:
        break;
      }
    }
    if (isPrim(g, v, Prim::ToReal)) {
      work.push_back({g.operand(v, 0), sign});
      continue;
    }
    Term term = viewTerm(v);
    term.coefficient = term.coefficient * sign;
    if (!term.coefficient.isZero())
      sum.push_back(std::move(term));
  }
  return sum;
}

ValueId exponentOf(Graph &g, const Factor &f) {
  if (!f.symbolic.valid())
    return g.real(f.exponent.value());
  return f.exponent.isZero()     ? f.symbolic
         : f.exponent.negative() ? g.sub(f.symbolic, g.real(-f.exponent.value()))
                                 : g.add(f.symbolic, g.real(f.exponent.value()));
}

ValueId build(Graph &g, const Factor &f) {
  if (f.isExponential())
    return g.prim(Prim::Exp, {exponentOf(g, f)});
  ValueId base = g.toReal(f.base);
  if (f.symbolic.valid())
    return g.prim(Prim::Pow, {base, exponentOf(g, f)});
  if (f.exponent.isOne())
    return base;
  if (f.exponent.whole())
    return g.prim(Prim::Powi, {base, g.integer(f.exponent.top())});
  if (f.exponent == Number::fraction(1, 2))
    return g.prim(Prim::Sqrt, {base});
  return g.prim(Prim::Pow, {base, g.real(f.exponent.value())});
}

ValueId build(Graph &g, const Term &term) {
  ValueId top, bottom;
  for (const Factor &f : term.factors) {
    bool below = f.isPower() && f.exponent.negative();
    ValueId power = build(g, below ? Factor{f.base, -f.exponent, {}} : f);
    ValueId &side = below ? bottom : top;
    side = side.valid() ? g.mul(side, power) : power;
  }
  const Number &c = term.coefficient;
  if (!top.valid())
    top = g.real(c.value());
  else if (c.isMinusOne() && bottom.valid())
    return g.neg(g.div(top, bottom));
  else if (c.isMinusOne())
    return g.neg(top);
  else if (!c.isOne())
    top = g.mul(g.real(c.value()), top);
  return bottom.valid() ? g.div(top, bottom) : top;
}

ValueId build(Graph &g, const Sum &sum) {
  ValueId made;
  for (const Term &term : sum) {
    if (!made.valid()) {
      made = build(g, term);
    } else if (term.coefficient.negative()) {
      Term positive = term;
      positive.coefficient = -positive.coefficient;
      made = g.sub(made, build(g, positive));
    } else {
      made = g.add(made, build(g, term));
    }
  }
  return made.valid() ? made : g.real(0.0);
}

} // namespace gradus::print
