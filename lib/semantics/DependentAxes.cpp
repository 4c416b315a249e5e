//===- DependentAxes.cpp - ranges of a let that depend on earlier indices -------===//
//
//     let L[i in 1..n, j in 1..i] = ...
//
// The array has the smallest box around its ranges, here n by n; in the rest of
// the box its elements are 0. The ends must be affine in the indices, so that the
// box is seen without looking at values.
//
//===--------------------------------------------------------------------===//

#include "semantics/Elaborate.h"

#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;

/// The largest (high) or smallest value of an end over all `symbols`, the last of
/// which may have ranges that depend on the first; invalid when it cannot be seen.
ValueId Elaborator::extremeOver(ValueId end, bool high, std::span<const ValueId> symbols,
                                std::span<const Axis> ranges) {
  for (size_t k = symbols.size(); k-- > 0;) {
    if (!graph_.dependsOn(end, symbols[k]))
      continue;
    ValueId next = graph_.add(symbols[k], graph_.integer(1));
    ValueId slope =
        graph_.sub(graph_.substitute(end, ir::Substitution{{symbols[k], next}}), end);
    if (!graph_.isConstant(slope))
      return {};
    const bool atHigh = (graph_.intValue(slope) > 0) == high;
    end = graph_.substitute(
        end, ir::Substitution{{symbols[k], atHigh ? ranges[k].hi : ranges[k].lo}});
  }
  return end;
}

bool Elaborator::dependentAxes(const std::vector<syntax::AxisDecl> &decls, Scope &scope,
                               std::vector<Axis> &hull, DependentAxes &dependent) {
  Scope inner(&scope);
  const size_t active = context_.active.size();
  bool depends = false, ok = true;
  for (const syntax::AxisDecl &decl : decls) {
    Axis range;
    range.lo = decl.lower ? integer(*decl.lower, inner, "the end of a range") : graph_.integer(1);
    range.hi = integer(*decl.upper, inner, decl.lower ? "the end of a range" : "a size");
    if (!range.lo.valid() || !range.hi.valid()) {
      ok = false;
      break;
    }
    Axis box;
    if (graph_.dependsOnAny(range.lo, dependent.symbols) ||
        graph_.dependsOnAny(range.hi, dependent.symbols)) {
      depends = true;
      box = {extremeOver(range.lo, false, dependent.symbols, dependent.ranges),
             extremeOver(range.hi, true, dependent.symbols, dependent.ranges)};
      if (!box.lo.valid() || !box.hi.valid()) {
        error(Diag::WrongShape, decl.range, "how long this range is at most cannot be seen",
              "its ends may grow and fall with the indices before, as in 1..i or i-1..2*i: use a "
              "range that is always long enough, and `if` in the value, or `where` behind the "
              "indices of a constraint");
        ok = false;
        break;
      }
    } else if (!axis(decl, inner, box)) {
      ok = false;
      break;
    }
    for (ValueId end : {box.lo, box.hi})
      if (ok && graph_.hasFree(end)) {
        error(Diag::WrongShape, decl.range,
              fmt::format("the size of a declared array cannot change with the index '{}'",
                          shapes_.describe(end)));
        ok = false;
      }
    ValueId symbol = graph_.newSymbol(box.lo, box.hi, decl.index ? decl.index->name : "");
    if (decl.index && !inner.findHere(decl.index->name))
      inner.declareValue(*decl.index, "index", Value::scalar(symbol));
    hull.push_back(box);
    dependent.symbols.push_back(symbol);
    dependent.ranges.push_back(range);
    context_.active.push_back({symbol, range.lo, range.hi});
  }
  context_.active.resize(active);
  if (!depends)
    dependent = {};
  return ok;
}

/// The k-th range under `symbols` for the indices before.
Axis Elaborator::rangeOf(const DependentAxes &dependent, size_t k,
                         std::span<const ValueId> symbols, std::span<const Axis> hull) {
  if (dependent.symbols.empty())
    return hull[k];
  ir::Substitution earlier;
  for (size_t j = 0; j < k; ++j)
    earlier[dependent.symbols[j]] = symbols[j];
  return {graph_.substitute(dependent.ranges[k].lo, earlier),
          graph_.substitute(dependent.ranges[k].hi, earlier)};
}

/// Whether `symbols`, which run over the box, are within the ranges.
ValueId Elaborator::insideOf(const DependentAxes &dependent, std::span<const ValueId> symbols,
                             std::span<const Axis> hull) {
  ir::Substitution map;
  for (size_t k = 0; k < symbols.size(); ++k)
    map[dependent.symbols[k]] = symbols[k];
  ValueId inside = graph_.boolean(true);
  for (size_t k = 0; k < symbols.size(); ++k) {
    const Axis range{graph_.substitute(dependent.ranges[k].lo, map),
                     graph_.substitute(dependent.ranges[k].hi, map)};
    if (range.lo != hull[k].lo)
      inside = graph_.logicalAnd(inside, graph_.lessEqual(range.lo, symbols[k]));
    if (range.hi != hull[k].hi)
      inside = graph_.logicalAnd(inside, graph_.lessEqual(symbols[k], range.hi));
  }
  return inside;
}

} // namespace gradus::semantics
