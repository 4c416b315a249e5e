//===- KeptValues.h - what a step has computed and the way back reads ----------===//
//
// The way back through a recurrence reads values of each step. Its states are there; what
// is made of them is made again, unless that is dearer than to keep it over all steps.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "differentiate/Differentiate.h"
#include "differentiate/Rules.h"

#include <utility>

namespace gradus::differentiate {

using Contributions = std::vector<std::pair<ir::ValueId, Adjoint>>;

/// Values of one step, of `opened`, that are cheaper to keep than to make again, where the
/// adjoints `reached` of the step read them: all states of inner recurrences, and with
/// another `storing` numbers and arrays that each step makes in any case. What an adjoint
/// is made of is known by `adjointSymbols`.
std::vector<ir::ValueId> valuesToKeep(ir::Graph &graph, const ir::Opened &opened,
                                      const Contributions &reached,
                                      std::span<const ir::ValueId> adjointSymbols,
                                      Storing storing);

/// The condition under which the roots read v: that of a branch of which v is a part, true
/// where v is no part of one branch alone.
ir::ValueId branchOf(ir::Graph &graph, std::span<const ir::ValueId> roots, ir::ValueId v);

} // namespace gradus::differentiate
