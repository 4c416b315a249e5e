//===- Partials.h - the partial derivatives of primitives ------------------===//
#pragma once

#include "ir/Graph.h"

#include <span>

namespace gradus::differentiate {

/// d prim / d operands[k] as an expression of the operands and the result: the
/// PARTIALS column of Primitives.def. Invalid where it is zero everywhere, does
/// not exist, or has a rule of its own (min and max).
ir::ValueId partial(ir::Graph &graph, ir::Prim prim, unsigned k,
                    std::span<const ir::ValueId> operands, ir::ValueId result);

} // namespace gradus::differentiate
