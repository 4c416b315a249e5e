//===- LowerModel.h - a whole model as one module of the loop IR ----------------------===//
#pragma once

#include "driver/Subject.h"
#include "loops/Loops.h"
#include "lower/Interface.h"

#include <map>

namespace gradus::driver {

/// Adds for a function f its value, `f`, `f_gradient`, `f_value_gradient`,
/// `f_hessian_vector` and `f_hessian`; for the problem of a file `value`,
/// `gradient`, `value_gradient`, `hessian_vector`, `hessian`, `start`, `solve`, its
/// descent, with constraints `constraints`, and for least squares `residual` and `jacobian`; for a problem P of
/// several the same with `P_` before the names. `interface` describes them. In
/// the names of the loop IR letters that symbols cannot have are written as
/// their bytes: θ is _ce_b8. `sizes`: whole numbers that are known already. False
/// after reporting.
bool lowerModel(Session &session, const std::map<ir::ValueId, int64_t> &sizes,
                loops::Module &module, lower::Interface &interface);

} // namespace gradus::driver
