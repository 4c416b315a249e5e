//===- CCompilers.cpp - the C compilers of this machine ----------------------------===//
#include "driver/CCompilers.h"

#include "support/Process.h"

#include <cstdlib>
#include <set>

namespace gradus::driver {

std::vector<std::string> cCompilers() {
  std::vector<std::string> names{"gcc", "clang"};
  for (int version = 30; version >= 9; --version)
    for (const char *name : {"gcc-", "clang-"})
      names.push_back(name + std::to_string(version));
  names.insert(names.end(), {"tcc", "icx", "cc"});
  std::set<std::string> seen;
  std::vector<std::string> found;
  for (const std::string &name : names)
    if (const std::string file = findProgram(name); !file.empty() && seen.insert(file).second)
      found.push_back(name);
  return found;
}

std::string usualCCompiler() {
  if (const char *chosen = std::getenv("CC"); chosen && *chosen)
    return chosen;
  const std::vector<std::string> all = cCompilers();
  return all.empty() ? "" : all.front();
}

} // namespace gradus::driver
