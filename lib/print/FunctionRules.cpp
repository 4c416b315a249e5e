//===- FunctionRules.cpp - functions: signs, inverses, spellings for people ----------===//

#include "print/Simplifier.h"
#include "print/Words.h"

#include <algorithm>

namespace gradus::print {

using namespace ir;

namespace {

constexpr Prim oddPrims[] = {Prim::Sin,  Prim::Tan,  Prim::Asin,  Prim::Atan,
                             Prim::Sinh, Prim::Tanh, Prim::Asinh, Prim::Atanh,
                             Prim::Erf,  Prim::Cbrt, Prim::Sign};
constexpr Prim evenPrims[] = {Prim::Cos, Prim::Cosh, Prim::Abs, Prim::SigmoidSlope};

bool contains(std::span<const Prim> list, Prim p) {
  return std::find(list.begin(), list.end(), p) != list.end();
}

} // namespace

ValueId Simplifier::function(Prim p, std::span<const ValueId> given) {
  std::vector<ValueId> ops(given.begin(), given.end());
  bool negate = false;
  bool odd = contains(oddPrims, p), even = contains(evenPrims, p);
  if (odd || even) {
    Sum argument = viewer.view(ops[0]);
    bool flip = even ? order.leadsNegative(argument)
                     : !argument.empty() &&
                           std::all_of(argument.begin(), argument.end(),
                                       [](const Term &t) { return t.coefficient.negative(); });
    if (flip) {
      for (Term &t : argument)
        t.coefficient = -t.coefficient;
      ops[0] = normalSum(std::move(argument));
      negate = odd;
    }
  }
  if (ValueId words = inWords(g, p, ops); words.valid())
    return run(words);
  ValueId a = ops[0];
  ValueId made;
  switch (p) {
  case Prim::Log: { // log(exp(x)*y) = x + log(y), log(x^3) = 3*log(x)
    Sum argument = viewer.view(a);
    made = g.prim(p, ops);
    if (argument.size() != 1)
      break;
    std::vector<Factor> &factors = argument[0].factors;
    if (factors.size() == 1 && argument[0].coefficient.isOne() && factors[0].isPower() &&
        !factors[0].exponent.isOne() && !factors[0].exponent.even()) {
      ValueId log = run(g.prim(Prim::Log, {g.toReal(factors[0].base)}));
      made = normalSum(viewer.view(g.mul(g.real(factors[0].exponent.value()), log)));
      break;
    }
    auto e = std::find_if(factors.begin(), factors.end(),
                          [](const Factor &f) { return f.isExponential(); });
    if (e == factors.end())
      break;
    ValueId exponent = exponentOf(g, *e);
    factors.erase(e);
    ValueId rest = run(g.prim(Prim::Log, {normalTerm(argument[0])}));
    made = normalSum(viewer.view(g.add(exponent, rest)));
    break;
  }
  case Prim::Hypot:
    if (g.isConstant(a) || g.isConstant(ops[1])) {
      ValueId two = g.integer(2);
      ValueId squares = g.add(g.prim(Prim::Powi, {a, two}), g.prim(Prim::Powi, {ops[1], two}));
      made = normalSum(viewer.view(g.prim(Prim::Sqrt, {normalSum(viewer.view(squares))})));
      break;
    }
    made = g.prim(p, ops);
    break;
  default: // every other function stays as it is
    made = g.prim(p, ops);
    break;
  }
  return negate ? normalSum(viewer.view(g.neg(made))) : made;
}

} // namespace gradus::print
