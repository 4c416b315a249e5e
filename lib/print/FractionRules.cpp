//===- FractionRules.cpp - products in which fractions cancel ------------------------===//

#include "print/Simplifier.h"

#include <algorithm>

namespace gradus::print {

using namespace ir;

namespace {

bool isBelow(const Factor &f) {
  return f.isPower() && f.exponent.whole() && f.exponent.negative();
}

/// What a product of brackets is, multiplied out; nothing when that is long.
bool multiplyOut(Graph &g, Viewer &viewer, const Term &term, Sum &into) {
  constexpr size_t mostTerms = 32;
  Sum product{Term{term.coefficient, {}}};
  for (const Factor &f : term.factors) {
    Sum bracket{Term{1, {f}}};
    if (f.isPlain() && isAdditive(g, f.base))
      bracket = viewer.view(f.base);
    if (product.size() * bracket.size() > mostTerms)
      return false;
    Sum longer;
    for (const Term &a : product)
      for (const Term &b : bracket) {
        longer.push_back(a);
        multiply(g, longer.back(), b);
      }
    product = std::move(longer);
  }
  into.insert(into.end(), product.begin(), product.end());
  return into.size() <= mostTerms;
}

} // namespace

/// a*b*(x/a + y/b) is x*b + y*a, where that has no more terms than the bracket when it
/// is multiplied out: s*(1 - s)*(y/s - (1 - y)/(1 - s)) is y - s.
bool Simplifier::cancelFractions(Term &term) {
  for (const Factor sum : term.factors) {
    if (!sum.isPlain() || !isAdditive(g, sum.base))
      continue;
    const Sum parts = viewer.view(sum.base);
    Term common; // what divides some part
    for (const Term &part : parts)
      for (const Factor &f : part.factors) {
        if (!isBelow(f))
          continue;
        auto same = [&](const Factor &other) { return other.base == f.base && other.isPower(); };
        auto it = std::find_if(common.factors.begin(), common.factors.end(), same);
        if (it == common.factors.end())
          multiply(g, common, Factor{f.base, -f.exponent, {}});
        else if (it->exponent < -f.exponent)
          it->exponent = -f.exponent;
      }
    bool there = !common.factors.empty() &&
                 std::all_of(common.factors.begin(), common.factors.end(), [&](const Factor &f) {
                   return std::any_of(term.factors.begin(), term.factors.end(),
                                      [&](const Factor &other) {
                                        return other.base == f.base && other.isPower() &&
                                               other.exponent.whole() &&
                                               !(other.exponent < f.exponent);
                                      });
                 });
    if (!there)
      continue;
    Sum cleared;
    bool isShort = true;
    for (Term part : parts) {
      multiply(g, part, common);
      isShort = isShort && multiplyOut(g, viewer, part, cleared);
    }
    if (!isShort)
      continue;
    Collected collected;
    collect(collected, std::move(cleared));
    Sum rest;
    for (const auto &[factors, c] : collected)
      if (!c.isZero())
        rest.push_back(Term{c, factors});
    if (rest.size() > parts.size())
      continue;
    for (const Factor &f : common.factors)
      multiply(g, term, Factor{f.base, -f.exponent, {}});
    multiply(g, term, Factor{sum.base, -1, {}});
    multiply(g, term, Factor{normalSum(std::move(rest)), 1, {}});
    return true;
  }
  return false;
}

/// exp(x)/(1 + exp(x)) is sigmoid(x).
bool Simplifier::joinSigmoid(Term &term) {
  for (const Factor below : term.factors) {
    if (!below.isPower() || !below.exponent.isMinusOne() || !isAdditive(g, below.base))
      continue;
    Sum parts = viewer.view(below.base);
    if (parts.size() != 2)
      continue;
    if (!parts[0].factors.empty())
      std::swap(parts[0], parts[1]);
    if (!parts[0].factors.empty() || !parts[0].coefficient.isOne() ||
        !parts[1].coefficient.isOne() || parts[1].factors.size() != 1 ||
        !parts[1].factors[0].isExponential())
      continue;
    const Factor power = parts[1].factors[0];
    if (std::find(term.factors.begin(), term.factors.end(), power) == term.factors.end())
      continue;
    std::erase_if(term.factors, [&](const Factor &f) { return f == power || f == below; });
    multiply(g, term, Factor{g.prim(Prim::Sigmoid, {exponentOf(g, power)}), 1, {}});
    return true;
  }
  return false;
}

} // namespace gradus::print
