//===- Critical.h - the command `gradus critical` -------------------------------===//
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::driver {

struct CriticalOptions {
  std::string file;
  std::vector<std::string> set, data, allowPath;
  std::string name; ///< of a function or objective; empty: the only one
  std::string box;  ///< "x=[-2,2],y=[0,1]"
  bool json = false;
};

/// Finds and classifies stationary points in a box; returns the exit code.
int critical(const CriticalOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
