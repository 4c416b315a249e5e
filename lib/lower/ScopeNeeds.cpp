//===- ScopeNeeds.cpp - what a scope has to compute ----------------------------===//

#include "lower/Kernel.h"
#include "lower/ScopeEmitter.h"
#include "lower/Uses.h"

#include <algorithm>
#include <cassert>

namespace gradus::lower {

using namespace ir;
using loops::Combine;

/// Whether computing v, with all that is not there yet, could fail.
bool Scope::mayFail(ValueId root, uint32_t as) {
  auto judged = [&](ValueId v) { return b.slot(v).judge == as; };
  auto judge = [&](ValueId v, bool fails) {
    auto &slot = b.slot(v);
    slot.judge = as;
    slot.fails = fails;
  };
  std::vector<ValueId> work{root};
  while (!work.empty()) {
    ValueId v = work.back();
    if (judged(v)) {
      work.pop_back();
      continue;
    }
    if (isThere(v)) {
      judge(v, false);
      continue;
    }
    bool waiting = false, fails = false;
    auto part = [&](ValueId p) {
      if (judged(p)) {
        fails |= b.slot(p).fails;
      } else {
        work.push_back(p);
        waiting = true;
      }
    };
    const Node n = g.node(v);
    if (n.binders == 0) {
      for (unsigned k = 0; k < n.operandCount; ++k)
        part(g.operand(v, k));
    } else {
      Opened o = g.open(v);
      for (unsigned k = 0; k < n.rangeOperands(); ++k)
        part(g.operand(v, k));
      for (ValueId p : o.starts)
        part(p);
      for (ValueId p : o.nexts)
        part(p);
      for (ValueId p : {o.condition, o.body})
        if (p.valid())
          part(p);
    }
    if (fails || !waiting)
      judge(v, fails || canFail(b, v));
  }
  return b.slot(root).fails;
}

/// The same where the loop is running, whose range is not empty then.
bool Scope::mayFailInside(ValueId v, LoopItem &loop) {
  if (!loop.symbol.valid())
    return mayFail(v);
  if (loop.judge == 0)
    loop.judge = ++b.lastScope;
  b.openSymbols.push_back(loop.symbol);
  bool fails = mayFail(v, loop.judge);
  b.openSymbols.pop_back();
  return fails;
}

/// lo <= hi; the constant true where that is certain.
ValueId Scope::runs(ValueId lo, ValueId hi) {
  return b.nonNegative(g.sub(hi, lo)) ? always : g.lessEqual(lo, hi);
}

/// Whether the condition is one of those that `guard` asks for.
bool Scope::asksFor(ValueId guard, ValueId condition) const {
  if (guard == condition)
    return true;
  const Node n = g.node(guard);
  return n.op == Op::Prim && n.prim() == Prim::And &&
         (asksFor(g.operand(guard, 0), condition) || asksFor(g.operand(guard, 1), condition));
}

/// What stands for a value that nobody reads.
ValueId Scope::nothing(ValueId like) {
  Type t = g.type(like);
  if (!t.scalar())
    return g.zeros(t);
  return t.kind == Kind::Real ? g.real(0) : t.kind == Kind::Int ? g.integer(0) : g.boolean(false);
}

/// Values outside the loop that its body reads. A value that could fail is computed
/// outside only where some run of the loop is certain to read it, or else left to the
/// body; and outside only if that covers all that reads it.
void Scope::findNeeds(LoopItem &item) {
  std::vector<ValueId> states;
  bool stops = false;
  if (item.recurrence >= 0) {
    const Recurrence &r = recurrences[static_cast<size_t>(item.recurrence)];
    states = r.opened.symbols;
    stops = r.stops;
  }
  auto varies = [&](ValueId v) {
    return g.isOpenTerm(v) || g.dependsOnAny(v, states) ||
           (item.symbol.valid() && g.dependsOn(v, item.symbol));
  };
  Guards guards(g);
  Uses uses;
  auto visit = [&](ValueId v, Use use) {
    if (!isThere(v) && !g.isConstant(v))
      uses.add(v, use);
  };
  // What a loop under a guard needs is computed under the guard. (An array that is
  // chosen if the loop runs would need itself otherwise.)
  ValueId all = item.symbol.valid() ? runs(item.lo, item.hi) : always;
  if (item.guard.valid() && asksFor(item.guard, all))
    all = always;
  const uint32_t running = guards.with(0, all);
  for (const Action &a : item.inner) {
    // What may stop before the first step is sure to ask only whether to stop.
    Use::Kind kind = stops && &a != &item.inner.back() ? Use::Perhaps : Use::Always;
    if (!g.isConstant(a.guard)) {
      visit(a.guard, {kind, running, false});
      kind = Use::Perhaps;
    }
    for (ValueId i : a.indices)
      visit(i, {kind, running, false});
    visit(a.value, {kind, running, !g.type(a.value).scalar()});
  }
  /// The condition under which it is certain that v is read, if nothing reads it
  /// otherwise.
  auto certain = [&](ValueId v, const std::vector<Use> &read) -> ValueId {
    std::vector<uint32_t> sure;
    bool states = g.node(v).op == Op::State && !g.type(v).scalar();
    bool matrix = g.node(v).op == Op::Matrix;
    for (const Use &u : read)
      if (u.kind == Use::Always || (u.kind == Use::Chosen && (states || (matrix && !u.written))))
        sure.push_back(u.guards);
    for (const Use &u : read)
      if (std::none_of(sure.begin(), sure.end(),
                       [&](uint32_t s) { return guards.implies(u.guards, s); }))
        return {};
    ValueId condition = g.boolean(false);
    for (uint32_t s : sure)
      condition = g.logicalOr(condition, guards.condition(s));
    return condition;
  };
  while (!uses.empty()) {
    auto [v, read] = uses.take();
    const Node n = g.node(v);
    if (n.op == Op::Input || n.op == Op::Zeros)
      continue;
    bool written = std::any_of(read.begin(), read.end(), [](const Use &u) { return u.written; });
    bool inside = (written && n.op != Op::Matrix && n.op != Op::State) || varies(v);
    if (!inside) {
      bool safe = !mayFail(v) || failsOnlyAsSure(v);
      ValueId condition = safe ? always : certain(v, read);
      if (!condition.valid() && !mayFailInside(v, item))
        condition = all;
      ValueId here;
      const bool stored = !safe && n.op == Op::State && !n.type.scalar();
      if (stored) {
        // (A condition that reads the states themselves does not say whether to make them.)
        bool chosen = condition.valid() && std::any_of(read.begin(), read.end(), [](const Use &u) {
          return u.kind == Use::Chosen;
        });
        if (chosen) {
          const std::vector<ValueId> parts = g.reachable({&condition, 1});
          chosen = !std::binary_search(parts.begin(), parts.end(), g.operand(v, 0));
        }
        if (!chosen)
          condition = stops ? firstStep(recurrences[static_cast<size_t>(item.recurrence)], v)
                            : ValueId{};
        here = storedStates(v, condition, item);
      } else if (condition.valid()) {
        here = g.select(condition, v, nothing(v));
      }
      if (here.valid()) {
        item.needs.push_back(here);
        if (here != v)
          (stored ? item.stored : item.aliases).push_back({v, here});
        continue;
      }
      // Left to the body, except for what it is made of.
    }
    bool choice = n.op == Op::Select;
    bool shortcut = n.op == Op::Prim && (n.prim() == Prim::And || n.prim() == Prim::Or);
    bool fixedChoice = (choice || shortcut) && !varies(g.operand(v, 0));
    for (const Use &use : read) {
      Use body = use;
      body.written = false;
      for (unsigned k = 0; 2 * k < n.rangeOperands(); ++k) {
        ValueId lo = g.operand(v, 2 * k), hi = g.operand(v, 2 * k + 1);
        if (varies(lo) || varies(hi))
          body.kind = Use::Perhaps;
        else
          body.guards = guards.with(body.guards, runs(lo, hi));
      }
      for (unsigned k = 0; k < n.operandCount; ++k) {
        ValueId o = g.operand(v, k);
        bool start = isStart(n, k);
        bool isBody = n.binders != 0 && k >= n.rangeOperands() && !start;
        bool ends = n.op == Op::Recur && k > 2 && !start && !g.isConstant(g.operand(v, 2));
        Use part = isBody ? body : use;
        part.written = use.written && n.op != Op::Matrix && !g.type(o).scalar();
        // Where 0 is added, or nothing is, the place is not looked at: see guardIndices.
        const bool place = n.op == Op::Put && k >= 1;
        if (ends || place || (n.op == Op::Reduce && k == 3 && !takesAll(v)))
          part.kind = Use::Perhaps;
        if ((choice || shortcut) && k >= 1) {
          bool holds = choice ? k == 1 : n.prim() == Prim::And;
          ValueId c = g.operand(v, 0);
          if (fixedChoice)
            part.guards = guards.with(part.guards, holds ? c : g.logicalNot(c));
          part.kind = fixedChoice && part.kind != Use::Perhaps ? Use::Chosen : Use::Perhaps;
        }
        visit(o, part);
      }
    }
  }
  std::sort(item.needs.begin(), item.needs.end());
}

int Scope::addProducer(ValueId v) {
  producers.push_back({});
  int p = static_cast<int>(producers.size() - 1);
  producers[p].node = v;
  Node n = g.node(v);
  if (n.op == Op::Recur) {
    addRecurrence(p);
    return p;
  }
  if (!n.type.scalar()) {
    addArrayProducer(p);
    return p;
  }
  ValueId lo = g.operand(v, 0), hi = g.operand(v, 1);
  ValueId s = symbolFor(lo, hi, v, 0);
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
  if (mayBeEmpty(g, v))
    o.condition = always;
  std::vector<Action> inner{
      {Action::Kind::Variable, o.body, o.condition, combine, producers[p].accumulator, {}, {}, 0}};
  bool never = g.isConstant(o.condition) && !g.boolValue(o.condition);
  if (never || (canFail(b, v) && !g.isConstant(o.condition))) {
    producers[p].found = b.variable(loops::Kind::Bool, "found");
    if (never) { // the check of `found` is all there is to do
      producers[p].needs = {lo, hi};
      return p;
    }
    inner.push_back({Action::Kind::Variable, g.boolean(true), o.condition, Combine::Set,
                     producers[p].found, {}, {}, 0});
  }
  addLoop(lo, hi, s, always, std::move(inner), p);
  return p;
}

/// A stored array. Parts that are conditional, and in strict modules parts whose
/// order matters, are left to a scope of their own.
void Scope::addArrayProducer(int p) {
  ValueId v = producers[p].node;
  Type type = g.type(v);
  if (g.node(v).op == Op::Matrix) {
    producers[p].nested = true;
    producers[p].buffer = b.workspace(type, matrixOpName(g.node(v).matrixOp()));
    for (ValueId o : g.operands(v))
      if (g.node(o).op != Op::Input)
        producers[p].needs.push_back(o);
    return;
  }
  producers[p].buffer = b.workspace(type, g.indexName(v).empty() ? "t" : "t_" + g.indexName(v));
  ValueId start = g.node(v).op == Op::Keep ? g.operand(v, 0) : v;
  Action whole{Action::Kind::Array, start, always, Combine::Set, {}, producers[p].buffer, {}, 0};
  ValueId roots[1] = {start};
  for (ValueId part : g.reachable(roots, [&](ValueId w) {
         Op op = g.node(w).op;
         return g.type(w).scalar() || op == Op::Build || op == Op::Reduce || op == Op::Matrix ||
                isThere(w);
       })) {
    const Node &n = g.node(part);
    producers[p].nested |= !n.type.scalar() && !isThere(part) &&
                           (n.op == Op::Select || (b.module.strict && n.op == Op::Prim) ||
                            (n.op == Op::Put && placeMayFail(g.operands(part).subspan(1), n.type)));
  }
  if (producers[p].nested) {
    LoopItem item;
    item.inner = {whole};
    findNeeds(item);
    producers[p].needs = std::move(item.needs);
    producers[p].aliases = std::move(item.aliases);
    producers[p].aliases.insert(producers[p].aliases.end(), item.stored.begin(),
                                item.stored.end());
    return;
  }
  size_t firstFill = fills.size();
  takeApart(std::move(whole), p);
  // Its own fill happens at its own level.
  producers[p].fill = fills.size() > firstFill;
  fills.resize(firstFill);
}

void Scope::addToPlan(ValueId v) {
  auto &slot = b.slot(v);
  covered.push_back({v, slot.scope, slot.info});
  slot.scope = stamp;
  slot.info = static_cast<uint32_t>(infos.size());
  infos.push_back({});
  infos.back().node = v;
  lazy = lazy || g.node(v).op == Op::Select || shortCircuits(v);
}

/// Finds all values that the actions and loops need and that are not there yet.
void Scope::gather() {
  size_t next = 0;
  auto want = [&](ValueId v) {
    if (!isThere(v) && !find(v))
      addToPlan(v);
  };
  auto drain = [&] {
    for (; next < infos.size(); ++next) {
      const Node n = g.node(infos[next].node);
      assert(n.op != Op::Index && n.op != Op::Input && "inputs and open indices are bound");
      if (n.op == Op::Reduce || n.op == Op::Recur ||
          (!n.type.scalar() && n.op != Op::State)) {
        int p = addProducer(infos[next].node);
        infos[next].producer = p;
      }
      forEachNeed(Info(infos[next]), want);
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
  sortNodes();
}

/// Operands before their users; otherwise by age.
void Scope::sortNodes() {
  std::vector<uint32_t> roots, work;
  roots.reserve(infos.size());
  uint32_t first = UINT32_MAX, last = 0;
  for (const Info &info : infos) {
    first = std::min(first, info.node.index);
    last = std::max(last, info.node.index);
  }
  // Where the nodes are many of those between, looking at all is quicker than sorting.
  if (constexpr size_t many = 8; last - first < many * infos.size()) {
    for (uint32_t k = first; k <= last; ++k)
      if (find({k}))
        roots.push_back(b.slot({k}).info);
  } else {
    for (uint32_t k = 0; k < infos.size(); ++k)
      roots.push_back(k);
    std::sort(roots.begin(), roots.end(),
              [&](uint32_t a, uint32_t c) { return infos[a].node < infos[c].node; });
  }
  if (producers.empty()) { // operands are older than their users
    plan = std::move(roots);
    return;
  }
  plan.reserve(roots.size());
  for (uint32_t root : roots) {
    work.push_back(root);
    while (!work.empty()) {
      uint32_t k = work.back();
      if (infos[k].sorted != 0) {
        work.pop_back();
        if (infos[k].sorted == 1)
          plan.push_back(k);
        infos[k].sorted = 2;
        continue;
      }
      infos[k].sorted = 1;
      forEachNeed(infos[k], [&](ValueId o) {
        if (Info *needed = find(o); needed && needed->sorted == 0)
          work.push_back(b.slot(o).info);
      });
    }
  }
}

} // namespace gradus::lower
