//===- IndexChecks.cpp - indices outside of their array, where one can see it --===//
//
// An index is an affine expression of open indices and sizes more often than
// not. Its extreme values are found by putting the ends of the ranges for the
// open indices, the innermost first; where the extreme minus the end of the
// axis is a constant, the answer is known for every size. Ranges that depend
// on each other may be empty at an extreme: then nothing is claimed. What
// cannot be decided here is checked at run time.
//
//===--------------------------------------------------------------------===//

#include "semantics/Elaborate.h"

#include <fmt/core.h>

namespace gradus::semantics {

using ir::Axis;

bool Elaborator::outside(ValueId index, const Axis &axis, bool high, SourceRange place,
                         SourceRange array, SourceRange whole, bool &inside) {
  ValueId end = high ? axis.hi : axis.lo;
  inside = false;
  for (const Active &binder : context_.active)
    if (binder.symbol == index && (high ? binder.hi : binder.lo) == end) {
      inside = true; // x[i] with i over all of x, as most are
      return false;
    }
  ValueId extreme = graph_.sub(index, end);
  std::vector<std::pair<ValueId, ValueId>> chosen;
  for (size_t k = context_.active.size(); k-- > 0;) {
    const Active binder = context_.active[k];
    if (!graph_.dependsOn(extreme, binder.symbol))
      continue;
    ValueId next = graph_.add(binder.symbol, graph_.integer(1));
    ValueId slope = graph_.sub(
        graph_.substitute(extreme, ir::Substitution{{binder.symbol, next}}), extreme);
    if (!graph_.isConstant(slope))
      return false;
    ValueId at = (graph_.intValue(slope) > 0) == high ? binder.hi : binder.lo;
    extreme = graph_.substitute(extreme, ir::Substitution{{binder.symbol, at}});
    chosen.push_back({binder.symbol, at});
  }
  if (!graph_.isConstant(extreme))
    return false;
  int64_t by = graph_.intValue(extreme);
  if (high ? by <= 0 : by >= 0) {
    inside = true;
    return false;
  }
  if (context_.guards > 0)
    return false;

  auto atExtreme = [&](ValueId v) {
    // Ranges of inner indices depend on outer ones, so inner ones go first.
    for (auto [symbol, at] : chosen)
      v = graph_.substitute(v, ir::Substitution{{symbol, at}});
    return v;
  };
  for (const Active &binder : context_.active) {
    ValueId length = graph_.sub(binder.hi, binder.lo);
    ValueId there = atExtreme(length);
    if (graph_.isConstant(there) ? graph_.intValue(there) < 0 : there != length)
      return false;
  }
  std::string when;
  for (auto it = chosen.rbegin(); it != chosen.rend(); ++it) {
    const std::string &symbol = graph_.symbol(it->first).name;
    if (!symbol.empty())
      when += fmt::format("{} {} = {}", when.empty() ? " when" : ",", symbol,
                          shapes_.describe(atExtreme(it->second)));
  }
  ValueId reads = atExtreme(index);
  error(Diag::IndexOutOfRange, place,
        fmt::format("{} reads index {}{}, and {} has {}", textOf(whole), shapes_.describe(reads),
                    when, textOf(array), shapes_.describe(axis)));
  return true;
}

/// False after a message. Counts what is neither proven nor refuted.
bool Elaborator::checkIndex(ValueId index, const Axis &axis, SourceRange place,
                            SourceRange array, SourceRange whole) {
  bool belowHigh = false, aboveLow = false;
  if (outside(index, axis, true, place, array, whole, belowHigh) ||
      outside(index, axis, false, place, array, whole, aboveLow))
    return false;
  if (!belowHigh || !aboveLow)
    ++riskyReads_;
  return true;
}

/// The same of a slice, which may be empty: then its ends may lie anywhere.
bool Elaborator::checkSlice(ValueId first, ValueId last, const Axis &axis, SourceRange place,
                            SourceRange array, SourceRange whole) {
  bool belowHigh = false, aboveLow = false;
  if (outside(last, axis, true, place, array, whole, belowHigh) ||
      outside(first, axis, false, place, array, whole, aboveLow))
    return false;
  if (!belowHigh || !aboveLow)
    ++riskyReads_;
  return true;
}

} // namespace gradus::semantics
