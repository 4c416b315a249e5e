//===- Kinks.h - where second derivatives do not tell the curvature -------------===//
#pragma once

#include "ir/Graph.h"
#include "support/Diagnostics.h"

#include <span>

namespace gradus::lower {

/// A method asks for second derivatives: warns at each primitive with a kink that
/// an unknown goes into.
void warnOfKinks(const ir::Graph &graph, ir::ValueId objective,
                 std::span<const ir::ValueId> unknowns, Diagnostics &diagnostics);

} // namespace gradus::lower
