//===- SumOfSquares.cpp - recognizing least squares --------------------------===//

#include "differentiate/SumOfSquares.h"

#include <algorithm>

namespace gradus::differentiate {

using namespace ir;

namespace {

class Finder {
public:
  Finder(Graph &graph, std::span<const ValueId> unknowns) : g(graph), unknowns_(unknowns) {}

  bool find(ValueId objective) {
    std::vector<Term> work{{objective, g.real(1.0), {}, {}, g.boolean(true), g.real(1.0)}};
    while (!work.empty()) {
      Term t = std::move(work.back());
      work.pop_back();
      if (!step(t, work))
        return false;
    }
    std::reverse(found.begin(), found.end());
    return true;
  }

  std::vector<ValueId> found;
  std::vector<ValueId> scales; ///< for each, the factor outside of all sums

private:
  struct Term {
    ValueId value, factor;
    std::vector<ValueId> symbols;
    std::vector<Axis> ranges;
    ValueId condition;
    ValueId outside; ///< the part of the factor that stands outside of all sums
  };

  bool readsUnknowns(ValueId v) const {
    // Nodes stand behind their operands, and terms are asked for one by one.
    for (auto k = static_cast<uint32_t>(reads_.size()); k <= v.index; ++k) {
      const ValueId w{k};
      bool reads = std::find(unknowns_.begin(), unknowns_.end(), w) != unknowns_.end();
      for (ValueId o : g.operands(w))
        reads = reads || reads_[o.index];
      reads_.push_back(reads);
    }
    return reads_[v.index];
  }

  /// Certainly >= 0 when parameters are.
  bool nonNegative(ValueId v) const {
    const Node &n = g.node(v);
    if (n.op == Op::Constant)
      return g.realValue(v) >= 0;
    if (n.op == Op::Input)
      // A parameter used as a weight is taken to be a weight.
      return n.type.scalar() && g.inputOf(v).role != InputRole::Unknown;
    if (n.op != Op::Prim)
      return false;
    switch (n.prim()) {
    case Prim::ToReal:
      return nonNegative(g.operand(v, 0));
    case Prim::Add:
    case Prim::Mul:
    case Prim::Div:
      return nonNegative(g.operand(v, 0)) && nonNegative(g.operand(v, 1));
    case Prim::Powi:
      return nonNegative(g.operand(v, 0)) ||
             (g.isConstant(g.operand(v, 1)) && g.intValue(g.operand(v, 1)) % 2 == 0);
    case Prim::Exp:
    case Prim::Abs:
    case Prim::Sqrt:
      return true;
    default: // no claim for the others
      return false;
    }
  }

  void add(const Term &t, ValueId root) {
    ValueId scale = g.prim(Prim::Sqrt, {g.mul(g.real(2.0), t.factor)});
    ValueId r = g.select(t.condition, g.mul(scale, root), g.real(0.0));
    scales.push_back(t.outside);
    found.push_back(t.symbols.empty() ? r : g.build(t.symbols, t.ranges, r));
  }

  bool step(Term &t, std::vector<Term> &work) {
    if (!readsUnknowns(t.value))
      return true; // a constant of the objective
    const Node n = g.node(t.value);
    if (n.op == Op::Reduce && n.reduceOp() == ReduceOp::Sum) {
      Opened o = g.open(t.value);
      if (g.hasFree(o.ranges[0].lo) || g.hasFree(o.ranges[0].hi))
        return false;
      if (std::find(t.symbols.begin(), t.symbols.end(), o.symbols[0]) != t.symbols.end())
        return false;
      t.value = o.body;
      t.symbols.push_back(o.symbols[0]);
      t.ranges.push_back(o.ranges[0]);
      t.condition = g.logicalAnd(t.condition, o.condition);
      work.push_back(std::move(t));
      return true;
    }
    if (n.op != Op::Prim)
      return false;
    ValueId a = g.operand(t.value, 0), b = n.operandCount > 1 ? g.operand(t.value, 1) : ValueId{};
    auto onward = [&](ValueId value, ValueId factor) {
      Term next = t;
      next.value = value;
      next.factor = factor;
      if (t.symbols.empty())
        next.outside = factor;
      work.push_back(std::move(next));
    };
    switch (n.prim()) {
    case Prim::Add:
      onward(a, t.factor);
      onward(b, t.factor);
      return true;
    case Prim::Sub:
      if (readsUnknowns(b))
        return false;
      onward(a, t.factor);
      return true;
    case Prim::Mul:
      if (a == b) {
        add(t, a);
        return true;
      }
      for (auto [c, e] : {std::pair(a, b), std::pair(b, a)})
        if (!readsUnknowns(c) && nonNegative(c)) {
          onward(e, g.mul(t.factor, c));
          return true;
        }
      return false;
    case Prim::Div:
      if (readsUnknowns(b) || !nonNegative(b))
        return false;
      onward(a, g.div(t.factor, b));
      return true;
    case Prim::Powi:
      if (!g.isConstant(b) || g.intValue(b) <= 0 || g.intValue(b) % 2 != 0)
        return false;
      add(t, g.prim(Prim::Powi, {a, g.integer(g.intValue(b) / 2)}));
      return true;
    default: // not a square
      return false;
    }
  }

  Graph &g;
  std::span<const ValueId> unknowns_;
  mutable std::vector<bool> reads_; ///< by node: whether it depends on an unknown
};

} // namespace

std::optional<std::vector<ValueId>> residuals(Graph &graph, ValueId objective,
                                              std::span<const ValueId> unknowns) {
  Finder finder(graph, unknowns);
  if (!finder.find(objective) || finder.found.empty())
    return {};
  return std::move(finder.found);
}

std::optional<ValueId> residualScale(Graph &graph, ValueId objective,
                                     std::span<const ValueId> unknowns) {
  Finder finder(graph, unknowns);
  if (!finder.find(objective) || finder.found.empty())
    return {};
  for (ValueId scale : finder.scales)
    if (scale != finder.scales.front())
      return {};
  return finder.scales.front();
}

} // namespace gradus::differentiate
