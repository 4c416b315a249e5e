//===- ScopePlan.cpp - where and when values are computed ------------------------===//

#include "lower/ScopeEmitter.h"

#include <algorithm>
#include <cassert>

namespace gradus::lower {

using namespace ir;

//--- regions --------------------------------------------------------------------------

/// Branches in branches end somewhere: what is deeper is computed early.
int Scope::childRegion(int parent, ValueId owner, int branch) {
  constexpr int deepest = 200;
  if (regions[parent].depth >= deepest)
    return parent;
  auto [it, fresh] = regionOf.try_emplace({owner, branch, parent});
  if (fresh) {
    it->second = static_cast<int>(regions.size());
    regions.push_back({parent, regions[parent].depth + 1, owner, branch, {}, {}, {}});
  }
  return it->second;
}

bool Scope::isBelow(int region, int ancestor) const {
  while (regions[region].depth > regions[ancestor].depth)
    region = regions[region].parent;
  return region == ancestor;
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

/// A value that cannot fail lives in the innermost region around all its uses;
/// one that can, in every region that needs it, where both branches of a select
/// are the region around them. Beyond a few regions it is computed early after
/// all.
void Scope::use(ValueId v, int region) {
  // (What is one operation is short code in each.)
  const size_t mostHomes = g.type(v).scalar() && g.node(v).binders == 0 ? 128 : 32;
  Info *info = find(v);
  if (!info || info->home == region)
    return;
  if (info->home == -1) {
    info->home = region;
    return;
  }
  std::vector<int> several = info->home == -2 ? homes.at(v) : std::vector{info->home};
  auto settle = [&] {
    info->home = several.size() == 1 ? several[0] : -2;
    if (several.size() > 1)
      homes[v] = std::move(several);
  };
  if (several.size() >= mostHomes || !mayFail(v) || failsOnlyAsSure(v)) {
    for (int h : several)
      region = meet(h, region);
    several = {region};
    settle();
    return;
  }
  for (;;) {
    if (std::any_of(several.begin(), several.end(), [&](int h) { return isBelow(region, h); }))
      return settle();
    std::erase_if(several, [&](int h) { return isBelow(h, region); });
    const Region &r = regions[region];
    auto other = std::find_if(several.begin(), several.end(), [&](int h) {
      const Region &s = regions[h];
      return s.parent == r.parent && s.owner == r.owner && s.branch + r.branch == 3 &&
             g.node(r.owner).op == Op::Select;
    });
    if (r.parent < 0 || other == several.end())
      break;
    several.erase(other);
    region = r.parent;
  }
  several.push_back(region);
  settle();
}

/// The branch of the actions and loops with this guard.
int Scope::regionForGuard(ValueId guard) {
  if (g.isConstant(guard))
    return 0;
  use(guard, 0);
  size_t before = regions.size();
  int r = childRegion(0, guard, 0); // 1 and 2 are the guard's own branches
  if (regions.size() != before)
    guards.push_back({guard, r});
  return r;
}

/// In strict modules the parts of a sum of arrays are added in the order in
/// which they are written: buffers with several parts get steps.
void Scope::orderParts() {
  auto actionOf = [&](bool loop, size_t index) -> const Action & {
    return loop ? items[index].inner[0] : actions[index];
  };
  std::map<uint32_t, unsigned> parts; // by buffer
  for (auto [loop, index] : partOrder)
    if (const Action &a = actionOf(loop, index); a.kind != Action::Kind::Variable)
      ++parts[a.buffer.index];
  for (auto [loop, index] : partOrder)
    if (const Action &a = actionOf(loop, index);
        a.kind != Action::Kind::Variable && parts[a.buffer.index] > 1)
      steps.push_back({loop, index, loop ? items[index].guard : a.guard});
}

/// What must hold for the region to run, in that around it.
ValueId Scope::conditionOf(const Region &r) {
  if (r.branch != 1 && r.branch != 2)
    return r.owner; // a guard
  const ValueId c = g.operand(r.owner, 0);
  return r.branch == 1 ? c : g.logicalNot(c);
}

/// Whether a region that runs has had the other run before it: branches of values are
/// emitted before those of guards, and these one after the other.
bool Scope::runsAfter(int region, int before) {
  const Region &r = regions[region], &s = regions[before];
  auto isGuard = [](const Region &x) { return x.branch != 1 && x.branch != 2; };
  if (region == before || r.parent != 0 || s.parent != 0 || !isGuard(r) ||
      (isGuard(s) && (s.branch != 0 || (r.branch == 0 && before > region))))
    return false;
  return implies(g, conditionOf(r), conditionOf(s));
}

/// The regions of several that make a value: not those that run only after another where
/// the value is stored, states or an array.
std::vector<int> Scope::inherit(uint32_t planned) {
  const Info info = infos[planned];
  const std::vector<int> several = homes.at(info.node);
  const bool recurs = g.node(info.node).op == Op::Recur;
  if (info.producer < 0 || (!recurs && g.type(info.node).scalar()))
    return several;
  std::vector<ValueId> ends;
  if (recurs)
    ends = {g.operand(info.node, 0), g.operand(info.node, 1)};
  if (std::any_of(ends.begin(), ends.end(), [&](ValueId end) { return mayFail(end); }))
    return several;
  std::vector<int> makers, others;
  for (int r : several)
    (std::any_of(several.begin(), several.end(), [&](int s) { return runsAfter(r, s); }) ? others
                                                                                        : makers)
        .push_back(r);
  // (An array has one buffer. The states are where they were made last.)
  if (recurs && makers.size() > 1)
    return several;
  for (int r : others)
    regions[r].inherited.push_back(planned);
  for (ValueId end : ends)
    use(end, 0);
  if (makers.size() == 1) {
    infos[planned].home = makers[0];
    homes.erase(info.node);
  } else {
    homes[info.node] = makers;
  }
  return makers;
}

void Scope::assignHomes() {
  int number = 3; // of branches that belong to one step only
  for (const Step &s : steps) {
    int r = 0;
    if (!g.isConstant(s.guard)) {
      use(s.guard, 0);
      r = childRegion(0, s.guard, number++);
    }
    stepRegion[{s.loop, s.index}] = r;
  }
  /// The region of a part; it is emitted there unless it is a step.
  auto place = [&](bool loop, size_t index, ValueId guard) {
    if (auto it = stepRegion.find({loop, index}); it != stepRegion.end())
      return it->second;
    int r = regionForGuard(guard);
    (loop ? regions[r].items : regions[r].actions).push_back(index);
    return r;
  };
  for (size_t k = 0; k < actions.size(); ++k) {
    if (actionProducer[k] >= 0)
      continue;
    int r = place(false, k, actions[k].guard);
    use(actions[k].value, r);
    for (ValueId i : actions[k].indices)
      use(i, r);
  }
  for (size_t k = 0; k < items.size(); ++k) {
    if (items[k].producer >= 0)
      continue;
    int r = place(true, k, items[k].guard);
    for (ValueId v : {items[k].lo, items[k].hi})
      use(v, r);
    for (ValueId v : items[k].needs)
      use(v, r);
  }
  if (!lazy && regions.size() == 1) {
    for (uint32_t k : plan)
      infos[k].home = 0;
    regions[0].nodes = plan;
    return;
  }
  for (size_t k = plan.size(); k-- > 0;) {
    const Info info = infos[plan[k]];
    ValueId v = info.node;
    const Node n = g.node(v);
    auto placeIn = [&](int r) {
      assert(r >= 0 && "users come before what they use");
      regions[r].nodes.push_back(plan[k]);
      if (info.producer < 0 && n.op == Op::Select) {
        use(g.operand(v, 0), r);
        use(g.operand(v, 1), childRegion(r, v, 1));
        use(g.operand(v, 2), childRegion(r, v, 2));
      } else if (shortCircuits(v)) {
        use(g.operand(v, 0), r);
        use(g.operand(v, 1), childRegion(r, v, n.prim() == Prim::And ? 1 : 2));
      } else {
        forEachNeed(info, [&](ValueId o) { use(o, r); });
      }
    };
    if (info.home != -2)
      placeIn(info.home);
    else
      for (int r : inherit(plan[k]))
        placeIn(r);
  }
  for (Region &r : regions)
    std::reverse(r.nodes.begin(), r.nodes.end());
}

//--- levels ---------------------------------------------------------------------------

/// One more than that of the loops a value waits for.
void Scope::assignLevels() {
  auto after = [&](ValueId v) {
    const Info *info = find(v);
    return info ? info->level + (info->producer >= 0) : 0;
  };
  if (producers.empty())
    return; // nothing waits for a loop
  // Loops that could run with a recurrence wait for what else they need; with the
  // recurrence, if that is there in time.
  using Candidates = std::vector<std::pair<ValueId, int>>;
  auto among = [](const Candidates &candidates, ValueId v) {
    return std::any_of(candidates.begin(), candidates.end(),
                       [&](const auto &c) { return c.first == v; });
  };
  auto latest = [](const Candidates &candidates) {
    int level = -1;
    for (auto [v, at] : candidates)
      level = std::max(level, at);
    return level;
  };
  for (uint32_t k : plan) {
    int l = 0;
    const Info info = infos[k];
    Candidates candidates;
    if (info.producer >= 0 && info.home >= 0)
      for (size_t i : producers[info.producer].items) {
        Candidates own = joinable(items[i], info.home);
        candidates.insert(candidates.end(), own.begin(), own.end());
      }
    forEachNeed(info, [&](ValueId o) {
      if (!among(candidates, o))
        l = std::max(l, after(o));
    });
    if (int level = latest(candidates); level >= 0 && l <= level) {
      l = level;
      for (size_t i : producers[info.producer].items)
        join(i, joinable(items[i], info.home), level);
    } else if (!candidates.empty()) {
      forEachNeed(info, [&](ValueId o) { l = std::max(l, after(o)); });
    }
    infos[k].level = l;
  }
  for (size_t i = 0; i < items.size(); ++i) {
    LoopItem &item = items[i];
    if (item.producer >= 0) {
      item.level = find(producers[item.producer].node)->level;
      continue;
    }
    Candidates candidates;
    if (!stepRegion.count({true, i}))
      candidates = joinable(item, regionForGuard(item.guard));
    int l = std::max(after(item.lo), after(item.hi));
    for (ValueId v : item.needs)
      if (!among(candidates, v))
        l = std::max(l, after(v));
    if (int level = latest(candidates); level >= 0 && l <= level) {
      l = level;
      join(i, candidates, level);
    } else {
      for (ValueId v : item.needs)
        l = std::max(l, after(v));
    }
    item.level = l;
  }
  if (recurrences.empty() && joined.empty())
    return; // nothing runs with what makes it
  const auto elsewhere = readElsewhere();
  keepStates(elsewhere);
  joinMakers(elsewhere);
}

} // namespace gradus::lower
