//===- DiffPattern.h - the command `gradus diff --pattern` ------------------------===//
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::driver {

struct PatternOptions {
  std::string file;
  std::vector<std::string> set, data, allowPath;
  std::string name;   ///< empty: everything
  std::string output; ///< an image, .svg or .png; empty: a picture of characters
  bool json = false;
};

/// Prints where Hessians (of arrays: Jacobians) have entries; returns the exit code.
int diffPattern(const PatternOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
