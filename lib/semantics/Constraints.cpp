//===- Constraints.cpp - the lines of `subject to` -------------------------------===//
//
// A line becomes lower <= value <= upper over the indices of its declaration and
// of its arrays. What has no unknown goes to the bounds; a line that only bounds
// the elements of one unknown becomes bounds of that unknown.
//
//===--------------------------------------------------------------------===//

#include "ir/Rows.h"
#include "semantics/Declarations.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;
using ir::Kind;
using ir::Prim;
using syntax::CompareOp;

namespace {

bool isLower(CompareOp op) { return op == CompareOp::LessEqual; }
bool isUpper(CompareOp op) { return op == CompareOp::GreaterEqual; }

} // namespace

bool Elaborator::constraint(const syntax::ConstraintDecl &decl, std::span<const ValueId> unknowns,
                            Scope &scope, std::vector<ir::Constraint> &constraints,
                            std::vector<ir::Condition> &conditions) {
  const auto *relation = std::get_if<syntax::Comparison>(&decl.condition->node);
  SourceRange range = decl.condition->range;
  if (!relation) {
    error(Diag::WrongType, range, "a constraint compares two expressions",
          "write e <= 1, e = 2, or lo <= e <= hi");
    return false;
  }
  for (CompareOp op : relation->ops)
    if (op != CompareOp::Equal && !isLower(op) && !isUpper(op)) {
      bool unequal = op == CompareOp::NotEqual;
      error(Diag::WrongType, range,
            unequal ? "!= cannot be a constraint" : "a constraint has no strict inequality",
            unequal ? "" : op == CompareOp::Less ? "write <=" : "write >=");
      return false;
    }
  std::vector<Axis> ranges;
  DependentAxes dependent;
  if (!dependentAxes(decl.axes, scope, ranges, dependent))
    return false;

  // The indices of the line, then its sides under them.
  Scope inner(&scope);
  size_t active = context_.active.size();
  std::vector<ValueId> symbols;
  for (size_t k = 0; k < ranges.size(); ++k) {
    const std::optional<syntax::Ident> &index = decl.axes[k].index;
    ValueId symbol = graph_.newSymbol(ranges[k].lo, ranges[k].hi, index ? index->name : "");
    symbols.push_back(symbol);
    const Axis range = rangeOf(dependent, k, symbols, ranges);
    context_.active.push_back({symbol, range.lo, range.hi});
    if (index && isFree(*index, inner))
      inner.declareValue(*index, "index", Value::scalar(symbol));
  }
  // Which of them there are.
  ValueId present =
      dependent.symbols.empty() ? graph_.boolean(true) : insideOf(dependent, symbols, ranges);
  bool failed = false;
  if (decl.where) {
    const ValueId wanted = condition(*decl.where, inner);
    failed = !wanted.valid();
    if (!failed && graph_.dependsOnInputs(std::vector{wanted}, unknowns)[wanted.index]) {
      error(Diag::WrongType, decl.where->range,
            "which constraints there are cannot depend on unknowns",
            "let the condition read indices, parameters and data, or write `if` in a side");
      failed = true;
    }
    if (!failed)
      present = graph_.logicalAnd(present, wanted);
  }
  context_.guards += decl.where != nullptr;
  std::vector<Value> sides, arrays;
  std::vector<SourceRange> arrayRanges;
  for (syntax::ExprPtr e : relation->operands) {
    Value v = expression(*e, inner);
    failed = failed || v.isError();
    if (!v.isError() && !v.isArray() && !number(v, e->range).valid())
      failed = true;
    if (failed)
      continue;
    graph_.setRange(e->range);
    v = shapes_.real(v);
    if (v.isArray()) {
      arrays.push_back(v);
      arrayRanges.push_back(e->range);
    }
    sides.push_back(std::move(v));
  }
  context_.guards -= decl.where != nullptr;
  context_.active.resize(active);
  if (failed || !sameShape(arrays, arrayRanges, range))
    return false;

  // Array sides: element by element, over further indices.
  graph_.setRange(range);
  std::vector<ValueId> elementSymbols;
  if (!arrays.empty())
    for (const Axis &axis : shapes_.commonAxes(arrays)) {
      if (graph_.hasFree(axis.lo) || graph_.hasFree(axis.hi)) {
        error(Diag::WrongShape, range,
              "the size of an array in a constraint cannot change with an index");
        return false;
      }
      elementSymbols.push_back(graph_.newSymbol(axis.lo, axis.hi));
      symbols.push_back(elementSymbols.back());
      ranges.push_back(axis);
    }
  std::vector<ValueId> values;
  for (const Value &side : sides) {
    if (!side.isArray()) {
      values.push_back(side.node);
      continue;
    }
    // An array counts in its own range.
    std::vector<ValueId> at;
    const std::vector<Axis> own = shapes_.axes(side);
    for (size_t k = 0; k < own.size(); ++k) {
      const Axis &common = ranges[ranges.size() - own.size() + k];
      at.push_back(graph_.add(elementSymbols[k], graph_.sub(own[k].lo, common.lo)));
    }
    values.push_back(shapes_.element(side, at));
  }
  std::vector<bool> depends = graph_.dependsOnInputs(values, unknowns);
  auto reads = [&](ValueId v) { return static_cast<bool>(depends[v.index]); };
  std::string name = decl.name ? decl.name->name : "";
  auto add = [&](ValueId value, ValueId lower, ValueId upper) {
    constraints.push_back(
        ir::closed(graph_, {symbols, ranges, present, value, lower, upper}, name, range));
  };
  if (values.size() == 3 && relation->ops[0] == relation->ops[1] &&
      relation->ops[0] != CompareOp::Equal && reads(values[1]) && !reads(values[0]) &&
      !reads(values[2])) {
    bool up = isLower(relation->ops[0]);
    add(values[1], values[up ? 0 : 2], values[up ? 2 : 0]);
    return true;
  }
  for (size_t k = 0; k < relation->ops.size(); ++k) {
    ValueId a = values[k], b = values[k + 1];
    bool equal = relation->ops[k] == CompareOp::Equal;
    if (isUpper(relation->ops[k]))
      std::swap(a, b);
    if (!reads(a) && !reads(b)) {
      ValueId gap = graph_.sub(a, b);
      gap = graph_.select(present, equal ? graph_.prim(Prim::Abs, {gap}) : gap, graph_.real(0));
      conditions.push_back(
          {name, range, symbols.empty() ? gap : graph_.build(symbols, ranges, gap)});
    } else if (!reads(b)) {
      add(a, equal ? b : ValueId{}, b);
    } else if (!reads(a)) {
      add(b, a, equal ? a : ValueId{});
    } else {
      ValueId zero = graph_.real(0);
      add(graph_.sub(a, b), equal ? zero : ValueId{}, zero);
    }
  }
  return true;
}

//--- of a problem ------------------------------------------------------------------------

void ModuleBuilder::makeConstraints(Unit &unit, ir::Problem &problem) {
  std::vector<ValueId> unknowns;
  for (const ir::Unknown &u : problem.unknowns)
    unknowns.push_back(graph_.inputNode(u.input));
  Scope names; // of constraints, which stand for nothing else
  for (const syntax::SubjectTo *list : unit.constraints)
    for (const syntax::ConstraintDecl &decl : list->constraints) {
      if (decl.name) {
        if (const Entity *other = names.findHere(decl.name->name))
          elaborator_.error(Diag::DuplicateName, decl.name->range,
                            fmt::format("the constraint '{}' is stated twice", decl.name->name),
                            "the first is at " + elaborator_.placeOf(other->range));
        else
          names.declare(*decl.name, "constraint");
      }
      ContextSaver saver(elaborator_);
      std::vector<ir::Constraint> made;
      if (!elaborator_.constraint(decl, unknowns, unit.scope, made, problem.conditions))
        continue;
      for (ir::Constraint &c : made)
        if (!makeBound(c, problem))
          problem.constraints.push_back(std::move(c));
    }
  checkConstraints(problem);
}

/// Whether an inequality only bounds elements of one unknown, x[i+1] <= u[i]: then
/// it has become part of the unknown's bounds.
bool ModuleBuilder::makeBound(const ir::Constraint &c, ir::Problem &problem) {
  ir::Graph &g = graph_;
  const ir::Rows rows = ir::rows(g, c);
  if (rows.equality())
    return false;
  ValueId value = rows.value;
  const std::vector<ValueId> &symbols = rows.symbols;
  const std::vector<Axis> &ranges = rows.ranges;
  std::vector<ValueId> at;
  if (g.node(value).op == ir::Op::At) {
    const std::vector<ValueId> operands(g.operands(value).begin(), g.operands(value).end());
    value = operands[0];
    at.assign(operands.begin() + 1, operands.end());
  }
  if (g.node(value).op != ir::Op::Input)
    return false;
  auto unknown = std::find_if(problem.unknowns.begin(), problem.unknowns.end(),
                              [&](const ir::Unknown &u) { return g.inputNode(u.input) == value; });
  if (unknown == problem.unknowns.end())
    return false;

  // New indices for the unknown's axes, and what they make of the line's.
  const std::vector<Axis> axes = g.axesOf(value);
  if (at.size() != axes.size())
    return false;
  std::vector<ValueId> place;
  ir::Substitution inverse;
  ValueId inside = g.boolean(true);
  for (size_t k = 0; k < axes.size(); ++k) {
    place.push_back(g.newSymbol(axes[k].lo, axes[k].hi));
    ValueId symbol;
    for (ValueId s : symbols)
      if (g.dependsOn(at[k], s)) {
        if (symbol.valid())
          return false;
        symbol = s;
      }
    if (!symbol.valid()) {
      inside = g.logicalAnd(inside, g.equal(place[k], at[k]));
      continue;
    }
    ValueId offset = g.sub(at[k], symbol);
    if (g.dependsOn(offset, symbol) || inverse.count(symbol))
      return false;
    ValueId index = g.sub(place[k], offset);
    inverse[symbol] = index;
    size_t n = static_cast<size_t>(std::find(symbols.begin(), symbols.end(), symbol) - symbols.begin());
    if (g.add(ranges[n].lo, offset) != axes[k].lo)
      inside = g.logicalAnd(inside, g.lessEqual(ranges[n].lo, index));
    if (g.add(ranges[n].hi, offset) != axes[k].hi)
      inside = g.logicalAnd(inside, g.lessEqual(index, ranges[n].hi));
  }
  if (inverse.size() != symbols.size())
    return false;
  inside = g.logicalAnd(inside, g.substitute(rows.present, inverse));
  auto merge = [&](ValueId old, ValueId bound, bool lower) {
    if (!bound.valid())
      return old;
    bound = g.substitute(bound, inverse);
    ValueId before = old.valid() ? (axes.empty() ? old : g.at(old, place))
                                 : g.real(lower ? -HUGE_VAL : HUGE_VAL);
    ValueId both = old.valid() ? g.prim(lower ? Prim::Max : Prim::Min, {before, bound}) : bound;
    ValueId element = g.select(inside, both, before);
    return axes.empty() ? element : g.build(place, axes, element);
  };
  unknown->lower = merge(unknown->lower, rows.lower, true);
  unknown->upper = merge(unknown->upper, rows.upper, false);
  return true;
}

/// What can be said before anything is solved: false lines, repeated and
/// contradictory ones.
void ModuleBuilder::checkConstraints(const ir::Problem &problem) {
  for (const ir::Condition &c : problem.conditions)
    if (graph_.isConstant(c.holds) && graph_.realValue(c.holds) > 0)
      elaborator_.error(Diag::EmptyBounds, c.range,
                        "the constraint reads no unknown and does not hold");
    else if (graph_.isConstant(c.holds))
      elaborator_.warn(Diag::UnusedName, c.range,
                       "the constraint reads no unknown and always holds");
  std::unordered_map<ValueId, const ir::Constraint *, ir::ValueIdHash> seen;
  for (const ir::Constraint &c : problem.constraints) {
    auto [it, fresh] = seen.emplace(c.value, &c);
    if (fresh)
      continue;
    const ir::Constraint &first = *it->second;
    std::string where = "the first is at " + elaborator_.placeOf(first.range);
    auto below = [&](ValueId a, ValueId b) {
      return a.valid() && b.valid() && graph_.isConstant(a) && graph_.isConstant(b) &&
             graph_.realValue(a) < graph_.realValue(b);
    };
    if (first.lower == c.lower && first.upper == c.upper)
      elaborator_.warn(Diag::UnusedName, c.range, "this constraint is stated twice", where);
    else if (below(first.upper, c.lower) || below(c.upper, first.lower))
      elaborator_.warn(Diag::UnusedName, c.range,
                       "this constraint contradicts another one of the same expression", where);
  }
}

} // namespace gradus::semantics
