//===- LargeFunctions.h - straight-line code of any length ------------------===//
#pragma once

#include <llvm/IR/Module.h>

#include <memory>

namespace gradus::codegen {

/// Finds functions with a very long straight-line block, whose cost in LLVM's passes,
/// its instruction selection and its register allocator grows faster than their
/// length, and has them compiled without passes. Their blocks are cut into short ones,
/// between which values go through the stack. Returns whether there is one.
bool spareLargeFunctions(llvm::Module &module);

/// Moves the functions that are compiled without passes, and all that call them, to a
/// module of their own, whose machine code can be made quickly; null where there are
/// none. What they call in the other module is exported by it.
std::unique_ptr<llvm::Module> takeLargeFunctions(llvm::Module &module);

} // namespace gradus::codegen
