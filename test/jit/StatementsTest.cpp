//===- StatementsTest.cpp - each statement, run at every level ------------------===//
#include "Harness.h"

#include <bit>
#include <cmath>
#include <numeric>

namespace gradus::jit {
namespace {

class Statements : public AtEveryLevel {};
GRADUS_AT_EVERY_LEVEL(Statements);

TEST_P(Statements, ScalarExpression) {
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId a = f.parameter(Kind::Real, "a"), k = f.parameter(Kind::Int, "k");
  ScalarId c = f.parameter(Kind::Bool, "c");
  VariableId r = f.output(Kind::Real, "r"), i = f.output(Kind::Int, "i"),
             b = f.output(Kind::Bool, "b");
  f.assign(r, f.apply(Prim::Mul, {f.apply(Prim::ToReal, {k}), f.apply(Prim::Exp, {a})}));
  f.assign(i, f.select(c, f.apply(Prim::Mul, {k, k}), k));
  f.assign(b, f.apply(Prim::And, {c, f.apply(Prim::Less, {k, f.integer(0)})}));
  Program p(m, GetParam());
  double x = 0.5, real = 0;
  int64_t whole = -7, out = 0;
  uint8_t yes = 1, no = 0, flag = 7;
  EXPECT_EQ(p.call("f", &x, &whole, &yes, &real, &out, &flag), 0);
  EXPECT_EQ(real, -7 * std::exp(0.5));
  EXPECT_EQ(out, 49);
  EXPECT_EQ(flag, 1);
  EXPECT_EQ(p.call("f", &x, &whole, &no, &real, &out, &flag), 0);
  EXPECT_EQ(out, -7);
  EXPECT_EQ(flag, 0);
}

TEST_P(Statements, VariablesBeginAtZero) {
  // Each of them is set on some way to where it is read, but not on all.
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId c = f.parameter(Kind::Bool, "c"), n = f.parameter(Kind::Int, "n");
  BufferId out = f.array(BufferRole::Out, "out", {f.axis(f.integer(5))});
  ScalarId one = f.integer(1), seven = f.real(7);
  auto variable = [&](const char *name) { return f.variable(Kind::Real, name); };
  auto show = [&](int64_t k, VariableId v) { f.store(out, {f.integer(k)}, f.read(v)); };
  VariableId branch = variable("branch"), round = variable("round"), sum = variable("sum");
  VariableId head = variable("head"), both = variable("both");
  f.branch(c, [&] { f.assign(branch, seven); });
  show(1, branch);
  f.loop("i", one, n, [&](ScalarId) { f.assign(round, seven); });
  show(2, round);
  VariableId before = variable("before");
  f.loop("i", one, f.integer(3), [&](ScalarId i) {
    f.accumulate(sum, Combine::Add, f.read(before));
    f.assign(before, f.apply(Prim::ToReal, {i}));
  });
  show(3, sum);
  f.whileLoop(
      [&] {
        f.branch(c, [] {}, [&] { f.add(Break{}); });
        f.assign(head, seven);
        return f.boolean(false);
      },
      [] {});
  show(4, head);
  f.branch(c, [&] { f.assign(both, seven); }, [&] { f.assign(both, f.real(8)); });
  show(5, both);
  Program p(m, GetParam());
  for (int round_ = 0; round_ < 2; ++round_) {
    uint8_t yes = 1, no = 0;
    int64_t rounds = 2, none = 0;
    double shown[5];
    EXPECT_EQ(p.call("f", &yes, &rounds, shown), 0);
    EXPECT_EQ(std::vector(shown, shown + 5), (std::vector<double>{7, 7, 3, 7, 7}));
    EXPECT_EQ(p.call("f", &no, &none, shown), 0);
    EXPECT_EQ(std::vector(shown, shown + 5), (std::vector<double>{0, 0, 3, 0, 8}));
  }
}

TEST_P(Statements, NestedLoopsOverAnyIndexRange) {
  // y[i] = sum(j in 0..n) A[i,j]*x[j] with i in -1..m-2
  Module m;
  FunctionBuilder f(m, "product");
  ScalarId rows = f.parameter(Kind::Int, "m"), n = f.parameter(Kind::Int, "n");
  ScalarId zero = f.integer(0), lowest = f.integer(-1);
  BufferId A = f.array(BufferRole::In, "A", {{lowest, rows}, {zero, n}});
  BufferId x = f.array(BufferRole::In, "x", {{zero, n}});
  BufferId y = f.array(BufferRole::Out, "y", {{lowest, rows}});
  VariableId s = f.variable(Kind::Real, "s");
  ScalarId lastRow = f.apply(Prim::Sub, {rows, f.integer(2)});
  ScalarId last = f.apply(Prim::Sub, {n, f.integer(1)});
  f.loop("i", lowest, lastRow, [&](ScalarId i) {
    f.assign(s, f.real(0));
    f.loop("j", zero, last, [&](ScalarId j) {
      f.accumulate(s, Combine::Add, f.apply(Prim::Mul, {f.load(A, {i, j}), f.load(x, {j})}));
    });
    f.store(y, {i}, f.read(s));
  });
  Program p(m, GetParam());
  for (int64_t columns : {0, 1, 5, 100}) {
    int64_t r = 3;
    std::vector<double> a(r * columns), v(columns), result(r, -1);
    for (int64_t k = 0; k < r * columns; ++k)
      a[k] = double(k % 7);
    for (int64_t k = 0; k < columns; ++k)
      v[k] = double(k % 3);
    EXPECT_EQ(p.call("product", &r, &columns, a.data(), v.data(), result.data()), 0);
    for (int64_t i = 0; i < r; ++i)
      EXPECT_EQ(result[i], std::inner_product(v.begin(), v.end(), a.begin() + i * columns, 0.0));
  }
}

TEST_P(Statements, EmptyAndExtremeRanges) {
  Module m;
  FunctionBuilder f(m, "count");
  ScalarId lo = f.parameter(Kind::Int, "lo"), hi = f.parameter(Kind::Int, "hi");
  VariableId k = f.output(Kind::Int, "k");
  f.loop("i", lo, hi, [&](ScalarId) { f.accumulate(k, Combine::Add, f.integer(1)); });
  Program p(m, GetParam());
  auto count = [&](int64_t a, int64_t b) {
    int64_t result = -1;
    EXPECT_EQ(p.call("count", &a, &b, &result), 0);
    return result;
  };
  EXPECT_EQ(count(1, 0), 0);
  EXPECT_EQ(count(5, -5), 0);
  EXPECT_EQ(count(3, 3), 1);
  EXPECT_EQ(count(-2, 2), 5);
  EXPECT_EQ(count(INT64_MAX - 2, INT64_MAX), 3);
  EXPECT_EQ(count(INT64_MIN, INT64_MIN + 1), 2);
}

TEST_P(Statements, AccumulateAndCombiningStores) {
  struct Row {
    Combine combine;
    double expected;
    int64_t whole;
  };
  // over the values 2, -3, 5 from the start 1
  for (Row row : {Row{Combine::Add, 5, 5}, Row{Combine::Multiply, -30, -30},
                  Row{Combine::Min, -3, -3}, Row{Combine::Max, 5, 5}}) {
    Module m;
    FunctionBuilder f(m, "f");
    ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
    BufferId x = f.array(BufferRole::In, "x", {{one, n}});
    BufferId w = f.array(BufferRole::In, "w", {{one, n}}, Kind::Int);
    BufferId slot = f.array(BufferRole::InOut, "slot", {});
    VariableId r = f.output(Kind::Real, "r"), i = f.output(Kind::Int, "i");
    f.assign(r, f.real(1));
    f.assign(i, one);
    f.loop("k", one, n, [&](ScalarId k) {
      f.accumulate(r, row.combine, f.load(x, {k}));
      f.accumulate(i, row.combine, f.load(w, {k}));
      f.store(slot, {}, f.load(x, {k}), row.combine);
    });
    Program p(m, GetParam());
    int64_t count = 3, whole[] = {2, -3, 5}, wholeResult;
    double real[] = {2, -3, 5}, memory = 1, realResult;
    EXPECT_EQ(p.call("f", &count, real, whole, &memory, &realResult, &wholeResult), 0);
    EXPECT_EQ(realResult, row.expected);
    EXPECT_EQ(wholeResult, row.whole);
    EXPECT_EQ(memory, row.expected);
  }
}

TEST_P(Statements, MinimumAndMaximumKeepNan) {
  for (Combine combine : {Combine::Min, Combine::Max}) {
    Module m;
    FunctionBuilder f(m, "f");
    ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
    BufferId x = f.array(BufferRole::In, "x", {{one, n}});
    VariableId r = f.output(Kind::Real, "r");
    f.assign(r, f.real(combine == Combine::Min ? INFINITY : -INFINITY));
    f.loop("k", one, n, [&](ScalarId k) { f.accumulate(r, combine, f.load(x, {k})); });
    Program p(m, GetParam());
    for (int64_t count : {3, 200})
      for (int64_t at : {int64_t(-1), int64_t(0), int64_t(1), count - 1}) {
        std::vector<double> values(count);
        for (int64_t k = 0; k < count; ++k)
          values[k] = double((k * 37) % 100);
        if (at >= 0)
          values[at] = NAN;
        double result;
        EXPECT_EQ(p.call("f", &count, values.data(), &result), 0);
        double expected = combine == Combine::Min ? *std::min_element(values.begin(), values.end())
                                                  : *std::max_element(values.begin(), values.end());
        if (at >= 0)
          EXPECT_TRUE(std::isnan(result));
        else
          EXPECT_EQ(result, expected);
      }
  }
}

TEST_P(Statements, WhileIfBreak) {
  // Collatz steps from n, at most `most`.
  Module m;
  FunctionBuilder f(m, "steps");
  ScalarId start = f.parameter(Kind::Int, "n"), most = f.parameter(Kind::Int, "most");
  VariableId k = f.output(Kind::Int, "k"), n = f.variable(Kind::Int, "n");
  VariableId odd = f.variable(Kind::Bool, "odd");
  ScalarId one = f.integer(1), two = f.integer(2);
  f.assign(n, start);
  f.whileLoop([&] { return f.apply(Prim::Less, {one, f.read(n)}); },
              [&] {
                f.branch(f.apply(Prim::Equal, {f.read(k), most}), [&] { f.add(Break{}); });
                ScalarId v = f.read(n);
                f.assign(odd, f.apply(Prim::Equal, {f.apply(Prim::Mod, {v, two}), one}));
                f.branch(
                    f.read(odd),
                    [&] {
                      ScalarId v3 = f.apply(Prim::Mul, {f.integer(3), v});
                      f.assign(n, f.apply(Prim::Add, {v3, one}));
                    },
                    [&] { f.assign(n, f.apply(Prim::IntDiv, {v, two})); });
                f.accumulate(k, Combine::Add, one);
              });
  Program p(m, GetParam());
  int64_t from = 27, limit = 1000, result;
  EXPECT_EQ(p.call("steps", &from, &limit, &result), 0);
  EXPECT_EQ(result, 111);
  limit = 10;
  EXPECT_EQ(p.call("steps", &from, &limit, &result), 0);
  EXPECT_EQ(result, 10);
}

TEST_P(Statements, BreakLeavesTheInnermostLoopOnly) {
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
  VariableId k = f.output(Kind::Int, "k");
  f.loop("i", one, n, [&](ScalarId i) {
    f.loop("j", one, n, [&](ScalarId j) {
      f.branch(f.apply(Prim::Less, {i, j}), [&] { f.add(Break{}); });
      f.accumulate(k, Combine::Add, one);
    });
  });
  Program p(m, GetParam());
  int64_t count = 10, result;
  EXPECT_EQ(p.call("f", &count, &result), 0);
  EXPECT_EQ(result, 55);
}

TEST_P(Statements, FillAndCopy) {
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), value = f.parameter(Kind::Real, "v");
  ScalarId two = f.integer(2), one = f.integer(1);
  BufferId a = f.array(BufferRole::Out, "a", {{one, n}, {one, two}});
  BufferId b = f.array(BufferRole::Out, "b", {{one, n}, {one, two}});
  BufferId c = f.array(BufferRole::Out, "c", {{one, n}, {one, two}});
  BufferId d = f.array(BufferRole::Out, "d", {{one, n}}, Kind::Int);
  f.add(Fill{a, f.real(0)});
  f.add(Fill{b, value});
  f.add(Copy{c, b});
  f.add(Fill{d, f.integer(-3)});
  Program p(m, GetParam());
  for (double v : {2.5, -0.0}) {
    int64_t count = 5;
    std::vector<double> x(11, 9), y(11, 9), z(11, 9);
    std::vector<int64_t> w(6, 9);
    EXPECT_EQ(p.call("f", &count, &v, x.data(), y.data(), z.data(), w.data()), 0);
    for (int k = 0; k < 10; ++k) {
      EXPECT_EQ(std::bit_cast<uint64_t>(x[k]), 0u);
      EXPECT_EQ(std::bit_cast<uint64_t>(y[k]), std::bit_cast<uint64_t>(v));
      EXPECT_EQ(std::bit_cast<uint64_t>(z[k]), std::bit_cast<uint64_t>(v));
    }
    EXPECT_EQ(w[4], -3);
    EXPECT_EQ(x[10] + y[10] + z[10] + double(w[5]), 36); // one behind the end
  }
}

TEST_P(Statements, ViewsAndCopiesThatOverlap) {
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1), zero = f.integer(0);
  BufferId A = f.array(BufferRole::InOut, "A", {{one, n}, {one, n}});
  f.loop("i", one, n, [&](ScalarId i) {
    ScalarId offset = f.apply(Prim::Mul, {f.apply(Prim::Sub, {i, one}), n});
    BufferId row = f.view("row", A, {{zero, n}}, offset);
    f.loop("j", zero, f.apply(Prim::Sub, {n, one}), [&](ScalarId j) {
      f.store(row, {j}, f.apply(Prim::Mul, {f.load(row, {j}), f.load(A, {i, i})}));
    });
  });
  // Moves the first n-1 elements one place up.
  ScalarId less = f.apply(Prim::Sub, {n, one});
  f.add(Copy{f.view("up", A, {{one, less}}, one), f.view("low", A, {{one, less}}, zero)});
  Program p(m, GetParam());
  int64_t count = 4;
  double a[16], expected[16];
  for (int k = 0; k < 16; ++k)
    a[k] = expected[k] = k + 1;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j)
      expected[4 * i + j] *= expected[4 * i + i]; // the diagonal changes on the way
  for (int k = 3; k > 0; --k)
    expected[k] = expected[k - 1];
  EXPECT_EQ(p.call("f", &count, a), 0);
  for (int k = 0; k < 16; ++k)
    EXPECT_EQ(a[k], expected[k]) << k;
}

/// squares(n, x, out s) uses n elements of workspace; twice calls it twice and
/// keeps a slice of its own across the calls.
void addCallers(Module &m) {
  FunctionBuilder h(m, "squares");
  h.function().exported = false;
  {
    ScalarId n = h.parameter(Kind::Int, "n"), one = h.integer(1), zero = h.integer(0);
    BufferId x = h.array(BufferRole::In, "x", {{one, n}});
    VariableId s = h.output(Kind::Real, "s");
    ScalarId eight = h.integer(8);
    ScalarId groups = h.apply(Prim::IntDiv, {h.apply(Prim::Add, {n, h.integer(7)}), eight});
    h.function().workspaceElements = h.apply(Prim::Mul, {groups, eight});
    BufferId t = h.workspace("t", {{one, n}}, zero);
    h.loop("i", one, n, [&](ScalarId i) {
      h.store(t, {i}, h.apply(Prim::Powi, {h.load(x, {i}), h.integer(2)}));
    });
    h.loop("i", one, n, [&](ScalarId i) { h.accumulate(s, Combine::Add, h.load(t, {i})); });
  }
  FunctionBuilder f(m, "twice");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1), eight = f.integer(8);
  BufferId x = f.array(BufferRole::In, "x", {{one, n}});
  BufferId y = f.array(BufferRole::In, "y", {{one, n}});
  VariableId r = f.output(Kind::Real, "r");
  VariableId first = f.variable(Kind::Real, "first"), second = f.variable(Kind::Real, "second");
  f.function().workspaceElements = f.integer(16);
  BufferId keep = f.workspace("keep", {{one, eight}}, eight);
  f.store(keep, {eight}, f.real(100));
  f.add(Call{h.id(), {{n}, {x}, {first}}});
  f.add(Call{h.id(), {{n}, {y}, {second}}});
  ScalarId sum = f.apply(Prim::Add, {f.read(first), f.load(keep, {eight})});
  f.assign(r, f.apply(Prim::Sub, {sum, f.read(second)}));
}

TEST_P(Statements, CallsPassTheRestOfTheWorkspace) {
  Module m;
  addCallers(m);
  Program p(m, GetParam());
  EXPECT_FALSE(p.code().find("squares")) << "not exported";
  int64_t n = 20;
  std::vector<double> x(n, 3), y(n, 2);
  double r;
  EXPECT_EQ(p.call("twice", &n, x.data(), y.data(), &r), 0);
  EXPECT_EQ(r, 20 * 9 + 100 - 20 * 4);
  EXPECT_EQ(p.workspace()[15], 100); // the caller's slice
  EXPECT_EQ(p.workspace()[16], 4);   // the callee's, behind all of it
  EXPECT_EQ(p.workspace()[35], 4);
  EXPECT_EQ(p.workspace()[36], 1e300); // untouched
}

TEST_P(Statements, ArgumentsMayChangePlacesBetweenCalls) {
  // Facts about the callee's parameters must not outlive the call they hold for.
  Module m;
  FunctionBuilder h(m, "step");
  h.function().exported = false;
  {
    ScalarId n = h.parameter(Kind::Int, "n"), one = h.integer(1);
    BufferId in = h.array(BufferRole::In, "in", {{one, n}});
    BufferId out = h.array(BufferRole::Out, "out", {{one, n}});
    h.function().workspaceElements = h.integer(8);
    BufferId t = h.workspace("t", {}, h.integer(0));
    h.store(t, {}, h.real(1));
    h.loop("i", one, n, [&](ScalarId i) {
      h.store(out, {i}, h.apply(Prim::Add, {h.load(in, {i}), h.load(t, {})}));
    });
  }
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
  BufferId a = f.array(BufferRole::InOut, "a", {{one, n}});
  BufferId b = f.array(BufferRole::InOut, "b", {{one, n}});
  for (int k = 0; k < 4; ++k) {
    f.add(Call{h.id(), {{n}, {a}, {b}}});
    f.add(Call{h.id(), {{n}, {b}, {a}}});
  }
  Program p(m, GetParam());
  int64_t count = 37;
  std::vector<double> x(count, 0.5), y(count, 0);
  EXPECT_EQ(p.call("f", &count, x.data(), y.data()), 0);
  for (double v : x)
    EXPECT_EQ(v, 8.5);
  for (double v : y)
    EXPECT_EQ(v, 7.5);
}

TEST_P(Statements, ChecksRecordSiteAndValues) {
  Module m;
  m.sites = {{{}, "first"}, {{}, "second"}};
  FunctionBuilder f(m, "f");
  ScalarId k = f.parameter(Kind::Int, "k"), a = f.parameter(Kind::Real, "a");
  VariableId r = f.output(Kind::Real, "r");
  f.add(Check{f.apply(Prim::Less, {k, f.integer(5)}), 0, {k}});
  ScalarId positive = f.apply(Prim::Less, {f.real(0), a});
  f.add(Check{positive, 1, {a, k, positive}});
  f.assign(r, f.apply(Prim::Log, {a}));
  FunctionBuilder caller(m, "caller");
  ScalarId ck = caller.parameter(Kind::Int, "k"), ca = caller.parameter(Kind::Real, "a");
  VariableId cr = caller.output(Kind::Real, "r"), after = caller.output(Kind::Int, "after");
  caller.add(Call{f.id(), {{ck}, {ca}, {cr}}});
  caller.assign(after, caller.integer(1));
  Program p(m, GetParam());
  int64_t i = 4, done;
  double x = 2, result;
  p.frame.errorSite = -1;
  EXPECT_EQ(p.call("f", &i, &x, &result), 0);
  EXPECT_EQ(result, std::log(2.0));
  EXPECT_EQ(p.frame.errorSite, -1);
  i = 7;
  EXPECT_EQ(p.call("f", &i, &x, &result), 1);
  EXPECT_EQ(p.frame.errorSite, 0);
  EXPECT_EQ(p.frame.errorValues[0], 7);
  EXPECT_TRUE(std::isnan(result)) << "a failed call has no result";
  i = -4;
  x = -0.25;
  EXPECT_EQ(p.call("caller", &i, &x, &result, &done), 1);
  EXPECT_EQ(p.frame.errorSite, 1);
  EXPECT_EQ(std::bit_cast<double>(p.frame.errorValues[0]), -0.25);
  EXPECT_EQ(p.frame.errorValues[1], -4);
  EXPECT_EQ(p.frame.errorValues[2], 0);
  EXPECT_EQ(done, 0) << "nothing runs behind the call";
}

TEST_P(Statements, ChecksInsideLoops) {
  // y[i] = x[p[i]], the index taken from data
  Module m;
  m.sites = {{{}, "index {0} is outside 1..{1}"}};
  FunctionBuilder f(m, "gather");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
  BufferId x = f.array(BufferRole::In, "x", {{one, n}});
  BufferId index = f.array(BufferRole::In, "p", {{one, n}}, Kind::Int);
  BufferId y = f.array(BufferRole::Out, "y", {{one, n}});
  f.loop("i", one, n, [&](ScalarId i) {
    ScalarId at = f.load(index, {i});
    f.add(Check{f.apply(Prim::And,
                        {f.apply(Prim::LessEqual, {one, at}), f.apply(Prim::LessEqual, {at, n})}),
                0,
                {at, n}});
    f.store(y, {i}, f.load(x, {at}));
  });
  Program p(m, GetParam());
  int64_t count = 50;
  std::vector<double> a(count), b(count, -1);
  std::vector<int64_t> q(count);
  for (int64_t k = 0; k < count; ++k) {
    a[k] = double(k);
    q[k] = count - k;
  }
  EXPECT_EQ(p.call("gather", &count, a.data(), q.data(), b.data()), 0);
  EXPECT_EQ(b[0], 49);
  EXPECT_EQ(b[49], 0);
  q[30] = 51;
  std::fill(b.begin(), b.end(), -1);
  EXPECT_EQ(p.call("gather", &count, a.data(), q.data(), b.data()), 1);
  EXPECT_EQ(p.frame.errorValues[0], 51);
  EXPECT_EQ(p.frame.errorValues[1], 50);
  // Rounds that go at once fail at once; without passes each goes alone.
  EXPECT_TRUE(b[29] == 20 || ((GetParam() == Level::Fast || GetParam() == Level::Full) && b[29] == -1)) << b[29];
  EXPECT_EQ(b[30], -1);
}

TEST_P(Statements, StraightLinesOfAnyLength) {
  // Each value reads one that was made long before.
  Module m;
  FunctionBuilder f(m, "chain");
  ScalarId a = f.parameter(Kind::Real, "a"), b = f.parameter(Kind::Real, "b");
  VariableId r = f.output(Kind::Real, "r");
  constexpr size_t count = 4000, back = 700;
  std::vector<ScalarId> values{a, b};
  auto before = [&](size_t k) { return k < back ? 0 : k - back; };
  for (size_t k = 2; k < count; ++k)
    values.push_back(f.apply(ir::Prim::Sub, {values[before(k)], values[k - 1]}));
  f.assign(r, values.back());
  Program p(m, GetParam());
  std::vector<double> wanted{0.3, -1.7};
  for (size_t k = 2; k < count; ++k)
    wanted.push_back(wanted[before(k)] - wanted[k - 1]);
  double x = 0.3, y = -1.7, result = 0;
  EXPECT_EQ(p.call("chain", &x, &y, &result), 0);
  EXPECT_EQ(result, wanted.back());
}

TEST_P(Statements, ReturnsItsStatus) {
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId k = f.parameter(Kind::Int, "k");
  VariableId r = f.output(Kind::Real, "r");
  f.loop("i", f.integer(1), f.integer(10), [&](ScalarId i) {
    f.assign(r, f.apply(Prim::ToReal, {i}));
    f.branch(f.apply(Prim::Equal, {i, k}),
             [&] { f.add(Return{f.apply(Prim::Add, {i, f.integer(100)})}); });
  });
  Program p(m, GetParam());
  int64_t stop = 3;
  double result;
  EXPECT_EQ(p.call("f", &stop, &result), 103);
  EXPECT_EQ(result, 3) << "results are kept by return";
  stop = 0;
  EXPECT_EQ(p.call("f", &stop, &result), 0);
  EXPECT_EQ(result, 10);
}

struct HookRecord {
  std::vector<double> scalars, x;
  int64_t calls = 0, stopAt = -1;
};
int64_t recordHook(void *user, const double *scalars, int64_t count, const double *x, int64_t n) {
  auto *record = static_cast<HookRecord *>(user);
  record->scalars.assign(scalars, scalars + count);
  record->x.assign(x, x + n);
  return ++record->calls == record->stopAt ? 42 : 0;
}

TEST_P(Statements, HookSeesEachRoundAndMayStop) {
  Module m;
  FunctionBuilder f(m, "f");
  ScalarId n = f.parameter(Kind::Int, "n"), one = f.integer(1);
  BufferId x = f.array(BufferRole::InOut, "x", {{one, n}});
  VariableId reason = f.output(Kind::Int, "reason");
  f.loop("k", one, f.integer(5), [&](ScalarId k) {
    ScalarId real = f.apply(Prim::ToReal, {k});
    f.store(x, {one}, real);
    f.add(Hook{reason, {real, f.apply(Prim::Neg, {real}), f.real(0.5)}, x});
    f.branch(f.apply(Prim::NotEqual, {f.read(reason), f.integer(0)}), [&] { f.add(Break{}); });
  });
  Program p(m, GetParam());
  int64_t count = 3, result;
  double values[] = {0, 7, 8};
  EXPECT_EQ(p.call("f", &count, values, &result), 0);
  EXPECT_EQ(result, 0) << "without a hook all rounds run";
  EXPECT_EQ(values[0], 5);
  HookRecord record;
  record.stopAt = 2;
  p.frame.hook = recordHook;
  p.frame.hookUser = &record;
  EXPECT_EQ(p.call("f", &count, values, &result), 0);
  EXPECT_EQ(result, 42);
  EXPECT_EQ(record.calls, 2);
  EXPECT_EQ(record.scalars, (std::vector<double>{2, -2, 0.5}));
  EXPECT_EQ(record.x, (std::vector<double>{2, 7, 8}));
}

} // namespace
} // namespace gradus::jit
