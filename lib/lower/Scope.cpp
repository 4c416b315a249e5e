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

std::vector<ValueId *> readsOf(std::vector<Action> &actions) {
  std::vector<ValueId *> reads;
  for (Action &a : actions) {
    reads.push_back(&a.value);
    reads.push_back(&a.guard);
    for (ValueId &i : a.indices)
      reads.push_back(&i);
  }
  return reads;
}

void emitScope(FunctionBuilder &builder, std::vector<Action> actions) {
  size_t mark = builder.mark();
  Scope(builder).run(std::move(actions));
  builder.release(mark);
}

void Scope::run(std::vector<Action> given) {
  regions.push_back({});
  if (b.hasRecurrences)
    mergeRecurrences(given);
  for (const Action &a : given)
    if (g.isConstant(a.guard)) {
      sureRoots.push_back(a.value);
      bool guarded = a.checked != 0 && a.combine == Combine::Add;
      if (!guarded) // see guardIndices
        sureRoots.insert(sureRoots.end(), a.indices.begin(), a.indices.end());
    }
  for (Action &a : given)
    takeApart(std::move(a), -1);
  if (b.module.strict)
    orderParts();
  gather();
  assignHomes();
  assignLevels();
  b.expect(regions[0].nodes.size());
  for (loops::BufferId buffer : fills)
    unfilled.insert(buffer.index);
  emitRegion(0);
  for (loops::BufferId buffer : fills)
    if (unfilled.count(buffer.index))
      emitFill(buffer);
  // The scope around goes on with what it knows.
  for (auto it = covered.rbegin(); it != covered.rend(); ++it) {
    b.slot(it->node).scope = it->scope;
    b.slot(it->node).info = it->info;
  }
}

//--- 1. arrays into elements and loops -------------------------------------------------

/// All loops of this scope over one range share one index, so that what they
/// have in common is the same node: the binder's own index if that is free.
ValueId Scope::symbolFor(ValueId lo, ValueId hi, ValueId binder, unsigned index) {
  auto [it, fresh] = symbols.try_emplace({lo, hi});
  if (!fresh)
    return it->second;
  ValueId own;
  if (g.node(binder).binders != 0) {
    // A stored sum of arrays binds an index of the sum, not of an axis.
    const Opened o = g.open(binder);
    if (index < o.symbols.size() && o.ranges[index] == Axis{lo, hi})
      own = o.symbols[index];
    if (std::find(b.openSymbols.begin(), b.openSymbols.end(), own) != b.openSymbols.end())
      own = {};
  }
  return it->second = own.valid() ? own : g.newSymbol(lo, hi, g.indexName(binder, index));
}

void Scope::addLoop(ValueId lo, ValueId hi, ValueId symbol, ValueId guard, std::vector<Action> inner,
                    int producer, int recurrence) {
  LoopItem item;
  item.lo = lo;
  item.hi = hi;
  item.symbol = symbol;
  item.guard = guard;
  item.inner = std::move(inner);
  item.producer = producer;
  item.recurrence = recurrence;
  findNeeds(item);
  readStored(item);
  items.push_back(std::move(item));
  if (producer >= 0)
    producers[producer].items.push_back(items.size() - 1);
  else
    partOrder.push_back({true, items.size() - 1});
}

void Scope::addElement(Action a, int producer) {
  actions.push_back(std::move(a));
  actionProducer.push_back(producer);
  if (producer >= 0)
    producers[producer].elements.push_back(actions.size() - 1);
  else
    partOrder.push_back({false, actions.size() - 1});
}

void Scope::takeApart(Action first, int producer) {
  std::vector<Action> work{std::move(first)};
  while (!work.empty()) {
    Action a = std::move(work.back());
    work.pop_back();
    if (g.isConstant(a.guard) && !g.boolValue(a.guard))
      continue;
    if (a.kind == Action::Kind::Element && a.checked != 0 && a.combine == Combine::Add)
      guardIndices(a);
    if (a.kind == Action::Kind::Variable)
      guardVariable(a, producer);
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
    // Zeros, or else what overwrites them: -0 is not added to 0.
    if (n.op == Op::Select && a.kind == Action::Kind::Array && a.combine == Combine::Set &&
        g.node(g.operand(v, 2)).op == Op::Zeros) {
      fills.push_back(a.buffer);
      a.value = g.operand(v, 1);
      a.guard = g.logicalAnd(a.guard, g.operand(v, 0));
      work.push_back(std::move(a));
      continue;
    }
    // Matrix algebra is done where it is needed, and its result is copied.
    bool stored = n.op == Op::Input || n.op == Op::Matrix || b.hasArray(v);
    bool writesAll = stored || n.op == Op::Build || n.op == Op::List || n.op == Op::State;
    if (a.kind == Action::Kind::Array && a.combine == Combine::Set && !writesAll && !a.covers) {
      fills.push_back(a.buffer);
      a.combine = Combine::Add;
    }
    if (stored || n.op == Op::Build || n.op == Op::State || a.kind == Action::Kind::Rest) {
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
      work.push_back(std::move(element));
      break;
    }
    case Op::List:
      takeApartList(a, producer);
      break;
    case Op::Reduce: {
      ValueId lo = g.operand(v, 0), hi = g.operand(v, 1);
      ValueId s = symbolFor(lo, hi, v, 0);
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
    case Op::Matrix:
    case Op::Constant:
    case Op::Index:
    case Op::At:
    case Op::Recur:
    case Op::State:
      assert(false && "not an array, or handled above");
    }
  }
}

/// What may fail, or is 0 where a condition does not hold, is set or added under that
/// condition: all that is made under one is made in one branch.
void Scope::guardVariable(Action &a, int producer) {
  const Node n = g.node(a.value);
  if (n.op != Op::Select || n.type.kind != Kind::Real ||
      (a.combine != Combine::Set && a.combine != Combine::Add))
    return;
  const ValueId c = g.operand(a.value, 0);
  for (unsigned k : {1u, 2u}) {
    const ValueId value = g.operand(a.value, k), other = g.operand(a.value, 3 - k);
    if (!g.isReal(other, 0.0) || !mayFail(value))
      continue;
    if (a.combine == Combine::Set) {
      Action zero = a;
      zero.value = other;
      addElement(std::move(zero), producer);
    }
    a.value = value;
    a.guard = g.logicalAnd(a.guard, k == 1 ? c : g.logicalNot(c));
    return;
  }
}

/// Whether an index of a part that is added to a real array may fail, or not be inside.
bool Scope::placeMayFail(std::span<const ValueId> operands, Type array) {
  if (array.kind != Kind::Real)
    return false;
  const std::vector<ValueId> indices(operands.begin(), operands.end());
  return !areInside(b, indices, std::vector<Axis>(g.axes(array.shape))) ||
         std::any_of(indices.begin(), indices.end(), [&](ValueId i) { return mayFail(i); });
}

/// The adjoint of a read in a loop that did not run is 0, and the index is one
/// that nobody has read: where it may fail it is not looked at, nor where the array has no
/// elements, which nobody reads.
void Scope::guardIndices(Action &a) {
  if (!placeMayFail(a.indices, {g.type(a.value).kind, a.checked}))
    return;
  a.guard = g.logicalAnd(a.guard, g.prim(Prim::NotEqual, {a.value, g.real(0)}));
  for (const Axis &axis : std::vector<Axis>(g.axes(a.checked)))
    a.guard = g.logicalAnd(a.guard, runs(axis.lo, axis.hi));
}

void Scope::takeApartElementwise(Action a, int producer) {
  ValueId v = a.value;
  bool build = g.node(v).op == Op::Build && !b.hasArray(v);
  const std::vector<Axis> axes = g.axesOf(v);
  size_t k = a.indices.size();
  Axis axis = build ? Axis{g.operand(v, 2 * k), g.operand(v, 2 * k + 1)} : axes[k];
  ValueId s = symbolFor(axis.lo, axis.hi, v, static_cast<unsigned>(k));
  Action inner = a;
  inner.guard = always;
  inner.covers = true;
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

} // namespace gradus::lower
