//===- Statistics.h - what a fit says about its parameters ------------------------===//
#pragma once

#include "driver/Landscape.h"

#include <optional>
#include <vector>

namespace gradus::driver {

/// Of a least squares fit, by linearizing the residuals at the solution. Unknowns
/// that are held by a bound, or that the data do not determine, have no error (nan).
struct FitStatistics {
  size_t observations = 0, parameters = 0, degreesOfFreedom = 0;
  double sumOfSquares = 0, residualDeviation = 0; ///< without the factor of the sum
  std::vector<double> standardErrors;
  std::vector<double> correlations; ///< n by n, by rows
  std::vector<double> lower, upper; ///< of the intervals
  double confidence = 0.95;
};

/// `scale` is the factor in front of the sum of squares, `held` as in curvatureAt.
/// Nothing when there are no more residuals than unknowns.
std::optional<FitStatistics> fitStatistics(Landscape &landscape, const std::vector<double> &x,
                                           const std::vector<bool> &held, double scale);

/// The point that Student's t with so many degrees of freedom exceeds with
/// probability (1 - confidence)/2.
double studentQuantile(double confidence, double degrees);

} // namespace gradus::driver
