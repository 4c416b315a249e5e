//===- Hoist.cpp - what no unknown decides, computed once ---------------------===//

#include "transform/Hoist.h"

#include "ir/Bounds.h"
#include "ir/Under.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace gradus::transform {

using namespace ir;

namespace {

class Hoisting {
public:
  Hoisting(Graph &graph, std::span<const ValueId> unknowns,
           const std::function<std::optional<int64_t>(ValueId)> &whole, const HoistLimits &limits)
      : g(graph), bounds(graph), unknowns(unknowns.begin(), unknowns.end()), whole(whole),
        limits(limits) {}

  Hoisted run(std::span<const ValueId> roots);

private:
  /// What is known of a node whose binders around it are open.
  struct Facts {
    bool varies = false; ///< reads an unknown, or the state of a recurrence
    bool fails = false;  ///< may fail where its indices are in their ranges
    bool loops = false;
    double work = 0;      ///< of the whole value
    double ofElement = 0; ///< of one element
  };
  const Facts &facts(ValueId root);
  Facts judge(ValueId v);
  std::vector<ValueId> parts(ValueId v);
  double trips(const Axis &range);
  bool mayFail(ValueId v);

  void visit(std::span<const ValueId> roots, bool certain);
  bool isWorth(ValueId v, bool certain);
  bool indicesOf(ValueId v, std::vector<ValueId> &symbols, double &count);
  void take(ValueId v);
  ValueId rebuilt(ValueId root);
  ValueId rebuiltBinder(ValueId binder);

  Graph &g;
  Bounds bounds;
  std::set<ValueId> unknowns;
  const std::function<std::optional<int64_t>(ValueId)> &whole;
  HoistLimits limits;
  std::unordered_map<ValueId, Facts, ValueIdHash> known;
  std::map<std::pair<ValueId, bool>, bool> seen;
  Substitution taken; ///< and binders that were made anew
  std::set<ValueId> unchanged; ///< binders with nothing to take in them
  Hoisted result;
  double elements = 0;
};

/// Operands; of a binder those under its own symbols.
std::vector<ValueId> Hoisting::parts(ValueId v) {
  const Node n = g.node(v);
  if (n.binders == 0)
    return {g.operands(v).begin(), g.operands(v).end()};
  const Opened o = g.open(v);
  std::vector<ValueId> all;
  for (const Axis &range : o.ranges) {
    all.push_back(range.lo);
    all.push_back(range.hi);
  }
  all.insert(all.end(), o.starts.begin(), o.starts.end());
  all.insert(all.end(), o.nexts.begin(), o.nexts.end());
  for (ValueId p : {o.condition, o.body})
    if (p.valid())
      all.push_back(p);
  return all;
}

const Hoisting::Facts &Hoisting::facts(ValueId root) {
  std::vector<ValueId> work{root};
  while (!work.empty()) {
    const ValueId v = work.back();
    bool ready = true;
    if (!known.contains(v))
      for (ValueId p : parts(v))
        if (!known.contains(p)) {
          work.push_back(p);
          ready = false;
        }
    if (!ready)
      continue;
    work.pop_back();
    if (!known.contains(v))
      known.emplace(v, judge(v));
  }
  return known.at(root);
}

/// How often a loop runs; a guess where an outer index or data decide.
double Hoisting::trips(const Axis &range) {
  constexpr double guess = 8;
  const ValueId extent = g.extent(range);
  if (g.hasFree(extent) || known.at(range.lo).varies || known.at(range.hi).varies)
    return guess;
  const auto n = whole(extent);
  return n ? std::max(0.0, static_cast<double>(*n)) : guess;
}

bool Hoisting::mayFail(ValueId v) {
  const Node n = g.node(v);
  std::vector<ValueId> open;
  for (int32_t free : g.freeIndices(v))
    if (ValueId s = g.symbolNode(free); s.valid() && g.type(s) == Type{Kind::Int, 0})
      open.push_back(s);
  switch (n.op) {
  case Op::At: {
    const std::vector<Axis> axes = g.axesOf(g.operand(v, 0));
    for (unsigned k = 0; k < axes.size(); ++k) {
      const ValueId index = g.operand(v, k + 1);
      if (!bounds.nonNegative(g.sub(index, axes[k].lo), open) ||
          !bounds.nonNegative(g.sub(axes[k].hi, index), open))
        return true;
    }
    return false;
  }
  case Op::Reduce:
    return (n.reduceOp() == ReduceOp::Min || n.reduceOp() == ReduceOp::Max) &&
           (!g.isConstant(g.operand(v, 2)) ||
            !bounds.nonNegative(g.sub(g.operand(v, 1), g.operand(v, 0)), open));
  case Op::Prim:
    return n.type.kind == Kind::Int && (n.prim() == Prim::IntDiv || n.prim() == Prim::Mod);
  case Op::Recur:
    return true;
  default:
    return false;
  }
}

Hoisting::Facts Hoisting::judge(ValueId v) {
  Facts f;
  const Node n = g.node(v);
  for (ValueId p : parts(v)) {
    const Facts &part = known.at(p);
    f.varies = f.varies || part.varies;
    f.fails = f.fails || part.fails;
    f.loops = f.loops || part.loops;
    f.work += part.work;
  }
  f.varies = f.varies || unknowns.contains(v) ||
             (n.op == Op::Index && g.type(v) != Type{Kind::Int, 0}) ||
             (n.op == Op::Index && !g.symbol(v).lo.valid());
  if (f.varies)
    return f;
  f.fails = f.fails || mayFail(v);
  switch (n.op) {
  case Op::Prim:
    f.work += info(n.prim()).cost;
    break;
  case Op::At:
    f.work += 1 + known.at(g.operand(v, 0)).ofElement - known.at(g.operand(v, 0)).work;
    break;
  case Op::Build:
  case Op::Reduce: {
    const Opened o = g.open(v);
    double body = 1 + known.at(o.body).work, count = 1;
    if (n.op == Op::Reduce)
      body += known.at(o.condition).work;
    f.loops = true;
    for (const Axis &range : o.ranges)
      count *= trips(range);
    f.work = body * count;
    f.ofElement = n.op == Op::Build ? body : 0;
    return f;
  }
  case Op::Recur:
    f.loops = true;
    f.work *= trips(g.open(v).ranges[0]);
    break;
  case Op::Matrix: { // about n^3 of n^2 elements
    double count = 1;
    for (const Axis &axis : std::vector<Axis>(g.axesOf(g.operand(v, 0))))
      count *= g.hasFree(g.extent(axis)) ? 1 : static_cast<double>(whole(g.extent(axis)).value_or(8));
    f.loops = true;
    f.work += count * std::sqrt(count);
    f.ofElement = limits.ofElement + std::sqrt(count);
    return f;
  }
  case Op::State: // a recurrence and all matrix algebra are dear, whatever is read of them
    f.ofElement = limits.ofElement;
    return f;
  default:
    break;
  }
  f.ofElement = g.type(v).scalar() ? f.work : f.work > 0 ? 1 : 0;
  return f;
}

/// The indices that v stands under, and how many elements they make.
bool Hoisting::indicesOf(ValueId v, std::vector<ValueId> &symbols, double &count) {
  for (int32_t free : g.freeIndices(v)) {
    const ValueId s = g.symbolNode(free);
    if (!s.valid())
      return false;
    const Axis range{g.symbol(s).lo, g.symbol(s).hi};
    if (!range.lo.valid() || g.hasFree(range.lo) || g.hasFree(range.hi) ||
        facts(range.lo).varies || facts(range.hi).varies)
      return false;
    symbols.push_back(s);
    count *= trips(range);
  }
  return true;
}

bool Hoisting::isWorth(ValueId v, bool certain) {
  const Type t = g.type(v);
  const Facts f = facts(v);
  if (t.kind != Kind::Real || g.node(v).op == Op::Input || (f.fails && !certain))
    return false;
  double count = 1;
  if (!t.scalar()) {
    if (g.hasFree(v) || f.ofElement < limits.ofElement || f.work < limits.work)
      return false;
    for (const Axis &axis : std::vector<Axis>(g.axesOf(v))) {
      facts(axis.lo), facts(axis.hi);
      count *= trips(axis);
    }
  } else if (std::vector<ValueId> symbols; !indicesOf(v, symbols, count)) {
    return false;
  } else if (symbols.empty() ? !f.loops || f.work < limits.work
                             : f.work < limits.ofElement || f.work * count < limits.work) {
    return false;
  }
  if (elements + count > limits.elements)
    return false;
  elements += count;
  return true;
}

void Hoisting::take(ValueId v) {
  std::vector<ValueId> symbols;
  double count = 1;
  indicesOf(v, symbols, count);
  std::vector<Axis> axes;
  for (ValueId s : symbols)
    axes.push_back({g.symbol(s).lo, g.symbol(s).hi});
  const ValueId value = symbols.empty() ? v : g.build(symbols, axes, v);
  const ValueId input = g.input({"hoisted" + std::to_string(result.inputs.size() + 1), g.type(value),
                                 InputRole::Local, g.range(v)});
  result.inputs.push_back(input);
  result.work += facts(v).work * count;
  result.values.push_back(value);
  taken[v] = symbols.empty() ? input : g.at(input, symbols);
}

/// Finds what to take under the roots. `certain`: only what is computed in any case,
/// which may fail before the descent as well as in it.
void Hoisting::visit(std::span<const ValueId> roots, bool certain) {
  std::vector<ValueId> work(roots.rbegin(), roots.rend());
  while (!work.empty()) {
    const ValueId v = work.back();
    work.pop_back();
    if (taken.count(v) || !seen.emplace(std::pair(v, certain), true).second)
      continue;
    if (!facts(v).varies && isWorth(v, certain)) {
      take(v);
      continue;
    }
    const Node n = g.node(v);
    // Whole numbers stay: ranges and shapes are made of them.
    if (n.type.kind == Kind::Int && n.op != Op::Recur)
      continue;
    if (n.binders == 0) {
      const bool lazy = n.op == Op::Select || (n.op == Op::Prim && (n.prim() == Prim::And || n.prim() == Prim::Or));
      for (unsigned k = n.operandCount; k-- > 0;)
        if (!certain || !lazy || k == 0)
          work.push_back(g.operand(v, k));
      continue;
    }
    const Opened o = g.open(v);
    work.insert(work.end(), o.starts.begin(), o.starts.end());
    if (certain) // loops may be empty
      continue;
    work.insert(work.end(), o.nexts.begin(), o.nexts.end());
    for (ValueId p : {o.condition, o.body})
      if (p.valid())
        work.push_back(p);
  }
}

ValueId Hoisting::rebuiltBinder(ValueId v) {
  const Node n = g.node(v);
  const Opened o = g.open(v);
  switch (n.op) {
  case Op::Build: {
    const ValueId body = rebuilt(o.body);
    return body == o.body ? v : g.build(o.symbols, o.ranges, body);
  }
  case Op::Reduce: {
    const ValueId condition = rebuilt(o.condition), body = rebuilt(o.body);
    return body == o.body && condition == o.condition
               ? v
               : g.reduce(n.reduceOp(), o.symbols[0], o.ranges[0].lo, o.ranges[0].hi, condition, body);
  }
  default: {
    std::vector<ValueId> starts, nexts;
    for (ValueId s : o.starts)
      starts.push_back(rebuilt(s));
    for (ValueId s : o.nexts)
      nexts.push_back(rebuilt(s));
    const ValueId stop = rebuilt(o.condition);
    return starts == o.starts && nexts == o.nexts && stop == o.condition
               ? v
               : g.recur(o.symbols, o.ranges[0], stop, starts, nexts, o.remade);
  }
  }
}

/// The same value of inputs: the binders within first, each in a scope of its own.
ValueId Hoisting::rebuilt(ValueId root) {
  std::vector<ValueId> work{root};
  std::set<ValueId> here;
  while (!work.empty()) {
    const ValueId v = work.back();
    work.pop_back();
    if (taken.count(v) || !here.insert(v).second)
      continue;
    if (const Node n = g.node(v); n.binders == 0)
      work.insert(work.end(), g.operands(v).begin(), g.operands(v).end());
    else if (unchanged.contains(v))
      continue;
    else if (const ValueId made = rebuiltBinder(v); made != v)
      taken[v] = made;
    else
      unchanged.insert(v);
  }
  return g.substitute(root, taken);
}

Hoisted Hoisting::run(std::span<const ValueId> roots) {
  // Only loops and matrix algebra take more than a few operations.
  const bool dear = anyUnder(g, roots, [&](ValueId v) {
    return g.node(v).binders != 0 || g.node(v).op == Op::Matrix;
  });
  if (dear) {
    visit(roots, true);
    visit(roots, false);
  }
  if (result.inputs.empty()) {
    result.roots.assign(roots.begin(), roots.end());
    return std::move(result);
  }
  for (ValueId root : roots)
    result.roots.push_back(rebuilt(root));
  return std::move(result);
}

} // namespace

Hoisted hoist(Graph &graph, std::span<const ValueId> roots, std::span<const ValueId> unknowns,
              const std::function<std::optional<int64_t>(ValueId)> &whole,
              const HoistLimits &limits) {
  return Hoisting(graph, unknowns, whole, limits).run(roots);
}

} // namespace gradus::transform
