//===- Bounds.h - proving that whole numbers are not negative ---------------===//
#pragma once

#include "ir/Graph.h"

#include <span>

namespace gradus::lower {

/// True when `v >= 0` (an Int scalar) is certain wherever the loops of
/// `open` are running: index symbols lie in their ranges, and the range of an
/// open symbol is not empty.
bool provablyNonNegative(ir::Graph &graph, ir::ValueId v, std::span<const ir::ValueId> open);

/// An upper bound of v without index symbols; invalid when none is found.
ir::ValueId upperBound(ir::Graph &graph, ir::ValueId v);

} // namespace gradus::lower
