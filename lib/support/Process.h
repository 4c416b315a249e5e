//===- Process.h - running other programs ---------------------------------===//
#pragma once

#include <string>
#include <vector>

namespace gradus {

/// Runs a program, found through PATH, with its arguments as they are: no shell
/// reads them. Returns its exit code, or -1 where it did not run or was killed;
/// `output` is what it wrote to both of its outputs.
int runProgram(const std::vector<std::string> &arguments, std::string &output);

/// The file that a name stands for in PATH, all links resolved; empty: none.
std::string findProgram(const std::string &name);

/// A directory of its own that is gone with this object.
class TemporaryDirectory {
public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory &) = delete;
  TemporaryDirectory &operator=(const TemporaryDirectory &) = delete;
  /// Empty when it could not be made.
  const std::string &path() const { return path_; }

private:
  std::string path_;
};

} // namespace gradus
