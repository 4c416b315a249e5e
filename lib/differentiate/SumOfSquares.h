//===- SumOfSquares.h - the residuals of a least squares objective ----------===//
//
// Before:  1/n * sum (i in 1..n) (h(x[i]) - y[i])^2 + 3
// After:   r[i] = sqrt(2/n) * (h(x[i]) - y[i])      objective = 1/2*sumsq(r) + 3
//
// Requires: sums over ranges that do not depend on each other, and factors that
// are certainly not negative. A sum's condition makes residuals that are 0.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <optional>
#include <span>
#include <vector>

namespace gradus::differentiate {

/// Scalars and arrays whose squares make the objective, up to a constant; nothing
/// when the objective is not seen to be a sum of squares.
std::optional<std::vector<ir::ValueId>> residuals(ir::Graph &graph, ir::ValueId objective,
                                                  std::span<const ir::ValueId> unknowns);

/// The number in front of the sum, 1/n above: what the residuals as they were
/// written were multiplied with. Nothing when their terms have different ones.
std::optional<ir::ValueId> residualScale(ir::Graph &graph, ir::ValueId objective,
                                         std::span<const ir::ValueId> unknowns);

} // namespace gradus::differentiate
