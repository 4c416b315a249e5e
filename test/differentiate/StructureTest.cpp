//===- StructureTest.cpp - degree, curvature, kinks -----------------------------===//

#include "differentiate/Structure.h"

#include "Derived.h"
#include "ir/Value.h"

using namespace gradus;
using namespace gradus::differentiate;

namespace {

struct StructureOf : testing::Test, Derived {
  ValueId x = vector("x", {1, 2, 4}), a = real("a", 1), w = real("w", 2);
  ValueId unknowns[2] = {x, a};

  ir::Value value(ValueId v) { return {&g, v}; }
  ValueId prim(Prim p, std::initializer_list<ValueId> operands) { return g.prim(p, operands); }
  ValueId square(ValueId v) { return prim(Prim::Powi, {v, g.integer(2)}); }
  template <class F> ValueId sum(F body) { return over(ReduceOp::Sum, x, body); }
  Structure of(ValueId f, std::vector<ValueId> nonNegative = {}) {
    return analyze(g, f, unknowns, nonNegative);
  }
};

TEST_F(StructureOf, LinearFunctions) {
  Structure s = of(g.add(sum([&](ValueId xi) { return g.mul(w, xi); }), g.div(a, w)));
  EXPECT_EQ(s.degree, 1);
  EXPECT_TRUE(s.isLinear());
  EXPECT_EQ(s.curvature, Curvature::Affine);
  EXPECT_TRUE(s.isSmooth());
  EXPECT_TRUE(s.separable);
  ASSERT_TRUE(s.hessian);
  EXPECT_TRUE(s.hessian->families.empty());
}

TEST_F(StructureOf, SumsOfSquares) {
  Structure s = of(sum([&](ValueId xi) { return square(g.sub(g.mul(w, xi), a)); }));
  EXPECT_EQ(s.degree, 2);
  EXPECT_EQ(s.curvature, Curvature::Convex);
  EXPECT_TRUE(s.isSumOfSquares());
  EXPECT_FALSE(s.separable);
  EXPECT_FALSE(s.linearIn[0]);
  EXPECT_TRUE(s.hasSparseHessian());
}

TEST_F(StructureOf, AnUnknownFactorHidesCurvatureUnlessItsSignIsKnown) {
  ValueId f = g.mul(w, sum([&](ValueId xi) { return prim(Prim::Exp, {xi}); }));
  EXPECT_EQ(of(f).curvature, Curvature::Unknown);
  EXPECT_EQ(of(f, {w}).curvature, Curvature::Convex);
  EXPECT_EQ(of(g.neg(f), {w}).curvature, Curvature::Concave);
  EXPECT_TRUE(of(f).separable);
}

TEST_F(StructureOf, ProductsAreLinearInEachFactor) {
  Structure s = of(sum([&](ValueId xi) { return g.mul(a, xi); }));
  EXPECT_EQ(s.degree, 2);
  EXPECT_EQ(s.curvature, Curvature::Unknown);
  EXPECT_EQ(s.linearIn, (std::vector<bool>{true, true}));
}

TEST_F(StructureOf, Rosenbrock) {
  ValueId f = reduce(ReduceOp::Sum, one, g.sub(last(x), one), [&](ValueId i) {
    ValueId xi = at(x, i), next = at(x, g.add(i, one));
    return g.add(square(g.sub(next, square(xi))), square(g.sub(g.real(1.0), xi)));
  });
  Structure s = of(f);
  EXPECT_EQ(s.degree, 3);
  EXPECT_EQ(s.curvature, Curvature::Unknown);
  EXPECT_TRUE(s.isSumOfSquares());
  EXPECT_TRUE(s.hasSparseHessian());
  EXPECT_EQ(s.linearIn, (std::vector<bool>{false, true}));
}

TEST_F(StructureOf, Kinks) {
  ValueId l1 = sum([&](ValueId xi) { return prim(Prim::Abs, {xi}); });
  EXPECT_EQ(of(l1).kink, "abs");
  EXPECT_EQ(of(l1).curvature, Curvature::Convex);
  ValueId largest = over(ReduceOp::Max, x, [](ValueId xi) { return xi; });
  EXPECT_EQ(of(largest).kink, "max");
  EXPECT_EQ(of(largest).curvature, Curvature::Convex);
  EXPECT_EQ(of(g.neg(largest)).curvature, Curvature::Concave);
  ValueId branch = g.select(g.less(a, w), a, square(a));
  EXPECT_EQ(of(branch).kink, "if");
  EXPECT_EQ(of(branch).degree, 3);
  // A condition on parameters alone is no kink.
  EXPECT_TRUE(of(g.select(g.less(w, g.real(1.0)), a, square(a))).isSmooth());
}

TEST_F(StructureOf, Composition) {
  ValueId affine = g.sub(g.mul(w, a), g.real(3.0));
  EXPECT_EQ(of(prim(Prim::Exp, {square(affine)})).curvature, Curvature::Convex);
  EXPECT_EQ(of(prim(Prim::Log, {affine})).curvature, Curvature::Concave);
  EXPECT_EQ(of(prim(Prim::Exp, {prim(Prim::Log, {affine})})).curvature, Curvature::Unknown);
  EXPECT_EQ(of(prim(Prim::Max, {square(affine), g.real(1.0)})).curvature, Curvature::Convex);
  EXPECT_EQ(of(prim(Prim::Sqrt, {square(a)})).curvature, Curvature::Convex); // abs(a)
  EXPECT_EQ(of(prim(Prim::Powi, {a, g.integer(3)})).curvature, Curvature::Unknown);
  EXPECT_EQ(of(prim(Prim::Powi, {a, g.integer(3)}), {a}).curvature, Curvature::Convex);
  EXPECT_EQ(of(prim(Prim::Hypot, {affine, g.real(1.0)})).curvature, Curvature::Convex);
  EXPECT_EQ(of(prim(Prim::Sin, {a})).curvature, Curvature::Unknown);
  EXPECT_EQ(of(prim(Prim::Sin, {w})).curvature, Curvature::Constant);
  ValueId soft = over(ReduceOp::LogSumExp, x, [](ValueId xi) { return xi; });
  EXPECT_EQ(of(soft).curvature, Curvature::Convex);
  EXPECT_TRUE(of(soft).hessian->coupled);
}

} // namespace
