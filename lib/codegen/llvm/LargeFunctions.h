//===- LargeFunctions.h - straight-line code of any length ------------------===//
#pragma once

#include <llvm/IR/Module.h>

namespace gradus::codegen {

/// Finds functions with a very long straight-line block, whose cost in LLVM's passes,
/// its instruction selection and its register allocator grows faster than their
/// length, and has them compiled without passes. Their blocks are cut into short ones,
/// between which values go through the stack. Returns whether there is one.
bool spareLargeFunctions(llvm::Module &module);

} // namespace gradus::codegen
