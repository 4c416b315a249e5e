//===- KktPattern.h - the tables of Pattern.h for one problem ------------------===//
//
// From the entries of J and H: colors of the unknowns, an elimination order of the
// KKT matrix, and the pattern of its factors. Done once for each pattern.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "lower/Pattern.h"

#include <cstdint>
#include <vector>

namespace gradus::driver {

struct KktPattern {
  std::array<int64_t, lower::patternSizeCount> sizes{};
  std::array<std::vector<int64_t>, lower::patternTableCount> tables;
};

/// rowsOfJ: the unknowns (from 0) that each constraint reads, ascending; rowsOfH:
/// of each unknown those that it interacts with.
KktPattern kktPattern(size_t n, const std::vector<std::vector<uint32_t>> &rowsOfJ,
                      const std::vector<std::vector<uint32_t>> &rowsOfH);

} // namespace gradus::driver
