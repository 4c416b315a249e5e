//===- Reverse.cpp - adjoints, scope by scope ----------------------------------===//

#include "differentiate/AdjointArrays.h"
#include "differentiate/Differentiate.h"
#include "differentiate/Failing.h"
#include "differentiate/IndexAlgebra.h"
#include "differentiate/MatrixRules.h"
#include "differentiate/Partials.h"
#include "differentiate/Recurrences.h"
#include "support/Timings.h"

#include <algorithm>
#include <cassert>
#include <map>

namespace gradus::differentiate {

using namespace ir;

namespace {

class Reverse {
public:
  Reverse(Graph &graph, std::span<const ValueId> inputs, Storing stored)
      : g(graph), activity(graph, inputs), failing(graph), always(graph.boolean(true)),
        storing(stored) {}

  using Pending = std::map<ValueId, Adjoint, std::greater<>>;

  /// Processes all of `pending` that depends on one of `symbols` (everything
  /// when there are none); the rest is left in it.
  Pending run(Pending pending, std::span<const ValueId> symbols, bool top);

  void contribute(Pending &pending, ValueId v, Adjoint a) {
    if (!activity.active(v))
      return;
    if (isZero(a.value) || (g.isConstant(a.guard) && !g.boolValue(a.guard)))
      return;
    auto [it, fresh] = pending.emplace(v, a);
    if (!fresh)
      it->second = sum(it->second, a);
  }

  /// The value everywhere: 0 where the guard does not hold.
  ValueId total(const Adjoint &a) {
    Type t = g.type(a.value);
    return g.select(a.guard, a.value, t.scalar() ? g.real(0.0) : g.zeros(t));
  }

  ValueId isAlways() const { return always; }

private:
  bool isZero(ValueId v) const {
    return g.node(v).op == Op::Zeros || (g.isConstant(v) && g.realValue(v) == 0.0);
  }

  Adjoint sum(const Adjoint &a, const Adjoint &b) {
    ValueId runs;
    if (a.runs.valid() && b.runs.valid())
      runs = g.logicalOr(made(a), made(b));
    if (a.guard == b.guard)
      return {g.add(a.value, b.value), a.guard, runs};
    if (g.logicalNot(a.guard) == b.guard)
      return {g.select(a.guard, a.value, b.value), always, runs};
    return {g.add(total(a), total(b)), g.logicalOr(a.guard, b.guard), runs};
  }

  /// Where the adjoint is not certainly 0.
  ValueId made(const Adjoint &a) {
    return a.runs.valid() ? g.logicalAnd(a.guard, a.runs) : a.guard;
  }

  /// An array that will be read element by element: computed once, unless it
  /// is cheap to read where it is.
  ValueId stored(ValueId array) {
    if (g.node(array).op == Op::Build)
      return array;
    array = elementByElement(g, array);
    const Op op = g.node(array).op;
    return op == Op::List || op == Op::Index ? array : g.keep(array);
  }

  /// weight is 1 for the only reduction of arrays, the sum.
  ValueId scaled(ValueId adjoint, ValueId weight) {
    return g.isReal(weight, 1.0) ? adjoint : g.mul(adjoint, weight);
  }

  struct Split {
    ValueId inner, outer;
  };
  /// The parts of a condition that depend on the symbol, and the others.
  Split split(ValueId condition, ValueId symbol) {
    Split parts{always, always};
    for (ValueId v : conjuncts(g, condition)) {
      ValueId &part = g.dependsOn(v, symbol) ? parts.inner : parts.outer;
      part = g.logicalAnd(part, v);
    }
    return parts;
  }

  /// A contribution to v that leaves the binder of `symbol`: summed over its range.
  Adjoint sumOver(ValueId symbol, const Axis &range, const Adjoint &a, ValueId v) {
    // What of the guard does not depend on the symbol stays outside.
    const Split guard = split(a.guard, symbol);
    Adjoint sum{g.reduce(ReduceOp::Sum, symbol, range.lo, range.hi, guard.inner, a.value),
                guard.outer};
    if (failing.isUnder(v)) {
      const Split made = split(this->made(a), symbol);
      const bool surely = failing.hasElements(range, {});
      ValueId some = surely ? always : g.lessEqual(range.lo, range.hi), none = g.integer(0);
      if (made.inner != always)
        some = g.less(none, g.reduce(ReduceOp::Sum, symbol, range.lo, range.hi, made.inner,
                                     g.integer(1)));
      sum.runs = g.logicalAnd(made.outer, some);
      if (sum.runs == always)
        sum.runs = {};
    }
    return sum;
  }

  void visit(Pending &pending, ValueId v, const Adjoint &a);
  void visitPrim(Pending &pending, ValueId v, const Adjoint &a);
  void visitBinder(Pending &pending, ValueId v, const Adjoint &a);
  void visitState(Pending &pending, ValueId v, const Adjoint &a);
  void visitRecurrence(Pending &pending, ValueId v);

  Graph &g;
  Activity activity;
  Failing failing;
  ValueId always;
  Storing storing;
  /// Of recurrences in pending: their users come before them.
  std::map<ValueId, std::vector<StateAdjoints>> stateAdjoints;
};

Reverse::Pending Reverse::run(Pending pending, std::span<const ValueId> symbols, bool top) {
  Pending rest;
  while (!pending.empty()) {
    auto [v, a] = *pending.begin();
    pending.erase(pending.begin());
    Op op = g.node(v).op;
    if (op == Op::Input || op == Op::Index || (!top && !g.dependsOnAny(v, symbols)))
      rest.emplace(v, a);
    else
      visit(pending, v, a);
  }
  return rest;
}

void Reverse::visit(Pending &pending, ValueId v, const Adjoint &a) {
  Node n = g.node(v);
  g.setRange(g.range(v));
  switch (n.op) {
  case Op::Constant:
  case Op::Input:
  case Op::Index:
  case Op::Zeros:
    return;
  case Op::Prim:
    return visitPrim(pending, v, a);
  case Op::Select: {
    ValueId c = g.operand(v, 0);
    contribute(pending, g.operand(v, 1), {a.value, g.logicalAnd(a.guard, c), a.runs});
    contribute(pending, g.operand(v, 2), {a.value, g.logicalAnd(a.guard, g.logicalNot(c)), a.runs});
    return;
  }
  case Op::At: {
    ValueId array = g.operand(v, 0);
    auto ops = g.operands(v);
    std::vector<ValueId> indices(ops.begin() + 1, ops.end());
    contribute(pending, array, {g.put(g.type(array).shape, indices, a.value), a.guard, a.runs});
    return;
  }
  case Op::Put: {
    auto ops = g.operands(v);
    std::vector<ValueId> indices(ops.begin() + 1, ops.end());
    ValueId value = ops[0];
    // Nothing is put where there are no elements.
    ValueId guard = a.guard;
    for (const Axis &axis : std::vector<Axis>(g.axes(n.type.shape)))
      if (!failing.hasElements(axis, indices))
        guard = g.logicalAnd(guard, g.lessEqual(axis.lo, axis.hi));
    contribute(pending, value, {g.at(a.value, indices), guard, a.runs});
    return;
  }
  case Op::List: {
    ValueId whole = stored(total(a));
    const std::vector<Axis> axes = g.axesOf(v);
    std::vector<ValueId> elements(g.operands(v).begin(), g.operands(v).end());
    for (size_t k = 0; k < elements.size(); ++k) {
      std::vector<ValueId> indices(axes.size());
      int64_t rest = static_cast<int64_t>(k);
      for (size_t d = axes.size(); d-- > 0;) {
        int64_t lo = g.intValue(axes[d].lo), extent = g.intValue(axes[d].hi) - lo + 1;
        indices[d] = g.integer(lo + rest % extent);
        rest /= extent;
      }
      contribute(pending, elements[k], {g.at(whole, indices), a.guard, a.runs});
    }
    return;
  }
  case Op::Keep:
    contribute(pending, g.operand(v, 0), a);
    return;
  case Op::Matrix: {
    const std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
    ValueId adjoint = n.type.scalar() ? a.value : g.keep(total(a));
    matrixAdjoints(g, v, adjoint, [&](unsigned k, ValueId value) {
      contribute(pending, ops[k], {value, a.guard, a.runs});
    });
    return;
  }
  case Op::Build:
  case Op::Reduce:
    return visitBinder(pending, v, a);
  case Op::State:
    return visitState(pending, v, a);
  case Op::Recur:
    return visitRecurrence(pending, v);
  }
}

void Reverse::visitPrim(Pending &pending, ValueId v, const Adjoint &a) {
  Node n = g.node(v);
  ValueId copies[3]; // the pool may move
  std::copy(g.operands(v).begin(), g.operands(v).end(), copies);
  const std::span<const ValueId> ops(copies, n.operandCount);
  if (!n.type.scalar()) {
    assert(n.prim() == Prim::Add);
    for (ValueId o : ops)
      contribute(pending, o, a);
    return;
  }
  if (isExtreme(n)) {
    ExtremeShares e = extremeShares(g, v);
    for (size_t k = 0; k < e.leaves.size(); ++k)
      if (activity.active(e.leaves[k])) {
        // Where the share is 0 nothing may pass, not even nan.
        ValueId some = g.less(g.real(0.0), e.shares[k]);
        contribute(pending, e.leaves[k],
                   {g.mul(a.value, e.shares[k]), g.logicalAnd(a.guard, some), a.runs});
      }
    return;
  }
  for (unsigned k = 0; k < ops.size(); ++k) {
    if (!activity.active(ops[k]))
      continue;
    ValueId p = partial(g, n.prim(), k, ops, v);
    if (p.valid() && !isZero(p))
      contribute(pending, ops[k], {g.mul(a.value, p), a.guard, a.runs});
  }
}

void Reverse::visitBinder(Pending &pending, ValueId v, const Adjoint &a) {
  Opened o = g.open(v);
  Pending inside;
  if (g.node(v).op == Op::Build) {
    ValueId element = g.at(stored(total(a)), o.symbols);
    contribute(inside, o.body, {element, a.guard, a.runs});
  } else {
    ReduceWeights w = reduceWeights(g, v, o);
    contribute(inside, o.body,
               {scaled(a.value, w.weight), g.logicalAnd(a.guard, w.guard), a.runs});
  }
  for (auto &[node, adjoint] : run(std::move(inside), o.symbols, false)) {
    Adjoint outside = adjoint;
    for (size_t k = o.symbols.size(); k-- > 0;)
      outside = sumOver(o.symbols[k], o.ranges[k], outside, node);
    contribute(pending, node, outside);
  }
}

void Reverse::visitState(Pending &pending, ValueId v, const Adjoint &a) {
  ValueId recur = g.operand(v, 0);
  std::vector<StateAdjoints> &all = stateAdjoints[recur];
  all.resize(g.stateCount(recur));
  StateAdjoints &own = all[static_cast<size_t>(g.node(v).payload)];
  if (g.node(v).statePart() == StatePart::Last)
    own.last = elementByElement(g, total(a));
  else
    own.all = stored(total(a));
  const ValueId some = made(a);
  own.guard = own.guard.valid() ? g.logicalOr(own.guard, some) : some;
  pending.emplace(recur, Adjoint{g.real(0.0), always}); // a place in the order
}

void Reverse::visitRecurrence(Pending &pending, ValueId v) {
  std::vector<StateAdjoints> adjoints = std::move(stateAdjoints.at(v));
  stateAdjoints.erase(v);
  const Opened o = g.open(v);
  std::vector<bool> active = activeStates(g, activity, v, o);
  auto reverse = [&](const Contributions &seeds) {
    Pending inside;
    for (const auto &[next, adjoint] : seeds)
      contribute(inside, next, adjoint);
    Pending reached = run(std::move(inside), o.symbols, false);
    return Contributions(reached.begin(), reached.end());
  };
  ReversedRecurrence r = reverseRecurrence(g, v, adjoints, active, storing, reverse);
  // Where no state has an adjoint there is no way back. (A condition that reads the states
  // themselves does not say whether to make them, and without a step there is none anyway.)
  ValueId some = g.boolean(false), guard = always;
  for (const StateAdjoints &a : adjoints)
    if (a.guard.valid())
      some = g.logicalOr(some, a.guard);
  for (ValueId part : conjuncts(g, some)) {
    const std::vector<ValueId> reads = g.reachable({&part, 1});
    if (part != g.lessEqual(r.range.lo, r.range.hi) &&
        !std::binary_search(reads.begin(), reads.end(), v))
      guard = g.logicalAnd(guard, part);
  }
  auto under = [&](const Adjoint &a) {
    return Adjoint{a.value, g.logicalAnd(guard, a.guard), a.runs};
  };
  for (const auto &[start, adjoint] : r.starts)
    contribute(pending, start, under(adjoint));
  for (const auto &[node, adjoint] : r.inside)
    contribute(pending, node, sumOver(r.step, r.range, under(adjoint), node));
}

} // namespace

std::vector<ValueId> pullback(Graph &g, std::span<const ValueId> roots,
                              std::span<const ValueId> adjoints,
                              std::span<const ValueId> inputs, Storing storing) {
  assert(roots.size() == adjoints.size());
  SourceRange saved = g.currentRange();
  Reverse reverse(g, inputs, storing);
  Reverse::Pending pending;
  for (size_t k = 0; k < roots.size(); ++k)
    reverse.contribute(pending, roots[k], {adjoints[k], reverse.isAlways()});
  Reverse::Pending reached = reverse.run(std::move(pending), {}, true);
  std::vector<ValueId> result;
  for (ValueId v : inputs) {
    auto it = reached.find(v);
    Type t = g.type(v);
    result.push_back(it != reached.end() ? reverse.total(it->second)
                     : t.scalar()        ? g.real(0.0)
                                         : g.zeros(t));
  }
  g.setRange(saved);
  return result;
}

std::vector<ValueId> gradient(Graph &g, ValueId root, std::span<const ValueId> inputs,
                              Storing storing) {
  const Stage stage("differentiate");
  assert(g.type(root).scalar() && g.type(root).kind == Kind::Real);
  ValueId one = g.real(1.0);
  return pullback(g, {&root, 1}, {&one, 1}, inputs, storing);
}

} // namespace gradus::differentiate
