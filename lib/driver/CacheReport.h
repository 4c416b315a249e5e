//===- CacheReport.h - the command `gradus cache` -----------------------------===//
#pragma once

#include <iosfwd>

namespace gradus::driver {

/// Where compiled code is kept and how much it is; with `clear`, removes it
/// first. Returns the exit code.
int cacheReport(bool clear, bool json, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
