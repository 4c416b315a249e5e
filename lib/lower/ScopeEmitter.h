//===- ScopeEmitter.h - the state of emitting one scope (private) ------------===//
#pragma once

#include "lower/Scope.h"

#include <set>
#include <tuple>
#include <unordered_set>

namespace gradus::lower {

/// The element sums of one loop body that go to neighbouring places,
/// buffer[i + c] += v_c for several c: each place is written once, and what
/// belongs to later places is carried from iteration to iteration.
struct Carry {
  loops::BufferId buffer;
  std::vector<ir::ValueId> outer;         ///< the indices before the last
  int64_t first = 0;                      ///< lowest offset c
  std::vector<loops::VariableId> pending; ///< for offsets first, first + 1, ...
  std::vector<ir::ValueId> locals;        ///< stand for their values in the body
  ir::ShapeId shape = 0;                  ///< of the buffer
  size_t store = 0;                       ///< the action that writes the place that is complete
  /// The buffer is not zero yet. Elements before and after those that the loop
  /// writes, if it runs.
  bool sets = false;
  int64_t before = 0, after = 0;
};

class Scope {
public:
  explicit Scope(FunctionBuilder &builder)
      : b(builder), g(builder.g), always(builder.g.boolean(true)), stamp(++builder.lastScope) {}
  void run(std::vector<Action> actions);

private:
  /// Values that are read, and the values of this scope where they are found: the
  /// same, wherever they are read at all.
  using Aliases = std::vector<std::pair<ir::ValueId, ir::ValueId>>;
  /// A loop that this scope runs: for an array action, or for a value.
  struct LoopItem {
    ir::ValueId lo, hi, symbol, guard;
    std::vector<Action> inner;      ///< what its body does
    std::vector<ir::ValueId> needs; ///< values of this scope that the body reads
    Aliases aliases;
    Aliases stored;    ///< states, and those that are stored for them
    int producer = -1; ///< the value it helps to compute
    int recurrence = -1; ///< the steps of one: an index into `recurrences`
    int level = 0;
    uint32_t judge = 0; ///< for mayFailInside()
  };
  /// A value made by loops: a reduction or a stored array.
  struct Producer {
    ir::ValueId node;
    std::vector<size_t> items, elements;
    std::vector<ir::ValueId> needs;
    Aliases aliases; ///< of one that is nested
    loops::VariableId accumulator, found;
    loops::BufferId buffer;
    bool fill = false;
    bool nested = false; ///< emitted by a scope of its own
    bool stored = true;  ///< no: all that read it run with the loop that makes it
    int recurrence = -1;
  };
  /// A recurrence that this scope runs. Scalar states are variables; an array's
  /// state is a row of a buffer: of two, or of one for each step when all states
  /// are kept.
  struct Recurrence {
    ir::ValueId node;
    ir::Opened opened;
    struct State {
      bool keepsAll = false;
      loops::VariableId variable;
      loops::BufferId rows, here, next; ///< here, next: the rows that a step reads and writes
      loops::ScalarId offset[2];        ///< of these
    };
    std::vector<State> states;
    bool stops = false;
    loops::VariableId stop, steps, parity;
    /// Loops of this range that read a state only before its step run with it.
    std::vector<size_t> joined;
  };
  /// A value that this scope computes.
  struct Info {
    ir::ValueId node;
    int level = 0;
    int producer = -1;
    int home = -1;     ///< a region; -2: several, see `homes`
    uint8_t sorted = 0; ///< 1: what it needs is being sorted; 2: done
  };
  struct Region {
    int parent = -1, depth = 0;
    ir::ValueId owner; ///< the select or the guard that it is a branch of
    int branch = 0;
    std::vector<uint32_t> nodes; ///< indices into `infos`, operands first
    std::vector<size_t> actions, items;
    std::vector<uint32_t> inherited; ///< of `infos`: made in a branch before this one
  };
  /// Strict modules: one part of a sum of arrays, in its place in the order.
  struct Step {
    bool loop;
    size_t index; ///< of an item or an action
    ir::ValueId guard;
  };

  // Scope.cpp: arrays into elements and loops.
  ir::ValueId symbolFor(ir::ValueId lo, ir::ValueId hi, ir::ValueId binder, unsigned index);
  void addLoop(ir::ValueId lo, ir::ValueId hi, ir::ValueId symbol, ir::ValueId guard,
               std::vector<Action> inner, int producer, int recurrence = -1);
  void addElement(Action a, int producer);
  void takeApart(Action a, int producer);
  bool placeMayFail(std::span<const ir::ValueId> indices, ir::Type array);
  void guardIndices(Action &a);
  void guardVariable(Action &a, int producer);
  void takeApartElementwise(Action a, int producer);
  void takeApartList(const Action &a, int producer);

  // ScopeNeeds.cpp: what has to be computed here.
  bool isThere(ir::ValueId v) const {
    return g.type(v).scalar() ? b.bound(v).valid() : b.hasArray(v);
  }
  Info *find(ir::ValueId v) {
    const auto &slot = b.slot(v);
    return slot.scope == stamp ? &infos[slot.info] : nullptr;
  }
  template <class F> void forEachNeed(const Info &info, F f);
  bool mayFail(ir::ValueId v) { return mayFail(v, stamp); }
  bool mayFail(ir::ValueId v, uint32_t judge);
  bool mayFailInside(ir::ValueId v, LoopItem &loop);
  static bool isStart(const ir::Node &n, unsigned operand) {
    return n.op == ir::Op::Recur && operand >= 3 && operand < n.binders + 2u;
  }
  ir::ValueId runs(ir::ValueId lo, ir::ValueId hi);
  bool asksFor(ir::ValueId guard, ir::ValueId condition) const;
  ir::ValueId nothing(ir::ValueId like);
  void findNeeds(LoopItem &item);
  int addProducer(ir::ValueId v);
  void addArrayProducer(int p);
  void addToPlan(ir::ValueId v);
  void gather();
  void sortNodes();

  // ScopeStart.cpp: recurrences that may fail before their first step.
  bool stops(const ir::Opened &recur) const;
  bool startsSurely(ir::ValueId states);
  bool stepsSurely(ir::ValueId states);
  ir::ValueId startedIf(ir::ValueId condition, ir::ValueId states, bool steps = false);
  ir::ValueId firstStep(const Recurrence &r, ir::ValueId states);
  ir::ValueId storedStates(ir::ValueId states, ir::ValueId condition, LoopItem &loop);
  void readStored(LoopItem &loop);

  // ScopeSure.cpp: what is computed in any case.
  bool takesAll(ir::ValueId v) const;
  /// Whether v may be computed without its operand k.
  bool skips(const ir::Node &n, ir::ValueId v, unsigned k) const;
  ir::ValueId both(ir::ValueId a, ir::ValueId c);
  ir::ValueId overRanges(ir::ValueId v);
  void forEachPart(ir::ValueId v, ir::ValueId guard, bool sure,
                   const std::function<void(ir::ValueId, ir::ValueId)> &visit);
  bool isWhole(ir::ValueId v) const;
  ir::ValueId placeOf(ir::ValueId v);
  bool failsAlone(ir::ValueId v);
  void findSure();
  bool failsOnlyAsSure(ir::ValueId v);

  // ScopeMerge.cpp: recurrences that are parts of others.
  void mergeRecurrences(std::vector<Action> &given);

  // ScopeRecurrence.cpp: loops with state.
  void addRecurrence(int producer);
  bool isState(ir::ValueId v, const Recurrence &r, ir::StatePart part) const;
  bool readsBeforeStep(const LoopItem &item, const Recurrence &r, ir::ValueId all);
  std::vector<std::pair<ir::ValueId, int>> joinable(LoopItem &item, int home);
  void join(size_t item, const std::vector<std::pair<ir::ValueId, int>> &candidates, int level);
  void keepStates(const std::unordered_set<ir::ValueId, ir::ValueIdHash> &elsewhere);
  std::vector<Action> stepActions(const Recurrence &r);
  std::vector<Action> withStates(std::vector<Action> actions, const Recurrence &r);
  void beginRecurrence(Recurrence &r);
  void beginStep(Recurrence &r);
  void endStep(Recurrence &r);
  void endRecurrence(Recurrence &r);
  loops::ScalarId rowOffset(const Recurrence::State &state, loops::ScalarId row);
  loops::BufferId rowView(const Recurrence &r, size_t k, loops::ScalarId offset);

  // ScopeJoin.cpp: loops that read what a loop makes.
  bool readsOnlyAt(const LoopItem &item, ir::ValueId array, ir::ValueId index);
  ir::ValueId elementMade(const Producer &p);
  bool joinsMaker(LoopItem &item, ir::ValueId v, int home);
  std::unordered_set<ir::ValueId, ir::ValueIdHash> readElsewhere();
  void joinMakers(const std::unordered_set<ir::ValueId, ir::ValueIdHash> &elsewhere);

  // ScopePlan.cpp: where and when.
  int childRegion(int parent, ir::ValueId owner, int branch);
  int meet(int a, int b) const;
  bool isBelow(int region, int ancestor) const;
  bool shortCircuits(ir::ValueId v) const;
  void use(ir::ValueId v, int region);
  void orderParts();
  int regionForGuard(ir::ValueId guard);
  ir::ValueId conditionOf(const Region &r);
  bool runsAfter(int region, int before);
  std::vector<int> inherit(uint32_t planned);
  void assignHomes();
  void assignLevels();

  // ScopeEmit.cpp: statements.
  void emitRegion(int region);
  void emitGuarded(ir::ValueId guard, int region, const std::function<void()> &then = {});
  void emitValue(int region, const Info &info);
  bool flat(int region, unsigned &cost);
  void emitLazy(int region, ir::ValueId v);
  void addFacts(ir::ValueId condition, bool holds);
  void emitLoop(const std::vector<size_t> &group);
  Aliases sharedAliases(const std::vector<size_t> &group) const;
  std::vector<Action> withAliases(std::vector<Action> given, const LoopItem &item,
                                  const Aliases &shared);
  void bindAliases(const Aliases &aliases, ir::ValueId known);
  void beginProducer(const Producer &p);
  void endProducer(const Producer &p);
  void emitAction(const Action &a);
  void emitFill(loops::BufferId buffer);
  // ScopeFill.cpp: zeros that need not be written.
  bool coversOnce(ir::ValueId symbol, ir::ValueId lo, ir::ValueId hi, const Action &a);
  bool takesOver(Carry &carry, ir::ValueId lo, ir::ValueId hi);
  void replaceFills(const LoopItem &loop, std::vector<Action> &inner, std::vector<Carry> &carries);
  void fillBefore(const Action &a);
  void emitCarried(const Carry &carry, loops::ScalarId hi);

  FunctionBuilder &b;
  ir::Graph &g;
  ir::ValueId always;
  std::vector<Action> actions;
  std::vector<int> actionProducer;
  std::vector<LoopItem> items;
  std::vector<Producer> producers;
  std::vector<Recurrence> recurrences;
  std::set<std::pair<size_t, ir::ValueId>> joined; ///< loops and the states or arrays that they read in place
  std::vector<loops::BufferId> fills; ///< of actions
  std::unordered_set<uint32_t> unfilled; ///< buffers that have to be zero before they are added to
  std::vector<Region> regions;
  std::vector<std::pair<ir::ValueId, int>> guards;
  std::vector<std::pair<bool, size_t>> partOrder; ///< own items (true) and actions
  std::vector<Step> steps;
  std::map<std::pair<bool, size_t>, int> stepRegion;
  uint32_t stamp;             ///< of slots that are ours
  std::vector<Info> infos;    ///< in the order of discovery
  bool lazy = false;          ///< one of them does not ask for all of its operands
  /// What a scope around this one knew of the same nodes.
  struct Covered {
    ir::ValueId node;
    uint32_t scope, info;
  };
  std::vector<Covered> covered;
  std::vector<uint32_t> plan; ///< indices into `infos`, operands first
  /// What may fail is computed only where it is needed, if need be in several
  /// regions.
  std::unordered_map<ir::ValueId, std::vector<int>, ir::ValueIdHash> homes;
  std::map<std::pair<ir::ValueId, ir::ValueId>, ir::ValueId> symbols;
  /// Values that are computed in any case, and under which guards; found when first asked.
  std::vector<ir::ValueId> sureRoots;
  std::map<std::pair<ir::ValueId, ir::ValueId>, std::vector<ir::ValueId>> ranges; ///< see overRanges()
  std::unordered_map<ir::ValueId, std::vector<ir::ValueId>, ir::ValueIdHash> sureUnder;
  std::unordered_map<ir::ValueId, bool, ir::ValueIdHash> onlyAsSure;
  std::unordered_set<ir::ValueId, ir::ValueIdHash> surelyMade; ///< in any case, by this scope
  std::map<std::tuple<ir::ValueId, int, int>, int> regionOf;
};

/// Calls f, which adds no loops or actions, for each value that has to be there first.
template <class F> void Scope::forEachNeed(const Info &info, F f) {
  if (info.producer < 0) {
    // f may add nodes to the graph, so no span of the operands is kept.
    const unsigned count = g.node(info.node).operandCount;
    for (unsigned k = 0; k < count; ++k)
      if (ir::ValueId o = g.operand(info.node, k);
          g.type(o).scalar() || g.node(o).op != ir::Op::Input)
        f(o);
    return;
  }
  const Producer &p = producers[info.producer];
  for (ir::ValueId v : p.needs)
    f(v);
  for (size_t k : p.items) {
    const LoopItem &item = items[k];
    f(item.lo);
    f(item.hi);
    for (ir::ValueId v : item.needs)
      f(v);
  }
  for (size_t k : p.elements) {
    const Action &a = actions[k];
    f(a.value);
    for (ir::ValueId i : a.indices)
      f(i);
  }
}

/// Rewrites what can be carried, and returns what has to be done before and after
/// the loop.
std::vector<Carry> carryNeighbours(FunctionBuilder &builder, ir::ValueId symbol,
                                   std::vector<Action> &inner);

/// Whether the first conjunction has all parts of the second.
bool implies(const ir::Graph &graph, ir::ValueId guard, ir::ValueId weaker);

} // namespace gradus::lower
