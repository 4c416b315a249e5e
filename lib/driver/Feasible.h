//===- Feasible.h - where constraints hold, as a picture -----------------------===//
#pragma once

#include "driver/Region.h"

#include <string>

namespace gradus::driver {

/// Parts of a gnuplot script: data blocks, and what is drawn below and above the
/// contours of the objective.
struct FeasiblePicture {
  std::string data;
  std::string below, above; ///< entries of `plot`, each with a comma behind or before it
};

/// Where the constraints and bounds of a problem with two unknowns hold within the
/// region; `dots`: for terminals that fill no areas. False after reporting.
bool drawFeasible(Session &session, const Region &region, bool dots, FeasiblePicture &picture);

} // namespace gradus::driver
