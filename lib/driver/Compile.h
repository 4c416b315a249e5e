//===- Compile.h - the command `gradus compile` --------------------------------===//
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::driver {

struct CompileOptions {
  std::string file;
  std::vector<std::string> data, allowPath;
  std::string emit;   ///< the stage: tree, ir, gradient, loops, llvm, bc, asm, obj
  std::string output; ///< empty: stdout
  std::string depfile; ///< names what the output depends on; empty: none
  std::string cpu;    ///< empty: this machine's
  bool strict = false;
};

/// Writes what a stage makes; returns the exit code.
int compile(const CompileOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
