//===- CacheReport.cpp - the command `gradus cache` ---------------------------===//

#include "driver/CacheReport.h"

#include "jit/Cache.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <ostream>
#include <string>

namespace gradus::driver {

namespace {

std::string mebibytes(uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / 1048576);
  return text;
}

std::string entries(uint64_t count) {
  return std::to_string(count) + (count == 1 ? " entry" : " entries");
}

} // namespace

int cacheReport(bool clear, bool json, std::ostream &out, std::ostream &) {
  const jit::Cache cache;
  const jit::CacheContents removed = clear ? cache.clear() : jit::CacheContents();
  const jit::CacheContents now = cache.contents();
  if (json) {
    nlohmann::ordered_json report = {{"version", 1},
                                     {"directory", cache.directory()},
                                     {"entries", now.files},
                                     {"bytes", now.bytes},
                                     {"limit_bytes", cache.limit()}};
    if (clear)
      report["removed"] = {{"entries", removed.files}, {"bytes", removed.bytes}};
    out << report.dump(2) << "\n";
    return 0;
  }
  if (cache.directory().empty()) {
    out << "compiled code is not kept: GRADUS_CACHE is no absolute path, or there is no HOME\n";
    return 0;
  }
  if (clear)
    out << "removed    " << entries(removed.files) << ", " << mebibytes(removed.bytes) << "\n";
  out << "directory  " << cache.directory() << "\n";
  out << "contents   " << entries(now.files) << ", " << mebibytes(now.bytes) << "\n";
  out << "limit      " << mebibytes(cache.limit()) << "\n";
  return 0;
}

} // namespace gradus::driver
