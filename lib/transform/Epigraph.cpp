//===- Epigraph.cpp - kinks as unknowns and constraints -----------------------===//

#include "transform/Epigraph.h"

#include "differentiate/Structure.h"
#include "ir/Under.h"

#include <algorithm>
#include <map>

namespace gradus::transform {

using namespace ir;
using differentiate::Sign;

namespace {

/// Which way what is minimized, or kept below a side, goes with a term.
enum class Trend : uint8_t { Rises, Falls };
Trend opposite(Trend t) { return t == Trend::Rises ? Trend::Falls : Trend::Rises; }

/// Nesting that is looked into.
constexpr unsigned deepest = 1000;

class KinkRemoval {
public:
  KinkRemoval(Graph &graph, std::span<const ValueId> unknowns, std::span<const ValueId> nonNegative)
      : g(graph), unknowns(unknowns), nonNegative(nonNegative.begin(), nonNegative.end()) {}

  /// Of the constraint that is rewritten, if any: its kinks' constraints belong to it.
  std::string name;
  SourceRange place;

  /// The value with unknowns in place of its kinks; invalid where one must stay.
  ValueId rewrite(ValueId v, Trend trend);
  bool kinked(ValueId v);

  std::vector<Unknown> added;
  std::vector<Constraint> constraints;
  std::vector<ValueId> kinks;

private:
  bool reads(ValueId v);
  Sign signOf(ValueId v) { return differentiate::sign(g, v, unknowns, nonNegative); }
  ValueId rewritten(ValueId v, Trend trend);
  ValueId primitive(ValueId v, Trend trend);
  /// A node of the same kind with other operands.
  ValueId replaced(ValueId v, std::vector<ValueId> operands) {
    return g.prim(g.node(v).prim(), operands);
  }
  ValueId first(ValueId v, Trend trend); ///< only the first operand has kinks
  bool isKink(ValueId v, Trend trend) const;
  ValueId unknownFor(ValueId kink, Trend trend);
  bool hold(ValueId v, ValueId beside, Trend trend, std::vector<ValueId> symbols, bool &zero);
  /// The indices that values stand under, each before those whose range reads it.
  bool indicesOf(ValueId v, std::vector<ValueId> &symbols) const;

  Graph &g;
  std::span<const ValueId> unknowns;
  std::vector<ValueId> nonNegative;
  NodeMap<bool> kinked_, reads_;
  std::map<std::pair<ValueId, Trend>, ValueId> done;
  unsigned depth = 0;
};

/// Calls visit(v) for what lies under `root`, operands first, where `known` has it
/// not yet.
template <class F>
void forEachNew(const Graph &g, ValueId root, const NodeMap<bool> &known, F visit) {
  if (known.count(root))
    return;
  std::vector<ValueId> work{root}, under;
  NodeMap<bool> seen;
  while (!work.empty()) {
    const ValueId v = work.back();
    work.pop_back();
    if (known.count(v) || !seen.emplace(v, true).second)
      continue;
    under.push_back(v);
    for (ValueId o : g.operands(v))
      work.push_back(o);
  }
  std::sort(under.begin(), under.end());
  for (ValueId v : under)
    visit(v);
}

/// Whether the node has a kink where the right ones of its operands read unknowns.
bool mayBeKinked(const Graph &g, ValueId v) {
  const Node &n = g.node(v);
  return (n.op == Op::Reduce &&
          (n.reduceOp() == ReduceOp::Min || n.reduceOp() == ReduceOp::Max ||
           !g.isConstant(g.operand(v, 2)))) ||
         (n.op == Op::Prim && !info(n.prim()).smooth) || n.op == Op::Select;
}

bool KinkRemoval::reads(ValueId root) {
  forEachNew(g, root, reads_, [&](ValueId v) {
    auto ops = g.operands(v);
    // The state of a recurrence may.
    const bool state = g.node(v).op == Op::Index && g.type(v) != Type{Kind::Int, 0};
    reads_[v] = state || std::find(unknowns.begin(), unknowns.end(), v) != unknowns.end() ||
                std::any_of(ops.begin(), ops.end(), [&](ValueId o) { return reads_[o]; });
  });
  return reads_[root];
}

bool KinkRemoval::kinked(ValueId root) {
  forEachNew(g, root, kinked_, [&](ValueId v) {
    auto ops = g.operands(v);
    const Node &n = g.node(v);
    bool here = std::any_of(ops.begin(), ops.end(), [&](ValueId o) { return kinked_[o]; });
    if (!here && mayBeKinked(g, v) && reads(v)) {
      const bool extreme = n.op == Op::Reduce &&
                           (n.reduceOp() == ReduceOp::Min || n.reduceOp() == ReduceOp::Max ||
                            reads(g.operand(v, 2)));
      here = extreme || (n.op == Op::Prim && !info(n.prim()).smooth) ||
             (n.op == Op::Select && reads(g.operand(v, 0)));
    }
    kinked_[v] = here;
  });
  return kinked_[root];
}

bool KinkRemoval::isKink(ValueId v, Trend trend) const {
  const Node &n = g.node(v);
  if (n.op == Op::Reduce)
    return n.reduceOp() == (trend == Trend::Rises ? ReduceOp::Max : ReduceOp::Min);
  if (n.op != Op::Prim || n.type != Type{Kind::Real, 0})
    return false;
  const Prim p = n.prim();
  return trend == Trend::Rises ? p == Prim::Abs || p == Prim::Max || p == Prim::Relu
                               : p == Prim::Min;
}

ValueId KinkRemoval::rewrite(ValueId v, Trend trend) {
  if (!kinked(v))
    return v;
  auto [it, isNew] = done.emplace(std::pair(v, trend), ValueId{});
  if (!isNew)
    return it->second;
  if (++depth < deepest)
    done[{v, trend}] = rewritten(v, trend);
  --depth;
  return done[{v, trend}];
}

ValueId KinkRemoval::rewritten(ValueId v, Trend trend) {
  const Node n = g.node(v);
  if (isKink(v, trend))
    return unknownFor(v, trend);
  switch (n.op) {
  case Op::Prim:
    return primitive(v, trend);
  case Op::Reduce: {
    const Opened o = g.open(v);
    const bool grows = n.reduceOp() == ReduceOp::Sum || n.reduceOp() == ReduceOp::LogSumExp;
    if (!grows || !g.isConstant(o.condition) || kinked(o.ranges[0].lo) || kinked(o.ranges[0].hi))
      return {};
    const ValueId body = rewrite(o.body, trend);
    return body.valid() ? g.reduce(n.reduceOp(), o.symbols[0], o.ranges[0].lo, o.ranges[0].hi,
                                   o.condition, body)
                        : body;
  }
  case Op::Build: {
    const Opened o = g.open(v);
    const ValueId body = rewrite(o.body, trend);
    return body.valid() ? g.build(o.symbols, o.ranges, body) : body;
  }
  case Op::List: {
    std::vector<ValueId> elements;
    for (unsigned k = 0; k < n.operandCount; ++k)
      if (elements.push_back(rewrite(g.operand(v, k), trend)); !elements.back().valid())
        return {};
    return g.list(elements, n.type.shape);
  }
  case Op::Keep: {
    const ValueId array = rewrite(g.operand(v, 0), trend);
    return array.valid() ? g.keep(array) : array;
  }
  case Op::At: {
    std::vector<ValueId> indices(g.operands(v).begin() + 1, g.operands(v).end());
    if (std::any_of(indices.begin(), indices.end(), [&](ValueId i) { return reads(i); }))
      return {};
    const ValueId array = rewrite(g.operand(v, 0), trend);
    return array.valid() ? g.at(array, indices) : array;
  }
  default: // recurrences, matrices, choices: the value may do anything with it
    return {};
  }
}

ValueId KinkRemoval::first(ValueId v, Trend trend) {
  std::vector<ValueId> operands(g.operands(v).begin(), g.operands(v).end());
  operands[0] = rewrite(operands[0], trend);
  return operands[0].valid() ? replaced(v, operands) : ValueId{};
}

ValueId KinkRemoval::primitive(ValueId v, Trend trend) {
  const Prim p = g.node(v).prim();
  const ValueId a = g.operand(v, 0),
                b = g.node(v).operandCount > 1 ? g.operand(v, 1) : ValueId{};
  auto both = [&](Trend ofA, Trend ofB) {
    const ValueId ra = rewrite(a, ofA), rb = ra.valid() ? rewrite(b, ofB) : ra;
    return rb.valid() ? replaced(v, {ra, rb}) : rb;
  };
  auto scaledBy = [&](ValueId factor, ValueId other) {
    const Sign s = reads(factor) ? Sign::Unknown : signOf(factor);
    return s == Sign::Unknown ? ValueId{}
                              : rewrite(other, s == Sign::NonNegative ? trend : opposite(trend));
  };
  switch (p) {
  case Prim::Add:
    return both(trend, trend);
  case Prim::Sub:
    return both(trend, opposite(trend));
  case Prim::Neg:
    return first(v, opposite(trend));
  case Prim::Mul:
    if (a == b) { // of a number that is not negative, and what lies above it
      const ValueId r = trend == Trend::Rises && signOf(a) == Sign::NonNegative ? rewrite(a, trend)
                                                                               : ValueId{};
      return r.valid() ? g.mul(r, r) : r;
    }
    if (const ValueId r = kinked(a) ? scaledBy(b, a) : scaledBy(a, b); r.valid())
      return kinked(a) ? g.mul(r, b) : g.mul(a, r);
    return {};
  case Prim::Div:
    if (const ValueId r = kinked(b) ? ValueId{} : scaledBy(b, a); r.valid())
      return g.div(r, b);
    return {};
  case Prim::Powi:
    if (!g.isConstant(b) || g.intValue(b) < 1)
      return {};
    if (g.intValue(b) % 2 == 1 ||
        (trend == Trend::Rises && signOf(a) == Sign::NonNegative))
      return first(v, trend);
    return {};
  case Prim::Pow:
    if (kinked(b) || reads(b) || signOf(b) != Sign::NonNegative)
      return {};
    return first(v, trend);
  case Prim::Exp:
  case Prim::Expm1:
  case Prim::Log:
  case Prim::Log2:
  case Prim::Log10:
  case Prim::Log1p:
  case Prim::Sqrt:
  case Prim::Softplus:
  case Prim::Sigmoid:
  case Prim::Tanh:
  case Prim::Atan:
  case Prim::Sinh:
  case Prim::Erf:
    return first(v, trend);
  default: // falls somewhere, or jumps
    return {};
  }
}

bool KinkRemoval::indicesOf(ValueId v, std::vector<ValueId> &symbols) const {
  for (int32_t free : g.freeIndices(v)) {
    const ValueId s = g.symbolNode(free);
    if (!s.valid() || g.type(s) != Type{Kind::Int, 0})
      return false; // the state of a recurrence
    const Symbol range = g.symbol(s);
    // A box only: other ranges would leave unknowns without a kink.
    if (!range.lo.valid() || g.hasFree(range.lo) || g.hasFree(range.hi))
      return false;
    if (std::find(symbols.begin(), symbols.end(), s) == symbols.end())
      symbols.push_back(s);
  }
  return true;
}

ValueId KinkRemoval::unknownFor(ValueId kink, Trend trend) {
  std::vector<ValueId> symbols;
  if (!indicesOf(kink, symbols))
    return {};
  std::vector<Axis> axes;
  for (ValueId s : symbols)
    axes.push_back({g.symbol(s).lo, g.symbol(s).hi});
  const ShapeId shape = g.shape(axes);
  const ValueId unknown = g.input({kinkName + std::to_string(added.size() + 1),
                                   {Kind::Real, shape}, InputRole::Unknown, place});
  reads_[unknown] = true; // not one of those that have kinks
  kinked_[unknown] = false;
  const size_t at = added.size();
  added.push_back({g.inputIndex(unknown), {}, {}, {}, place});
  kinks.push_back(symbols.empty() ? kink : g.build(symbols, axes, kink));
  const ValueId element = symbols.empty() ? unknown : g.at(unknown, symbols);
  bool zero = false;
  if (!hold(kink, element, trend, symbols, zero))
    return {};
  if (zero) {
    const ValueId side = symbols.empty() ? g.real(0) : g.build(symbols, axes, g.real(0));
    (trend == Trend::Rises ? added[at].lower : added[at].upper) = side;
  }
  if (trend == Trend::Rises && signOf(kink) == Sign::NonNegative)
    nonNegative.push_back(unknown);
  return element;
}

/// v <= beside (rises) or v >= beside (falls), as constraints; `zero`: 0 is such a v.
bool KinkRemoval::hold(ValueId v, ValueId beside, Trend trend, std::vector<ValueId> symbols,
                       bool &zero) {
  if (isKink(v, trend) && g.node(v).op == Op::Reduce) {
    const Opened o = g.open(v);
    if (!g.isConstant(o.condition) || !indicesOf(o.symbols[0], symbols))
      return false;
    if (std::find(symbols.begin(), symbols.end(), o.symbols[0]) == symbols.end())
      symbols.push_back(o.symbols[0]);
    return hold(o.body, beside, trend, symbols, zero);
  }
  if (isKink(v, trend)) {
    const ValueId a = g.operand(v, 0);
    switch (g.node(v).prim()) {
    case Prim::Abs:
      return hold(a, beside, trend, symbols, zero) && hold(g.neg(a), beside, trend, symbols, zero);
    case Prim::Relu:
      zero = true;
      return hold(a, beside, trend, symbols, zero);
    default: // max, min
      return hold(a, beside, trend, symbols, zero) &&
             hold(g.operand(v, 1), beside, trend, symbols, zero);
    }
  }
  // 0 <= kink is a bound of it.
  if (g.isConstant(v) && g.realValue(v) == 0)
    return zero = true;
  const ValueId smooth = rewrite(v, trend);
  if (!smooth.valid())
    return false;
  const ValueId gap = g.sub(smooth, beside);
  std::vector<Axis> axes;
  for (ValueId s : symbols)
    axes.push_back({g.symbol(s).lo, g.symbol(s).hi});
  auto close = [&](ValueId e) { return symbols.empty() ? e : g.build(symbols, axes, e); };
  Constraint c{name, place, close(gap), {}, {}};
  (trend == Trend::Rises ? c.upper : c.lower) = close(g.real(0));
  constraints.push_back(std::move(c));
  return true;
}

} // namespace

std::optional<Epigraph> epigraph(Graph &g, const Problem &problem,
                                 std::span<const ValueId> nonNegative) {
  std::vector<ValueId> unknowns;
  for (const Unknown &u : problem.unknowns)
    unknowns.push_back(g.inputNode(u.input));
  std::vector<ValueId> roots{problem.objective};
  for (const Constraint &c : problem.constraints)
    roots.push_back(c.value);
  if (!anyUnder(g, roots, [&](ValueId v) { return mayBeKinked(g, v); }))
    return {};
  KinkRemoval removal(g, unknowns, nonNegative);
  bool kinked = removal.kinked(problem.objective);
  for (const Constraint &c : problem.constraints)
    kinked = kinked || removal.kinked(c.value);
  if (!kinked)
    return {};
  Epigraph e{problem, {}};
  removal.place = problem.objectiveRange;
  e.problem.objective =
      removal.rewrite(problem.objective, problem.maximize ? Trend::Falls : Trend::Rises);
  if (!e.problem.objective.valid())
    return {};
  for (Constraint &c : e.problem.constraints) {
    if (!removal.kinked(c.value))
      continue;
    if (c.lower.valid() && c.upper.valid())
      return {};
    removal.name = c.name;
    removal.place = c.range;
    c.value = removal.rewrite(c.value, c.upper.valid() ? Trend::Rises : Trend::Falls);
    if (!c.value.valid())
      return {};
  }
  e.problem.unknowns.insert(e.problem.unknowns.end(), removal.added.begin(), removal.added.end());
  e.problem.constraints.insert(e.problem.constraints.end(), removal.constraints.begin(),
                               removal.constraints.end());
  e.kinks = std::move(removal.kinks);
  return e;
}

} // namespace gradus::transform
