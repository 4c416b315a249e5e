//===- PrimitivesTest.cpp - every row of the table can be printed and read -------------===//

#include "Course.h"

#include "interpret/Interpreter.h"

#include <fmt/format.h>

#include <cmath>

namespace gradus::print {

namespace {

/// A point in the domain of most rows.
double valueAt(ir::Graph &g, ir::ValueId v, const std::vector<uint32_t> &reals,
               const std::vector<uint32_t> &wholes, double first) {
  interpret::Environment<double> env;
  double x = first;
  for (uint32_t k : reals) {
    env.setReal(g.inputNode(k), x);
    x += 0.25;
  }
  for (uint32_t k : wholes)
    env.setInt(g.inputNode(k), 3);
  interpret::Interpreter<double> interpreter(g, env);
  interpret::Result<double> out;
  interpret::EvalError error;
  EXPECT_TRUE(interpreter.evaluate(v, out, error)) << error.message;
  return out.type.kind == ir::Kind::Real ? out.real : static_cast<double>(out.whole);
}

void expectSame(ir::Graph &g, ir::ValueId v, const std::string &text) {
  bool truth = g.type(v).kind == ir::Kind::Bool;
  std::string shown = truth ? fmt::format("if {} then 1 else 2", text) : text;
  if (truth)
    v = g.select(v, g.real(1), g.real(2));
  Course reread(fmt::format("fn f(a, b, c, int i) = {}", shown));
  ASSERT_TRUE(reread.valid()) << shown << "\n" << reread.errors();
  for (double first : {0.4, 1.4}) {
    double expected = valueAt(g, v, {0, 1, 2}, {3}, first);
    double got = valueAt(reread.graph(), reread.function().value, {0, 1, 2}, {3}, first);
    if (!std::isnan(expected)) {
      EXPECT_NEAR(expected, got, 1e-12 * (1 + std::fabs(expected))) << text;
    }
  }
}

} // namespace

TEST(Primitives, EachIsPrintedAndRead) {
  for (unsigned k = 0; k < ir::primCount; ++k) {
    auto prim = static_cast<ir::Prim>(k);
    const ir::PrimInfo &row = ir::info(prim);
    ir::Graph g;
    std::vector<ir::ValueId> reals;
    for (const char *name : {"a", "b", "c"})
      reals.push_back(g.input({name, {ir::Kind::Real, 0}, ir::InputRole::Argument, {}}));
    ir::ValueId i = g.input({"i", {ir::Kind::Int, 0}, ir::InputRole::Argument, {}});
    std::vector<ir::ValueId> operands(reals.begin(), reals.begin() + row.arity);
    switch (row.signature) {
    case ir::Signature::Real:
    case ir::Signature::Numeric:
    case ir::Signature::Compare:
      break;
    case ir::Signature::RealInt:
      operands[1] = i;
      break;
    case ir::Signature::Int:
      operands = {i, g.integer(2)};
      break;
    case ir::Signature::IntToReal:
      operands = {i};
      break;
    case ir::Signature::Logic:
      for (size_t p = 0; p < operands.size(); ++p)
        operands[p] = g.less(reals[p], reals[2 - p]);
      break;
    }
    ir::ValueId v = g.prim(prim, operands);
    expectSame(g, v, toText(g, v));
    expectSame(g, v, toText(g, simplifyForPeople(g, v)));
  }
}

TEST(Primitives, DerivativesOfEachArePrintedAndRead) {
  for (unsigned k = 0; k < ir::primCount; ++k) {
    auto prim = static_cast<ir::Prim>(k);
    const ir::PrimInfo &row = ir::info(prim);
    if (row.signature != ir::Signature::Real && row.signature != ir::Signature::RealInt &&
        row.signature != ir::Signature::Numeric)
      continue;
    ir::Graph g;
    std::vector<ir::ValueId> reals;
    for (const char *name : {"a", "b", "c"})
      reals.push_back(g.input({name, {ir::Kind::Real, 0}, ir::InputRole::Argument, {}}));
    ir::ValueId i = g.input({"i", {ir::Kind::Int, 0}, ir::InputRole::Argument, {}});
    std::vector<ir::ValueId> operands(reals.begin(), reals.begin() + row.arity);
    if (row.signature == ir::Signature::RealInt)
      operands[1] = i;
    ir::ValueId v = g.prim(prim, operands);
    for (ir::ValueId first : differentiate::gradient(g, v, reals)) {
      expectSame(g, first, toText(g, simplifyForPeople(g, first)));
      for (ir::ValueId second : differentiate::gradient(g, first, reals))
        expectSame(g, second, toText(g, simplifyForPeople(g, second)));
    }
  }
}

} // namespace gradus::print
