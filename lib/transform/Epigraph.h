//===- Epigraph.h - kinks as unknowns and constraints -------------------------===//
//
//     minimize f(x) + sum (i in 1..n) abs(r(i))
//
// has its minimum where
//
//     minimize f(x) + sum (i in 1..n) kink[i]
//     subject to  r(i) <= kink[i],  -r(i) <= kink[i]
//
// has it, and the second problem is smooth: each kink, which the objective rises
// with, becomes an unknown that lies above it. The same for max, relu and maxima
// over a range; for min where the objective falls with it; and in constraints that
// have one side. (Boyd and Vandenberghe, Convex Optimization, 2004, 4.1.3.)
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Module.h"

#include <optional>
#include <span>

namespace gradus::transform {

/// How names of the unknowns in place of kinks begin: as no other name can.
inline constexpr const char *kinkName = "kink ";

/// The problem without kinks: its unknowns and constraints are those of the other
/// one, in their order, and then those of the kinks.
struct Epigraph {
  ir::Problem problem;
  /// What each unknown after the given ones lies above or below, in the given ones.
  std::vector<ir::ValueId> kinks;
};

/// Nothing where there is no kink, or one that cannot be taken out: the value both
/// rises and falls with it, it is a root or a jump, it stands in a recurrence or under
/// a condition. `nonNegative` as in differentiate/Structure.h.
std::optional<Epigraph> epigraph(ir::Graph &g, const ir::Problem &problem,
                                 std::span<const ir::ValueId> nonNegative);

} // namespace gradus::transform
