//===- Diff.h - the command `gradus diff` -------------------------------------===//
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::driver {

struct DiffOptions {
  std::string file;
  std::vector<std::string> data, allowPath;
  std::string name;            ///< empty: everything
  std::string wrt;             ///< "x,y[2]"; empty: everything
  int order = 1;               ///< 1 or 2
  std::string format = "text"; ///< text, latex, json
};

/// Prints symbolic derivatives; returns the exit code.
int diff(const DiffOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
