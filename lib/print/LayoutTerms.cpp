//===- LayoutTerms.cpp - sums, products, quotients, powers ---------------------------===//

#include "print/Layout.h"

#include <fmt/format.h>

#include <algorithm>

namespace gradus::print {

using namespace ir;

/// -2*(1 - x) is 2*(x - 1) and -1/(x - 1) is 1/(1 - x): a minus before one term
/// goes into a bracket of mixed signs, also in a sum: -sum(i) x[i]*(b - y[i]) is
/// sum(i) x[i]*(y[i] - b).
void Layout::flipSign(Term &term) {
  if (!term.coefficient.negative())
    return;
  for (size_t k = term.factors.size(); k-- > 0;) {
    const Factor f = term.factors[k];
    if (!f.isPower() || !f.exponent.whole() || f.exponent.even() || !isAdditive(g, f.base) ||
        viewer.closed.count(f.base))
      continue;
    Sum inside = viewer.view(f.base);
    bool mixed = inside.size() > 1 && std::any_of(inside.begin(), inside.end(), [](const Term &t) {
                   return t.coefficient.negative();
                 });
    if (!mixed)
      continue;
    for (Term &t : inside)
      t.coefficient = -t.coefficient;
    order.sort(inside);
    term.coefficient = -term.coefficient;
    term.factors.erase(term.factors.begin() + static_cast<long>(k));
    multiply(g, term, Factor{build(g, inside), f.exponent, {}});
    return;
  }
  for (size_t k = 0; k < term.factors.size(); ++k) {
    const Factor f = term.factors[k];
    if (!f.isPlain() || g.node(f.base).op != Op::Reduce || !g.type(f.base).scalar() ||
        g.type(f.base).kind != Kind::Real || g.node(f.base).reduceOp() != ReduceOp::Sum)
      continue;
    const Opened o = g.open(f.base);
    Term body = viewer.viewTerm(o.body);
    body.coefficient = -body.coefficient;
    flipSign(body);
    if (body.coefficient.negative() || viewer.viewTerm(o.body).coefficient.negative())
      continue;
    term.coefficient = -term.coefficient;
    term.factors.erase(term.factors.begin() + static_cast<long>(k));
    multiply(g, term,
             Factor{g.reduce(ReduceOp::Sum, o.symbols[0], o.ranges[0].lo, o.ranges[0].hi,
                             o.condition, build(g, body)),
                    1, {}});
    return;
  }
}

std::vector<FormulaId> Layout::spelled(const std::vector<std::string> &parts) {
  std::vector<FormulaId> result;
  for (const std::string &text : parts) {
    size_t bracket = text.find('(');
    if (bracket != std::string::npos && bracket > 0) { // sqrt(2), log(10)
      std::string inside = text.substr(bracket + 1, text.size() - bracket - 2);
      FormulaId argument;
      if (inside == "2*pi")
        argument = product({number("2"), name("pi")});
      else
        argument = inside == "pi" ? name(inside) : number(inside);
      result.push_back(add({Shape::Call, text.substr(0, bracket), {argument}}));
    } else if (text == "pi^2") {
      FormulaId base = name("pi"), two = number("2");
      result.push_back(add({Shape::Power, "", {base, two}}));
    } else if (text == "pi" || text == "e" || text == "inf" || bracket == 0) {
      result.push_back(name(text));
    } else {
      result.push_back(number(text));
    }
  }
  return result;
}

FormulaId Layout::product(std::vector<FormulaId> parts) {
  if (parts.empty())
    return number("1");
  if (parts.size() == 1)
    return parts[0];
  // 2*A'*r, not 2*(A'*r).
  if (FormulaId last = parts.back(); wholes.count(last)) {
    parts.pop_back();
    parts.insert(parts.end(), out[last].parts.begin(), out[last].parts.end());
  }
  return add({Shape::Product, "", std::move(parts)});
}

/// base^exponent with a positive exponent.
FormulaId Layout::power(const Factor &f) {
  if (f.isExponential())
    return add({Shape::Call, "exp", {at(exponentOf(g, f))}});
  FormulaId base = at(f.base);
  if (f.symbolic.valid())
    return add({Shape::Power, "", {base, at(exponentOf(g, f))}});
  if (f.exponent.isOne())
    return base;
  if (f.exponent == Number::fraction(1, 2))
    return add({Shape::Call, "sqrt", {base}});
  FormulaId exponent;
  if (f.exponent.whole() || !f.exponent.exact() || f.exponent.bottom() > 9) {
    exponent = number(f.exponent.decimalText());
  } else {
    FormulaId top = number(fmt::format("{}", f.exponent.top()));
    FormulaId bottom = number(fmt::format("{}", f.exponent.bottom()));
    exponent = add({Shape::Fraction, "", {top, bottom}});
  }
  return add({Shape::Power, "", {base, exponent}});
}

/// A term without its sign: number, names, functions, brackets, sums over an
/// index last, the negative powers below a line.
FormulaId Layout::term(const Term &t) {
  Spelled number = spell(t.coefficient.abs(), style);
  std::vector<FormulaId> top = spelled(number.top), bottom = spelled(number.bottom), reductions;
  bool numberBelow = !bottom.empty();
  std::vector<FormulaId> lower;
  std::vector<FormulaId> upper;
  for (const Factor &f : order.sorted(t)) {
    if (f.isPower() && f.exponent.negative()) {
      lower.push_back(power(Factor{f.base, -f.exponent, {}}));
      continue;
    }
    FormulaId made = power(f);
    bool greedy = out[made].shape == Shape::Reduction && !asNames.count(f.base);
    (greedy ? reductions : upper).push_back(made);
  }
  // 1/3*x^2, but x/(3*y) and 2/n * sum(...).
  std::vector<FormulaId> front;
  if (lower.empty() && numberBelow && !(upper.empty() && reductions.empty())) {
    FormulaId over = product(top), under = product(bottom);
    front.push_back(add({Shape::Fraction, "", {over, under}}));
    front.insert(front.end(), upper.begin(), upper.end());
  } else {
    top.insert(top.end(), upper.begin(), upper.end());
    bottom.insert(bottom.end(), lower.begin(), lower.end());
    if (!bottom.empty()) {
      FormulaId over = product(top), under = product(bottom);
      front.push_back(add({Shape::Fraction, "", {over, under}}));
    } else {
      front = top;
    }
  }
  front.insert(front.end(), reductions.begin(), reductions.end());
  return product(std::move(front));
}

FormulaId Layout::sum(Sum terms) {
  if (terms.empty())
    return number("0");
  order.sort(terms);
  std::vector<FormulaId> parts;
  std::vector<bool> minus;
  for (const Term &t : terms) {
    parts.push_back(term(t));
    minus.push_back(t.coefficient.negative());
  }
  if (parts.size() == 1 && !minus[0])
    return parts[0];
  Formula f{parts.size() == 1 ? Shape::Negation : Shape::Sum, "", std::move(parts)};
  f.minus = std::move(minus);
  return add(std::move(f));
}

} // namespace gradus::print
