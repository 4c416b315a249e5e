//===- Optimize.h - the pass pipelines ------------------------------------===//
#pragma once

#include "codegen/llvm/LLVMBackend.h"

#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

namespace gradus::codegen {

/// Runs the passes of the level. `vectorMath`: loops may call libmvec.
void optimizeModule(llvm::Module &module, llvm::TargetMachine &machine, Level level,
                    bool vectorMath);

} // namespace gradus::codegen
