//===- ScopeSure.cpp - what a scope computes in any case ----------------------===//
//
// A value that may fail is computed only where it is needed. But what the scope
// computes in any case may fail without harm: the scope fails with it anyway. So a
// large array that is needed under a condition, the adjoint of an intermediate array
// say, is still computed once, before the loop that reads it, and its loops run
// together with those of the value. What is known of a value is under which guards
// (ranges that are not empty) it is certainly computed.
//
//===--------------------------------------------------------------------===//

#include "lower/Kernel.h"
#include "lower/ScopeEmitter.h"

#include <algorithm>
#include <deque>

namespace gradus::lower {

using namespace ir;

namespace {

std::vector<ValueId> partsOf(const Graph &g, ValueId conjunction) {
  std::vector<ValueId> found, work{conjunction};
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    const Node &n = g.node(v);
    if (n.op == Op::Prim && n.prim() == Prim::And) {
      work.push_back(g.operand(v, 0));
      work.push_back(g.operand(v, 1));
    } else if (!g.isConstant(v) || !g.boolValue(v)) {
      found.push_back(v);
    }
  }
  return found;
}

} // namespace

bool implies(const Graph &g, ValueId guard, ValueId weaker) {
  std::vector<ValueId> have = partsOf(g, guard);
  for (ValueId v : partsOf(g, weaker))
    if (std::find(have.begin(), have.end(), v) == have.end())
      return false;
  return true;
}

/// Whether a loop has no condition that leaves runs out.
bool Scope::takesAll(ValueId v) const {
  const Node &n = g.node(v);
  return (n.op != Op::Reduce && n.op != Op::Recur) || g.isConstant(g.operand(v, 2)) ||
         (n.op == Op::Reduce && mayBeEmpty(g, v));
}

bool Scope::skips(const Node &n, ValueId v, unsigned k) const {
  bool lazy = n.op == Op::Select ||
              (n.op == Op::Prim && (n.prim() == Prim::And || n.prim() == Prim::Or));
  bool start = isStart(n, k);
  bool ends = n.op == Op::Recur && k > 2 && !start && !g.isConstant(g.operand(v, 2));
  // A place to add to is not looked at where zero is added, or nothing is: see guardIndices.
  bool place = n.op == Op::Put && k >= 1;
  return ends || place || (lazy && k >= 1) ||
         (n.op == Op::Reduce && k == 3 && !takesAll(v));
}

/// a and c, with each part once and in one order: equal guards are one node.
ValueId Scope::both(ValueId a, ValueId c) {
  std::vector<ValueId> parts = partsOf(g, a);
  for (ValueId v : partsOf(g, c))
    parts.push_back(v);
  std::sort(parts.begin(), parts.end());
  parts.erase(std::unique(parts.begin(), parts.end()), parts.end());
  ValueId all = always;
  for (ValueId v : parts)
    all = g.logicalAnd(all, v);
  return all;
}

/// v with its free indices replaced by others that stand for their ranges: what two
/// loops over the same ranges read becomes the same.
ValueId Scope::overRanges(ValueId v) {
  Substitution map;
  std::map<std::pair<ValueId, ValueId>, size_t> used;
  for (int32_t free : g.freeIndices(v)) {
    ValueId s = g.symbolNode(free);
    if (!s.valid() || std::find(b.openSymbols.begin(), b.openSymbols.end(), s) != b.openSymbols.end())
      continue;
    const Symbol symbol = g.symbol(s);
    if (!symbol.lo.valid())
      continue; // a state of a recurrence
    std::pair range(symbol.lo, symbol.hi);
    std::vector<ValueId> &standing = ranges[range];
    size_t k = used[range]++;
    if (k >= standing.size())
      standing.push_back(g.newSymbol(symbol.lo, symbol.hi, symbol.name));
    map[s] = standing[k];
  }
  return map.empty() ? v : g.substitute(v, map);
}

/// Calls visit for what v is made of, with the guard under which it is computed.
void Scope::forEachPart(ValueId v, ValueId guard, bool sure,
                        const std::function<void(ValueId, ValueId)> &visit) {
  const Node n = g.node(v);
  if (n.binders == 0) {
    for (unsigned k = 0; k < n.operandCount; ++k)
      if (!sure || !skips(n, v, k))
        visit(g.operand(v, k), guard);
    return;
  }
  Opened o = g.open(v);
  bool fixed = true;
  ValueId inside = guard;
  for (const Axis &range : o.ranges)
    for (ValueId end : {range.lo, range.hi})
      for (int32_t free : g.freeIndices(end))
        fixed = fixed && std::find(b.openSymbols.begin(), b.openSymbols.end(),
                                   g.symbolNode(free)) != b.openSymbols.end();
  for (const Axis &range : o.ranges) {
    visit(range.lo, guard);
    visit(range.hi, guard);
    if (fixed)
      inside = both(inside, runs(range.lo, range.hi));
  }
  for (ValueId p : o.starts)
    visit(p, guard);
  if (sure && fixed && !takesAll(v) && n.op == Op::Reduce)
    visit(o.condition, inside);
  if (sure && (!fixed || !takesAll(v)))
    return;
  for (ValueId p : o.nexts)
    visit(p, inside);
  for (ValueId p : {o.condition, o.body})
    if (p.valid())
      visit(p, inside);
}

/// Whether v is made as a whole.
bool Scope::isWhole(ValueId v) const {
  return !g.type(v).scalar() || g.node(v).op == Op::Recur;
}

/// Whether v is made as a whole, or fails by itself.
bool Scope::failsAlone(ValueId v) { return mayFail(v) && (isWhole(v) || canFail(b, v)); }

/// Stands for a place in arrays of one shape: to put something there fails where to read
/// there fails.
ValueId Scope::placeOf(ValueId v) {
  const auto operands = g.operands(v);
  const std::vector<ValueId> indices(operands.begin() + 1, operands.end());
  const bool put = g.node(v).op == Op::Put;
  return g.put(g.type(put ? v : operands[0]).shape, indices, g.real(1.0));
}

void Scope::findSure() {
  std::deque<std::pair<ValueId, ValueId>> work; // fewest loops first
  for (ValueId v : sureRoots)
    work.emplace_back(v, always);
  sureRoots.clear();
  constexpr size_t mostGuards = 4, most = 20000;
  std::unordered_map<ValueId, std::vector<ValueId>, ValueIdHash> seen;
  while (!work.empty() && seen.size() < most) {
    auto [v, guard] = work.front();
    work.pop_front();
    std::vector<ValueId> &before = seen[v];
    if (isThere(v) || g.isConstant(v) || before.size() >= mostGuards ||
        std::find(before.begin(), before.end(), guard) != before.end())
      continue;
    before.push_back(guard);
    if (guard == always)
      surelyMade.insert(v);
    if (failsAlone(v))
      sureUnder[overRanges(v)].push_back(guard);
    if (g.node(v).op == Op::At && canFail(b, v))
      sureUnder[overRanges(placeOf(v))].push_back(guard);
    forEachPart(v, guard, true, [&](ValueId p, ValueId under) { work.emplace_back(p, under); });
  }
}

/// Whether computing v cannot fail but where the scope fails anyway. Of what has no
/// loops only whether the scope makes it in any case is looked at.
bool Scope::failsOnlyAsSure(ValueId root) {
  findSure();
  if (surelyMade.count(root))
    return true;
  if (g.type(root).scalar() && g.node(root).binders == 0)
    return false;
  if (auto it = onlyAsSure.find(root); it != onlyAsSure.end())
    return it->second;
  constexpr size_t most = 20000;
  std::vector<std::pair<ValueId, ValueId>> work{{root, always}};
  std::set<std::pair<ValueId, ValueId>> seen;
  bool fine = true;
  while (fine && !work.empty()) {
    auto [v, guard] = work.back();
    work.pop_back();
    if (!mayFail(v) || !seen.insert({v, guard}).second)
      continue;
    if (failsAlone(v)) {
      auto isSure = [&, under = guard](ValueId part) {
        auto it = sureUnder.find(overRanges(part));
        return it != sureUnder.end() &&
               std::any_of(it->second.begin(), it->second.end(),
                           [&](ValueId weaker) { return implies(g, under, weaker); });
      };
      const bool known = isSure(v);
      if (known && isWhole(v))
        continue;
      fine = known || !canFail(b, v) || (g.node(v).op == Op::Put && isSure(placeOf(v)));
    }
    fine = fine && seen.size() < most;
    forEachPart(v, guard, false, [&](ValueId p, ValueId under) { work.emplace_back(p, under); });
  }
  return onlyAsSure[root] = fine;
}

} // namespace gradus::lower
