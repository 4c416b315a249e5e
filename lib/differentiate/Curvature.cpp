//===- Curvature.cpp - convex and concave by composition ------------------------===//
//
// f(g(x)) is convex where f is convex and grows and g is convex, where f is
// convex and falls and g is concave, and where f is convex and g affine. Signs
// decide about products, powers and absolute values.
//
//===--------------------------------------------------------------------===//

#include "differentiate/Composition.h"
#include "differentiate/Structure.h"

namespace gradus::differentiate {

using namespace ir;

namespace {

struct Fact {
  Curvature curve = Curvature::Constant;
  Sign sign = Sign::Unknown;
};

Curvature flipped(Curvature c) {
  return c == Curvature::Convex ? Curvature::Concave : c == Curvature::Concave ? Curvature::Convex : c;
}
Sign flipped(Sign s) {
  return s == Sign::NonNegative   ? Sign::NonPositive
         : s == Sign::NonPositive ? Sign::NonNegative
                                  : s;
}

Curvature sumOf(Curvature a, Curvature b) {
  if (a <= Curvature::Affine || b <= Curvature::Affine)
    return std::max(a, b);
  return a == b ? a : Curvature::Unknown;
}
Sign common(Sign a, Sign b) { return a == b ? a : Sign::Unknown; }
Sign productOf(Sign a, Sign b) {
  if (a == Sign::Unknown || b == Sign::Unknown)
    return Sign::Unknown;
  return a == b ? Sign::NonNegative : Sign::NonPositive;
}

/// A convex function that grows: of a convex operand convex.
Curvature growing(Curvature c) {
  if (c == Curvature::Constant)
    return c;
  return c == Curvature::Affine || c == Curvature::Convex ? Curvature::Convex : Curvature::Unknown;
}
/// A concave function that grows.
Curvature growingConcave(Curvature c) { return flipped(growing(flipped(c))); }
/// A convex function of an affine operand, which grows where it is not negative
/// and falls where it is not positive.
Curvature bowl(const Fact &a) {
  if (a.curve == Curvature::Constant)
    return a.curve;
  if (a.curve == Curvature::Affine)
    return Curvature::Convex;
  bool grows = a.sign == Sign::NonNegative && a.curve == Curvature::Convex;
  bool falls = a.sign == Sign::NonPositive && a.curve == Curvature::Concave;
  return grows || falls ? Curvature::Convex : Curvature::Unknown;
}

class Composer {
public:
  Composer(const Graph &graph, std::span<const ValueId> inputs, std::span<const ValueId> nonNegative)
      : g(graph), inputs(inputs), nonNegative(nonNegative) {}

  Fact run(ValueId root) {
    reads = readers(g, root, inputs);
    facts.resize(root.index + 1);
    forEachUnder(g, root, [&](ValueId v) {
      Fact f = visit(v);
      if (!reads[v.index])
        f.curve = Curvature::Constant;
      facts[v.index] = f;
    });
    return facts[root.index];
  }

private:
  const Fact &of(ValueId v, unsigned k) const { return facts[g.operand(v, k).index]; }

  Fact visit(ValueId v) {
    const Node &n = g.node(v);
    const Fact unknown{Curvature::Unknown, Sign::Unknown};
    switch (n.op) {
    case Op::Constant:
      if (n.type.kind == Kind::Bool)
        return {};
      return {Curvature::Constant, signOf(g.realValue(v))};
    case Op::Input: {
      bool known = std::find(nonNegative.begin(), nonNegative.end(), v) != nonNegative.end() ||
                   g.inputOf(v).role == InputRole::Size;
      return {Curvature::Affine, known ? Sign::NonNegative : Sign::Unknown};
    }
    case Op::Index:
      return {};
    case Op::Zeros:
      return {Curvature::Constant, Sign::NonNegative};
    case Op::At:
    case Op::Keep:
      return of(v, 0);
    case Op::Build:
      return facts[g.operand(v, n.operandCount - 1).index];
    case Op::List: {
      Fact all = of(v, 0);
      for (unsigned k = 1; k < n.operandCount; ++k)
        all = {sumOf(all.curve, of(v, k).curve), common(all.sign, of(v, k).sign)};
      return all;
    }
    case Op::Select:
      if (reads[g.operand(v, 0).index])
        return {Curvature::Unknown, common(of(v, 1).sign, of(v, 2).sign)};
      return {sumOf(of(v, 1).curve, of(v, 2).curve), common(of(v, 1).sign, of(v, 2).sign)};
    case Op::Reduce:
      return reduction(v);
    case Op::Prim:
      return n.type.scalar() ? primitive(v)
                             : Fact{sumOf(of(v, 0).curve, of(v, 1).curve),
                                    common(of(v, 0).sign, of(v, 1).sign)};
    default: // no rule
      return unknown;
    }
  }

  Fact reduction(ValueId v) {
    const Fact body = of(v, 3);
    if (reads[g.operand(v, 2).index])
      return {Curvature::Unknown, Sign::Unknown};
    switch (g.node(v).reduceOp()) {
    case ReduceOp::Sum:
      return body;
    case ReduceOp::Max:
      return {growing(body.curve), body.sign};
    case ReduceOp::Min:
      return {growingConcave(body.curve), body.sign};
    case ReduceOp::LogSumExp:
      return {growing(body.curve), Sign::Unknown};
    case ReduceOp::Prod:
      return {Curvature::Unknown, body.sign == Sign::NonNegative ? body.sign : Sign::Unknown};
    }
    return {Curvature::Unknown, Sign::Unknown};
  }

  Fact scaled(const Fact &factor, const Fact &f) {
    Curvature c = f.curve;
    if (factor.sign == Sign::NonPositive)
      c = flipped(c);
    else if (factor.sign == Sign::Unknown && c > Curvature::Affine)
      c = Curvature::Unknown;
    return {c, productOf(factor.sign, f.sign)};
  }

  Fact primitive(ValueId v) {
    const Fact a = of(v, 0);
    const Prim p = g.node(v).prim();
    const unsigned count = g.node(v).operandCount;
    const Fact b = count > 1 ? of(v, 1) : Fact{};
    switch (p) {
    case Prim::Add:
      return {sumOf(a.curve, b.curve), common(a.sign, b.sign)};
    case Prim::Sub:
      return {sumOf(a.curve, flipped(b.curve)), common(a.sign, flipped(b.sign))};
    case Prim::Neg:
      return {flipped(a.curve), flipped(a.sign)};
    case Prim::ToReal:
      return a;
    case Prim::Mul:
      if (g.operand(v, 0) == g.operand(v, 1))
        return {bowl(a), Sign::NonNegative};
      if (a.curve == Curvature::Constant)
        return scaled(a, b);
      if (b.curve == Curvature::Constant)
        return scaled(b, a);
      return {Curvature::Unknown, productOf(a.sign, b.sign)};
    case Prim::Div:
      if (b.curve == Curvature::Constant)
        return scaled(b, a);
      return {Curvature::Unknown, productOf(a.sign, b.sign)};
    case Prim::Powi: {
      if (!g.isConstant(g.operand(v, 1)))
        return {Curvature::Unknown, a.sign == Sign::NonNegative ? a.sign : Sign::Unknown};
      const int64_t k = g.intValue(g.operand(v, 1));
      const bool even = k % 2 == 0;
      const Sign sign = even ? Sign::NonNegative : a.sign;
      if (k < 2)
        return {Curvature::Unknown, sign};
      if (even)
        return {bowl(a), sign};
      return {a.sign == Sign::NonNegative ? growing(a.curve) : Curvature::Unknown, sign};
    }
    case Prim::Pow: {
      const Sign sign = a.sign == Sign::NonNegative ? a.sign : Sign::Unknown;
      if (!g.isConstant(g.operand(v, 1)) || a.sign != Sign::NonNegative)
        return {Curvature::Unknown, sign};
      const double e = g.realValue(g.operand(v, 1));
      if (e >= 1)
        return {growing(a.curve), sign};
      return {e > 0 ? growingConcave(a.curve) : Curvature::Unknown, sign};
    }
    case Prim::Abs:
      return {bowl(a), Sign::NonNegative};
    case Prim::Cosh:
      return {bowl(a), Sign::NonNegative};
    case Prim::Exp:
    case Prim::Softplus:
    case Prim::Relu:
      return {growing(a.curve), Sign::NonNegative};
    case Prim::Expm1:
      return {growing(a.curve), a.sign};
    case Prim::Sqrt:
      return {growingConcave(a.curve), Sign::NonNegative};
    case Prim::Log:
    case Prim::Log2:
    case Prim::Log10:
      return {growingConcave(a.curve), Sign::Unknown};
    case Prim::Log1p:
      return {growingConcave(a.curve), a.sign};
    case Prim::Max:
      return {sumOf(growing(a.curve), growing(b.curve)), maxSign(a.sign, b.sign)};
    case Prim::Min:
      return {sumOf(growingConcave(a.curve), growingConcave(b.curve)),
              flipped(maxSign(flipped(a.sign), flipped(b.sign)))};
    case Prim::Hypot:
      return {sumOf(bowl(a), bowl(b)), Sign::NonNegative};
    case Prim::Sigmoid:
    case Prim::Gauss:
    case Prim::Sech2:
    case Prim::Erfc:
      return {Curvature::Unknown, Sign::NonNegative};
    default: // nothing is known
      return {Curvature::Unknown, Sign::Unknown};
    }
  }

  static Sign signOf(double x) {
    return x >= 0 ? Sign::NonNegative : x <= 0 ? Sign::NonPositive : Sign::Unknown;
  }
  static Sign maxSign(Sign a, Sign b) {
    if (a == Sign::NonNegative || b == Sign::NonNegative)
      return Sign::NonNegative;
    return common(a, b);
  }

  const Graph &g;
  std::span<const ValueId> inputs, nonNegative;
  std::vector<bool> reads;
  std::vector<Fact> facts;
};

} // namespace

Curvature curvature(const Graph &g, ValueId v, std::span<const ValueId> inputs,
                    std::span<const ValueId> nonNegative) {
  return Composer(g, inputs, nonNegative).run(v).curve;
}

Sign sign(const Graph &g, ValueId v, std::span<const ValueId> inputs,
          std::span<const ValueId> nonNegative) {
  return Composer(g, inputs, nonNegative).run(v).sign;
}

} // namespace gradus::differentiate
