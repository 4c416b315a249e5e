//===- Unknowns.h - names of the elements of x -----------------------------------===//
#pragma once

#include "driver/Session.h"

#include <string>
#include <vector>

namespace gradus::driver {

/// θ[0], x[2,3]: the name of an element of an array.
std::string elementName(const std::string &name, const std::vector<int64_t> &lo,
                        const std::vector<int64_t> &shape, size_t linear);
/// First indices and extents of an unknown; empty for a number.
void unknownRanges(Session &session, const ir::Unknown &unknown, std::vector<int64_t> &lo,
                   std::vector<int64_t> &shape);
/// The name of element k (from 0) of all unknowns one after the other.
std::string unknownName(Session &session, const ir::Problem &problem, size_t k);

} // namespace gradus::driver
