//===- ScopeRecurrence.cpp - loops with state ------------------------------------===//
//
// A recurrence is a producer whose loop also runs what reads its states only
// before their step, `S[k-1]` under an index k over the same range: the sums of
// a reverse recurrence, the recurrence of tangents. These read the state where
// it is; when nobody else wants all states, they are not stored.
//
//===--------------------------------------------------------------------===//

#include "ir/Rewrite.h"
#include "lower/ScopeEmitter.h"

#include <algorithm>
#include <cassert>

namespace gradus::lower {

using namespace ir;
using loops::BufferId;
using loops::Combine;
using loops::ScalarId;

namespace {

ScalarId integer(FunctionBuilder &b, int64_t value) {
  return b.let(loops::Kind::Int, loops::ConstInt{value});
}
ScalarId arithmetic(FunctionBuilder &b, Prim p, ScalarId x, ScalarId y) {
  return b.let(loops::Kind::Int, loops::PrimOp{p, {x, y}});
}

} // namespace

//--- what has to be computed first ------------------------------------------------

void Scope::addRecurrence(int p) {
  const ValueId v = producers[p].node;
  Recurrence r;
  r.node = v;
  const Opened own = g.open(v);
  r.stops = stops(own);
  ValueId lo = own.ranges[0].lo, hi = own.ranges[0].hi;
  // A loop that may end early runs nothing else.
  std::vector<ValueId> symbols = own.symbols;
  symbols[0] = r.stops ? g.newSymbol(lo, hi, g.indexName(v)) : symbolFor(lo, hi, v, 0);
  // In a step of the same recurrence, made once more for itself, the states of that step
  // are not its own.
  for (size_t k = 1; k < symbols.size(); ++k)
    if (isThere(symbols[k]))
      symbols[k] = g.newState(g.type(symbols[k]), g.symbol(symbols[k]).name);
  r.opened = g.openWith(v, symbols);
  const auto index = static_cast<int>(recurrences.size());
  producers[p].recurrence = index;

  LoopItem starts;
  std::vector<Action> steps;
  auto act = [&](ValueId value) {
    return Action{g.type(value).scalar() ? Action::Kind::Variable : Action::Kind::Array,
                  value, always, Combine::Set, {}, {}, {}, 0};
  };
  for (size_t k = 0; k < r.opened.starts.size(); ++k) {
    Recurrence::State state;
    ValueId start = r.opened.starts[k];
    if (g.type(start).scalar())
      state.variable = b.variable(b.kindOf(start), g.symbol(symbols[k + 1]).name);
    r.states.push_back(state);
    starts.inner.push_back(act(start));
    steps.push_back(act(r.opened.nexts[k]));
  }
  if (r.stops)
    steps.push_back(act(r.opened.condition));
  recurrences.push_back(std::move(r));
  findNeeds(starts);
  readStored(starts);
  for (size_t k = 0; k < starts.inner.size(); ++k)
    recurrences.back().opened.starts[k] = starts.inner[k].value;
  producers[p].needs = std::move(starts.needs);
  addLoop(lo, hi, symbols[0], always, std::move(steps), p, index);
}

bool Scope::isState(ValueId v, const Recurrence &r, StatePart part) const {
  const Node &n = g.node(v);
  return n.op == Op::State && n.statePart() == part && g.operand(v, 0) == r.node;
}

/// Whether the loop reads `all` states of r at nothing but `step - 1`, and its
/// own states do not start with them.
bool Scope::readsBeforeStep(const LoopItem &item, const Recurrence &r, ValueId all) {
  if (r.stops || item.symbol != r.opened.symbols[0] || !isState(all, r, StatePart::All))
    return false;
  return readsOnlyAt(item, all, g.sub(item.symbol, g.integer(1)));
}

/// Loops that wait for all states of a recurrence only to read them in its loop, or
/// for an array only to read what the loop that makes it has just made, need not
/// wait. Called with the levels of everything before `item` known: returns what it
/// could run with, by the value that it reads.
std::vector<std::pair<ValueId, int>> Scope::joinable(LoopItem &item, int home) {
  std::vector<std::pair<ValueId, int>> found;
  for (ValueId v : item.needs) {
    if (g.node(v).op != Op::State) {
      if (joinsMaker(item, v, home))
        found.push_back({v, find(v)->level});
      continue;
    }
    const Info *of = find(g.operand(v, 0));
    if (!of || of->producer < 0 || of->home != home)
      continue;
    int r = producers[of->producer].recurrence;
    if (r >= 0 && readsBeforeStep(item, recurrences[r], v))
      found.push_back({v, of->level});
  }
  return found;
}

void Scope::join(size_t index, const std::vector<std::pair<ValueId, int>> &candidates, int level) {
  for (auto [v, at] : candidates)
    if (at == level) {
      joined.insert({index, v});
      if (g.node(v).op != Op::State)
        continue;
      const Info *of = find(g.operand(v, 0));
      recurrences[producers[of->producer].recurrence].joined.push_back(index);
    }
}

/// Which arrays of all states have to be stored: those that someone reads other
/// than in the loop.
void Scope::keepStates(const std::unordered_set<ValueId, ValueIdHash> &elsewhere) {
  for (Recurrence &r : recurrences)
    for (size_t k = 0; k < r.states.size(); ++k)
      r.states[k].keepsAll = elsewhere.count(g.allStates(r.node, static_cast<unsigned>(k))) != 0;
}

//--- statements -------------------------------------------------------------------

/// Where a row begins, in elements.
ScalarId Scope::rowOffset(const Recurrence::State &state, ScalarId row) {
  ScalarId offset = row;
  const std::vector<loops::BufferAxis> axes = b.f.buffers[state.rows.index].axes;
  for (size_t d = 1; d < axes.size(); ++d)
    offset = arithmetic(b, Prim::Mul, offset, axes[d].extent);
  return offset;
}

BufferId Scope::rowView(const Recurrence &r, size_t k, ScalarId offset) {
  const loops::Buffer rows = b.f.buffers[r.states[k].rows.index];
  loops::Buffer view;
  view.name = rows.name;
  view.kind = rows.kind;
  view.role = loops::BufferRole::View;
  view.axes.assign(rows.axes.begin() + 1, rows.axes.end());
  view.base = r.states[k].rows;
  view.offset = offset;
  b.f.buffers.push_back(std::move(view));
  return {static_cast<uint32_t>(b.f.buffers.size() - 1)};
}

/// What one step sets: variables, and the next rows.
std::vector<Action> Scope::stepActions(const Recurrence &r) {
  std::vector<Action> steps;
  for (size_t k = 0; k < r.states.size(); ++k) {
    const Recurrence::State &state = r.states[k];
    ValueId next = r.opened.nexts[k];
    if (!g.type(next).scalar()) {
      steps.push_back({Action::Kind::Array, next, always, Combine::Set, {}, state.next, {}, 0});
      continue;
    }
    steps.push_back(
        {Action::Kind::Variable, next, always, Combine::Set, state.variable, {}, {}, 0});
    if (state.keepsAll)
      steps.push_back({Action::Kind::Element, next, always, Combine::Set, {}, state.next, {}, 0});
  }
  return steps;
}

/// Reads of r's states before the step become reads of the state.
std::vector<Action> Scope::withStates(std::vector<Action> given, const Recurrence &r) {
  const ValueId before = g.sub(r.opened.symbols[0], g.integer(1));
  auto isRead = [&](ValueId v) {
    return g.node(v).op == Op::At && isState(g.operand(v, 0), r, StatePart::All) &&
           g.operand(v, 1) == before;
  };
  // An array of all elements of a state is the state. (Otherwise what is computed from
  // it here and in the step would be computed twice.)
  auto whole = [&](ValueId v, size_t leading) -> ValueId {
    if (g.node(v).op != Op::Build || g.isOpenTerm(v))
      return {};
    const Opened o = g.open(v);
    if (g.node(o.body).op != Op::At)
      return {};
    auto ops = g.operands(o.body);
    bool inOrder = std::equal(ops.begin() + static_cast<long>(leading), ops.end(),
                              o.symbols.begin(), o.symbols.end());
    return inOrder ? o.body : ValueId{};
  };
  RewriteRule rule;
  rule.applies = [&](ValueId v) {
    if (isRead(v))
      return true;
    ValueId element = whole(v, 2);
    return element.valid() && isRead(element);
  };
  rule.replace = [&](ValueId v) {
    if (isRead(v)) {
      std::vector<ValueId> ops(g.operands(v).begin(), g.operands(v).end());
      ValueId state = r.opened.symbols[static_cast<size_t>(g.node(ops[0]).payload) + 1];
      return ops.size() == 2 ? state : g.at(state, std::span(ops).subspan(2));
    }
    if (ValueId element = whole(v, 1); element.valid())
      if (ValueId state = g.operand(element, 0); g.type(state) == g.type(v))
        return state;
    return v;
  };
  const std::vector<ValueId *> reads = readsOf(given);
  std::vector<ValueId> values;
  for (const ValueId *v : reads)
    values.push_back(*v);
  values = rewrite(g, values, rule);
  for (size_t k = 0; k < reads.size(); ++k)
    *reads[k] = values[k];
  return given;
}

/// Makes room, and sets the states to what they start with.
void Scope::beginRecurrence(Recurrence &r) {
  const Axis range = r.opened.ranges[0];
  const ValueId one = g.integer(1);
  bool alternates = false;
  for (size_t k = 0; k < r.states.size(); ++k) {
    Recurrence::State &state = r.states[k];
    ValueId start = r.opened.starts[k];
    const Type type = g.type(start);
    const std::string name = g.symbol(r.opened.symbols[k + 1]).name;
    if (state.keepsAll) {
      ValueId count = upperBound(g, g.add(g.sub(range.hi, range.lo), g.integer(2)));
      assert(count.valid() && "semantics bounds the number of steps");
      state.rows = b.rows(g.prim(Prim::Max, {count, one}), type, name.empty() ? "states" : name);
    } else if (!type.scalar()) {
      state.rows = b.rows(g.integer(2), type, name.empty() ? "state" : name);
      alternates = true;
    }
    BufferId first;
    if (state.rows.valid())
      first = rowView(r, k, integer(b, 0));
    if (!type.scalar()) {
      emitScope(b, {{Action::Kind::Array, start, always, Combine::Set, {}, first, {}, 0}});
      continue;
    }
    ScalarId value = b.bound(start);
    if (!value.valid()) { // a constant
      emitScalar(b, start);
      value = b.bound(start);
    }
    b.push(loops::Assign{state.variable, value});
    if (state.keepsAll)
      b.push(loops::Store{first, {}, value, Combine::Set});
  }
  if (alternates) {
    r.parity = b.variable(loops::Kind::Int, "row");
    b.push(loops::Assign{r.parity, integer(b, 0)});
  }
  if (r.stops) {
    r.stop = b.variable(loops::Kind::Bool, "stop");
    r.steps = b.variable(loops::Kind::Int, "steps");
    b.push(loops::Assign{r.steps, integer(b, 0)});
  }
}

/// In the loop, the step's index being bound: the states have values.
void Scope::beginStep(Recurrence &r) {
  ScalarId step, other, parity;
  if (r.parity.valid()) {
    parity = b.read(r.parity);
    other = arithmetic(b, Prim::Sub, integer(b, 1), parity);
  }
  auto stepsBefore = [&] {
    if (!step.valid())
      step = arithmetic(b, Prim::Sub, b.bound(r.opened.symbols[0]), b.bound(r.opened.ranges[0].lo));
    return step;
  };
  for (size_t k = 0; k < r.states.size(); ++k) {
    Recurrence::State &state = r.states[k];
    ValueId symbol = r.opened.symbols[k + 1];
    bool scalar = g.type(symbol).scalar();
    if (scalar)
      b.bind(symbol, b.read(state.variable, g.symbol(symbol).name));
    if (!state.rows.valid())
      continue;
    ScalarId here = state.keepsAll ? stepsBefore() : parity;
    ScalarId next = state.keepsAll ? arithmetic(b, Prim::Add, here, integer(b, 1)) : other;
    if (!scalar) {
      state.here = rowView(r, k, rowOffset(state, here));
      b.bindArray(symbol, state.here);
    }
    state.next = rowView(r, k, rowOffset(state, next));
  }
  if (!r.stops)
    return;
  emitScope(b, {{Action::Kind::Variable, r.opened.condition, always, Combine::Set, r.stop, {}, {}, 0}});
  loops::If over{b.read(r.stop), {}, {}};
  over.then.push_back(loops::Break{});
  b.push(std::move(over));
}

void Scope::endStep(Recurrence &r) {
  if (r.parity.valid())
    b.push(loops::Assign{r.parity, arithmetic(b, Prim::Sub, integer(b, 1), b.read(r.parity))});
  if (r.stops)
    b.push(loops::Assign{r.steps, arithmetic(b, Prim::Add, b.read(r.steps), integer(b, 1))});
}

/// Binds what has been asked for: the last states, all of them, the steps made. Last
/// states that are scalars are there in any case: loops may read them that find the
/// recurrence already made for its steps.
void Scope::endRecurrence(Recurrence &r) {
  const ValueId loId = r.opened.ranges[0].lo, hiId = r.opened.ranges[0].hi;
  ScalarId lo = b.bound(loId), hi = b.bound(hiId), steps;
  auto stepsMade = [&] {
    if (steps.valid())
      return steps;
    if (r.stops)
      return steps = b.read(r.steps);
    ScalarId extent =
        arithmetic(b, Prim::Add, arithmetic(b, Prim::Sub, hi, lo), integer(b, 1));
    return steps = arithmetic(b, Prim::Max, extent, integer(b, 0));
  };
  for (unsigned k = 0; k < r.states.size(); ++k) {
    const Recurrence::State &state = r.states[k];
    const bool scalar = g.type(r.opened.starts[k]).scalar();
    if (ValueId last = g.lastState(r.node, k);
        (scalar || find(last)) && g.node(last).op == Op::State) {
      if (scalar)
        b.bind(last, b.read(state.variable));
      else
        b.bindArray(last, rowView(r, k, rowOffset(state, state.keepsAll ? stepsMade()
                                                                        : b.read(r.parity))));
    }
    if (!state.keepsAll)
      continue;
    loops::Buffer all = b.f.buffers[state.rows.index];
    all.role = loops::BufferRole::View;
    all.base = state.rows;
    all.offset = integer(b, 0);
    all.axes[0].lo = arithmetic(b, Prim::Sub, lo, integer(b, 1));
    b.f.buffers.push_back(std::move(all));
    b.bindArray(g.allStates(r.node, k), {static_cast<uint32_t>(b.f.buffers.size() - 1)});
  }
  if (r.stops)
    b.bind(r.node, stepsMade());
}

} // namespace gradus::lower
