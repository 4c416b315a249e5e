//===- Scope.cpp - emitting one scope ------------------------------------------===//

#include "lower/ScopeEmitter.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace gradus::lower {

using namespace ir;
using loops::BufferId;
using loops::Combine;
using loops::ScalarId;
using loops::VariableId;

void emitScope(FunctionBuilder &builder, std::vector<Action> actions) {
  size_t mark = builder.mark();
  Scope(builder).run(std::move(actions));
  builder.release(mark);
}

void Scope::run(std::vector<Action> given) {
  regions.push_back({});
  for (Action &a : given)
    takeApart(std::move(a), -1);
  gather();
  assignHomes();
  assignLevels();
  for (loops::BufferId buffer : fills)
    emitFill(buffer);
  emitRegion(0);
}

//--- 1. arrays into elements and loops -------------------------------------------------

/// All loops of this scope over one range share one index, so that what they
/// have in common is the same node.
ValueId Scope::symbolFor(ValueId lo, ValueId hi, const std::string &name) {
  auto [it, fresh] = symbols.try_emplace({lo, hi});
  if (fresh)
    it->second = g.newSymbol(lo, hi, name);
  return it->second;
}

void Scope::addLoop(ValueId lo, ValueId hi, ValueId symbol, ValueId guard, std::vector<Action> inner,
                    int producer) {
  LoopItem item;
  item.lo = lo;
  item.hi = hi;
  item.symbol = symbol;
  item.guard = guard;
  item.inner = std::move(inner);
  item.producer = producer;
  item.needs = frontier(item);
  items.push_back(std::move(item));
  if (producer >= 0)
    producers[producer].items.push_back(items.size() - 1);
}

void Scope::addElement(Action a, int producer) {
  actions.push_back(std::move(a));
  actionProducer.push_back(producer);
  if (producer >= 0)
    producers[producer].elements.push_back(actions.size() - 1);
}

void Scope::takeApart(Action first, int producer) {
  std::vector<Action> work{std::move(first)};
  while (!work.empty()) {
    Action a = std::move(work.back());
    work.pop_back();
    if (a.kind == Action::Kind::Variable || a.kind == Action::Kind::Element) {
      addElement(std::move(a), producer);
      continue;
    }
    ValueId v = a.value;
    Node n = g.node(v);
    if (n.op == Op::Keep && !b.hasArray(v)) {
      a.value = g.operand(v, 0);
      work.push_back(std::move(a));
      continue;
    }
    bool stored = n.op == Op::Input || b.hasArray(v);
    bool writesAll = stored || n.op == Op::Build || n.op == Op::List;
    if (a.kind == Action::Kind::Array && a.combine == Combine::Set && !writesAll) {
      fills.push_back(a.buffer);
      a.combine = Combine::Add;
    }
    if (stored || n.op == Op::Build || a.kind == Action::Kind::Rest) {
      takeApartElementwise(std::move(a), producer);
      continue;
    }
    switch (n.op) {
    case Op::Zeros:
      break;
    case Op::Prim:
      assert(n.prim() == Prim::Add);
      for (unsigned k : {1u, 0u}) {
        Action part = a;
        part.value = g.operand(v, k);
        work.push_back(std::move(part));
      }
      break;
    case Op::Select: {
      Action then = a, otherwise = a;
      then.value = g.operand(v, 1);
      then.guard = g.logicalAnd(a.guard, g.operand(v, 0));
      otherwise.value = g.operand(v, 2);
      otherwise.guard = g.logicalAnd(a.guard, g.logicalNot(g.operand(v, 0)));
      work.push_back(std::move(otherwise));
      work.push_back(std::move(then));
      break;
    }
    case Op::Put: {
      auto ops = g.operands(v);
      Action element = a;
      element.kind = Action::Kind::Element;
      element.indices.assign(ops.begin() + 1, ops.end());
      element.value = ops[0];
      element.checked = n.type.shape;
      addElement(std::move(element), producer);
      break;
    }
    case Op::List:
      takeApartList(a, producer);
      break;
    case Op::Reduce: {
      ValueId lo = g.operand(v, 0), hi = g.operand(v, 1);
      ValueId s = symbolFor(lo, hi, g.indexName(v));
      Opened o = g.openWith(v, {&s, 1});
      Action inner = a;
      inner.value = o.body;
      inner.guard = o.condition;
      addLoop(lo, hi, s, a.guard, {std::move(inner)}, producer);
      break;
    }
    case Op::Input:
    case Op::Build:
    case Op::Keep:
    case Op::Constant:
    case Op::Index:
    case Op::At:
      assert(false && "not an array, or handled above");
    }
  }
}

void Scope::takeApartElementwise(Action a, int producer) {
  ValueId v = a.value;
  bool build = g.node(v).op == Op::Build && !b.hasArray(v);
  const std::vector<Axis> axes = g.axesOf(v);
  size_t k = a.indices.size();
  Axis axis = build ? Axis{g.operand(v, 2 * k), g.operand(v, 2 * k + 1)} : axes[k];
  ValueId s = symbolFor(axis.lo, axis.hi, build ? g.indexName(v, k) : "");
  Action inner = a;
  inner.guard = always;
  inner.indices.push_back(s);
  if (inner.indices.size() == axes.size()) {
    inner.kind = Action::Kind::Element;
    inner.value = build ? g.openWith(v, inner.indices).body : g.at(v, inner.indices);
  } else {
    inner.kind = Action::Kind::Rest;
  }
  addLoop(axis.lo, axis.hi, s, a.guard, {std::move(inner)}, producer);
}

void Scope::takeApartList(const Action &a, int producer) {
  const std::vector<Axis> axes = g.axesOf(a.value);
  std::vector<ValueId> elements(g.operands(a.value).begin(), g.operands(a.value).end());
  for (size_t k = 0; k < elements.size(); ++k) {
    Action element = a;
    element.kind = Action::Kind::Element;
    element.value = elements[k];
    element.indices.resize(axes.size());
    auto rest = static_cast<int64_t>(k);
    for (size_t d = axes.size(); d-- > 0;) {
      int64_t lo = g.intValue(axes[d].lo), extent = g.intValue(axes[d].hi) - lo + 1;
      element.indices[d] = g.integer(lo + rest % extent);
      rest /= extent;
    }
    addElement(std::move(element), producer);
  }
}

//--- 2. what has to be computed here -----------------------------------------------------

/// Values outside the loop that its body reads. What is read only under a
/// condition of the body and could fail is left to the body.
std::vector<ValueId> Scope::frontier(const LoopItem &item) {
  std::vector<ValueId> result;
  std::unordered_map<ValueId, int, ValueIdHash> seen; // 1 unsure, 2 sure
  for (int pass : {2, 1}) {
    std::vector<ValueId> work;
    auto visit = [&](ValueId v) {
      auto [it, fresh] = seen.try_emplace(v, pass);
      if (fresh)
        work.push_back(v);
    };
    for (const Action &a : item.inner) {
      bool sure = g.isConstant(a.guard);
      if (!sure)
        visit(a.guard);
      if (!sure && pass == 2)
        continue;
      for (ValueId i : a.indices)
        visit(i);
      if (a.kind == Action::Kind::Variable || a.kind == Action::Kind::Element)
        visit(a.value);
      else
        for (ValueId part : arrayParts(a.value))
          visit(part);
    }
    if (pass == 1) // go on below what the first pass has seen
      for (auto &[v, state] : seen)
        work.push_back(v);
    while (!work.empty()) {
      ValueId v = work.back();
      work.pop_back();
      const Node n = g.node(v);
      bool inside = g.isOpenTerm(v) || g.dependsOn(v, item.symbol);
      if (!inside) {
        bool array = !g.type(v).scalar();
        if ((array && n.op == Op::Input) || n.op == Op::Zeros)
          continue;
        if (std::find(result.begin(), result.end(), v) == result.end() &&
            (pass == 2 || !mayFail(v)))
          result.push_back(v);
        continue;
      }
      bool lazy = n.op == Op::Select ||
                  (n.op == Op::Prim && (n.prim() == Prim::And || n.prim() == Prim::Or));
      bool conditional = n.op == Op::Reduce && !g.isConstant(g.operand(v, 2));
      for (unsigned k = 0; k < n.operandCount; ++k) {
        bool skipped = (lazy && k >= 1) || (conditional && k == 3);
        if (!skipped || pass == 1)
          visit(g.operand(v, k));
      }
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// The values that an array action takes from outside the loops it becomes: an
/// array that is only written to a buffer is not stored itself.
std::vector<ValueId> Scope::arrayParts(ValueId array) {
  std::vector<ValueId> work{array}, parts;
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    if (b.hasArray(v) || g.node(v).op == Op::Input)
      continue;
    for (ValueId o : g.operands(v))
      if (g.type(o).scalar() || g.isOpenTerm(o))
        parts.push_back(o);
      else
        work.push_back(o);
  }
  return parts;
}

/// Whether computing v, with all that is not there yet, could fail.
bool Scope::mayFail(ValueId root) {
  if (auto it = failures.find(root); it != failures.end())
    return it->second;
  ValueId roots[1] = {root};
  auto there = [&](ValueId v) { return b.bound(v).valid() || b.hasArray(v); };
  bool fails = false;
  for (ValueId v : g.reachable(roots, there))
    if (!there(v) && canFail(b, v)) {
      fails = true;
      break;
    }
  failures.emplace(root, fails);
  return fails;
}

int Scope::addProducer(ValueId v) {
  producers.push_back({});
  int p = static_cast<int>(producers.size() - 1);
  producers[p].node = v;
  producerOf.emplace(v, p);
  Node n = g.node(v);
  if (!n.type.scalar()) {
    producers[p].buffer = b.workspace(n.type, g.indexName(v).empty() ? "t" : "t_" + g.indexName(v));
    bool guarded = false;
    ValueId roots[1] = {v};
    for (ValueId part : g.reachable(roots, [&](ValueId w) {
           Op op = g.node(w).op;
           return w != v && (g.type(w).scalar() || op == Op::Build || op == Op::Reduce);
         }))
      guarded |= g.node(part).op == Op::Select && !g.type(part).scalar();
    if (guarded) {
      producers[p].nested = true;
      ValueId start = g.node(v).op == Op::Keep ? g.operand(v, 0) : v;
      for (ValueId w : g.reachable({&start, 1}))
        if (producerOf.count(w) && w != v)
          producers[p].needs.push_back(w);
      return p;
    }
    size_t firstFill = fills.size();
    takeApart({Action::Kind::Array, v, always, Combine::Set, {}, producers[p].buffer, {}, 0}, p);
    // Its own fill happens at its own level.
    producers[p].fill = fills.size() > firstFill;
    fills.resize(firstFill);
    return p;
  }
  // A scalar reduction.
  ValueId lo = g.operand(v, 0), hi = g.operand(v, 1);
  ValueId s = symbolFor(lo, hi, g.indexName(v));
  Opened o = g.openWith(v, {&s, 1});
  producers[p].accumulator = b.variable(b.kindOf(v), g.indexName(v).empty() ? "acc" : "");
  Combine combine = Combine::Add;
  switch (n.reduceOp()) {
  case ReduceOp::Sum:
    break;
  case ReduceOp::Prod:
    combine = Combine::Multiply;
    break;
  case ReduceOp::Min:
    combine = Combine::Min;
    break;
  case ReduceOp::Max:
    combine = Combine::Max;
    break;
  case ReduceOp::LogSumExp:
    assert(false && "prepare() writes logsumexp out");
  }
  std::vector<Action> inner{
      {Action::Kind::Variable, o.body, o.condition, combine, producers[p].accumulator, {}, {}, 0}};
  if (canFail(b, v) && !g.isConstant(o.condition)) {
    producers[p].found = b.variable(loops::Kind::Bool, "found");
    inner.push_back({Action::Kind::Variable, g.boolean(true), o.condition, Combine::Set,
                     producers[p].found, {}, {}, 0});
  }
  addLoop(lo, hi, s, always, std::move(inner), p);
  return p;
}

std::vector<ValueId> Scope::needsOf(ValueId v) {
  std::vector<ValueId> result;
  const Node n = g.node(v);
  if (auto it = producerOf.find(v); it != producerOf.end()) {
    const Producer &p = producers[it->second];
    result = p.needs;
    for (size_t k : p.items) {
      result.push_back(items[k].lo);
      result.push_back(items[k].hi);
      result.insert(result.end(), items[k].needs.begin(), items[k].needs.end());
    }
    for (size_t k : p.elements) {
      result.push_back(actions[k].value);
      result.insert(result.end(), actions[k].indices.begin(), actions[k].indices.end());
    }
    return result;
  }
  for (ValueId o : g.operands(v))
    if (g.type(o).scalar() || g.node(o).op != Op::Input)
      result.push_back(o);
  return result;
}

void Scope::gather() {
  std::vector<ValueId> work;
  auto want = [&](ValueId v) {
    if (!b.bound(v).valid() && !b.hasArray(v) && level.try_emplace(v, 0).second)
      work.push_back(v);
  };
  auto drain = [&] {
    while (!work.empty()) {
      ValueId v = work.back();
      work.pop_back();
      nodes.push_back(v);
      const Node n = g.node(v);
      assert(n.op != Op::Index && n.op != Op::Input && "inputs and open indices are bound");
      if (n.op == Op::Reduce || !n.type.scalar())
        addProducer(v);
      for (ValueId o : needsOf(v))
        want(o);
    }
  };
  size_t ownActions = actions.size(), ownItems = items.size();
  for (size_t k = 0; k < ownActions; ++k) {
    const Action a = actions[k];
    if (!g.isConstant(a.guard))
      want(a.guard);
    want(a.value);
    for (ValueId i : a.indices)
      want(i);
    drain();
  }
  for (size_t k = 0; k < ownItems; ++k) {
    const LoopItem item = items[k];
    if (!g.isConstant(item.guard))
      want(item.guard);
    want(item.lo);
    want(item.hi);
    for (ValueId v : item.needs)
      want(v);
    drain();
  }
  std::sort(nodes.begin(), nodes.end());
}

//--- 3. where a value is computed -----------------------------------------------------------

int Scope::childRegion(int parent, ValueId owner, int branch) {
  auto [it, fresh] = regionOf.try_emplace({owner, branch, parent});
  if (fresh) {
    it->second = static_cast<int>(regions.size());
    regions.push_back({parent, regions[parent].depth + 1, {}, {}, {}});
  }
  return it->second;
}

int Scope::meet(int a, int c) const {
  while (a != c) {
    if (regions[a].depth < regions[c].depth)
      std::swap(a, c);
    a = regions[a].parent;
  }
  return a;
}

bool Scope::shortCircuits(ValueId v) const {
  const Node &n = g.node(v);
  return n.op == Op::Prim && (n.prim() == Prim::And || n.prim() == Prim::Or);
}

void Scope::assignHomes() {
  // Constants may be younger than what uses them, and cost nothing.
  for (ValueId v : nodes)
    if (g.isConstant(v))
      home.emplace(v, 0);
  // Regions where a value is certainly needed once they are entered.
  std::unordered_map<ValueId, std::set<int>, ValueIdHash> certain;
  auto note = [&](ValueId v, int region, bool sure) {
    if (!level.count(v) || g.isConstant(v))
      return;
    auto [it, fresh] = home.try_emplace(v, region);
    if (!fresh)
      it->second = meet(it->second, region);
    if (sure)
      certain[v].insert(region);
  };
  auto use = [&](ValueId v, int region) { note(v, region, true); };
  auto regionForGuard = [&](ValueId guard) {
    if (g.isConstant(guard))
      return 0;
    use(guard, 0);
    size_t before = regions.size();
    int r = childRegion(0, guard, 0); // 1 and 2 are the guard's own branches
    if (regions.size() != before)
      guards.push_back({guard, r});
    return r;
  };
  for (size_t k = 0; k < actions.size(); ++k) {
    if (actionProducer[k] >= 0)
      continue;
    int r = regionForGuard(actions[k].guard);
    regions[r].actions.push_back(k);
    use(actions[k].value, r);
    for (ValueId i : actions[k].indices)
      use(i, r);
  }
  for (size_t k = 0; k < items.size(); ++k) {
    if (items[k].producer >= 0)
      continue;
    int r = regionForGuard(items[k].guard);
    regions[r].items.push_back(k);
    for (ValueId v : {items[k].lo, items[k].hi})
      use(v, r);
    for (ValueId v : items[k].needs)
      use(v, r);
  }
  for (size_t k = nodes.size(); k-- > 0;) {
    ValueId v = nodes[k];
    int r = home.at(v);
    regions[r].nodes.push_back(v);
    const Node n = g.node(v);
    // Needed in several branches but not for sure: it is computed before them,
    // where it must not fail, and checked in each.
    bool sure = certain[v].count(r) != 0;
    if (!sure && !producerOf.count(v) && canFail(b, v)) {
      speculative.emplace(v, std::vector<PendingCheck>{});
      for (ValueId o : needsOf(v))
        note(o, r, false);
    } else if (producerOf.count(v)) {
      for (ValueId o : needsOf(v))
        note(o, r, sure);
    } else if (n.op == Op::Select) {
      note(g.operand(v, 0), r, sure);
      use(g.operand(v, 1), childRegion(r, v, 1));
      use(g.operand(v, 2), childRegion(r, v, 2));
    } else if (shortCircuits(v)) {
      note(g.operand(v, 0), r, sure);
      use(g.operand(v, 1), childRegion(r, v, n.prim() == Prim::And ? 1 : 2));
    } else {
      for (ValueId o : needsOf(v))
        note(o, r, sure);
    }
  }
  for (Region &r : regions)
    std::reverse(r.nodes.begin(), r.nodes.end());
}

//--- 4. what waits for which loops ------------------------------------------------------------

void Scope::assignLevels() {
  auto after = [&](ValueId v) {
    auto it = level.find(v);
    return it == level.end() ? 0 : it->second + (producerOf.count(v) ? 1 : 0);
  };
  for (ValueId v : nodes) {
    int l = 0;
    for (ValueId o : needsOf(v))
      l = std::max(l, after(o));
    level[v] = l;
  }
  for (LoopItem &item : items) {
    if (item.producer >= 0) {
      item.level = level.at(producers[item.producer].node);
      continue;
    }
    item.level = std::max(after(item.lo), after(item.hi));
    for (ValueId v : item.needs)
      item.level = std::max(item.level, after(v));
  }
}

} // namespace gradus::lower
