//===- Rows.h - which elements of a constraint there are ---------------------===//
//
//     apart[i in 1..n, j in i+1..n where near[i,j] > 0]: distance(i, j) >= d
//
// A constraint fills the box around its ranges. What ranges or a condition leave
// out of it is 0 between -inf and inf, which holds nothing.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Module.h"

namespace gradus::ir {

/// A constraint under its indices.
struct Rows {
  std::vector<ValueId> symbols;
  std::vector<Axis> ranges;
  ValueId present;             ///< the elements that there are; true: all
  ValueId value, lower, upper; ///< of those; invalid as in Constraint
  bool equality() const { return lower.valid() && lower == upper; }
};

Rows rows(Graph &g, const Constraint &c);
/// The constraint of rows that may leave some out.
Constraint closed(Graph &g, const Rows &rows, std::string name, SourceRange range);

} // namespace gradus::ir
