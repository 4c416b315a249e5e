//===- Region.h - functions of few variables on a box -----------------------------===//
#pragma once

#include "driver/Landscape.h"
#include "driver/Subject.h"

#include <memory>
#include <string>
#include <vector>

namespace gradus::driver {

/// A function or objective with all its real variables in one vector.
struct Region {
  const Subject *subject = nullptr;
  std::vector<std::string> names; ///< x, y[1], ...
  std::vector<double> lower, upper;
  std::vector<bool> given; ///< the user or the model has set the ends
  std::unique_ptr<Landscape> landscape;
};

/// The subject with this name, or the only objective, or the only function. A box is
/// "x=[-2,2],y=[0,1]"; a variable that it does not name has its bounds, or -5 to 5.
/// False after reporting.
bool makeRegion(Session &session, const std::vector<Subject> &all, const std::string &name,
                const std::string &box, Region &region);

/// Point k (from 1) of Halton's sequence in the unit cube.
std::vector<double> haltonPoint(size_t k, size_t dimensions);

} // namespace gradus::driver
