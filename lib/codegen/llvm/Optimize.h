//===- Optimize.h - the pass pipelines ------------------------------------===//
#pragma once

#include "codegen/llvm/LLVMBackend.h"

#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

namespace gradus::codegen {

/// Marks functions with a very long straight-line block, whose cost in LLVM's
/// schedulers grows faster than their length, to be compiled without passes.
/// Returns whether there is one.
bool sparesLargeFunctions(llvm::Module &module);

/// Runs the passes of the level. `vectorMath`: loops may call libmvec.
void optimizeModule(llvm::Module &module, llvm::TargetMachine &machine, Level level,
                    bool vectorMath);

} // namespace gradus::codegen
