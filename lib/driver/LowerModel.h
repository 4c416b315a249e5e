//===- LowerModel.h - a whole model as one module of the loop IR ----------------------===//
#pragma once

#include "driver/Subject.h"
#include "loops/Loops.h"

namespace gradus::driver {

/// Adds for a function f its value, `f`, and value with gradient, `f_gradient`;
/// for the problem of a file `value`, `value_gradient` and `solve`, its descent;
/// for a problem P of several the same with `P_` before the names. Letters that
/// symbols cannot have are written as their bytes: θ is _ce_b8. False after
/// reporting.
bool lowerModel(Session &session, loops::Module &module);

} // namespace gradus::driver
