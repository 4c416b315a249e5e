//===- Check.h - the command `gradus check` -----------------------------------===//
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::driver {

struct CheckOptions {
  std::string file;
  std::vector<std::string> set, data, allowPath;
  bool json = false;
  bool backends = false; ///< compare ways to run the model, not derivatives
  bool strict = false;   ///< with `backends`: to the bit
};

/// Compares every function and problem with its oracles; returns the exit code.
int check(const CheckOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
