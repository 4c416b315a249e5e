//===- ElaboratorTest.cpp - expressions under a scope of one's own -------------===//
//
// What methods do: variables and the model's functions as names of a scope.
//
//===--------------------------------------------------------------------===//

#include "semantics/Elaborate.h"
#include "syntax/Parser.h"

#include <gtest/gtest.h>

namespace gradus::semantics {
namespace {

class ElaboratorTest : public testing::Test {
protected:
  Value elaborate(const std::string &text, ElaborationLimits limits = {}) {
    elaborator = std::make_unique<Elaborator>(graph, diagnostics, limits);
    uint32_t file = sources.add("method.opt", text);
    syntax::ExprPtr e = syntax::parseExpression(file, tree, diagnostics);
    return e ? elaborator->expression(*e, scope) : Value::error();
  }
  ValueId declareArray(const char *name, ValueId n) {
    ValueId input = graph.input({name,
                                 {ir::Kind::Real, graph.shape({{graph.integer(1), n}})},
                                 ir::InputRole::Local,
                                 {}});
    scope.declareValue({name, {}}, "variable", Value::array(input));
    return input;
  }

  SourceManager sources;
  Diagnostics diagnostics{sources};
  syntax::Tree tree;
  ir::Graph graph;
  Scope scope;
  std::unique_ptr<Elaborator> elaborator;
};

TEST_F(ElaboratorTest, CallsSpecialFunctions) {
  ValueId n = graph.input({"n", {ir::Kind::Int, 0}, ir::InputRole::Size, {}});
  ValueId x = declareArray("x", n);
  ValueId g = declareArray("g", n);
  Entity &grad = scope.declare("grad", {}, "function");
  grad.kind = Entity::Kind::Special;
  std::vector<ValueId> seen;
  grad.special = [&](std::span<const Value> arguments, const syntax::Call &, SourceRange) {
    for (const Value &v : arguments)
      seen.push_back(elaborator->shapes().named(v).node);
    return Value::array(g);
  };
  Value v = elaborate("x - 0.1*grad(x)");
  ASSERT_TRUE(v.isArray()) << diagnostics.renderAll();
  EXPECT_EQ(seen, std::vector<ValueId>{x});
  ValueId node = elaborator->shapes().named(v).node;
  ASSERT_TRUE(node.valid());
  EXPECT_EQ(graph.node(node).op, ir::Op::Build);
  EXPECT_EQ(graph.axesOf(node)[0].hi, n);
  std::vector<bool> reads = graph.dependsOnInputs(std::vector{node}, std::vector{g});
  EXPECT_TRUE(reads[node.index]);
}

TEST_F(ElaboratorTest, WithoutSpecialTheNameIsRefused) {
  EXPECT_TRUE(elaborate("grad(2)").isError());
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].kind, Diag::WrongArity);
}

TEST_F(ElaboratorTest, StopsAtTheNodeLimit) {
  std::string text = "1.5";
  for (int k = 0; k < 200; ++k)
    text += " + sin(" + std::to_string(k) + "*1.25)";
  ElaborationLimits limits;
  limits.nodes = 100;
  EXPECT_TRUE(elaborate(text, limits).isError());
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].kind, Diag::GraphSize);
  EXPECT_EQ(diagnostics.exitCode(), 12);
}

TEST_F(ElaboratorTest, StopsAtTheDepthLimit) {
  std::string text = "x";
  for (int k = 0; k < 100; ++k)
    text = "sin(" + text + ")";
  scope.declareValue({"x", {}}, "variable", Value::scalar(graph.real(1)));
  ElaborationLimits limits;
  limits.depth = 50;
  EXPECT_TRUE(elaborate(text, limits).isError());
  ASSERT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.all()[0].kind, Diag::CallDepth);
}

TEST_F(ElaboratorTest, WholeAndRealNumbers) {
  EXPECT_TRUE(graph.isInt(elaborate("2*3 + 4 - 1").node, 9));
  EXPECT_TRUE(graph.isReal(elaborate("7/2").node, 3.5));
  EXPECT_TRUE(graph.isInt(elaborate("div(7, 2)").node, 3));
  EXPECT_TRUE(graph.isInt(elaborate("mod(-7, 3)").node, 2));
  EXPECT_TRUE(graph.isReal(elaborate("1 + 0.5").node, 1.5));
  Value power = elaborate("2^10");
  EXPECT_EQ(graph.type(power.node).kind, ir::Kind::Real);
  EXPECT_TRUE(graph.isInt(power.whole, 1024));
  // Out of 64 bits: a real number, not a wrong one.
  EXPECT_TRUE(graph.isReal(elaborate("4000000000*4000000000").node, 1.6e19));
  EXPECT_FALSE(elaborate("2^100").whole.valid());
  EXPECT_FALSE(diagnostics.hasErrors()) << diagnostics.renderAll();
}

TEST_F(ElaboratorTest, ReadsUnderAConjunctionAreLazy) {
  ValueId n = graph.input({"n", {ir::Kind::Int, 0}, ir::InputRole::Size, {}});
  scope.declareValue({"n", {}}, "size", Value::scalar(n));
  declareArray("x", n);
  Value v = elaborate("count(i in 1..n where i > 1 and x[i-1] > 0)");
  ASSERT_FALSE(v.isError()) << diagnostics.renderAll();
  ir::Opened opened = graph.open(v.node);
  EXPECT_EQ(graph.node(opened.condition).op, ir::Op::Select);
  v = elaborate("count(i in 1..n where i > 1 and x[i] > 0)");
  opened = graph.open(v.node);
  EXPECT_EQ(graph.node(opened.condition).op, ir::Op::Prim);
}

} // namespace
} // namespace gradus::semantics
