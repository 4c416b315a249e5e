//===- PrintTest.cpp - the text of the loop IR -------------------------------===//
#include "loops/Builder.h"

#include <gtest/gtest.h>

using namespace gradus::loops;
using gradus::ir::Prim;

namespace {

TEST(Print, ShowsALoopAsAPersonWouldWriteIt) {
  Module m;
  m.name = "chain";
  FunctionBuilder f(m, "value");
  ScalarId n = f.parameter(Kind::Int, "n");
  BufferId x = f.array(BufferRole::In, "x", {f.axis(n)});
  VariableId s = f.output(Kind::Real, "s");
  ScalarId last = f.apply(Prim::Sub, {n, f.integer(1)});
  f.loop("i", f.integer(1), last, [&](ScalarId i) {
    ScalarId next = f.load(x, {f.apply(Prim::Add, {i, f.integer(1)})});
    ScalarId a = f.load(x, {i}), b = f.load(x, {i});
    ScalarId t = f.apply(Prim::Sub, {next, f.apply(Prim::Mul, {a, b})}, "t");
    f.accumulate(s, Combine::Add, f.apply(Prim::Mul, {t, t}));
  });
  EXPECT_EQ(print(m), R"(module chain

export func value(n: int, x: real[n], out s: real)
  for i in 1..n - 1
    t = x[i + 1] - x[i]*x[i]
    s += t*t
)");
}

TEST(Print, KeepsTheOrderOfReadsAndWrites) {
  Module m;
  m.name = "order";
  FunctionBuilder f(m, "swap");
  BufferId x = f.array(BufferRole::InOut, "x", {f.axis(f.integer(2))});
  ScalarId one = f.integer(1), two = f.integer(2);
  ScalarId a = f.load(x, {one}); // must not move behind the store below
  ScalarId b = f.load(x, {two});
  f.store(x, {one}, b);
  f.store(x, {two}, a);
  EXPECT_EQ(print(m), R"(module order

export func swap(inout x: real[2])
  t4 = x[1]
  x[1] = x[2]
  x[2] = t4
)");
}

TEST(Print, NamesWhatIsUsedTwiceAndWhatInnerLoopsUse) {
  Module m;
  m.name = "names";
  FunctionBuilder f(m, "f");
  ScalarId a = f.parameter(Kind::Real, "a"), n = f.parameter(Kind::Int, "n");
  VariableId s = f.output(Kind::Real, "s");
  ScalarId twice = f.apply(Prim::Exp, {a});
  ScalarId sum = f.apply(Prim::Add, {twice, twice});
  f.loop("i", f.integer(1), n, [&](ScalarId) { f.accumulate(s, Combine::Multiply, sum); });
  f.loop("i", f.integer(0), n, [&](ScalarId) { f.accumulate(s, Combine::Max, a); });
  EXPECT_EQ(print(m), R"(module names

export func f(a: real, n: int, out s: real)
  t2 = exp(a)
  t3 = t2 + t2
  for i in 1..n
    s *= t3
  for i_2 in 0..n
    s max= a
)");
}

TEST(Print, BracketsFollowPrecedence) {
  Module m;
  m.name = "brackets";
  FunctionBuilder f(m, "f");
  ScalarId a = f.parameter(Kind::Real, "a"), b = f.parameter(Kind::Real, "b");
  VariableId s = f.output(Kind::Real, "s");
  auto set = [&](ScalarId v) { f.assign(s, v); };
  auto op = [&](Prim p, ScalarId x, ScalarId y) { return f.apply(p, {x, y}); };
  set(op(Prim::Sub, a, op(Prim::Sub, a, b)));
  set(op(Prim::Sub, op(Prim::Sub, a, b), b));
  set(op(Prim::Mul, op(Prim::Add, a, b), op(Prim::Div, a, b)));
  set(f.apply(Prim::Powi, {f.apply(Prim::Neg, {a}), f.integer(3)}));
  set(f.apply(Prim::Neg, {f.apply(Prim::Powi, {a, f.integer(-2)})}));
  set(f.select(
      f.apply(Prim::And, {op(Prim::Less, a, b), f.apply(Prim::Not, {op(Prim::Equal, a, b)})}),
      op(Prim::Min, a, b), f.real(-0.5)));
  EXPECT_EQ(print(m), R"(module brackets

export func f(a: real, b: real, out s: real)
  s := a - (a - b)
  s := a - b - b
  s := (a + b)*(a/b)
  s := (-a)^3
  s := -a^-2
  s := if a < b and not a == b then min(a, b) else -0.5
)");
}

TEST(Print, ShowsEveryStatement) {
  Module m;
  m.name = "all";
  m.strict = true;
  m.sites.push_back({{}, "index {0} of x is outside 1..{1}"});
  FunctionBuilder callee(m, "half");
  callee.function().exported = false;
  callee.function().documentation = "Half of a number.";
  ScalarId a = callee.parameter(Kind::Real, "a");
  VariableId r = callee.output(Kind::Real, "r");
  callee.assign(r, callee.apply(Prim::Mul, {callee.real(0.5), a}));

  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n");
  BufferId A = f.array(BufferRole::In, "A", {f.axis(n), f.axis(0, n)});
  BufferId g = f.array(BufferRole::Out, "g", {f.axis(n)});
  VariableId v = f.variable(Kind::Real, "v"), stop = f.variable(Kind::Int, "stop");
  BufferId t = f.workspace("t", {f.axis(n)}, f.integer(0));
  f.function().workspaceElements = f.apply(Prim::Mul, {f.integer(8), n}, "size");
  BufferId row = f.view("row", A, {f.axis(0, n)}, n);
  f.add(Fill{t, f.real(0)});
  f.add(Copy{g, t});
  f.whileLoop([&] { return f.apply(Prim::Less, {f.read(v), f.real(1)}); },
              [&] {
                f.branch(
                    f.apply(Prim::Equal, {f.read(stop), f.integer(0)}),
                    [&] { f.add(Call{FunctionId{0}, {{f.read(v)}, {v}}}); },
                    [&] { f.add(Break{}); });
              });
  f.add(Check{f.apply(Prim::LessEqual, {n, f.integer(9)}), 0, {n, n}});
  f.add(Hook{stop, {f.read(v)}, g});
  f.store(g, {n}, f.load(row, {f.integer(0)}), Combine::Min);
  f.loop("i", f.integer(1), n, [&](ScalarId i) { f.store(t, {i}, f.real(2)); }, true);
  f.add(Return{f.read(stop)});
  EXPECT_EQ(verify(m), std::vector<std::string>{});
  EXPECT_EQ(print(m), R"(module all strict

# Half of a number.
func half(a: real, out r: real)
  r := 0.5*a

export func f(n: int, A: real[n, n from 0], out g: real[n])
  var v: real
  var stop: int
  t: real[n] in workspace at 0
  row: real[n from 0] in A at n
  workspace size
  size = 8*n
  t[..] = 0
  g[..] = t[..]
  loop
    while v < 1
    if stop == 0
      call half(v, out v)
    else
      break
  check n <= 9 else site 0 (n, n)
  stop := hook(v; g)
  g[n] min= row[0]
  for i in 1..n independent
    t[i] = 2
  return stop

site 0: index {0} of x is outside 1..{1}
)");
}

TEST(Print, KeepsLongExpressionsOnSeveralLines) {
  Module m;
  FunctionBuilder f(m, "long");
  ScalarId a = f.parameter(Kind::Real, "a");
  VariableId s = f.output(Kind::Real, "s");
  ScalarId sum = a;
  for (int k = 0; k < 5000; ++k)
    sum = f.apply(Prim::Sin, {f.apply(Prim::Add, {sum, a})});
  f.assign(s, sum);
  std::string text = print(m);
  size_t longest = 0, start = 0;
  for (size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1)
    longest = std::max(longest, end - start);
  EXPECT_LT(longest, 130u);
  EXPECT_GT(longest, 60u);
}

} // namespace
