//===- ProgramClass.h - linear, quadratic, convex problems with constraints ------===//
#pragma once

#include "driver/Pattern.h"
#include "driver/Session.h"

#include <string>
#include <vector>

namespace gradus::driver {

struct ProgramClass {
  int objective = 3, constraints = 3; ///< degrees as polynomials: 0, 1, 2, 3 for others
  /// Shown: of what the constraints allow.
  bool convexSet = false;
  /// Shown: of objective and constraints. Then no point is better than a minimum.
  bool convex = false;

  bool isLinear() const { return objective <= 1 && constraints <= 1; }
  bool isQuadratic() const { return objective == 2 && constraints <= 1; }
  /// "a convex quadratic program"; "" where nothing special is seen.
  std::string text() const;
};
/// For known parameters and data.
ProgramClass programClass(Session &session, const ir::Problem &problem);

/// Inputs that are not negative: unknowns of the problem, if any, by their bounds,
/// parameters and data by their values.
std::vector<ir::ValueId> nonNegativeInputs(Session &session, const ir::Problem *problem);
/// Whether a constant Hessian has pivots that are all positive, beyond rounding.
bool isPositiveDefinite(Session &session, const differentiate::SparseMatrix &hessian,
                        const Pattern &pattern);

} // namespace gradus::driver
