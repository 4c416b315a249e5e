//===- Words.cpp - primitives without a name, in words of the language ---------------===//

#include "print/Words.h"

#include "ir/Expansions.h"

namespace gradus::print {

using namespace ir;

ValueId inWords(Graph &g, Prim p, std::span<const ValueId> ops) {
  const PrimInfo &row = info(p);
  if (row.notation != Notation::Internal || row.lowering != Lowering::Expanded)
    return {};
  const ValueId x = ops[0], one = g.real(1.0), two = g.integer(2);
  auto oneMinusSquare = [&] { return g.sub(one, g.prim(Prim::Powi, {x, two})); };
  switch (p) {
  case Prim::Sech2:
    return g.prim(Prim::Powi, {g.prim(Prim::Cosh, {x}), g.integer(-2)});
  case Prim::Gauss:
    return g.prim(Prim::Exp, {g.neg(g.prim(Prim::Powi, {x, two}))});
  case Prim::SigmoidSlope: {
    ValueId s = g.prim(Prim::Sigmoid, {x});
    return g.mul(s, g.sub(one, s));
  }
  case Prim::CbrtSlope:
    return g.div(one, g.mul(g.real(3.0), g.prim(Prim::Powi, {g.prim(Prim::Cbrt, {x}), two})));
  case Prim::AsinSlope:
    return g.div(one, g.prim(Prim::Sqrt, {oneMinusSquare()}));
  case Prim::AtanhSlope:
    return g.div(one, oneMinusSquare());
  case Prim::HypotSlope:
    return g.div(x, g.prim(Prim::Hypot, {x, ops[1]}));
  case Prim::Atan2Slope:
    return g.div(x, g.add(g.prim(Prim::Powi, {x, two}), g.prim(Prim::Powi, {ops[1], two})));
  case Prim::PowShift:
    return g.prim(Prim::Pow, {x, g.sub(ops[1], ops[2])});
  default: // the table's own definition of a row is right for any other
    return expand(g, p, ops);
  }
}

} // namespace gradus::print
