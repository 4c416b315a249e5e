//===- Extents.cpp - how many numbers values are ------------------------------===//

#include "driver/Extents.h"

namespace gradus::driver {

std::optional<int64_t> elementsOf(Session &session, const std::vector<ir::ValueId> &values) {
  int64_t all = 0;
  for (ir::ValueId v : values) {
    std::vector<int64_t> shape;
    if (!session.extents(session.graph().type(v).shape, shape))
      return {};
    int64_t size = 1;
    for (int64_t e : shape)
      size *= e;
    all += size;
  }
  return all;
}

} // namespace gradus::driver
