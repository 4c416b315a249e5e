//===- ScopeNeeds.cpp - what a scope has to compute ----------------------------===//

#include "lower/Kernel.h"
#include "lower/ScopeEmitter.h"

#include <algorithm>
#include <cassert>
#include <deque>

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

/// What stands for a value that nobody reads.
ValueId Scope::nothing(ValueId like) {
  Type t = g.type(like);
  if (!t.scalar())
    return g.zeros(t);
  return t.kind == Kind::Real ? g.real(0) : t.kind == Kind::Int ? g.integer(0) : g.boolean(false);
}

/// Values outside the loop that its body reads. A value that could fail is
/// computed outside only if each run of the loop reads it, and then only if the
/// loop runs at all; otherwise it is left to the body.
void Scope::findNeeds(LoopItem &item) {
  struct Visit {
    ValueId node, guard;
    bool written; ///< an array that the body writes somewhere, not one that it reads
  };
  std::unordered_set<ValueId, ValueIdHash> needed;
  std::vector<ValueId> states;
  if (item.recurrence >= 0)
    states = recurrences[static_cast<size_t>(item.recurrence)].opened.symbols;
  for (bool sure : {true, false}) {
    std::unordered_set<ValueId, ValueIdHash> read, written;
    // Bodies of inner loops come last: a value is sure where the fewest loops run.
    std::deque<Visit> work;
    auto visit = [&](ValueId v, ValueId guard, bool asWritten, bool last) {
      if (isThere(v) || g.isConstant(v) || !(asWritten ? written : read).insert(v).second)
        return;
      if (last)
        work.push_back({v, guard, asWritten});
      else
        work.push_front({v, guard, asWritten});
    };
    ValueId all = item.symbol.valid() ? runs(item.lo, item.hi) : always;
    for (const Action &a : item.inner) {
      bool unconditional = g.isConstant(a.guard);
      if (!unconditional)
        visit(a.guard, all, false, false);
      if (!unconditional && sure)
        continue;
      for (ValueId i : a.indices)
        visit(i, all, false, false);
      visit(a.value, all, !g.type(a.value).scalar(), false);
    }
    while (!work.empty()) {
      auto [v, guard, asWritten] = work.front();
      work.pop_front();
      const Node n = g.node(v);
      if (n.op == Op::Input || n.op == Op::Zeros)
        continue;
      bool inside = (asWritten && n.op != Op::Matrix && n.op != Op::State) || g.isOpenTerm(v) ||
                    g.dependsOnAny(v, states) ||
                    (item.symbol.valid() && g.dependsOn(v, item.symbol));
      if (!inside) {
        if (needed.count(v))
          continue;
        // Arrays of states are made where their recurrence runs, or not at all.
        // Matrix algebra itself never fails, and a choice of it would need it again.
        bool safe = (n.op == Op::State && !n.type.scalar()) || n.op == Op::Matrix || !mayFail(v);
        if (safe || sure || !mayFailInside(v, item)) {
          ValueId condition = safe ? always : sure ? guard : all;
          ValueId here = g.select(condition, v, nothing(v));
          needed.insert(v);
          item.needs.push_back(here);
          if (here != v)
            item.aliases.push_back({v, here});
          continue;
        }
        // Left to the body, except for what it is made of.
      }
      bool lazy = n.op == Op::Select ||
                  (n.op == Op::Prim && (n.prim() == Prim::And || n.prim() == Prim::Or));
      ValueId bodyGuard = guard;
      bool bodySure = true;
      for (unsigned k = 0; 2 * k < n.rangeOperands(); ++k) {
        ValueId lo = g.operand(v, 2 * k), hi = g.operand(v, 2 * k + 1);
        bool fixed = !g.isOpenTerm(lo) && !g.isOpenTerm(hi) &&
                     !(item.symbol.valid() &&
                       (g.dependsOn(lo, item.symbol) || g.dependsOn(hi, item.symbol)));
        if (fixed)
          bodyGuard = g.logicalAnd(bodyGuard, runs(lo, hi));
        bodySure = bodySure && fixed;
      }
      for (unsigned k = 0; k < n.operandCount; ++k) {
        ValueId o = g.operand(v, k);
        bool start = n.op == Op::Recur && k >= 3 && k < n.binders + 2u;
        bool body = n.binders != 0 && k >= n.rangeOperands() && !start;
        bool ends = n.op == Op::Recur && k > 2 && !start && !g.isConstant(g.operand(v, 2));
        bool skipped = ends || (lazy && k >= 1) || (body && !bodySure) ||
                       (n.op == Op::Reduce && k == 3 && !g.isConstant(g.operand(v, 2)));
        if (sure && skipped)
          continue;
        visit(o, body ? bodyGuard : guard, asWritten && !g.type(o).scalar(), body);
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
                           (n.op == Op::Select || (b.module.strict && n.op == Op::Prim));
  }
  if (producers[p].nested) {
    LoopItem item;
    item.inner = {whole};
    findNeeds(item);
    producers[p].needs = std::move(item.needs);
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
  slot.scope = stamp;
  slot.info = static_cast<uint32_t>(infos.size());
  infos.push_back({});
  infos.back().node = v;
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
  std::vector<uint32_t> roots(infos.size()), work;
  for (uint32_t k = 0; k < roots.size(); ++k)
    roots[k] = k;
  std::sort(roots.begin(), roots.end(),
            [&](uint32_t a, uint32_t c) { return infos[a].node < infos[c].node; });
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
