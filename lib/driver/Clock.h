//===- Clock.h - the clock by which commands time themselves ---------------===//
#pragma once

#include <chrono>

namespace gradus::driver {

using Clock = std::chrono::steady_clock;

/// Milliseconds since `from`.
inline double milliseconds(Clock::time_point from) {
  return std::chrono::duration<double, std::milli>(Clock::now() - from).count();
}

} // namespace gradus::driver
