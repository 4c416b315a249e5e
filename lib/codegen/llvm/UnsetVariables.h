//===- UnsetVariables.h - variables that are read before they are set --------===//
#pragma once

#include "loops/Loops.h"

#include <vector>

namespace gradus::codegen {

/// By VariableId: whether something may read the variable before a statement has set
/// it. What the function returns counts as read.
std::vector<bool> readBeforeSet(const loops::Function &function);

} // namespace gradus::codegen
