//===- Recurrences.cpp - fold, scan and iterate ---------------------------------===//
//
// The states are names in the step, with the types that they start with. A state
// that starts whole (`s = 0`) and becomes real is real from the start: then the
// step is elaborated again.
//
//===--------------------------------------------------------------------===//

#include "ir/Bounds.h"
#include "semantics/Elaborate.h"

#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::Kind;
using syntax::RecurrenceKind;

namespace {

const char *spelling(RecurrenceKind kind) {
  switch (kind) {
  case RecurrenceKind::Fold:
    return "fold";
  case RecurrenceKind::Scan:
    return "scan";
  case RecurrenceKind::Iterate:
    return "iterate";
  }
  return "";
}

/// A whole number between sqrt(x) and 1.3*sqrt(x) + 1: the lowest of the lines
/// (x/a + a)/2 that touch the root where it is a = 1, 4, 16, ... A size may be
/// computed from it, which a loop or a real root would not allow.
ValueId aboutSquareRoot(ir::Graph &g, ValueId x) {
  ValueId least;
  for (int64_t a = 1; a <= int64_t{1} << 24; a *= 4) {
    ValueId twice = g.add(g.prim(ir::Prim::IntDiv, {x, g.integer(a)}), g.integer(a));
    ValueId line = g.prim(ir::Prim::IntDiv, {twice, g.integer(2)});
    least = least.valid() ? g.prim(ir::Prim::Min, {least, line}) : line;
  }
  return g.add(least, g.integer(1));
}

} // namespace

/// A fold over segments of folds: its reverse keeps the states between segments,
/// and makes those within one again when it comes to it.
ValueId Elaborator::segmented(std::span<const ValueId> symbols, const Axis &range, ValueId length,
                              std::span<const ValueId> starts, std::span<const ValueId> nexts) {
  ir::Graph &g = graph_;
  const ValueId one = g.integer(1);
  length = g.prim(ir::Prim::Max, {length, one});
  ValueId steps = g.extent(range);
  ValueId segments =
      g.prim(ir::Prim::IntDiv, {g.sub(g.add(steps, length), one), length});
  ValueId b = g.newSymbol(one, segments, "segment");
  ValueId before = g.mul(g.sub(b, one), length);
  Axis inside{one, g.prim(ir::Prim::Min, {length, g.sub(steps, before)})};
  ValueId j = g.newSymbol(inside.lo, inside.hi, g.symbol(symbols[0]).name);
  ir::Substitution step{{symbols[0], g.add(g.add(before, j), g.sub(range.lo, one))}};
  std::vector<ValueId> inner{j}, outer{b}, begin, next, last;
  for (size_t k = 0; k < starts.size(); ++k) {
    inner.push_back(symbols[k + 1]);
    begin.push_back(g.newState(g.type(starts[k]), g.symbol(symbols[k + 1]).name));
    outer.push_back(begin.back());
    next.push_back(g.substitute(nexts[k], step));
  }
  ValueId recur = g.recur(inner, inside, g.boolean(false), begin, next, true);
  for (unsigned k = 0; k < starts.size(); ++k)
    last.push_back(g.lastState(recur, k));
  return g.recur(outer, {one, segments}, g.boolean(false), starts, last);
}

/// One value for each state, as nodes; empty after a message.
std::vector<Value> Elaborator::statesOf(const syntax::Recurrence &r, Value value,
                                        const syntax::Expr &expr, const char *what) {
  std::vector<Value> parts;
  const size_t count = r.states.size();
  if (value.isError())
    return {};
  if (value.isTuple() ? value.parts.size() != count : count != 1) {
    error(Diag::StateCount, expr.range,
          value.isTuple()
              ? fmt::format("{} of this {} is a tuple of {} values, and there {} {} state{}", what,
                            spelling(r.kind), value.parts.size(), count == 1 ? "is" : "are", count,
                            count == 1 ? "" : "s")
              : fmt::format("{} of this {} is one value, and there are {} states", what,
                            spelling(r.kind), count),
          "write one value for each state: (a, b) = (a0, b0) ... do (a1, b1)");
    return {};
  }
  if (value.isTuple())
    parts = std::move(value.parts);
  else
    parts.push_back(std::move(value));
  for (Value &part : parts) {
    if (part.isTuple() || part.form == Value::Form::Text ||
        (part.isScalar() && graph_.type(part.node).kind == Kind::Bool)) {
      number(part, expr.range);
      return {};
    }
    part = shapes_.named(part);
    if (part.view) {
      error(Diag::WrongShape, expr.range,
            "the shape of a state cannot change with an index around it",
            "use a fixed range and `if` for the rest");
      return {};
    }
    part.whole = {};
  }
  return parts;
}

/// False after a message: the state has not the shape it starts with.
bool Elaborator::fitState(const syntax::Recurrence &r, size_t k, const Value &start, Value &next) {
  auto shape = [&](const Value &v) {
    return v.isArray() ? fmt::format("[{}]", shapes_.describe(shapes_.axes(v)))
                       : std::string("a number");
  };
  auto changes = [&] {
    error(Diag::StateShape, r.step->range,
          fmt::format("the state '{}' is {} at the start and {} after a step", r.states[k].name,
                      shape(start), shape(next)),
          fmt::format("a state keeps its shape; it starts at {}", placeOf(r.start->range)));
    return false;
  };
  if (start.isArray() != next.isArray())
    return changes();
  if (!start.isArray())
    return true;
  std::vector<Axis> before = shapes_.axes(start), after = shapes_.axes(next);
  if (before.size() != after.size())
    return changes();
  for (size_t d = 0; d < before.size(); ++d)
    if (shapes_.fit(graph_.extent(before[d]), graph_.extent(after[d])) == Fit::Different)
      return changes();
  next = shapes_.named(shapes_.reindexed(next, before));
  return true;
}

Value Elaborator::recurrence(const syntax::Recurrence &r, SourceRange range, Scope &scope) {
  const bool iterates = r.kind == RecurrenceKind::Iterate;
  if (iterates && !r.maximum)
    return error(Diag::UnboundedIteration, range, "this `iterate` may never end",
                 "say how many steps it makes at most: `until c max 100 do ...`");
  std::vector<Value> starts = statesOf(r, expression(*r.start, scope), *r.start, "the start");
  ValueId lo = iterates ? graph_.integer(1)
                        : integer(*r.binder.lower, scope, "the end of a range");
  ValueId hi = iterates ? integer(*r.maximum, scope, "the number of steps")
                        : integer(*r.binder.upper, scope, "the end of a range");
  if (starts.empty() || !lo.valid() || !hi.valid())
    return Value::error();
  if (!ir::upperBound(graph_, graph_.sub(hi, lo)).valid())
    return error(Diag::StepCount, iterates ? r.maximum->range : r.binder.range,
                 "how many steps this recurrence makes at most cannot be seen",
                 "its ends may change with indices around it, but not with data read at them: "
                 "use a range that is always long enough, such as 1..longest with `param int "
                 "longest = max(c)`, and `if` in the step");
  ValueId segment;
  if (r.segment || r.squareRoot) {
    if (r.kind != RecurrenceKind::Fold)
      return error(Diag::Misplaced, r.segment ? r.segment->range : range,
                   "a `scan` keeps all its states: there is nothing to checkpoint");
    segment = r.squareRoot ? aboutSquareRoot(graph_, graph_.extent({lo, hi}))
                           : integer(*r.segment, scope, "the steps between checkpoints");
    if (!segment.valid())
      return Value::error();
  }
  for (size_t k = 0; k < r.states.size(); ++k)
    for (size_t j = 0; j < k; ++j)
      if (r.states[j].name == r.states[k].name && r.states[k].name != "_")
        return error(Diag::DuplicateName, r.states[k].range,
                     fmt::format("'{}' is declared twice", r.states[k].name),
                     "both are states of this recurrence");

  // What is differentiated by is real, also where it starts as a whole number.
  auto variesIn = [&](const std::string &name) {
    return variablesIn(*r.step).count(name) || (iterates && variablesIn(*r.until).count(name));
  };
  for (size_t k = 0; k < starts.size(); ++k)
    if (variesIn(r.states[k].name))
      starts[k] = shapes_.named(shapes_.real(starts[k]));

  for (;;) {
    Scope inner(&scope);
    const size_t active = context_.active.size();
    graph_.setRange(range);
    std::vector<ValueId> symbols{graph_.newSymbol(lo, hi, iterates ? "" : r.binder.name.name)};
    context_.active.push_back({symbols[0], lo, hi});
    if (!iterates && isFree(r.binder.name, inner))
      inner.declareValue(r.binder.name, "index", Value::scalar(symbols[0]));
    Varied varied;
    for (size_t k = 0; k < starts.size(); ++k) {
      const std::string &name = r.states[k].name;
      symbols.push_back(graph_.newState(graph_.type(starts[k].node), name));
      if (name == "_" || !isFree(r.states[k], inner))
        continue;
      ValueId node = symbols.back();
      if (variesIn(name))
        node = vary(node, r.states[k], varied);
      Value state = shapes_.of(node);
      state.row = starts[k].row;
      inner.declareValue(r.states[k], "state", state);
    }
    ValueId stop = iterates ? condition(*r.until, inner) : graph_.boolean(false);
    std::vector<Value> nexts = statesOf(r, expression(*r.step, inner), *r.step, "the step");
    context_.active.resize(active);
    if (!stop.valid() || nexts.empty())
      return Value::error();
    stop = putBack(varied, Value::scalar(stop)).node;
    for (Value &next : nexts)
      next = putBack(varied, next);

    bool again = false;
    for (size_t k = 0; k < starts.size(); ++k) {
      Kind before = shapes_.kind(starts[k]), after = shapes_.kind(nexts[k]);
      if (before == Kind::Int && after == Kind::Real) {
        starts[k] = shapes_.named(shapes_.real(starts[k]));
        again = true;
      } else if (before == Kind::Real) {
        nexts[k] = shapes_.named(shapes_.real(nexts[k]));
      }
      if (!fitState(r, k, starts[k], nexts[k]))
        return Value::error();
    }
    if (again)
      continue;

    graph_.setRange(range);
    std::vector<ValueId> startNodes, nextNodes;
    for (size_t k = 0; k < starts.size(); ++k) {
      startNodes.push_back(starts[k].node);
      nextNodes.push_back(nexts[k].node);
      if (graph_.type(nextNodes[k]) != graph_.type(startNodes[k])) // the same ranges, otherwise spelled
        nextNodes[k] = graph_.elementwise(
            graph_.type(startNodes[k]).shape,
            [&](std::span<const ValueId> i) { return graph_.at(nextNodes[k], i); });
    }
    ValueId recur = segment.valid()
                        ? segmented(symbols, {lo, hi}, segment, startNodes, nextNodes)
                        : graph_.recur(symbols, {lo, hi}, stop, startNodes, nextNodes);
    std::vector<Value> parts;
    for (unsigned k = 0; k < starts.size(); ++k) {
      Value part = shapes_.of(r.kind == RecurrenceKind::Scan ? graph_.allStates(recur, k)
                                                             : graph_.lastState(recur, k));
      part.row = starts[k].row && r.kind != RecurrenceKind::Scan;
      parts.push_back(part);
    }
    return parts.size() == 1 ? parts[0] : Value::tuple(std::move(parts));
  }
}

} // namespace gradus::semantics
