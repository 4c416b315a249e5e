//===- ValuesTest.cpp - what expressions are worth, by the interpreter ---------===//

#include "Analyzed.h"

#include "interpret/Interpreter.h"

#include <cmath>

namespace gradus::semantics {
namespace {

/// f(2) of a text whose function f has the one argument t.
double valueAtTwo(const std::string &text) {
  Analyzed a(text);
  EXPECT_FALSE(a.diagnostics.hasErrors()) << a.messages();
  const ir::Function *f = a.diagnostics.hasErrors() ? nullptr : a.function("f");
  if (!f || f->arguments.size() != 1) {
    ADD_FAILURE() << "no function f(t): " << text;
    return std::nan("");
  }
  ir::Graph &graph = a.analysis.module->graph;
  interpret::Environment<double> environment;
  environment.setReal(graph.inputNode(f->arguments[0]), 2.0);
  interpret::Interpreter<double> interpreter(graph, environment);
  interpret::Result<double> result;
  interpret::EvalError error;
  EXPECT_TRUE(interpreter.evaluate(f->value, result, error)) << error.message << "\n" << text;
  return result.type.kind == ir::Kind::Int ? double(result.whole) : result.real;
}

struct Worth {
  const char *expression;
  double value;
};

class Values : public testing::TestWithParam<Worth> {};

TEST_P(Values, AreAsAReaderExpects) {
  EXPECT_DOUBLE_EQ(valueAtTwo(std::string("fn f(t) = ") + GetParam().expression),
                   GetParam().value)
      << GetParam().expression;
}

INSTANTIATE_TEST_SUITE_P(
    Scalars, Values,
    testing::Values(Worth{"-t^2", -4}, Worth{"2^-t", 0.25}, Worth{"2^3^t", 512},
                    Worth{"7/t/2", 1.75}, Worth{"1 - 2 - 3 + t", -2}, Worth{"6/4*t", 3},
                    Worth{"div(7, 2)*t", 6}, Worth{"mod(7, 4) + mod(t, 1.5)", 3.5},
                    Worth{"if 1 < t <= 2 < 3 then 1 else 0", 1},
                    Worth{"if t > 5 then 1 else if t > 1 then 2 else 3", 2},
                    Worth{"if not t == 2 or t != 2 then 1 else 0", 0},
                    Worth{"max(1, t, 0.5) + min(3, t)", 4}, Worth{"pow(t, 3)", 8},
                    Worth{"{ let (a, b) = (t, 3*t); b - a }", 4}, Worth{"0*t + 0^0", 1}));

INSTANTIATE_TEST_SUITE_P(
    Reductions, Values,
    testing::Values(
        Worth{"sum(i in 1..4) i + t", 12}, Worth{"sum(i in 1..4) (i + t)", 18},
        Worth{"sum(i in 1..3, j in i..3) i*j + 0*t", 25},
        Worth{"t * prod(i in 1..25) i", 2 * 15511210043330985984000000.0},
        Worth{"count(i in 1..10 where mod(i, 3) == 0) * t", 6},
        Worth{"mean(i in 1..4 where i > t) i", 3.5}, Worth{"mean([1, 2, 6, t])", 2.75},
        Worth{"max(i in 1..4) (t - i)^2 + min(i in 1..4) (t - i)^2", 4},
        Worth{"sum(i in 1..0) 1/t", 0}, Worth{"prod(i in 1..0) t", 1},
        Worth{"logsumexp([t, t])", 2 + std::log(2.0)},
        Worth{"sum(i in 1..3 where i > 1 and [5, 6, 7][i-1] < 7) i*t", 10}));

INSTANTIATE_TEST_SUITE_P(
    Arrays, Values,
    testing::Values(
        Worth{"[1, t, 3][2]", 2}, Worth{"[1, 2; 3, t][2,2]", 2},
        Worth{"[[1, t], [3, 4]][1,2]", 2}, Worth{"([i in 0..2] i*t)[2]", 4},
        Worth{"sum([1, 2, 3, 4][2..3]) * t", 10}, Worth{"sum([1, 2; 3, 4][2,..]) * t", 14},
        Worth{"sum([1, 2; 3, 4][..,2]) * t", 12}, Worth{"[1, 2; 3, 4]'[1,2] * t", 6},
        Worth{"sum([1, 2; 3, 4]*[t, 1])", 14}, Worth{"([1, 2; 3, 4]*[0, 1; 1, 0])[1,1] * t", 4},
        Worth{"[1, 2]'*[3, t]", 7}, Worth{"([1, 2]*[3, t]')[2,1]", 6},
        Worth{"sum([1, t]'*[1, 2; 3, 4])", 17}, Worth{"sum(2*[1, t] - [1, 1]/t + 1)", 7},
        Worth{"sum([1, 2] .* [3, t] ./ [1, 4])", 4}, Worth{"norm([3, 2*t])", 5},
        Worth{"norm1([3, -t]) + norminf([-3, t])", 8}, Worth{"sumsq(exp([0, 0])) * t", 4},
        Worth{"sum(identity(3)*[1, 2, t])", 5}, Worth{"sum(diag([1, 5; 7, t]))", 3},
        Worth{"diag([1, t])[2,2] + diag([1, t])[1,2]", 2},
        Worth{"{ let y[i in 0..3] = i*t; y[3] + sum(y[0..1]) }", 8},
        Worth{"sum(i in 1..3) sum([1, t, 3][1..i])", 10},
        Worth{"dot([1, 2], (if t > 1 then [t, 1] else [0, 0]))", 4},
        Worth{"(sum(i in 1..2) [i, t])[1]", 3}, Worth{"sum(-[1, t])", -3}));

TEST(Values, ArgumentsAreIndexedAsTheFunctionDeclares) {
  EXPECT_EQ(valueAtTwo("fn h(x[0..n]) = 100*n + x[0] + 10*x[n]\nfn f(t) = h([1, 5, t])"), 221);
  EXPECT_EQ(valueAtTwo("fn h(x[n], A[m,n]) = 10*m + n + A[m,n] + x[1]\n"
                       "fn f(t) = h([7, 8, 9], [1, 2, 3; 4, 5, t])"),
            32);
  // A range that changes with an index has no node, and works all the same.
  EXPECT_EQ(valueAtTwo("fn h(x[n]) = n*x[n]\nfn f(t) = sum(i in 1..3) h([t, 1, 5][1..i])"), 19);
}

TEST(Values, FunctionsReadTheNamesAroundThem) {
  EXPECT_EQ(valueAtTwo("let c = 3\nfn g(x) = c*x\nfn f(t) = { let c = 100; g(t) }"), 6);
  EXPECT_EQ(valueAtTwo("fn f(t) = { fn g(x) = x + t; fn h(x) = g(x)*g(1); h(3) }"), 15);
}

TEST(Values, AnUntakenBranchIsNotRead) {
  EXPECT_EQ(valueAtTwo("fn g(x[n]) = sum(i in 1..n) (if i < n then x[i+1] else 10)\n"
                       "fn f(t) = g([1, t, 3])"),
            15);
}

} // namespace
} // namespace gradus::semantics
