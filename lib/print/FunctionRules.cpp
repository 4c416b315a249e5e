//===- FunctionRules.cpp - functions: signs, inverses, spellings for people ----------===//

#include "print/Simplifier.h"

#include <algorithm>

namespace gradus::print {

using namespace ir;

namespace {

enum class Parity : uint8_t { None, Odd, Even };

Parity parity(Prim p) {
  switch (p) {
  case Prim::Sin:
  case Prim::Tan:
  case Prim::Asin:
  case Prim::Atan:
  case Prim::Sinh:
  case Prim::Tanh:
  case Prim::Asinh:
  case Prim::Atanh:
  case Prim::Erf:
  case Prim::Cbrt:
  case Prim::Sign:
    return Parity::Odd;
  case Prim::Cos:
  case Prim::Cosh:
  case Prim::Abs:
  case Prim::SigmoidSlope:
    return Parity::Even;
  case Prim::Add:
  case Prim::Sub:
  case Prim::Mul:
  case Prim::Div:
  case Prim::Neg:
  case Prim::Fma:
  case Prim::ToReal:
  case Prim::Pow:
  case Prim::Powi:
  case Prim::IntDiv:
  case Prim::Mod:
  case Prim::Sqrt:
  case Prim::Exp:
  case Prim::Expm1:
  case Prim::Log:
  case Prim::Log1p:
  case Prim::Log2:
  case Prim::Log10:
  case Prim::Acos:
  case Prim::Atan2:
  case Prim::Acosh:
  case Prim::Hypot:
  case Prim::Min:
  case Prim::Max:
  case Prim::Floor:
  case Prim::Ceil:
  case Prim::Round:
  case Prim::Erfc:
  case Prim::Lgamma:
  case Prim::Digamma:
  case Prim::Polygamma:
  case Prim::Sigmoid:
  case Prim::Softplus:
  case Prim::Relu:
  case Prim::Sech2:
  case Prim::Gauss:
  case Prim::Less:
  case Prim::LessEqual:
  case Prim::Equal:
  case Prim::NotEqual:
  case Prim::And:
  case Prim::Or:
  case Prim::Not:
    return Parity::None;
  }
  return Parity::None;
}

} // namespace

ValueId Simplifier::function(Prim p, std::span<const ValueId> given) {
  std::vector<ValueId> ops(given.begin(), given.end());
  bool negate = false;
  if (Parity sign = parity(p); sign != Parity::None) {
    Sum argument = viewer.view(ops[0]);
    bool flip = sign == Parity::Even
                    ? order.leadsNegative(argument)
                    : !argument.empty() &&
                          std::all_of(argument.begin(), argument.end(),
                                      [](const Term &t) { return t.coefficient.negative(); });
    if (flip) {
      for (Term &t : argument)
        t.coefficient = -t.coefficient;
      ops[0] = normalSum(std::move(argument));
      negate = sign == Parity::Odd;
    }
  }
  ValueId a = ops[0];
  const ValueId one = g.real(1.0);
  ValueId made;
  switch (p) {
  case Prim::Log: { // log(exp(x)) = x
    Sum argument = viewer.view(a);
    if (argument.size() == 1 && argument[0].coefficient.isOne() &&
        argument[0].factors.size() == 1 && argument[0].factors[0].isExponential())
      return argument[0].factors[0].symbolic;
    made = g.prim(p, ops);
    break;
  }
  // What only derivatives contain, in the words of a course.
  case Prim::SigmoidSlope: {
    ValueId s = g.prim(Prim::Sigmoid, {a});
    made = normalSum(viewer.view(g.mul(s, g.sub(one, s))));
    break;
  }
  case Prim::Sech2:
    made = normalTerm(Term{1, {Factor{g.prim(Prim::Cosh, {a}), -2, {}}}});
    break;
  case Prim::Gauss: {
    ValueId square = g.prim(Prim::Powi, {a, g.integer(2)});
    made = normalSum(viewer.view(g.prim(Prim::Exp, {normalSum(viewer.view(g.neg(square)))})));
    break;
  }
  case Prim::Hypot:
    if (g.isConstant(a) || g.isConstant(ops[1])) {
      ValueId two = g.integer(2);
      ValueId squares =
          g.add(g.prim(Prim::Powi, {a, two}), g.prim(Prim::Powi, {ops[1], two}));
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
