//===- Rules.cpp - activity, weights of reductions, shares of extremes --------===//

#include "differentiate/Rules.h"

#include <algorithm>
#include <cassert>

namespace gradus::differentiate {

using namespace ir;

Activity::Activity(const Graph &graph, std::span<const ValueId> inputs) : g(graph) {
  state_.assign(g.size(), -1);
  for (ValueId v : inputs)
    state_[v.index] = 1;
}

void Activity::set(ValueId v, bool active) {
  if (state_.size() < g.size())
    state_.resize(g.size(), -1);
  state_[v.index] = active;
}

bool Activity::active(ValueId root) {
  if (state_.size() < g.size())
    state_.resize(g.size(), -1);
  if (state_[root.index] >= 0)
    return state_[root.index] != 0;
  std::vector<ValueId> work{root};
  while (!work.empty()) {
    ValueId v = work.back();
    if (state_[v.index] >= 0) {
      work.pop_back();
      continue;
    }
    const Node &n = g.node(v);
    // A recurrence is active if one of its states is; its bound states, which
    // stand for that, do not count themselves.
    bool real = n.type.kind == Kind::Real || n.op == Op::Recur;
    if (!real || n.op == Op::Constant || n.op == Op::Input) {
      state_[v.index] = 0;
      continue;
    }
    bool waiting = false, any = false;
    for (ValueId o : g.operands(v)) {
      if (state_[o.index] < 0) {
        work.push_back(o);
        waiting = true;
      } else {
        any |= state_[o.index] == 1;
      }
    }
    if (!waiting)
      state_[v.index] = any;
  }
  return state_[root.index] != 0;
}

namespace {

ReduceWeights prodWeights(Graph &g, ValueId reduce, const Opened &o) {
  ValueId i = o.symbols[0];
  const Axis range = o.ranges[0];
  // The product of the others, for when the product is 0.
  ValueId j = g.newSymbol(range.lo, range.hi, g.symbol(i).name.empty() ? "" : g.symbol(i).name);
  Substitution toJ{{i, j}};
  ValueId condition = g.logicalAnd(g.substitute(o.condition, toJ), g.prim(Prim::NotEqual, {j, i}));
  ValueId others =
      g.reduce(ReduceOp::Prod, j, range.lo, range.hi, condition, g.substitute(o.body, toJ));
  ValueId zero = g.equal(reduce, g.real(0.0));
  return {g.select(zero, others, g.div(reduce, o.body)), o.condition};
}

ReduceWeights extremeWeights(Graph &g, ValueId reduce, const Opened &o) {
  ValueId i = o.symbols[0];
  const Axis range = o.ranges[0];
  bool always = g.isConstant(o.condition);
  ValueId stored;
  if (g.node(o.body).op == Op::At && g.node(g.operand(o.body, 0)).op == Op::Input && always) {
    stored = o.body; // comparing with the array itself
  } else {
    ValueId body = always ? o.body : g.select(o.condition, o.body, g.real(0.0));
    ValueId symbols[1] = {i};
    Axis ranges[1] = {range};
    stored = g.at(g.keep(g.build(symbols, ranges, body)), symbols);
  }
  ValueId best = g.reduce(g.node(reduce).reduceOp(), i, range.lo, range.hi, o.condition, stored);
  ValueId attains = g.equal(stored, best);
  ValueId guard = g.logicalAnd(o.condition, attains);
  ValueId count = g.toReal(g.reduce(ReduceOp::Sum, i, range.lo, range.hi, guard, g.integer(1)));
  return {g.div(g.real(1.0), count), guard};
}

} // namespace

ReduceWeights reduceWeights(Graph &g, ValueId reduce, const Opened &o) {
  switch (g.node(reduce).reduceOp()) {
  case ReduceOp::Sum:
    return {g.real(1.0), o.condition};
  case ReduceOp::Prod:
    return prodWeights(g, reduce, o);
  case ReduceOp::Min:
  case ReduceOp::Max:
    return extremeWeights(g, reduce, o);
  case ReduceOp::LogSumExp:
    return {g.prim(Prim::Exp, {g.sub(o.body, reduce)}), o.condition};
  }
  assert(false);
  return {};
}

ExtremeShares extremeShares(Graph &g, ValueId root) {
  ExtremeShares result;
  Prim which = g.node(root).prim();
  std::vector<ValueId> work{root};
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    const Node &n = g.node(v);
    if (n.op == Op::Prim && n.prim() == which) {
      work.push_back(g.operand(v, 0));
      work.push_back(g.operand(v, 1));
    } else {
      result.leaves.push_back(v);
    }
  }
  std::sort(result.leaves.begin(), result.leaves.end());
  result.leaves.erase(std::unique(result.leaves.begin(), result.leaves.end()),
                      result.leaves.end());
  ValueId one = g.real(1.0), zero = g.real(0.0), count;
  std::vector<ValueId> attains;
  for (ValueId leaf : result.leaves) {
    attains.push_back(g.equal(leaf, root));
    ValueId unit = g.select(attains.back(), one, zero);
    count = count.valid() ? g.add(count, unit) : unit;
  }
  if (result.leaves.size() == 2) {
    // Two leaves: the usual three-way form, without a division.
    ValueId a = result.leaves[0], b = result.leaves[1];
    ValueId half = g.real(0.5), tie = g.equal(a, b);
    ValueId aWins = which == Prim::Max ? g.less(b, a) : g.less(a, b);
    ValueId bWins = which == Prim::Max ? g.less(a, b) : g.less(b, a);
    result.shares = {g.select(aWins, one, g.select(tie, half, zero)),
                     g.select(bWins, one, g.select(tie, half, zero))};
    return result;
  }
  for (ValueId a : attains)
    result.shares.push_back(g.select(a, g.div(one, count), zero));
  return result;
}

} // namespace gradus::differentiate
