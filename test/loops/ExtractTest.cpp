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
FunctionId addOuter(Module &m, FunctionId inner) {
  FunctionBuilder f(m, "outer");
  ScalarId n = f.parameter(Kind::Int, "n"), x = f.parameter(Kind::Real, "x");
  VariableId y = f.output(Kind::Real, "y");
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

TEST(Extract, SaysWhatIsThere) {
  Module m;
  addOuter(m, addInner(m, 2));
  EXPECT_TRUE(has(m, "inner"));
  EXPECT_TRUE(has(m, "outer"));
  EXPECT_FALSE(has(m, "other"));
}

} // namespace
