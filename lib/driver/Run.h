//===- Run.h - the command `gradus run` ---------------------------------------===//
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace gradus::driver {

struct RunOptions {
  std::string file;
  std::vector<std::string> set, data, allowPath;
  std::string method; ///< name(option = value, ...), file.opt:name; empty: the model's
  std::optional<int64_t> seed; ///< of random numbers
  bool trace = false;
  bool json = false;
  bool strict = false;
  bool cache = true; ///< of compiled code
  int64_t threads = 1;
  bool progress = false; ///< a line on stderr while a descent takes long
  std::string start, fix; ///< NAME=V,... or @FILE
  bool sensitivity = false;
};

/// Solves all problems of a file; returns the exit code.
int run(const RunOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
