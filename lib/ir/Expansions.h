//===- Expansions.h - rows that are algebra over other rows --------------------===//
#pragma once

#include "ir/Graph.h"

#include <span>

namespace gradus::ir {

/// The definition of a Lowering::Expanded primitive over other primitives.
ValueId expand(Graph &graph, Prim prim, std::span<const ValueId> operands);

} // namespace gradus::ir
