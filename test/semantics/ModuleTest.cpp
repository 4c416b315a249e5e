//===- ModuleTest.cpp - what declarations become -------------------------------===//

#include "Analyzed.h"

namespace gradus::semantics {
namespace {

using ir::InputRole;
using ir::Kind;

/// Two functions of a text that must be the same node after renaming arguments.
void expectEqual(const std::string &text) {
  Analyzed a(text);
  ASSERT_EQ(a.messages(), "") << text;
  const ir::Function *f = a.function("f"), *g = a.function("g");
  ASSERT_TRUE(f && g) << text;
  ir::Graph &graph = a.analysis.module->graph;
  ir::Substitution map;
  ASSERT_EQ(f->arguments.size(), g->arguments.size());
  for (size_t k = 0; k < f->sizes.size(); ++k)
    map.emplace(graph.inputNode(g->sizes[k]), graph.inputNode(f->sizes[k]));
  for (size_t k = 0; k < f->arguments.size(); ++k)
    map.emplace(graph.inputNode(g->arguments[k]), graph.inputNode(f->arguments[k]));
  ir::ValueId renamed = graph.substitute(g->value, map);
  EXPECT_EQ(renamed, f->value) << text << "\n"
                               << ir::printText(graph, f->value) << "\n"
                               << ir::printText(graph, renamed);
}

TEST(Module, ScalarProblem) {
  Analyzed a("var θ start 4\nminimize 3*θ^2\n"
             "solve with gradient_descent(rate = 0.1, steps = 50)");
  ASSERT_EQ(a.messages(), "");
  ASSERT_EQ(a.module().problems.size(), 1u);
  const ir::Problem &p = a.module().problems[0];
  ASSERT_EQ(p.unknowns.size(), 1u);
  EXPECT_EQ(a.graph().inputs()[p.unknowns[0].input].name, "θ");
  EXPECT_TRUE(a.graph().isReal(p.unknowns[0].start, 4));
  EXPECT_FALSE(p.unknowns[0].lower.valid());
  EXPECT_EQ(p.method.name, "gradient_descent");
  ASSERT_EQ(p.method.options.size(), 2u);
  EXPECT_EQ(p.method.options[1].name, "steps");
  EXPECT_TRUE(a.graph().isInt(p.method.options[1].value, 50));
  EXPECT_FALSE(p.maximize);
}

TEST(Module, Penguins) {
  Analyzed a("data penguins from \"penguins.csv\"\n"
             "param int n = rows(penguins)\n"
             "var θ[0..1] start 0\n"
             "fn h(x) = θ[0] + θ[1]*x\n"
             "minimize J = 1/n * sum(i in 1..n) (h(penguins.flipper[i]) - penguins.mass[i])^2\n"
             "solve with lbfgs(tol = 1e-10)");
  ASSERT_EQ(a.messages(), "");
  const ir::Module &m = a.module();
  ASSERT_EQ(m.tables.size(), 1u);
  ASSERT_EQ(m.data.size(), 3u);
  EXPECT_EQ(m.data[0].source.field, ir::DataSource::Field::Rows);
  EXPECT_EQ(m.data[1].source.column, "flipper");
  EXPECT_EQ(a.graph().inputs()[m.data[1].input].name, "penguins.flipper");
  ASSERT_EQ(m.parameters.size(), 1u);
  EXPECT_EQ(a.graph().inputs()[m.parameters[0].input].type.kind, Kind::Int);
  EXPECT_EQ(m.problems[0].objectiveName, "J");
  ASSERT_NE(a.function("h"), nullptr);
  EXPECT_EQ(a.function("h")->arguments.size(), 1u);
  // The start is an array of the unknown's shape.
  ir::ValueId start = m.problems[0].unknowns[0].start;
  EXPECT_EQ(a.graph().type(start).shape,
            a.graph().inputs()[m.problems[0].unknowns[0].input].type.shape);
}

TEST(Module, FunctionsBindSizes) {
  Analyzed a("fn f(x[n], A[m,n], int k) = x[k] + A[m,n]");
  ASSERT_EQ(a.messages(), "");
  const ir::Function *f = a.function("f");
  ASSERT_NE(f, nullptr);
  ASSERT_EQ(f->sizes.size(), 2u);
  EXPECT_EQ(a.graph().inputs()[f->sizes[0]].name, "n");
  EXPECT_EQ(a.graph().inputs()[f->sizes[1]].name, "m");
  EXPECT_EQ(a.graph().inputs()[f->sizes[1]].role, InputRole::Size);
  EXPECT_EQ(f->arguments.size(), 3u);
}

TEST(Module, DataAndParametersBindSizes) {
  Analyzed a("data X[n,p] from \"x.csv\"\nparam w[p]\ndata y[q] = [1, 2, 3]\nvar b[p] in [0, w[j]]"
             "\nminimize sumsq(X*b) + dot(w, b) + sum(y)");
  // The bound has no index name j.
  EXPECT_EQ(a.messages(), "4:19 E0201 'j' is not declared");
  Analyzed b("data X[n,p] from \"x.csv\"\nparam w[p]\ndata y[q] = [1, 2, 3]\n"
             "var b[j in 1..p] in [0, w[j]]\nminimize sumsq(X*b) + dot(w, b) + sum(y)");
  ASSERT_EQ(b.messages(), "");
  ASSERT_EQ(b.module().sizeBindings.size(), 4u);
  EXPECT_EQ(b.graph().inputs()[b.module().sizeBindings[0].size].name, "n");
  ASSERT_EQ(b.module().parameters.size(), 2u);
  EXPECT_FALSE(b.module().parameters[0].initial.valid());
  // The value of y keeps its own length, which binds q.
  ir::ValueId y = b.module().parameters[1].initial;
  EXPECT_TRUE(b.graph().isInt(b.graph().axesOf(y)[0].hi, 3));
}

TEST(Module, ImportedNames) {
  Analyzed a("import \"lib.opt\"\nvar x\nminimize square(x) + c",
             {{"lib.opt", "fn square(x) = x^2\nparam c = 2\nmethod m() { x = x }"}});
  ASSERT_EQ(a.messages(), "");
  EXPECT_NE(a.function("square"), nullptr);
  EXPECT_EQ(a.module().parameters.size(), 1u);
  EXPECT_EQ(a.analysis.methods.size(), 1u);
}

TEST(Module, ProblemBlocks) {
  Analyzed a("fn sq(x) = x^2\nproblem p { var x; minimize sq(x) }\n"
             "problem q { var x; maximize -sq(x) }");
  ASSERT_EQ(a.messages(), "");
  ASSERT_EQ(a.module().problems.size(), 2u);
  EXPECT_EQ(a.module().problems[0].name, "p");
  EXPECT_TRUE(a.module().problems[1].maximize);
}

TEST(Module, NamesMayBeUsedBeforeTheirLine) {
  Analyzed a("minimize g(x) + c\nlet c = 2*d\nparam d = 3\nvar x\nfn g(t) = t^2");
  EXPECT_EQ(a.messages(), "");
}

TEST(Module, FileNamesHideBuiltins) {
  Analyzed a("fn norm(x) = abs(x)\nlet e = 2\nfn f(x) = norm(x)*e");
  ASSERT_EQ(a.messages(), "");
  expectEqual("let e = 2\nfn f(x) = x*e\nfn g(x) = x*2");
}

TEST(Expressions, AreTheSameNode) {
  const char *pairs[] = {
      "fn f(x) = x^2.0\nfn g(x) = x^2",
      "fn f(x, int k) = x^(2*k)\nfn g(x, int k) = x^(k + k)",
      "fn f(x[n]) = sum(x)\nfn g(x[n]) = sum(j in 1..n) x[j]",
      "fn f(x[n]) = dot(x, x)\nfn g(x[n]) = x'*x",
      "fn f(x[n]) = sumsq(x)\nfn g(x[n]) = sum(i in 1..n) x[i]^2",
      "fn f(A[m,n], x[n]) = A*x\nfn g(A[m,n], x[n]) = [i in 1..m] sum(j in 1..n) A[i,j]*x[j]",
      "fn f(A[m,n]) = A'\nfn g(A[m,n]) = [i in 1..n, j in 1..m] A[j,i]",
      "fn f(x[n]) = sum(x[2..n])\nfn g(x[n]) = sum(i in 1..n-1) x[i+1]",
      "fn f(A[m,n]) = sum(A[1,..])\nfn g(A[m,n]) = sum(i in 1..n) A[1,i]",
      "fn f(x[n], y[n]) = x - 2*y\nfn g(x[n], y[n]) = [i in 1..n] (x[i] - 2*y[i])",
      "fn f(x[n]) = exp(-x)\nfn g(x[n]) = [i in 1..n] exp(-x[i])",
      "fn f(x[0..2], y[3]) = x .* y\nfn g(x[0..2], y[3]) = [i in 1..3] x[i-1]*y[i]",
      "fn f(x, y, z) = max(x, y, z)\nfn g(x, y, z) = max(max(x, y), z)",
      "fn f(x) = if x > 0 then 1 else 2.5\nfn g(x) = if x > 0 then 1.0 else 2.5",
      "fn h(v[k]) = sum(i in 1..k) v[i]\nfn f(x[0..n]) = h(x)\nfn g(x[0..n]) = sum(i in 1..n+1) "
      "x[i-1]",
      "fn p(x) = { let s = sin(x); (s, s^2) }\nfn f(x) = { let (a, b) = p(x); a + b }\n"
      "fn g(x) = sin(x) + sin(x)^2",
      "fn f(x[n]) = mean(x)\nfn g(x[n]) = sum(x)/count(i in 1..n)",
      "fn f(x[n]) = sum(i in 1..n) sum(x[1..i])\n"
      "fn g(x[n]) = sum(i in 1..n, j in 1..i) x[j]",
      "fn f(x, y) = [[x, y], [y, x]]\nfn g(x, y) = [x, y; y, x]",
      "fn f(x[n]) = sum(i in 1..n) { let a = x[i]; fn q(t) = t*a; q(2) }\n"
      "fn g(x[n]) = sum(i in 1..n) 2*x[i]",
  };
  for (const char *text : pairs)
    expectEqual(text);
}

TEST(Expressions, WholePowersCanBeSizes) {
  Analyzed a("param int n = 3\nlet m = n^2 + 1\nvar x[m]\nminimize sumsq(x) + n^2");
  EXPECT_EQ(a.messages(), "");
}

TEST(Expressions, MillionTermsAreNoNesting) {
  std::string text = "fn f(x) = x";
  for (int k = 0; k < 200000; ++k)
    text += "+x";
  Analyzed a(text);
  EXPECT_EQ(a.messages(), "");
  EXPECT_NE(a.function("f"), nullptr);
}

TEST(Expressions, SharedCallsAreExpandedOnce) {
  // Twice the call at each level: exponential without memory.
  std::string text = "fn f0(x) = x\n";
  for (int k = 1; k <= 60; ++k)
    text += fmt::format("fn f{}(x) = f{}(x) + f{}(x)\n", k, k - 1, k - 1);
  Analyzed a(text);
  EXPECT_EQ(a.messages(), "");
  EXPECT_LT(a.graph().size(), 20000u);
}

} // namespace
} // namespace gradus::semantics
