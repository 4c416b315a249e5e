//===- Compare.h - the command `gradus compare` --------------------------------===//
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::driver {

struct CompareOptions {
  std::string file;
  std::vector<std::string> set, data, allowPath;
  std::string methods; ///< names with options, separated by commas
  std::string picture; ///< .svg or .png; empty: in characters
  bool json = false;
};

/// Solves the problems of a file by several methods and compares them; returns the
/// exit code.
int compare(const CompareOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
