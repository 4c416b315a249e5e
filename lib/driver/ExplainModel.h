//===- ExplainModel.h - the command `gradus explain-model` -------------------------===//
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::driver {

struct ExplainModelOptions {
  std::string file;
  std::vector<std::string> set, data, allowPath;
  std::string name; ///< empty: everything that is one number
  bool json = false;
};

/// Prints what kind of functions a model has, and what they cost; returns the
/// exit code.
int explainModel(const ExplainModelOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
