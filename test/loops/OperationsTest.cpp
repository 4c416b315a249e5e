//===- OperationsTest.cpp - counting arithmetic ------------------------------------===//

#include "loops/Builder.h"
#include "loops/Operations.h"

#include <gtest/gtest.h>

using namespace gradus;
using namespace gradus::loops;
using ir::Prim;

namespace {

/// sum (i in 1..n) exp(x[i]) * x[i]: per element 15 + 1 + 1.
FunctionId sumOfExp(Module &module) {
  FunctionBuilder f(module, "sum");
  ScalarId n = f.parameter(Kind::Int, "n");
  BufferId x = f.array(BufferRole::In, "x", {f.axis(n)});
  VariableId s = f.output(Kind::Real, "s");
  f.loop("i", f.integer(1), n, [&](ScalarId i) {
    ScalarId xi = f.load(x, {i});
    f.accumulate(s, Combine::Add, f.apply(Prim::Mul, {f.apply(Prim::Exp, {xi}), xi}));
  });
  return f.id();
}

TEST(Operations, TripsTimesBody) {
  Module module;
  FunctionId f = sumOfExp(module);
  const double each = ir::info(Prim::Exp).cost + 2;
  EXPECT_EQ(operations(module, f, {10}), 10 * each);
  EXPECT_EQ(operations(module, f, {0}), 0);
}

TEST(Operations, StatementsOfAllBodies) {
  Module module;
  sumOfExp(module);
  // Two constants, the loop, and in it a read, two functions and the sum.
  EXPECT_EQ(statements(module), 7);
  sumOfExp(module);
  EXPECT_EQ(statements(module), 14);
}

TEST(Operations, TrianglesCountTheirMiddle) {
  Module module;
  FunctionBuilder f(module, "triangle");
  ScalarId n = f.parameter(Kind::Int, "n");
  VariableId s = f.output(Kind::Real, "s");
  ScalarId one = f.integer(1);
  f.loop("i", one, n, [&](ScalarId i) {
    f.loop("j", one, i, [&](ScalarId) { f.accumulate(s, Combine::Add, f.real(1)); });
  });
  EXPECT_EQ(operations(module, f.id(), {9}), 45);
}

TEST(Operations, TheDearerBranchAndCallees) {
  Module module;
  FunctionId callee = sumOfExp(module);
  FunctionBuilder f(module, "both");
  ScalarId n = f.parameter(Kind::Int, "n");
  BufferId x = f.array(BufferRole::In, "x", {f.axis(n)});
  VariableId s = f.output(Kind::Real, "s");
  f.branch(
      f.apply(Prim::Less, {n, f.integer(3)}),
      [&] { f.assign(s, f.apply(Prim::Add, {f.real(1), f.real(2)})); },
      [&] { f.add(Call{callee, {{n}, {x}, {s}}}); });
  EXPECT_EQ(operations(module, f.id(), {5}), operations(module, callee, {5}));
}

} // namespace
