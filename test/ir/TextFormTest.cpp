//===- TextFormTest.cpp - the IR's text form, there and back --------------------------===//

#include "ir/TextForm.h"
#include "ir/Module.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gradus::ir {

namespace {

/// Arguments n, x[n], A[0..n, n], the whole number k.
struct Inputs {
  Graph g;
  ValueId n, x, A, k, one;
  Inputs() {
    n = g.input({"n", {Kind::Int, 0}, InputRole::Size, {}});
    one = g.integer(1);
    ShapeId vector = g.shape({{one, n}}), matrix = g.shape({{g.integer(0), n}, {one, n}});
    x = g.input({"x", {Kind::Real, vector}, InputRole::Unknown, {}});
    A = g.input({"t.\"a b\"", {Kind::Real, matrix}, InputRole::Data, {}});
    k = g.input({"k", {Kind::Int, 0}, InputRole::Parameter, {}});
  }
  ValueId symbol(const char *name) { return g.newSymbol(one, n, name); }
  ValueId sum(ValueId i, ValueId body) {
    return g.reduce(ReduceOp::Sum, i, one, n, g.boolean(true), body);
  }
};

void expectRoundTrip(Graph &g, ValueId v) {
  std::string text = printText(g, v);
  std::string error;
  ValueId back = parseText(g, text, error);
  EXPECT_EQ(error, "") << text;
  EXPECT_EQ(back.index, v.index) << text;
  if (back.valid()) {
    EXPECT_EQ(printText(g, back), text);
  }
  EXPECT_TRUE(verify(g).empty());
}

std::string errorOf(const std::string &text) {
  Graph g;
  std::string error;
  EXPECT_FALSE(parseText(g, text, error).valid()) << text;
  return error;
}

} // namespace

TEST(TextForm, OneNodeALine) {
  Graph g;
  ValueId x = g.input({"x", {Kind::Real, 0}, InputRole::Argument, {}});
  ValueId product = g.mul(x, g.real(2)), cube = g.prim(Prim::Powi, {x, g.integer(3)});
  ValueId v = g.add(product, cube);
  EXPECT_EQ(printText(g, v), "%1 = input @0 \"x\" : real argument\n"
                             "%2 = * %1, 2.0 : real\n"
                             "%3 = powi %1, 3 : real\n"
                             "%4 = + %2, %3 : real\n"
                             "return %4\n");
  expectRoundTrip(g, v);
}

TEST(TextForm, BlocksHoldWhatDependsOnTheirIndex) {
  Inputs m;
  Graph &g = m.g;
  ValueId i = m.symbol("i");
  ValueId outside = g.prim(Prim::Sin, {g.toReal(m.k)});
  ValueId element = g.at(m.x, {&i, 1});
  ValueId condition = g.less(g.real(0), element);
  ValueId v = g.reduce(ReduceOp::Sum, i, m.one, m.n, condition, g.mul(outside, element));
  EXPECT_EQ(printText(g, v), "%1 = input @0 \"n\" : int size\n"
                             "%2 = input @1 \"x\" : real[1..%1] unknown\n"
                             "%3 = input @3 \"k\" : int parameter\n"
                             "%4 = real %3 : real\n"
                             "%5 = sin %4 : real\n"
                             "%6 = reduce sum (#1 \"i\" in 1..%1) : real {\n"
                             "  %7 = at %2, #1 : real\n"
                             "  %8 = < 0.0, %7 : bool\n"
                             "  %9 = * %5, %7 : real\n"
                             "  where %8\n"
                             "  yield %9\n"
                             "}\n"
                             "return %6\n");
  expectRoundTrip(g, v);
}

TEST(TextForm, NestedBinders) {
  Inputs m;
  Graph &g = m.g;
  ValueId i = m.symbol("i"), j = g.newSymbol(m.one, i, "j");
  ValueId ij[] = {i, j};
  ValueId inner = g.reduce(ReduceOp::Max, j, m.one, i, g.boolean(true),
                           g.mul(g.at(m.A, ij), g.at(m.x, {&i, 1})));
  ValueId shared = m.sum(i, g.prim(Prim::Exp, {g.at(m.x, {&i, 1})}));
  expectRoundTrip(g, m.sum(i, g.mul(inner, shared)));
  expectRoundTrip(g, g.add(shared, m.sum(i, g.mul(inner, shared))));
  Axis axis{m.one, m.n};
  expectRoundTrip(g, g.build({&i, 1}, {&axis, 1}, g.div(g.at(m.x, {&i, 1}), shared)));
  Axis axes[] = {axis, axis};
  ValueId k = m.symbol("k"), symbols[] = {i, k};
  expectRoundTrip(g, g.build(symbols, axes, g.mul(g.at(m.A, symbols), shared)));
}

TEST(TextForm, Recurrences) {
  Inputs m;
  Graph &g = m.g;
  ValueId t = m.symbol("t"), h = g.newState({Kind::Real, 0}, "h"), s = g.newState(g.type(m.x), "s");
  ValueId i = m.symbol("i");
  Axis axis{m.one, m.n};
  ValueId moved = g.build({&i, 1}, {&axis, 1}, g.add(h, g.at(s, {&i, 1})));
  const ValueId symbols[] = {t, h, s}, starts[] = {g.real(2), m.x};
  const ValueId nexts[] = {g.mul(h, g.at(s, {&t, 1})), moved};
  ValueId stop = g.less(h, g.real(0));
  ValueId r = g.recur(symbols, axis, stop, starts, nexts);
  ValueId last = g.lastState(r, 0);
  EXPECT_EQ(printText(g, last), "%1 = input @0 \"n\" : int size\n"
                                "%2 = input @1 \"x\" : real[1..%1] unknown\n"
                                "%3 = recur (#1 \"t\" in 1..%1) : int {\n"
                                "  state #2 \"h\" : real = 2.0\n"
                                "  state #3 \"s\" : real[1..%1] = %2\n"
                                "  %4 = < #2, 0.0 : bool\n"
                                "  %5 = at #3, #1 : real\n"
                                "  %6 = * #2, %5 : real\n"
                                "  %7 = build (#4 \"i\" in 1..%1) : real[1..%1] {\n"
                                "    %8 = at #3, #4 : real\n"
                                "    %9 = + #2, %8 : real\n"
                                "    yield %9\n"
                                "  }\n"
                                "  until %4\n"
                                "  next %6\n"
                                "  next %7\n"
                                "}\n"
                                "%10 = last 1 of %3 : real\n"
                                "return %10\n");
  expectRoundTrip(g, last);
  expectRoundTrip(g, g.lastState(r, 1));
  expectRoundTrip(g, g.allStates(r, 1));
  expectRoundTrip(g, moved); // free states
  // One in another, and in a sum; equal ones are one node whatever they are called.
  ValueId k = m.symbol("k"), outer = g.newState({Kind::Real, 0}, "u");
  const ValueId inner[] = {g.substitute(last, Substitution{{m.x, g.keep(m.x)}})};
  const ValueId names[] = {k, outer}, begin[] = {g.real(1)}, next[] = {g.mul(outer, inner[0])};
  ValueId nested = g.recur(names, axis, g.boolean(false), begin, next);
  expectRoundTrip(g, m.sum(i, g.at(g.allStates(nested, 0), {&i, 1})));
  ValueId other = m.symbol("q"), also = g.newState({Kind::Real, 0}, "v");
  const ValueId again[] = {other, also}, same[] = {g.mul(also, inner[0])};
  EXPECT_EQ(g.recur(again, axis, g.boolean(false), begin, same), nested);
}

TEST(TextForm, Arrays) {
  Inputs m;
  Graph &g = m.g;
  ValueId i = m.symbol("i");
  ShapeId vector = g.type(m.x).shape;
  ValueId put = g.put(vector, {&i, 1}, g.at(m.x, {&i, 1}));
  ValueId adjoint = m.sum(i, put);
  expectRoundTrip(g, adjoint);
  ValueId zeros = g.zeros({Kind::Real, vector});
  expectRoundTrip(g, zeros);
  ValueId positive = g.less(g.integer(0), m.k);
  expectRoundTrip(g, g.add(adjoint, g.select(positive, m.x, zeros)));
  ValueId two[] = {g.real(1), g.toReal(m.k)};
  expectRoundTrip(g, g.list(two, g.shape({{g.integer(0), g.integer(1)}})));
  expectRoundTrip(g, g.keep(adjoint));
}

TEST(TextForm, Constants) {
  Graph g;
  double values[] = {0.0,
                     -0.0,
                     1.0,
                     -2.5,
                     1e300,
                     5e-324,
                     0.1,
                     std::numeric_limits<double>::infinity(),
                     -std::numeric_limits<double>::infinity()};
  for (double v : values)
    expectRoundTrip(g, g.real(v));
  std::string error;
  ValueId nan = parseText(g, printText(g, g.real(std::nan(""))), error);
  EXPECT_TRUE(std::isnan(g.realValue(nan)));
  expectRoundTrip(g, g.integer(INT64_MIN));
  expectRoundTrip(g, g.boolean(true));
}

TEST(TextForm, EveryPrimitive) {
  Graph g;
  ValueId real[] = {g.input({"a", {Kind::Real, 0}, InputRole::Argument, {}}),
                    g.input({"b", {Kind::Real, 0}, InputRole::Argument, {}}),
                    g.input({"c", {Kind::Real, 0}, InputRole::Argument, {}})};
  ValueId whole[] = {g.input({"i", {Kind::Int, 0}, InputRole::Argument, {}}),
                     g.input({"j", {Kind::Int, 0}, InputRole::Argument, {}}),
                     g.input({"k", {Kind::Int, 0}, InputRole::Argument, {}})};
  ValueId truth[] = {g.less(real[0], real[1]), g.less(real[1], real[2]), g.less(real[2], real[0])};
  for (unsigned p = 0; p < primCount; ++p) {
    Prim prim = static_cast<Prim>(p);
    const PrimInfo &row = info(prim);
    std::vector<ValueId> mixed{real[0], whole[0]};
    std::vector<std::vector<ValueId>> tries{
        {real, real + row.arity}, {whole, whole + row.arity}, {truth, truth + row.arity}};
    if (row.arity == 2)
      tries.push_back(mixed);
    unsigned accepted = 0;
    for (const auto &operands : tries)
      if (operandError(g, prim, operands).empty()) {
        expectRoundTrip(g, g.prim(prim, operands));
        ++accepted;
      }
    EXPECT_GT(accepted, 0u) << row.name;
  }
}

TEST(TextForm, FreeSymbols) {
  Inputs m;
  ValueId j = m.symbol("j");
  expectRoundTrip(m.g, m.g.at(m.x, {&j, 1}));
}

TEST(TextForm, IntoAnEmptyGraph) {
  Inputs m;
  ValueId i = m.symbol("i");
  ValueId v = m.sum(i, m.g.mul(m.g.at(m.x, {&i, 1}), m.g.toReal(m.k)));
  std::string text = printText(m.g, v), error;
  Graph fresh;
  ValueId back = parseText(fresh, text, error);
  ASSERT_EQ(error, "");
  EXPECT_EQ(fresh.inputs().size(), 3u);
  std::string again = printText(fresh, back);
  EXPECT_EQ(printText(fresh, parseText(fresh, again, error)), again);
  EXPECT_TRUE(verify(fresh).empty());
}

TEST(TextForm, Modules) {
  Module module;
  Graph &g = module.graph;
  ValueId x = g.input({"x", {Kind::Real, 0}, InputRole::Argument, {}});
  ValueId value = g.prim(Prim::Sin, {x});
  module.functions.push_back({"f", {}, {0}, {}, value});
  std::string text = printText(module);
  EXPECT_EQ(text, "%1 = input @0 \"x\" : real argument\n"
                  "%2 = sin %1 : real\n"
                  "fn \"f\"(%1) = %2\n");
  std::string error;
  EXPECT_EQ(parseText(g, text, error), value);
}

TEST(TextForm, DeepChainsDoNotUseTheStack) {
  Graph g;
  ValueId x = g.input({"x", {Kind::Real, 0}, InputRole::Argument, {}}), v = x;
  for (int k = 0; k < 200000; ++k)
    v = g.prim(Prim::Sin, {v});
  std::string error;
  EXPECT_EQ(parseText(g, printText(g, v), error), v);
}

TEST(TextForm, Errors) {
  EXPECT_EQ(errorOf(""), "line 0: no expression");
  EXPECT_EQ(errorOf("%1 = sin %2 : real\n"), "line 1: %2 is not defined here");
  EXPECT_EQ(errorOf("%1 = sin 1 : real\n"), "line 1: sin cannot have operands of these types");
  EXPECT_EQ(errorOf("%1 = sin 1.0, 2.0 : real\n"), "line 1: sin takes 1 operands, not 2");
  EXPECT_EQ(errorOf("%1 = sine 1.0 : real\n"), "line 1: 'sine' is no operation");
  EXPECT_EQ(errorOf("%1 = sin 1.0 : int\n"), "line 1: wrong operands or type of sin");
  EXPECT_EQ(errorOf("%1 = sin 1.0 : real extra\n"), "line 1: 'extra' is left over");
  EXPECT_EQ(errorOf("%1 = reduce sum (#1 \"i\" in 1..3) : real {\nyield 1.0\n"),
            "line 2: a block is not closed");
  EXPECT_EQ(errorOf("%1 = reduce sum (#1 \"i\" in 1..3) : real {\n}\n"),
            "line 2: the block has no yield");
  EXPECT_EQ(errorOf("%1 = reduce sum (#1 \"i\" in 1..3) : real {\n%2 = real #1 : real\nyield %2\n"
                    "}\nreturn %2\n"),
            "line 5: %2 is not defined here");
  EXPECT_EQ(errorOf("hello\n"), "line 1: cannot read 'hello'");
}

TEST(Verify, FindsUnsoundNodes) {
  auto first = [](const Graph &g) {
    std::vector<std::string> errors = verify(g);
    return errors.empty() ? std::string() : errors[0].substr(errors[0].find(": ") + 2);
  };
  {
    Inputs m;
    ValueId real = m.g.real(2.5);
    m.g.put(m.g.type(m.x).shape, {&real, 1}, m.g.real(1));
    EXPECT_EQ(first(m.g), "an index is not a whole scalar");
  }
  {
    Inputs m;
    ValueId two[] = {m.one, m.one};
    m.g.put(m.g.type(m.x).shape, two, m.g.real(1));
    EXPECT_EQ(first(m.g), "wrong number of indices");
  }
  {
    Inputs m;
    ValueId mixed[] = {m.g.real(1), m.k};
    m.g.list(mixed, m.g.shape({{m.one, m.g.integer(2)}}));
    EXPECT_EQ(first(m.g), "an element of another type");
  }
  {
    Inputs m;
    m.g.prim(Prim::Sin, {m.k});
    EXPECT_EQ(first(m.g), "sin cannot have operands of these types");
  }
  {
    Inputs m;
    ValueId i = m.symbol("i");
    m.g.reduce(ReduceOp::Sum, i, m.one, m.g.toReal(m.k), m.g.boolean(true), m.g.toReal(i));
    EXPECT_EQ(first(m.g), "the end of a range is not a whole scalar");
  }
}

} // namespace gradus::ir
