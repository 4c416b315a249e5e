//===- ExtractTest.cpp - a function and what it calls, apart ------------------------===//
#include "loops/Extract.h"

#include "loops/Builder.h"

#include <gtest/gtest.h>

using namespace gradus::loops;
using gradus::ir::Prim;

namespace {

/// inner(x) = factor*x
FunctionId addInner(Module &m, double factor) {
  FunctionBuilder f(m, "inner");
  ScalarId x = f.parameter(Kind::Real, "x");
  f.assign(f.output(Kind::Real, "y"), f.apply(Prim::Mul, {f.real(factor), x}));
  return f.id();
}

void addOther(Module &m, const char *name = "other") {
  FunctionBuilder f(m, name);
  f.assign(f.output(Kind::Int, "y"), f.integer(1));
}

/// outer(n, x) calls inner in a branch of a loop.
FunctionId addOuter(Module &m, FunctionId inner, bool checked = false) {
  FunctionBuilder f(m, "outer");
  ScalarId n = f.parameter(Kind::Int, "n"), x = f.parameter(Kind::Real, "x");
  VariableId y = f.output(Kind::Real, "y");
  if (checked) {
    m.sites.push_back({{}, "n is {0}"});
    f.add(Check{f.apply(Prim::LessEqual, {f.integer(0), n}), 0, {n}});
  }
  f.loop("i", f.integer(1), n, [&](ScalarId i) {
    f.branch(f.apply(Prim::Less, {i, f.integer(5)}),
             [&] { f.add(Call{inner, {{x}, {y}}}); });
  });
  return f.id();
}

TEST(Extract, TakesWhatIsCalled) {
  Module m;
  m.name = "m";
  addOther(m);
  const FunctionId inner = addInner(m, 2);
  addOther(m, "another");
  addOuter(m, inner);
  const Module part = extract(m, "outer");
  EXPECT_EQ(verify(part), std::vector<std::string>{});
  ASSERT_EQ(part.functions.size(), 2u);
  EXPECT_EQ(part.functions[0].name, "inner");
  EXPECT_FALSE(part.functions[0].exported);
  EXPECT_EQ(part.functions[1].name, "outer");
  EXPECT_TRUE(part.functions[1].exported);
  EXPECT_EQ(extract(m, "inner").functions.size(), 1u);
}

TEST(Extract, ComparesWithWhatIsCalled) {
  Module a, b, c, d;
  addOuter(a, addInner(a, 2));
  addOther(b);
  addOuter(b, addInner(b, 2));
  addOuter(c, addInner(c, 3));
  addOther(d);
  EXPECT_TRUE(sameFunction(a, b, "outer")) << "wherever it stands";
  EXPECT_FALSE(sameFunction(a, c, "outer")) << "inner is another";
  EXPECT_FALSE(sameFunction(a, d, "outer")) << "d has none";
  EXPECT_FALSE(sameFunction(a, b, "other"));
}

TEST(Extract, DoesNotCompareWhatMayFail) {
  Module a, b;
  addOuter(a, addInner(a, 2), true);
  addOuter(b, addInner(b, 2), true);
  EXPECT_FALSE(sameFunction(a, b, "outer"));
}

} // namespace
