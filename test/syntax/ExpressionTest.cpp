//===- ExpressionTest.cpp - precedence and the forms of expressions ---------===//
#include "SyntaxTesting.h"

namespace gradus::syntax {
namespace {

/// Brackets make no nodes, so two texts that group alike have one shape.
void same(const std::string &text, const std::string &grouped) {
  EXPECT_EQ(expressionShape(text), expressionShape(grouped)) << text << "   " << grouped;
}
void differ(const std::string &text, const std::string &grouped) {
  EXPECT_NE(expressionShape(text), expressionShape(grouped)) << text << "   " << grouped;
}

TEST(Precedence, PowerBindsTighterThanMinusAndToTheRight) {
  same("-x^2", "-(x^2)");
  differ("-x^2", "(-x)^2");
  same("2^-x", "2^(-x)");
  same("2^-x^2", "2^(-(x^2))");
  same("a^b^c", "a^(b^c)");
  differ("a^b^c", "(a^b)^c");
  same("a*-b", "a*(-b)");
  same("-a*b", "(-a)*b");
}

TEST(Precedence, FromOrToSuffix) {
  same("a or b and c", "a or (b and c)");
  same("not a and b", "(not a) and b");
  same("not a == b", "not (a == b)");
  same("a + b < c * d", "(a + b) < (c * d)");
  same("a + b*c", "a + (b*c)");
  differ("(a + b)*c", "a + b*c");
  same("f(x)^2", "(f(x))^2");
  same("x[i]^2", "(x[i])^2");
  same("x'*y", "(x')*y");
  same("A*x'", "A*(x')");
  same("t.mass[i]'", "((t.mass)[i])'");
}

TEST(Precedence, ChainsAreFlatAndChainedComparisonIsOne) {
  EXPECT_EQ(expressionShape("a - b + c"), "let\n  names value\n  value sum of 3\n    + name a\n"
                                          "    - name b\n    + name c\n");
  EXPECT_EQ(expressionShape("a / b .* c ./ d"),
            "let\n  names value\n  value product of 4\n    * name a\n    / name b\n"
            "    .* name c\n    ./ name d\n");
  EXPECT_EQ(expressionShape("a <= b < c"), "let\n  names value\n  value comparison\n"
                                           "    name a\n    <= name b\n    < name c\n");
  differ("a - (b - c)", "a - b - c");
}

TEST(Precedence, SignsOfPrint) {
  same("a ≤ b", "a <= b");
  same("a ≥ b", "a >= b");
  same("a ≠ b", "a != b");
}

TEST(Reductions, TheBodyIsOneProduct) {
  same("sum(i in 1..n) x[i]^2 + 1", "(sum(i in 1..n) x[i]^2) + 1");
  same("sum(i in 1..n) a*x[i]*y - 1", "(sum(i in 1..n) (a*x[i]*y)) - 1");
  same("sum(i in 1..n) -x[i]*y < 3", "(sum(i in 1..n) ((-x[i])*y)) < 3");
  same("2*sum(i in 1..n) x[i]*3", "2*(sum(i in 1..n) (x[i]*3))");
  differ("sum(i in 1..n) x[i]*3", "(sum(i in 1..n) x[i])*3");
  same("sum(i in 1..n) sum(j in 1..i) x[j] + 1", "(sum(i in 1..n) (sum(j in 1..i) x[j])) + 1");
  same("sum(i in 1..n) if c then a else b + 1", "sum(i in 1..n) (if c then a else (b + 1))");
}

TEST(Reductions, HeadsAreKnownByTheirIndex) {
  EXPECT_EQ(expressionShape("sum(v) + max(a, b)"),
            "let\n  names value\n  value sum of 2\n    + call sum\n      name v\n"
            "    + call max\n      name a\n      name b\n");
  EXPECT_EQ(expressionShape("count(i in 1..n where x[i] > 0) + 1"),
            "let\n  names value\n  value sum of 2\n    + reduction count\n      for i\n"
            "        from number 1\n        to name n\n      where comparison\n"
            "        index\n          name x\n          at name i\n        > number 0\n"
            "    + number 1\n");
  EXPECT_EQ(expressionShape("prod(i in 1..n, j in i+1..n where A[i,j] > 0) 2"),
            "let\n  names value\n  value reduction prod\n    for i\n      from number 1\n"
            "      to name n\n    for j\n      from sum of 2\n        + name i\n"
            "        + number 1\n      to name n\n    where comparison\n      index\n"
            "        name A\n        at name i\n        at name j\n      > number 0\n"
            "    body number 2\n");
  for (const char *name : {"sum", "prod", "min", "max", "logsumexp", "mean"})
    EXPECT_NE(
        expressionShape(std::string(name) + "(i in 1..2) i").find("reduction " + std::string(name)),
        std::string::npos);
}

TEST(Bodies, GoOnAsFarAsTheyCan) {
  same("[i in 1..m] y[i] - h(x[i])", "[i in 1..m] (y[i] - h(x[i]))");
  same("if a then b else c + d", "if a then b else (c + d)");
  same("if a then b else if c then d else e", "if a then b else (if c then d else e)");
  same("fold s = 0 for t in 1..T do s + t", "fold s = 0 for t in 1..T do (s + t)");
}

TEST(Forms, ArraysSlicesMembers) {
  EXPECT_EQ(expressionShape("[1, 2; 3, 4]"),
            "let\n  names value\n  value array of 2\n    row number 1\n    row number 2\n"
            "    row number 3\n    row number 4\n");
  EXPECT_EQ(expressionShape("A[i, 2..n, ..]"),
            "let\n  names value\n  value index\n    name A\n    at name i\n"
            "    from number 2\n    to name n\n    at ..\n");
  EXPECT_EQ(expressionShape("t.\"Solar \"\"R\"\"\"[1] + t.max"),
            "let\n  names value\n  value sum of 2\n    + index\n      member Solar \"R\"\n"
            "        name t\n      at number 1\n    + member max\n      name t\n");
  EXPECT_EQ(expressionShape("(a, b)"),
            "let\n  names value\n  value tuple of 2\n    name a\n    name b\n");
  EXPECT_EQ(expressionShape("t.kind[i] == \"red\""),
            "let\n  names value\n  value comparison\n    index\n      member kind\n"
            "        name t\n      at name i\n    == text \"red\"\n");
}

TEST(Forms, Recurrences) {
  EXPECT_EQ(expressionShape("fold (h, _) = (h0, 0) for t in 1..T do (h, t)"),
            "let\n  names value\n  value fold\n    state h\n    state _\n"
            "    start tuple of 2\n      name h0\n      number 0\n    for t\n"
            "      from number 1\n      to name T\n    do tuple of 2\n      name h\n"
            "      name t\n");
  EXPECT_EQ(expressionShape("iterate s = s0 until abs(s) < 1e-3 max 100 do s/2"),
            "let\n  names value\n  value iterate\n    state s\n    start name s0\n"
            "    until comparison\n      call abs\n        name s\n      < number 0.001 real\n"
            "    max number 100\n    do product of 2\n      * name s\n      / number 2\n");
  EXPECT_NE(expressionShape("scan x = x0 for k in 1..N do f(x)").find("value scan"),
            std::string::npos);
}

TEST(Forms, Blocks) {
  same("{ let a = 1; fn g(x) = x + a; g(2) }", "{\n  let a = 1\n\n  fn g(x) = x + a\n  g(2)\n}");
  same("2*{ let a = 1; a } + 1", "2*({ let a = 1; a }) + 1");
  same("f({ let a = 1\n let b = 2\n a + b }, 3)", "f({ let a = 1; let b = 2; a + b }, 3)");
}

TEST(Numbers, IntegersAndReals) {
  const Parsed parsed("let a = [1, 1.0, 1e3, 0.1, 9007199254740992, 100000000000000000000]\n");
  EXPECT_EQ(parsed.errors(), "");
  const auto number = [&](size_t i) { return std::get<Number>(parsed.tree.exprs[i].node); };
  EXPECT_TRUE(number(0).integer);
  EXPECT_EQ(number(0).whole, 1);
  EXPECT_FALSE(number(1).integer);
  EXPECT_FALSE(number(2).integer);
  EXPECT_EQ(number(2).value, 1000.0);
  EXPECT_EQ(number(3).value, 0.1);
  EXPECT_TRUE(number(4).integer);
  EXPECT_FALSE(number(5).integer) << "does not fit 64 bits";
  EXPECT_EQ(number(5).value, 1e20);
}

TEST(Numbers, AreCorrectlyRounded) {
  // The first needs more than 53 bits of the product of digits and power.
  const Parsed parsed("let a = [8.41e21, 2.2250738585072011e-308, 0.1e1, 5e-324]\n");
  EXPECT_EQ(parsed.errors(), "");
  EXPECT_EQ(std::get<Number>(parsed.tree.exprs[0].node).value, 8.41e21);
  EXPECT_EQ(std::get<Number>(parsed.tree.exprs[1].node).value, 2.2250738585072011e-308);
  EXPECT_EQ(std::get<Number>(parsed.tree.exprs[3].node).value, 5e-324);
}

TEST(Numbers, DotsBelongToRangesAndOperators) {
  EXPECT_EQ(expressionShape("x[1..3]"), "let\n  names value\n  value index\n    name x\n"
                                        "    from number 1\n    to number 3\n");
  same("1.*x", "1 .* x");
  same("1./x", "1 ./ x");
}

TEST(Ranges, CoverExactlyTheExpression) {
  const std::string text = "let v =  ( a + b ) * f( c , d )[ 2 ]  - if p then q else r  # end\n";
  const Parsed parsed(text);
  ASSERT_EQ(parsed.errors(), "");
  const auto textOf = [&](ExprPtr e) { return std::string(parsed.sources.text(e->range)); };
  const ExprPtr all = std::get<LetDecl>(parsed.tree.items[0]->node).value;
  EXPECT_EQ(textOf(all), "( a + b ) * f( c , d )[ 2 ]  - if p then q else r");
  const Chain &sum = std::get<Chain>(all->node);
  EXPECT_EQ(textOf(sum.links[0].operand), "( a + b ) * f( c , d )[ 2 ]");
  EXPECT_EQ(textOf(sum.links[1].operand), "if p then q else r");
  const Chain &product = std::get<Chain>(sum.links[0].operand->node);
  EXPECT_EQ(textOf(product.links[0].operand), "a + b");
  EXPECT_EQ(textOf(product.links[1].operand), "f( c , d )[ 2 ]");
  const Index &index = std::get<Index>(product.links[1].operand->node);
  EXPECT_EQ(textOf(index.base), "f( c , d )");
  EXPECT_EQ(parsed.sources.text(index.subscripts[0].range), "2");
  EXPECT_EQ(parsed.sources.text(parsed.tree.items[0]->range),
            "let v =  ( a + b ) * f( c , d )[ 2 ]  - if p then q else r");
}

TEST(Ranges, OfAReductionEndWithItsBody) {
  const Parsed parsed("let v = sum(i in 1..n) x[i] + y[i]\n");
  const Chain &sum = std::get<Chain>(std::get<LetDecl>(parsed.tree.items[0]->node).value->node);
  EXPECT_EQ(parsed.sources.text(sum.links[0].operand->range), "sum(i in 1..n) x[i]");
  const auto &reduction = std::get<Reduction>(sum.links[0].operand->node);
  EXPECT_EQ(parsed.sources.text(reduction.binders[0].range), "i in 1..n");
  EXPECT_EQ(parsed.sources.text(reduction.binders[0].name.range), "i");
}

TEST(CommandLine, Expressions) {
  SourceManager sources;
  Diagnostics diagnostics(sources);
  Tree tree;
  const ExprPtr value = parseExpression(sources.add("--set", " [1,\n 2.5] "), tree, diagnostics);
  ASSERT_NE(value, nullptr) << diagnostics.renderAll();
  EXPECT_EQ(print(*value), "[1, 2.5]");
  EXPECT_EQ(parseExpression(sources.add("--set", "1 +"), tree, diagnostics), nullptr);
  EXPECT_EQ(parseExpression(sources.add("--set", "1 2"), tree, diagnostics), nullptr);
  EXPECT_EQ(parseExpression(sources.add("--set", "2x"), tree, diagnostics), nullptr);
  EXPECT_EQ(parseExpression(sources.add("--set", ""), tree, diagnostics), nullptr);
  EXPECT_EQ(diagnostics.errorCount(), 4u);
}

TEST(CommandLine, Methods) {
  SourceManager sources;
  Diagnostics diagnostics(sources);
  Tree tree;
  const auto call = parseMethodCall(sources.add("--method", "momentum(rate = 0.1, beta = 0.9)"),
                                    tree, diagnostics);
  ASSERT_TRUE(call) << diagnostics.renderAll();
  EXPECT_EQ(call->method.name, "momentum");
  ASSERT_EQ(call->options.size(), 2u);
  EXPECT_EQ(call->options[1].name.name, "beta");
  EXPECT_TRUE(parseMethodCall(sources.add("--method", "lbfgs"), tree, diagnostics));
  EXPECT_FALSE(parseMethodCall(sources.add("--method", "lbfgs(tol)"), tree, diagnostics));
  EXPECT_FALSE(parseMethodCall(sources.add("--method", "lbfgs() extra"), tree, diagnostics));
}

} // namespace
} // namespace gradus::syntax
