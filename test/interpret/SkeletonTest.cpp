//===- SkeletonTest.cpp - the same sets without the arithmetic ----------------===//

#include "Evaluated.h"

#include "interpret/Dependence.h"
#include "interpret/Skeleton.h"

using namespace gradus;
using namespace gradus::interpret;
using ir::Prim;
using ir::ReduceOp;
using ir::ValueId;

namespace {

/// Unknowns x[1..6]; a number p, which may change, and data d[1..6], which may not.
struct Sets : Model {
  ValueId x = array("x", 1, {1, 2, 3, 4, 5, 6}), p = real("p", 2);
  ValueId d = array("d", 1, {0, 1, 0, 1, 0, 1}), one = g.integer(1), six = g.integer(6);

  std::vector<std::vector<uint32_t>> of(ValueId root) {
    Environment<Dependence> given;
    std::vector<Dependence> unknowns, data;
    for (uint32_t k = 0; k < 6; ++k) {
      unknowns.emplace_back(k + 1.0, k);
      data.emplace_back(static_cast<double>(k % 2));
    }
    given.setArray(x, unknowns, {6});
    given.setArray(d, data, {6});
    given.setReal(p, Dependence(2));
    Interpreter<Dependence> interpreter(g, given);
    Result<Dependence> out;
    EvalError error;
    EXPECT_TRUE(interpreter.evaluate(root, out, error)) << error.message;
    std::vector<std::vector<uint32_t>> sets;
    for (const Dependence &e : out.type.scalar() ? std::vector{out.real} : out.array.data)
      sets.push_back(e.set ? *e.set : std::vector<uint32_t>{});
    return sets;
  }
  std::optional<ValueId> skeleton(ValueId root) {
    const ValueId inputs[] = {x, p};
    auto made = skeletons(g, {&root, 1}, {inputs, 1}, inputs);
    return made ? std::optional((*made)[0]) : std::nullopt;
  }
  ValueId element(ValueId i) { return at(x, {i}); }
};

/// Nodes that a value is made of.
size_t size(const ir::Graph &g, ValueId root) {
  return g.reachable({&root, 1}).size();
}

void expectSame(Sets &m, ValueId root) {
  const auto made = m.skeleton(root);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(m.of(*made), m.of(root));
}

TEST(Skeleton, ArithmeticIsLeftOut) {
  Sets m;
  const ValueId root = m.build(m.one, m.g.integer(5), [&](ValueId i) {
    const ValueId a = m.element(i), b = m.element(m.g.add(i, m.one));
    const ValueId s = m.g.prim(Prim::Sin, {m.g.mul(a, m.p)});
    return m.g.div(m.g.add(s, m.g.prim(Prim::Powi, {s, m.g.integer(3)})), m.g.prim(Prim::Exp, {b}));
  });
  EXPECT_EQ(m.of(root), (std::vector<std::vector<uint32_t>>{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}}));
  expectSame(m, root);
  const ValueId body = m.g.open(*m.skeleton(root)).body;
  EXPECT_EQ(m.g.node(body).prim(), Prim::Add);
  for (ValueId o : m.g.operands(body))
    EXPECT_EQ(m.g.node(o).op, ir::Op::At);
}

TEST(Skeleton, StepsAndConstantsDependOnNothing) {
  Sets m;
  const ValueId root = m.build(m.one, m.six, [&](ValueId i) {
    const ValueId steps = m.g.prim(Prim::Floor, {m.element(i)});
    return m.g.add(m.g.mul(steps, m.element(m.one)), m.g.mul(m.p, m.at(m.d, {i})));
  });
  EXPECT_EQ(m.of(root)[3], std::vector<uint32_t>{0});
  expectSame(m, root);
}

TEST(Skeleton, ConditionsOnDataStay) {
  Sets m;
  auto odd = [&](ValueId i) { return m.g.less(m.g.real(0.5), m.at(m.d, {i})); };
  const ValueId chosen = m.build(m.one, m.six, [&](ValueId i) {
    return m.g.select(odd(i), m.g.mul(m.element(i), m.element(m.one)), m.g.real(3));
  });
  EXPECT_EQ(m.of(chosen), (std::vector<std::vector<uint32_t>>{{}, {0, 1}, {}, {0, 3}, {}, {0, 5}}));
  expectSame(m, chosen);
  for (ReduceOp op : {ReduceOp::Sum, ReduceOp::Prod, ReduceOp::Max, ReduceOp::LogSumExp}) {
    const ValueId sum = m.reduceWhere(op, m.one, m.six, odd, [&](ValueId i) {
      return m.g.prim(Prim::Exp, {m.element(i)});
    });
    EXPECT_EQ(m.of(sum), (std::vector<std::vector<uint32_t>>{{1, 3, 5}}));
    expectSame(m, sum);
  }
}

TEST(Skeleton, AdjointsOfArrays) {
  Sets m;
  const ir::ShapeId shape = m.g.type(m.x).shape;
  const ValueId i = m.g.newSymbol(m.one, m.g.integer(5));
  const ValueId put = m.g.put(shape, std::vector{m.g.add(i, m.one)},
                              m.g.prim(Prim::Cos, {m.g.mul(m.element(i), m.element(i))}));
  const ValueId sum = m.g.reduce(ReduceOp::Sum, i, m.one, m.g.integer(5), m.g.boolean(true), put);
  EXPECT_EQ(m.of(sum), (std::vector<std::vector<uint32_t>>{{}, {0}, {1}, {2}, {3}, {4}}));
  expectSame(m, sum);
}

TEST(Skeleton, LongSumsAreNumbersOfTheirOwn) {
  Sets m;
  ValueId total = m.g.real(0);
  const ValueId y = m.array("y", 1, std::vector<double>(300, 1.0));
  for (int64_t k = 1; k <= 300; ++k)
    total = m.g.add(total, m.g.prim(Prim::Exp, {m.at(y, {m.g.integer(k)})}));
  const ValueId root = m.build(m.one, m.six, [&](ValueId i) {
    return m.g.mul(total, m.g.mul(total, m.element(i)));
  });
  const ValueId inputs[] = {m.x, y};
  auto made = skeletons(m.g, {&root, 1}, inputs, inputs);
  ASSERT_TRUE(made.has_value());
  EXPECT_LT(size(m.g, (*made)[0]), 1000u);
}

TEST(Skeleton, NumbersThatDecideAreComputed) {
  Sets m;
  // An element whose number decides: of an unknown, or of what may change.
  for (ValueId number : {m.element(m.one), m.p}) {
    const ValueId root = m.build(m.one, m.six, [&](ValueId i) {
      return m.g.select(m.g.less(number, m.g.real(0)), m.element(i), m.g.real(0));
    });
    EXPECT_FALSE(m.skeleton(root).has_value());
  }
  // Without a loop there is nothing to gain.
  EXPECT_FALSE(m.skeleton(m.g.mul(m.element(m.one), m.p)).has_value());
}

} // namespace
