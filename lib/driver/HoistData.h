//===- HoistData.h - values that no unknown decides, before the descent -----------===//
#pragma once

#include "transform/Hoist.h"

#include <cstdint>
#include <memory>

namespace gradus::driver {

class NativeKernel;
class Session;

/// What transform::hoist makes of a problem, and the values of its inputs.
struct HoistedValues : transform::Hoisted {
  HoistedValues();
  ~HoistedValues();
  /// Gives the inputs their values; once, as long as data stay the same. False after
  /// reporting.
  bool compute(Session &session);

  uint64_t judged = 0; ///< the binding of data whose sizes decided

private:
  std::unique_ptr<NativeKernel> kernel_;
  uint64_t computed_ = 0;
};

} // namespace gradus::driver
