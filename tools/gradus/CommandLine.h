//===- CommandLine.h - from arguments to one command ------------------------===//
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

namespace gradus::tool {

/// What the arguments ask for. Without `run`, `exitCode` is the answer: the
/// help was printed, or an error of usage.
struct Request {
  std::function<int(std::ostream &out, std::ostream &err)> run;
  int exitCode = 0;
  std::string file;  ///< the model, for messages
  bool json = false; ///< errors are wanted on stdout too
  bool timings = false; ///< of the stages, on stderr
  bool stopsItself = false; ///< it listens to driver::requestInterrupt()
};

Request parseCommandLine(int count, char **arguments, std::ostream &out, std::ostream &err);

} // namespace gradus::tool
