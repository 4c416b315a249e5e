//===- Forward.cpp - tangents, scope by scope ------------------------------------===//

#include "differentiate/Differentiate.h"
#include "differentiate/MatrixRules.h"
#include "differentiate/Partials.h"
#include "differentiate/Recurrences.h"
#include "support/Timings.h"

#include <cassert>
#include <unordered_map>

namespace gradus::differentiate {

using namespace ir;

namespace {

/// A node's tangent depends on the node alone (a binder is always opened with
/// the same symbols), so one table serves all scopes.
class Forward {
public:
  Forward(Graph &graph, std::span<const ValueId> inputs, std::span<const ValueId> directions)
      : g(graph), activity(graph, inputs) {
    for (size_t k = 0; k < inputs.size(); ++k)
      tangents.emplace(inputs[k], directions[k]);
  }

  ValueId run(ValueId root) {
    if (!activity.active(root))
      return {};
    ValueId roots[1] = {root};
    auto known = [&](ValueId v) { return tangents.count(v) != 0 || !activity.active(v); };
    for (ValueId v : g.reachable(roots, known))
      if (!known(v)) {
        g.setRange(g.range(v));
        ValueId made = visit(v);
        tangents.emplace(v, made);
      }
    return tangents.at(root);
  }

private:
  /// The tangent of v; invalid when it is zero for structural reasons.
  ValueId get(ValueId v) {
    auto it = tangents.find(v);
    return it == tangents.end() ? ValueId{} : it->second;
  }
  ValueId orZero(ValueId tangent, ValueId of) {
    if (tangent.valid())
      return tangent;
    Type t = g.type(of);
    return t.scalar() ? g.real(0.0) : g.zeros(t);
  }
  ValueId addTo(ValueId sum, ValueId term) {
    return !term.valid() ? sum : sum.valid() ? g.add(sum, term) : term;
  }

  ValueId visit(ValueId v);
  ValueId visitPrim(ValueId v);
  void recurrence(ValueId v);

  Graph &g;
  Activity activity;
  NodeMap<ValueId> tangents;
  /// The recurrence of tangents, and the place in it of each state (-1: no tangent).
  std::unordered_map<ValueId, std::pair<ValueId, std::vector<int>>, ValueIdHash> recurrences;
};

ValueId Forward::visitPrim(ValueId v) {
  Node n = g.node(v);
  ValueId copies[3]; // the pool may move
  std::copy(g.operands(v).begin(), g.operands(v).end(), copies);
  const std::span<const ValueId> ops(copies, n.operandCount);
  ValueId sum;
  if (!n.type.scalar()) {
    for (ValueId o : ops)
      sum = addTo(sum, get(o));
    return sum;
  }
  if (isExtreme(n)) {
    ExtremeShares e = extremeShares(g, v);
    for (size_t k = 0; k < e.leaves.size(); ++k)
      if (ValueId t = get(e.leaves[k]); t.valid()) {
        ValueId some = g.less(g.real(0.0), e.shares[k]);
        sum = addTo(sum, g.select(some, g.mul(t, e.shares[k]), g.real(0.0)));
      }
    return sum;
  }
  for (unsigned k = 0; k < ops.size(); ++k) {
    ValueId t = get(ops[k]);
    if (!t.valid())
      continue;
    ValueId p = partial(g, n.prim(), k, ops, v);
    if (p.valid() && !(g.isConstant(p) && g.realValue(p) == 0.0))
      sum = addTo(sum, g.mul(p, t));
  }
  return sum;
}

ValueId Forward::visit(ValueId v) {
  Node n = g.node(v);
  if (n.op == Op::Prim)
    return visitPrim(v);
  std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
  std::span<const ValueId> indices = std::span<const ValueId>(ops).subspan(ops.empty() ? 0 : 1);
  switch (n.op) {
  case Op::Constant:
  case Op::Input:
  case Op::Index:
  case Op::Zeros:
  case Op::Prim:
    return {};
  case Op::Select: {
    ValueId t = get(ops[1]), f = get(ops[2]);
    if (!t.valid() && !f.valid())
      return {};
    return g.select(ops[0], orZero(t, v), orZero(f, v));
  }
  case Op::At: {
    ValueId t = get(ops[0]);
    return t.valid() ? g.at(t, indices) : t;
  }
  case Op::Put: {
    ValueId t = get(ops[0]);
    return t.valid() ? g.put(n.type.shape, indices, t) : t;
  }
  case Op::List: {
    std::vector<ValueId> elements;
    for (ValueId o : ops)
      elements.push_back(orZero(get(o), o));
    return g.list(elements, n.type.shape);
  }
  case Op::Keep: {
    ValueId t = get(ops[0]);
    return t.valid() ? g.keep(t) : t;
  }
  case Op::Matrix: {
    std::vector<ValueId> operandTangents;
    for (ValueId o : ops)
      operandTangents.push_back(get(o));
    return matrixTangent(g, v, operandTangents);
  }
  case Op::Build: {
    Opened o = g.open(v);
    ValueId t = run(o.body);
    return t.valid() ? g.build(o.symbols, o.ranges, t) : t;
  }
  case Op::Reduce: {
    Opened o = g.open(v);
    ValueId t = run(o.body);
    if (!t.valid())
      return t;
    ReduceWeights w = reduceWeights(g, v, o);
    ValueId term = g.isReal(w.weight, 1.0) ? t : g.mul(w.weight, t);
    return g.reduce(ReduceOp::Sum, o.symbols[0], o.ranges[0].lo, o.ranges[0].hi, w.guard, term);
  }
  case Op::Recur:
    recurrence(v);
    return {};
  case Op::State: {
    const auto &[tangent, places] = recurrences.at(ops[0]);
    int k = places[static_cast<size_t>(n.payload)];
    if (k < 0)
      return {};
    return n.statePart() == StatePart::Last ? g.lastState(tangent, static_cast<unsigned>(k))
                                            : g.allStates(tangent, static_cast<unsigned>(k));
  }
  }
  assert(false);
  return {};
}

void Forward::recurrence(ValueId v) {
  const Opened o = g.open(v);
  std::vector<bool> active = activeStates(g, activity, v, o);
  std::vector<int> places(active.size(), -1);
  std::vector<ValueId> symbols;
  for (size_t k = 0; k < active.size(); ++k)
    if (active[k]) {
      places[k] = static_cast<int>(symbols.size());
      symbols.push_back(g.newState(g.type(o.starts[k])));
      tangents[o.symbols[k + 1]] = symbols.back();
    }
  ValueId made = tangentRecurrence(g, v, active, symbols, [&](ValueId w) { return run(w); });
  recurrences[v] = {made, std::move(places)};
}

} // namespace

std::vector<ValueId> pushforward(Graph &g, std::span<const ValueId> roots,
                                 std::span<const ValueId> inputs,
                                 std::span<const ValueId> directions) {
  const Stage stage("differentiate");
  assert(inputs.size() == directions.size());
  SourceRange saved = g.currentRange();
  Forward forward(g, inputs, directions);
  std::vector<ValueId> result;
  for (ValueId root : roots) {
    ValueId t = forward.run(root);
    Type type = g.type(root);
    result.push_back(t.valid() ? t : type.scalar() ? g.real(0.0) : g.zeros(type));
  }
  g.setRange(saved);
  return result;
}

ValueId derivative(Graph &g, ValueId root, ValueId input, std::span<const ValueId> indices) {
  ValueId inputs[1] = {input};
  ValueId whole = gradient(g, root, inputs)[0];
  return indices.empty() ? whole : g.at(whole, indices);
}

} // namespace gradus::differentiate
