//===- MethodConstraints.h - constraints in methods (private) -----------------===//
#pragma once

#include "lower/KktFunctions.h"
#include "lower/MethodLowering.h"

#include <array>

namespace gradus::lower {

/// What a method with constraints has besides: kernels over x[1..n] and the
/// constraints c[1..mc], and the tables of the patterns.
struct MethodConstraints {
  ir::ValueId count; ///< mc
  ir::Type type;     ///< of c, and of its multipliers
  std::vector<ir::ValueId> values;
  loops::FunctionId constraints, tangent, lagrangian, curvature; ///< flat ones
  KktFunctions kkt;
  std::array<ir::ValueId, patternSizeCount> sizes;
  std::array<ir::ValueId, patternTableCount> tables;
  ir::ValueId lower, upper;
  /// Of the factors that belong to the method's step.
  loops::BufferId lx, d, e, work, kx;
};

} // namespace gradus::lower
