//===- Variables.h - where variables of the loop IR live ----------------------===//
#pragma once

#include "loops/Loops.h"

#include <vector>

namespace gradus::codegen::c {

struct VariableUse {
  bool touched = false;
  /// An assignment comes first in the block that has all accesses: it can declare the variable.
  bool declaredByAssignment = false;
  bool topOnly = false; ///< one access, an assignment that is not in a nested body
  unsigned assignments = 0, otherWrites = 0, reads = 0;
};

/// One for each variable.
std::vector<VariableUse> variableUses(const loops::Function &function);

/// Replaces variables that are assigned once, before all reads, by what they are
/// assigned: lowering makes them of methods' texts.
void forwardVariables(loops::Function &function);

} // namespace gradus::codegen::c
