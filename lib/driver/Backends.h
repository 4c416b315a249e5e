//===- Backends.h - `gradus check --backends` --------------------------------===//
#pragma once

#include "driver/Check.h"

namespace gradus::driver {

/// Compares interpreter, machine code at each level, emitted C with each C
/// compiler, and the object; returns the exit code.
int checkBackends(const CheckOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
