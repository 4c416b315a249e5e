//===- Extents.h - how many numbers values are --------------------------------===//
#pragma once

#include "driver/Session.h"

#include <optional>
#include <vector>

namespace gradus::driver {

/// Elements of all the values together; nothing after reporting.
std::optional<int64_t> elementsOf(Session &session, const std::vector<ir::ValueId> &values);

} // namespace gradus::driver
