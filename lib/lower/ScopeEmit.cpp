//===- ScopeEmit.cpp - writing the statements of a scope ----------------------===//

#include "lower/Kernel.h"
#include "lower/Matrices.h"
#include "lower/ScopeEmitter.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace gradus::lower {

using namespace ir;
using loops::Combine;
using loops::ScalarId;

void Scope::emitRegion(int region) {
  const Region r = regions[region];
  for (uint32_t k : r.inherited)
    endProducer(producers[infos[k].producer]);
  // Loops of this region by level.
  std::map<int, std::vector<size_t>> loopsAt;
  for (size_t k : r.items)
    loopsAt[items[k].level].push_back(k);
  std::map<int, std::vector<uint32_t>> valuesAt;
  for (uint32_t k : r.nodes)
    valuesAt[infos[k].level].push_back(k);
  int last = -1;
  if (!valuesAt.empty())
    last = valuesAt.rbegin()->first;
  if (!loopsAt.empty())
    last = std::max(last, loopsAt.rbegin()->first);
  for (int l = 0; l <= last; ++l) {
    std::vector<const Producer *> finished;
    for (uint32_t v : valuesAt[l]) {
      if (infos[v].producer < 0) {
        emitValue(region, infos[v]);
        continue;
      }
      const Producer &p = producers[infos[v].producer];
      if (!p.stored)
        continue;
      for (size_t k : p.items)
        loopsAt[l].push_back(k);
      finished.push_back(&p);
    }
    for (const Producer *p : finished)
      beginProducer(*p);
    std::vector<std::vector<size_t>> groups;
    for (size_t k : loopsAt[l]) {
      auto same = std::find_if(groups.begin(), groups.end(), [&](const auto &group) {
        return items[group[0]].symbol == items[k].symbol;
      });
      if (same == groups.end())
        groups.push_back({k});
      else
        same->push_back(k);
    }
    for (const auto &group : groups)
      emitLoop(group);
    for (const Producer *p : finished)
      endProducer(*p);
  }
  for (size_t k : r.actions)
    emitAction(actions[k]);
  if (region != 0)
    return;
  for (auto [guard, child] : guards)
    emitGuarded(guard, child);
  for (const Step &step : steps) {
    auto part = [&] {
      if (step.loop)
        emitLoop({step.index});
      else
        emitAction(actions[step.index]);
    };
    if (g.isConstant(step.guard))
      part();
    else
      emitGuarded(step.guard, stepRegion.at({step.loop, step.index}), part);
  }
}

void Scope::emitGuarded(ValueId guard, int region, const std::function<void()> &then) {
  for (loops::BufferId buffer : fills)
    if (unfilled.count(buffer.index))
      emitFill(buffer);
  loops::If branch{b.bound(guard), {}, {}};
  loops::Body *saved = b.body;
  size_t mark = b.mark();
  b.body = &branch.then;
  emitRegion(region);
  if (then)
    then();
  b.body = saved;
  b.release(mark);
  b.push(std::move(branch));
}

void Scope::emitFill(loops::BufferId buffer) {
  unfilled.erase(buffer.index);
  bool whole = b.f.buffers[buffer.index].kind == loops::Kind::Int;
  ScalarId zero = whole ? b.let(loops::Kind::Int, loops::ConstInt{0})
                        : b.let(loops::Kind::Real, loops::ConstReal{0.0});
  b.push(loops::Fill{buffer, zero});
}

void Scope::emitAction(const Action &a) {
  ScalarId value = b.bound(a.value);
  assert(value.valid());
  if (a.kind == Action::Kind::Variable) {
    if (a.combine == Combine::Set)
      b.push(loops::Assign{a.variable, value});
    else
      b.push(loops::Accumulate{a.variable, a.combine, value});
    return;
  }
  fillBefore(a);
  if (a.ontoZero && b.kindOf(a.value) == loops::Kind::Real) {
    ScalarId zero = b.let(loops::Kind::Real, loops::ConstReal{0.0});
    value = b.let(loops::Kind::Real, loops::PrimOp{Prim::Add, {zero, value}});
  }
  if (a.checked != 0)
    checkIndices(b, a.indices, std::vector<Axis>(g.axes(a.checked)),
                 b.f.buffers[a.buffer.index].name, g.range(a.value));
  loops::Store store{a.buffer, {}, value, a.combine};
  for (ValueId i : a.indices) {
    assert(b.bound(i).valid());
    store.indices.push_back(b.bound(i));
  }
  b.push(std::move(store));
}

//--- values that are computed only when needed ----------------------------------------------

void Scope::emitValue(int region, const Info &info) {
  ValueId v = info.node;
  if (g.node(v).op == Op::State) // its recurrence has bound it
    return;
  if (g.node(v).op == Op::Select || shortCircuits(v))
    emitLazy(region, v);
  else
    emitScalar(b, v);
}

/// Whether everything in the region may as well be computed always: cheap,
/// nothing that can fail, no loops.
bool Scope::flat(int region, unsigned &cost) {
  for (uint32_t k : regions[region].nodes) {
    ValueId v = infos[k].node;
    if (infos[k].producer >= 0 || canFail(b, v))
      return false;
    const Node &n = g.node(v);
    cost += n.op == Op::Prim ? info(n.prim()).cost : 1;
    if (cost > 24)
      return false;
    if (n.op == Op::Select || shortCircuits(v))
      for (int branch : {1, 2})
        if (auto it = regionOf.find({v, branch, region}); it != regionOf.end())
          if (!flat(it->second, cost))
            return false;
  }
  return true;
}

/// What a comparison of whole numbers says where it holds, or where it does not.
void Scope::addFacts(ValueId condition, bool holds) {
  const Node n = g.node(condition);
  if (n.op != Op::Prim)
    return;
  const Prim p = n.prim();
  if (p == Prim::Not)
    return addFacts(g.operand(condition, 0), !holds);
  if (p == (holds ? Prim::And : Prim::Or)) {
    addFacts(g.operand(condition, 0), holds);
    return addFacts(g.operand(condition, 1), holds);
  }
  if ((p != Prim::Less && p != Prim::LessEqual) ||
      g.type(g.operand(condition, 0)).kind != Kind::Int)
    return;
  const ValueId x = g.operand(condition, 0), y = g.operand(condition, 1);
  const ValueId difference = holds ? g.sub(y, x) : g.sub(x, y);
  b.facts.push_back((p == Prim::Less) == holds ? g.sub(difference, g.integer(1)) : difference);
}

void Scope::emitLazy(int region, ValueId v) {
  const Node n = g.node(v);
  int child[2] = {-1, -1};
  unsigned cost = 0;
  bool isFlat = true;
  for (int branch : {1, 2})
    if (auto it = regionOf.find({v, branch, region}); it != regionOf.end()) {
      child[branch - 1] = it->second;
      isFlat = isFlat && flat(it->second, cost);
    }
  if (isFlat) {
    for (int c : child)
      if (c >= 0)
        for (uint32_t w : regions[c].nodes)
          emitValue(c, infos[w]);
    emitScalar(b, v);
    return;
  }
  // A real branch, with the result in a variable.
  loops::VariableId result = b.variable(b.kindOf(v));
  ScalarId condition = b.bound(g.operand(v, 0));
  loops::If branch{condition, {}, {}};
  loops::Body *saved = b.body;
  bool select = n.op == Op::Select;
  for (int k : {0, 1}) {
    size_t mark = b.mark();
    b.body = k == 0 ? &branch.then : &branch.otherwise;
    const size_t known = b.facts.size();
    if (select)
      addFacts(g.operand(v, 0), k == 0);
    if (child[k] >= 0)
      emitRegion(child[k]);
    b.facts.resize(known);
    ScalarId value;
    if (select)
      value = b.bound(g.operand(v, k + 1));
    else if (child[k] >= 0)
      value = b.bound(g.operand(v, 1));
    else
      value = condition; // false and .. is false, true or .. is true
    b.push(loops::Assign{result, value});
    b.body = saved;
    b.release(mark);
  }
  b.push(std::move(branch));
  b.bind(v, b.read(result));
}

//--- loops -------------------------------------------------------------------------------------

void Scope::beginProducer(const Producer &p) {
  if (p.nested && g.node(p.node).op == Op::Matrix) {
    emitMatrix(b, p.node, p.buffer);
    return;
  }
  if (p.nested) {
    ValueId start = g.node(p.node).op == Op::Keep ? g.operand(p.node, 0) : p.node;
    size_t mark = b.mark();
    bindAliases(p.aliases, always);
    emitScope(b, {{Action::Kind::Array, start, always, Combine::Set, {}, p.buffer, {}, 0}});
    b.release(mark);
    return;
  }
  if (p.recurrence >= 0) {
    beginRecurrence(recurrences[p.recurrence]);
    return;
  }
  if (p.fill)
    unfilled.insert(p.buffer.index);
  for (size_t k : p.elements)
    emitAction(actions[k]);
  if (!p.accumulator.valid())
    return;
  const Node n = g.node(p.node);
  loops::Operation start;
  double infinity = std::numeric_limits<double>::infinity();
  bool whole = n.type.kind == Kind::Int;
  switch (n.reduceOp()) {
  case ReduceOp::Sum:
  case ReduceOp::Prod: {
    int one = n.reduceOp() == ReduceOp::Prod;
    start = whole ? loops::Operation(loops::ConstInt{one}) : loops::ConstReal{double(one)};
    break;
  }
  case ReduceOp::Min:
    start = whole ? loops::Operation(loops::ConstInt{INT64_MAX}) : loops::ConstReal{infinity};
    break;
  case ReduceOp::Max:
    start = whole ? loops::Operation(loops::ConstInt{INT64_MIN}) : loops::ConstReal{-infinity};
    break;
  case ReduceOp::LogSumExp:
    assert(false && "prepare() writes logsumexp out");
  }
  b.push(loops::Assign{p.accumulator, b.let(b.kindOf(p.node), std::move(start))});
  if (p.found.valid())
    b.push(loops::Assign{p.found, b.let(loops::Kind::Bool, loops::ConstBool{false})});
}

void Scope::endProducer(const Producer &p) {
  if (p.recurrence >= 0) {
    endRecurrence(recurrences[p.recurrence]);
    return;
  }
  if (!p.accumulator.valid()) {
    if (unfilled.count(p.buffer.index))
      emitFill(p.buffer);
    b.bindArray(p.node, p.buffer);
    return;
  }
  const Node n = g.node(p.node);
  bool extreme = n.reduceOp() == ReduceOp::Min || n.reduceOp() == ReduceOp::Max;
  if (extreme && !mayBeEmpty(g, p.node)) {
    ScalarId lo = b.bound(g.operand(p.node, 0)), hi = b.bound(g.operand(p.node, 1));
    std::string what = n.reduceOp() == ReduceOp::Min ? "min" : "max";
    if (p.found.valid()) {
      b.module.sites.push_back(
          {g.range(p.node), what + " over {0}..{1} where no index meets the condition"});
      b.push(loops::Check{b.read(p.found), static_cast<uint32_t>(b.module.sites.size() - 1), {lo, hi}});
    } else if (ValueId slack = g.sub(g.operand(p.node, 1), g.operand(p.node, 0));
               !b.nonNegative(slack)) {
      ScalarId ok = b.let(loops::Kind::Bool, loops::PrimOp{Prim::LessEqual, {lo, hi}});
      b.module.sites.push_back({g.range(p.node), what + " over the empty range {0}..{1}"});
      b.push(loops::Check{ok, static_cast<uint32_t>(b.module.sites.size() - 1), {lo, hi}});
    }
  }
  b.bind(p.node, b.read(p.accumulator));
}

void Scope::emitLoop(const std::vector<size_t> &group) {
  const LoopItem first = items[group[0]];
  std::vector<size_t> running; // recurrences
  std::vector<Action> inner;
  const Aliases shared = sharedAliases(group);
  for (size_t k : group) {
    if (items[k].recurrence >= 0) {
      running.push_back(static_cast<size_t>(items[k].recurrence));
      continue;
    }
    std::vector<Action> own = items[k].inner;
    for (const Recurrence &r : recurrences)
      if (std::find(r.joined.begin(), r.joined.end(), k) != r.joined.end())
        own = withStates(std::move(own), r);
    own = withAliases(std::move(own), items[k], shared);
    inner.insert(inner.end(), own.begin(), own.end());
  }
  std::vector<Carry> carries = carryNeighbours(b, first.symbol, inner);
  replaceFills(first, inner, carries);
  for (const Carry &c : carries)
    for (loops::VariableId p : c.pending)
      b.push(loops::Assign{p, b.let(loops::Kind::Real, loops::ConstReal{0.0})});

  loops::For loop;
  loop.lo = b.bound(first.lo);
  loop.hi = b.bound(first.hi);
  assert(loop.lo.valid() && loop.hi.valid());
  std::string name = g.symbol(first.symbol).name;
  loop.index = b.scalar(loops::Kind::Int, name.empty() ? "i" : name);
  loops::Body *saved = b.body;
  size_t mark = b.mark();
  b.body = &loop.body;
  b.bind(first.symbol, loop.index);
  b.openSymbols.push_back(first.symbol);
  bindAliases(shared, g.lessEqual(first.lo, first.hi));
  for (const Carry &c : carries)
    for (size_t d = 0; d < c.pending.size(); ++d)
      b.bind(c.locals[d], b.read(c.pending[d]));
  for (size_t r : running)
    beginStep(recurrences[r]);
  for (size_t k : group)
    if (items[k].recurrence >= 0) {
      std::vector<Action> own = stepActions(recurrences[items[k].recurrence]);
      for (const Recurrence &r : recurrences)
        if (std::find(r.joined.begin(), r.joined.end(), k) != r.joined.end())
          own = withStates(std::move(own), r);
      own = withAliases(std::move(own), items[k], shared);
      inner.insert(inner.end(), own.begin(), own.end());
    }
  emitScope(b, std::move(inner));
  for (size_t r : running)
    endStep(recurrences[r]);
  b.openSymbols.pop_back();
  b.release(mark);
  b.body = saved;
  ScalarId lo = loop.lo, hi = loop.hi;
  b.push(std::move(loop));

  if (carries.empty())
    return;
  // The last places, if the loop ran at all.
  loops::If ran{b.let(loops::Kind::Bool, loops::PrimOp{Prim::LessEqual, {lo, hi}}), {}, {}};
  b.body = &ran.then;
  for (const Carry &c : carries)
    emitCarried(c, hi);
  b.body = &ran.otherwise;
  for (const Carry &c : carries)
    if (c.sets)
      emitFill(c.buffer);
  b.body = saved;
  b.push(std::move(ran));
}

} // namespace gradus::lower
