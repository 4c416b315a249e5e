//===- Curvature.h - the second derivatives at the end of a descent ------------===//
#pragma once

#include "driver/Landscape.h"

namespace gradus::driver {

/// Of the Hessian on the unknowns that no bound holds. What is small is judged
/// after scaling the unknowns so that the rows of the Hessian are of one size, and
/// against the rounding errors of the objective.
struct Curvature {
  enum class Kind : uint8_t {
    Unknown,  ///< not looked at, or not finite
    Minimum,  ///< positive in every direction
    Positive, ///< in the directions that were looked at, of many
    Flat,     ///< nowhere negative, but zero along some direction
    Negative, ///< a saddle or a maximum
  };
  Kind kind = Kind::Unknown;
  double least = 0, greatest = 0; ///< eigenvalues, unscaled
  size_t flat = 0;                ///< number of flat directions
  double decrement = 0;           ///< what a Newton step promises
  double rounding = 0;            ///< what rounding of the unknowns themselves changes
  std::vector<double> newton;     ///< that step
  /// Directions of the size of x: of negative and of no curvature, and those of the
  /// least positive one.
  std::vector<std::vector<double>> negative, level, lowest;
};
const char *curvatureName(Curvature::Kind kind);

/// Unknowns up to which all eigenvalues are computed.
constexpr size_t mostDenseUnknowns = 200;

/// At x with gradient g, where values differ by rounding errors of `noise`. Unknowns
/// with `held` rest. At most
/// so many products with the Hessian; all eigenvalues only where they suffice.
Curvature curvatureAt(Landscape &landscape, const std::vector<double> &x, double noise,
                      const std::vector<double> &g, const std::vector<bool> &held, int64_t products);

} // namespace gradus::driver
