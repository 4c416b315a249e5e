//===- RecurrenceTest.cpp - derivatives of nodes with state ------------------------===//
//
// Reverse mode, forward mode and differences in 50 digits agree, and so do second
// derivatives: of last states and all states, numbers and arrays, recurrences that
// stop early and recurrences in the steps of others.
//
//===--------------------------------------------------------------------===//

#include "Digits.h"

#include "differentiate/Differentiate.h"
#include "ir/Module.h"

#include <gtest/gtest.h>

#include <functional>

using namespace gradus;
using namespace gradus::ir;
using differentiate::pushforward;
using differentiate::Storing;
using interpret::Digits50;
using Numbers = std::vector<Digits50>;

namespace {

constexpr int64_t size = 3;

struct Model {
  Graph g;
  ValueId one = g.integer(1), no = g.boolean(false);
  ValueId n = g.input({"n", {Kind::Int, 0}, InputRole::Size, {}});
  Type vectorType{Kind::Real, g.shape({{one, n}})};
  ValueId a = real("a"), b = real("b"), x = vector("x");
  ValueId da = real("da"), db = real("db"), dx = vector("dx");
  std::vector<ValueId> inputs{a, b, x}, directions{da, db, dx};

  ValueId real(const char *name) {
    return g.input({name, {Kind::Real, 0}, InputRole::Argument, {}});
  }
  ValueId vector(const char *name) { return g.input({name, vectorType, InputRole::Argument, {}}); }
  ValueId at(ValueId array, ValueId i) { return g.at(array, {&i, 1}); }
  ValueId sin(ValueId v) { return g.prim(Prim::Sin, {v}); }

  using Step = std::function<std::vector<ValueId>(ValueId, std::span<const ValueId>)>;
  using Stop = std::function<ValueId(std::span<const ValueId>)>;
  ValueId recur(ValueId lo, ValueId hi, std::vector<ValueId> starts, const Step &step,
                const Stop &stop = {}, bool remade = false) {
    std::vector<ValueId> symbols{g.newSymbol(lo, hi, "t")};
    for (ValueId start : starts)
      symbols.push_back(g.newState(g.type(start)));
    auto states = std::span<const ValueId>(symbols).subspan(1);
    std::vector<ValueId> nexts = step(symbols[0], states);
    return g.recur(symbols, {lo, hi}, stop ? stop(states) : no, starts, nexts, remade);
  }
  ValueId fold(ValueId lo, ValueId hi, ValueId start,
               const std::function<ValueId(ValueId, ValueId)> &step, bool remade = false) {
    return g.lastState(recur(lo, hi, {start},
                             [&](ValueId t, std::span<const ValueId> s) {
                               return std::vector{step(t, s[0])};
                             },
                             {}, remade),
                       0);
  }
  /// Each element counts in its own way.
  ValueId number(ValueId v) {
    if (g.type(v).scalar())
      return g.mul(v, v);
    const Axis axis = g.axesOf(v)[0];
    ValueId i = g.newSymbol(axis.lo, axis.hi), e = at(v, i);
    return g.reduce(ReduceOp::Sum, i, axis.lo, axis.hi, g.boolean(true),
                    g.mul(g.toReal(g.add(i, g.integer(2))), g.mul(e, e)));
  }

  Numbers values(std::span<const ValueId> roots, const Digits50 &h = 0) {
    const double at[] = {0.7, -0.4, 0.3, 0.9, -1.1}, by[] = {0.5, 1, -0.8, 0.25, 0.6};
    interpret::Environment<Digits50> env;
    env.setInt(n, size);
    Numbers moved;
    for (int k = 0; k < 5; ++k)
      moved.push_back(Digits50(at[k]) + h * Digits50(by[k]));
    env.setReal(a, moved[0]);
    env.setReal(b, moved[1]);
    env.setArray(x, {moved.begin() + 2, moved.end()}, {size});
    env.setReal(da, by[0]);
    env.setReal(db, by[1]);
    env.setArray(dx, {by + 2, by + 5}, {size});
    return evaluateAll(g, env, roots);
  }
};

void check(const std::function<ValueId(Model &)> &make) {
  Model m;
  Graph &g = m.g;
  ValueId f = m.number(make(m));
  std::vector<ValueId> gradient = differentiate::gradient(g, f, m.inputs);
  std::vector<ValueId> slope = pushforward(g, {&f, 1}, m.inputs, m.directions);
  std::vector<ValueId> product = pushforward(g, gradient, m.inputs, m.directions);
  std::vector<ValueId> turned = differentiate::gradient(g, slope[0], m.inputs);
  for (const std::string &error : verify(g))
    ADD_FAILURE() << error;
  const Digits50 h("1e-17");
  const Numbers d = m.values(m.directions), reverse = m.values(gradient);
  Digits50 along = 0;
  for (size_t k = 0; k < d.size(); ++k)
    along += d[k] * reverse[k];
  const Digits50 forward = m.values(slope)[0];
  expectClose(forward, along, "reverse and forward");
  expectClose(forward, (m.values({&f, 1}, h)[0] - m.values({&f, 1}, -h)[0]) / (2 * h),
              "forward and difference");
  const Numbers before = m.values(gradient, -h), after = m.values(gradient, h);
  const Numbers second = m.values(product), again = m.values(turned);
  for (size_t k = 0; k < d.size(); ++k) {
    expectClose(second[k], (after[k] - before[k]) / (2 * h), "difference of gradients");
    expectClose(second[k], again[k], "reverse over forward");
  }
  // What is kept of the steps makes no difference.
  for (Storing storing : {Storing::Dear, Storing::Tangents}) {
    const std::vector<ValueId> kept = differentiate::gradient(g, f, m.inputs, storing);
    const Numbers first = m.values(kept);
    const Numbers along = m.values(pushforward(g, kept, m.inputs, m.directions));
    for (const std::string &error : verify(g))
      ADD_FAILURE() << error;
    for (size_t k = 0; k < d.size(); ++k) {
      expectClose(first[k], reverse[k], "with values kept");
      expectClose(along[k], second[k], "second derivative with values kept");
    }
  }
}

TEST(Recurrences, Numbers) {
  auto step = [](Model &m) {
    return [&m](ValueId t, ValueId s) { return m.g.add(m.g.mul(m.b, m.sin(s)), m.at(m.x, t)); };
  };
  check([&](Model &m) { return m.fold(m.one, m.n, m.a, step(m)); });
  // From 2 on; the start is a constant; no step at all.
  check([&](Model &m) { return m.fold(m.g.integer(2), m.n, m.g.real(0.5), step(m)); });
  check([&](Model &m) { return m.fold(m.g.add(m.n, m.one), m.n, m.a, step(m)); });
  // The last step alone, by what the step reads.
  check([](Model &m) {
    return m.fold(m.one, m.n, m.a, [&](ValueId t, ValueId) { return m.at(m.x, t); });
  });
}

TEST(Recurrences, AllStates) {
  auto scan = [](Model &m, ValueId lo) {
    return m.recur(lo, m.n, {m.a}, [&](ValueId t, std::span<const ValueId> s) {
      return std::vector{m.g.add(m.g.mul(m.b, m.g.mul(s[0], s[0])), m.at(m.x, t))};
    });
  };
  check([&](Model &m) { return m.g.allStates(scan(m, m.one), 0); });
  check([&](Model &m) {
    ValueId r = scan(m, m.g.integer(2));
    return m.g.add(m.number(m.g.allStates(r, 0)), m.g.lastState(r, 0));
  });
  // Of an empty range the start alone; of one that is shorter still, not even that.
  for (int64_t more : {1, 2})
    check([&](Model &m) {
      ValueId r = scan(m, m.g.add(m.n, m.g.integer(more)));
      return m.g.add(m.number(m.g.allStates(r, 0)), m.g.lastState(r, 0));
    });
}

/// Elements that are read by themselves, beside all of them.
TEST(Recurrences, SingleElements) {
  check([](Model &m) { // of an array with a size that is known
    Graph &g = m.g;
    const Axis three{m.one, g.integer(3)};
    auto each = [&](auto &&element) {
      ValueId i = g.newSymbol(three.lo, three.hi);
      return g.build({&i, 1}, {&three, 1}, element(i));
    };
    ValueId start = each([&](ValueId i) { return g.mul(m.a, g.toReal(i)); });
    ValueId r = m.recur(m.one, m.n, {start, m.b}, [&](ValueId t, std::span<const ValueId> s) {
      ValueId v = s[0], z = s[1];
      ValueId all = each([&](ValueId i) { return m.sin(m.at(v, i)); });
      ValueId some = g.mul(m.at(v, m.one), m.at(v, g.integer(2)));
      return std::vector{all, g.add(z, g.mul(some, m.at(m.x, t)))};
    });
    return g.add(m.number(g.lastState(r, 0)), m.sin(g.lastState(r, 1)));
  });
  check([](Model &m) { // in one sum with all: the same backwards, and each after the next
    Graph &g = m.g;
    ValueId r = m.recur(m.one, m.n, {m.x, m.b}, [&](ValueId, std::span<const ValueId> s) {
      ValueId i = g.newSymbol(m.one, m.n), v = s[0];
      ValueId back = g.sub(g.add(m.n, m.one), i);
      ValueId after = g.add(g.prim(Prim::Mod, {i, m.n}), m.one);
      ValueId product = g.mul(m.at(v, i), g.mul(m.at(v, back), m.at(v, after)));
      ValueId sum = g.reduce(ReduceOp::Sum, i, m.one, m.n, g.boolean(true), product);
      const Axis axis{m.one, m.n};
      ValueId j = g.newSymbol(m.one, m.n);
      return std::vector{g.build({&j, 1}, {&axis, 1}, m.sin(m.at(v, j))), g.add(s[1], sum)};
    });
    return m.sin(g.lastState(r, 1));
  });
}

TEST(Recurrences, SeveralStates) {
  check([](Model &m) { // one of whole numbers
    ValueId r = m.recur(m.one, m.n, {m.a, m.one, m.b},
                        [&](ValueId t, std::span<const ValueId> s) {
                          return std::vector{m.g.mul(m.sin(s[2]), m.g.toReal(s[1])),
                                             m.g.add(s[1], t), m.g.add(s[0], m.at(m.x, t))};
                        });
    return m.g.mul(m.g.lastState(r, 0), m.g.add(m.g.lastState(r, 2), m.g.toReal(m.g.lastState(r, 1))));
  });
  check([](Model &m) { // one that nothing depends on, one that depends on nothing
    ValueId r = m.recur(m.one, m.n, {m.g.real(1), m.a, m.g.real(2)},
                        [&](ValueId t, std::span<const ValueId> s) {
                          return std::vector{m.g.mul(s[0], m.at(m.x, t)), m.sin(s[1]),
                                             m.g.mul(s[2], m.g.real(0.5))};
                        });
    return m.g.mul(m.g.lastState(r, 0), m.g.lastState(r, 2));
  });
}

TEST(Recurrences, Arrays) {
  check([](Model &m) {
    return m.fold(m.one, m.n, m.x, [&](ValueId t, ValueId v) {
      return m.g.elementwise(m.vectorType.shape, [&](std::span<const ValueId> i) {
        return m.g.add(m.g.mul(m.b, m.at(v, i[0])), m.sin(m.g.mul(m.at(v, t), m.at(v, m.one))));
      });
    });
  });
  check([](Model &m) { // one more element each step, made of those before
    return m.fold(m.one, m.n, m.g.zeros(m.vectorType), [&](ValueId t, ValueId v) {
      ValueId sum = m.g.reduce(ReduceOp::Sum, m.g.newSymbol(m.one, m.n), m.one, m.n,
                               m.g.boolean(true), m.g.real(0.25));
      ValueId i = m.g.newSymbol(m.one, m.n);
      ValueId squares = m.g.reduce(ReduceOp::Sum, i, m.one, m.n, m.g.boolean(true),
                                   m.g.mul(m.at(v, i), m.at(v, i)));
      ValueId e = m.g.add(m.g.mul(m.a, m.g.add(squares, sum)), m.at(m.x, t));
      return m.g.add(v, m.g.put(m.vectorType.shape, {&t, 1}, e));
    });
  });
}

TEST(Recurrences, EarlyEnds) {
  auto until = [](Model &m, double limit) {
    return m.recur(m.one, m.g.integer(6), {m.a},
                   [&](ValueId, std::span<const ValueId> s) {
                     return std::vector{m.g.add(s[0], m.g.mul(m.b, m.sin(s[0])))};
                   },
                   [&](std::span<const ValueId> s) { return m.g.less(s[0], m.g.real(limit)); });
  };
  for (double limit : {0.4, 1.0, -5.0}) // on the way, before the first step, never
    check([&](Model &m) { return m.g.lastState(until(m, limit), 0); });
}

/// A step with a recurrence of its own: between checkpoints or not.
TEST(Recurrences, Inside) {
  for (bool remade : {false, true}) {
    auto inner = [remade](Model &m, ValueId hi, ValueId s, ValueId t) {
      return m.recur(m.one, hi, {s},
                     [&](ValueId j, std::span<const ValueId> y) {
                       return std::vector{m.g.add(
                           y[0], m.g.mul(m.b, m.sin(m.g.mul(y[0], m.g.add(m.at(m.x, t), m.g.toReal(j))))))};
                     },
                     {}, remade);
    };
    check([&](Model &m) {
      return m.fold(m.one, m.n, m.a, [&](ValueId t, ValueId s) {
        return m.g.lastState(inner(m, m.g.integer(2), s, t), 0);
      });
    });
    check([&](Model &m) { // all states of the inner one; its range depends on the step
      return m.fold(m.one, m.n, m.a, [&](ValueId t, ValueId s) {
        return m.sin(m.number(m.g.allStates(inner(m, t, s, t), 0)));
      });
    });
    check([&](Model &m) { // the inner states are the next state
      Type type{Kind::Real, m.g.shape({{m.g.integer(0), m.g.integer(2)}})};
      return m.fold(m.one, m.n, m.g.zeros(type), [&](ValueId t, ValueId v) {
        ValueId start = m.g.add(m.a, m.at(v, m.one));
        return m.g.allStates(inner(m, m.g.integer(2), start, t), 0);
      });
    });
  }
}

/// What an inner recurrence has made is kept for the way back, or made again.
TEST(Recurrences, InnerStatesAreKept) {
  for (bool remade : {false, true}) {
    Model m;
    ValueId f = m.fold(m.one, m.n, m.a, [&](ValueId t, ValueId s) {
      return m.fold(m.one, m.g.integer(2), s,
                    [&](ValueId, ValueId y) { return m.sin(m.g.mul(y, m.at(m.x, t))); }, remade);
    });
    ValueId gradient = differentiate::gradient(m.g, f, {&m.a, 1})[0];
    bool more = false;
    for (ValueId v : m.g.reachable({&gradient, 1}))
      more = more || (m.g.node(v).op == Op::Recur && m.g.stateCount(v) > 1);
    EXPECT_EQ(more, !remade);
  }
}

/// The most states that a recurrence has in the gradient of x fold s = a do step.
unsigned statesKept(const std::function<ValueId(Model &, ValueId t, ValueId s)> &step,
                    Storing storing) {
  Model m;
  ValueId f = m.fold(m.one, m.n, m.a, [&](ValueId t, ValueId s) { return step(m, t, s); });
  const std::vector<ValueId> gradient =
      differentiate::gradient(m.g, f, std::vector{m.a, m.x}, storing);
  unsigned most = 0;
  for (ValueId v : m.g.reachable(gradient))
    if (m.g.node(v).op == Op::Recur)
      most = std::max(most, m.g.stateCount(v));
  return most;
}

TEST(Recurrences, DearValuesAreKept) {
  auto exponential = [](Model &m, ValueId t, ValueId s) {
    return m.g.mul(m.g.prim(Prim::Exp, {s}), m.at(m.x, t));
  };
  EXPECT_EQ(statesKept(exponential, Storing::States), 1u);
  EXPECT_EQ(statesKept(exponential, Storing::Dear), 2u);
  // Three operations are made again, unless their tangents would be too.
  auto products = [](Model &m, ValueId t, ValueId s) {
    Graph &g = m.g;
    ValueId z = g.mul(g.real(0.3), g.add(g.real(0.2), g.mul(g.real(0.7), s)));
    return g.mul(m.at(m.x, t), g.mul(z, g.mul(z, z)));
  };
  EXPECT_EQ(statesKept(products, Storing::Dear), 1u);
  EXPECT_EQ(statesKept(products, Storing::Tangents), 2u);
  // What not every step makes is not made for the way back.
  auto perhaps = [&](Model &m, ValueId t, ValueId s) {
    return m.g.select(m.g.less(s, m.at(m.x, t)), exponential(m, t, s), s);
  };
  EXPECT_EQ(statesKept(perhaps, Storing::Dear), 1u);
}

/// What the next state copies is not kept a second time.
TEST(Recurrences, CopiesAreNotKept) {
  Model m;
  Graph &g = m.g;
  const Axis range{g.integer(0), g.integer(2)};
  Type type{Kind::Real, g.shape({range})};
  auto each = [&](auto &&element) {
    ValueId i = g.newSymbol(range.lo, range.hi);
    return g.build({&i, 1}, {&range, 1}, element(i));
  };
  ValueId f = m.number(m.fold(m.one, m.n, each([&](ValueId) { return m.a; }), [&](ValueId, ValueId v) {
    ValueId inner = m.recur(m.one, g.integer(2), {m.at(v, g.integer(2))},
                            [&](ValueId, std::span<const ValueId> s) {
                              return std::vector{m.sin(s[0])};
                            });
    return each([&](ValueId i) { return m.at(g.allStates(inner, 0), i); });
  }));
  ValueId gradient = differentiate::gradient(g, f, {&m.a, 1})[0];
  for (ValueId v : g.reachable({&gradient, 1}))
    if (g.node(v).op == Op::Recur)
      EXPECT_EQ(g.stateCount(v), 1u);
}

/// A whole array of a step, whose elements have loops of their own.
TEST(Recurrences, DearArraysAreKept) {
  for (Storing storing : {Storing::States, Storing::Dear}) {
    Model m;
    Graph &g = m.g;
    auto sums = [&](ValueId v) {
      ValueId i = g.newSymbol(m.one, m.n), j = g.newSymbol(m.one, m.n);
      ValueId sum = g.reduce(ReduceOp::Sum, j, m.one, m.n, g.boolean(true),
                             g.mul(m.at(v, j), g.toReal(g.add(i, j))));
      Axis axis{m.one, m.n};
      return g.build({&i, 1}, {&axis, 1}, sum);
    };
    auto square = [&](ValueId v) {
      ValueId i = g.newSymbol(m.one, m.n);
      Axis axis{m.one, m.n};
      return g.build({&i, 1}, {&axis, 1}, g.mul(m.at(v, i), m.at(v, i)));
    };
    ValueId f = m.number(m.fold(m.one, m.n, m.x, [&](ValueId, ValueId s) { return square(sums(s)); }));
    ValueId gradient = differentiate::gradient(g, f, {&m.x, 1}, storing)[0];
    unsigned most = 0;
    for (ValueId v : g.reachable({&gradient, 1}))
      if (g.node(v).op == Op::Recur)
        most = std::max(most, g.stateCount(v));
    EXPECT_EQ(most, storing == Storing::Dear ? 2u : 1u);
  }
}

} // namespace
