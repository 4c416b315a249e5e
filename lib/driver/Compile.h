//===- Compile.h - the command `gradus compile` --------------------------------===//
#pragma once

#include "driver/EmitModel.h"

#include <iosfwd>
#include <string>
#include <vector>

namespace gradus::driver {

struct CompileOptions {
  std::string file;
  std::vector<std::string> data, allowPath;
  std::string emit;   ///< the stage: tree, ir, gradient, loops, llvm, bc, asm, obj, c, header
  std::string output; ///< empty: stdout
  std::string depfile; ///< names what the output depends on; empty: none
  std::string cpu;    ///< empty: this machine's
  std::string target; ///< a triple; empty: this machine's
  bool withHeader = false; ///< write a header beside the object
  bool withTest = false; ///< write a test program beside the header
  EmitOptions model;
};

/// Writes what a stage makes; returns the exit code.
int compile(const CompileOptions &options, std::ostream &out, std::ostream &err);

} // namespace gradus::driver
