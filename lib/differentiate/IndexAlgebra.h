//===- IndexAlgebra.h - facts about whole-number index expressions -----------===//
#pragma once

#include "ir/Graph.h"

#include <optional>
#include <vector>

namespace gradus::differentiate {

/// v(s + 1) - v(s), if that is a constant: v is affine in the symbol s.
std::optional<int64_t> slope(ir::Graph &graph, ir::ValueId v, ir::ValueId symbol);

/// The symbol as an expression of the others, where a = b; invalid if it does
/// not occur with a factor of 1 or -1.
ir::ValueId solveFor(ir::Graph &graph, ir::ValueId a, ir::ValueId b, ir::ValueId symbol);

/// An upper bound of v without index symbols; invalid when none is found.
ir::ValueId largest(ir::Graph &graph, ir::ValueId v);

/// Whether v >= 0 is certain for all symbols in their ranges and all sizes.
bool certainlyNonNegative(ir::Graph &graph, ir::ValueId v);

/// What is certain about a comparison, or `not` one, of whole numbers.
std::optional<bool> decide(ir::Graph &graph, ir::ValueId condition);

/// The parts of nested `and`.
std::vector<ir::ValueId> conjuncts(const ir::Graph &graph, ir::ValueId condition);

/// The number of elements of a range if that is a constant.
std::optional<int64_t> constantExtent(ir::Graph &graph, const ir::Axis &range);

} // namespace gradus::differentiate
