//===- Recurrences.cpp - fold, scan and iterate for people ---------------------===//

#include "print/Layout.h"
#include "print/Simplifier.h"

#include <fmt/format.h>

namespace gradus::print {

using namespace ir;

/// A recurrence with simpler parts, or the same state of that.
ValueId Simplifier::recurrence(ValueId v) {
  if (auto it = done.find(v); it != done.end())
    return it->second;
  const Node n = g.node(v);
  if (n.op == Op::State) {
    ValueId of = run(g.operand(v, 0));
    auto k = static_cast<unsigned>(n.payload);
    ValueId made = n.statePart() == StatePart::Last ? g.lastState(of, k) : g.allStates(of, k);
    done[v] = made;
    done.emplace(made, made);
    return made;
  }
  const Opened o = g.open(v);
  const Axis range{run(o.ranges[0].lo), run(o.ranges[0].hi)};
  // A part whose shape would be spelled in another way stays as it is.
  auto simpler = [&](ValueId part) {
    ValueId made = run(part);
    return g.type(made) == g.type(part) ? made : part;
  };
  std::vector<ValueId> starts, nexts, symbols = o.symbols;
  for (ValueId start : o.starts)
    starts.push_back(simpler(start));
  ValueId stop = run(o.condition);
  for (ValueId next : o.nexts)
    nexts.push_back(simpler(next));
  return g.recur(symbols, range, stop, starts, nexts, o.remade);
}

/// All states of one recurrence that are of one kind share one text.
FormulaId Layout::state(ValueId v) {
  const Node n = g.node(v);
  const ValueId recur = g.operand(v, 0);
  auto [it, fresh] = recurrences.try_emplace({recur, n.statePart()}, noFormula);
  if (fresh) {
    FormulaId made = recurrence(recur, n.statePart());
    recurrences[{recur, n.statePart()}] = made;
  }
  FormulaId whole = recurrences[{recur, n.statePart()}];
  if (g.stateCount(recur) == 1)
    return whole;
  Formula f{Shape::Part, ""};
  f.parts = {whole};
  f.columns = static_cast<uint32_t>(n.payload);
  f.scope = out[whole].scope;
  return add(std::move(f));
}

FormulaId Layout::recurrence(ValueId v, StatePart part) {
  Opened o = g.open(v);
  // A `fold` and a `scan` of the same steps have names of their own in them.
  const StatePart other = part == StatePart::All ? StatePart::Last : StatePart::All;
  if (recurrences.count({v, other})) {
    std::vector<ValueId> fresh{
        g.newSymbol(o.ranges[0].lo, o.ranges[0].hi, g.symbol(o.symbols[0]).name)};
    for (size_t k = 1; k < o.symbols.size(); ++k)
      fresh.push_back(g.newState(g.type(o.symbols[k]), g.symbol(o.symbols[k]).name));
    o = g.openWith(v, fresh);
  }
  uint32_t parent = naturalScope(v);
  auto own = static_cast<uint32_t>(out.scopes.size());
  out.scopes.push_back({parent, out.scopes[parent].depth + 1, {}, {}});
  Formula f{Shape::Recurrence, part == StatePart::All ? "scan" : "fold"};
  f.columns = static_cast<uint32_t>(o.starts.size());
  for (ValueId start : o.starts)
    f.parts.push_back(formula(start));
  FormulaId lo = formula(o.ranges[0].lo), hi = formula(o.ranges[0].hi);
  for (size_t k = 0; k < o.symbols.size(); ++k) {
    std::string hint = g.symbol(o.symbols[k]).name;
    if (hint.empty() || hint == "_")
      hint = k == 0 ? "k" : "s";
    std::string chosen = freeName(hint, own, static_cast<unsigned>(k));
    out.scopes[own].names.push_back(chosen);
    symbols[o.symbols[k]] = {own, chosen};
    if (k == 0)
      f.bounds.push_back({chosen, lo, hi});
    else
      f.states.push_back(chosen);
  }
  bool stops = !g.isConstant(o.condition) || g.boolValue(o.condition);
  bool counts = g.dependsOn(o.condition, o.symbols[0]);
  for (ValueId next : o.nexts)
    counts = counts || g.dependsOn(next, o.symbols[0]);
  if (stops)
    f.condition = formula(o.condition);
  if (stops && !counts && part == StatePart::Last && g.isInt(o.ranges[0].lo, 1))
    f.text = "iterate";
  for (ValueId next : o.nexts)
    f.parts.push_back(formula(next));
  f.scope = parent;
  f.ownScope = own;
  return add(std::move(f));
}

} // namespace gradus::print
