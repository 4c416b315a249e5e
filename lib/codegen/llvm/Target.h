//===- Target.h - the machine that code is made for -----------------------===//
#pragma once

#include "codegen/llvm/LLVMBackend.h"

#include <llvm/Target/TargetMachine.h>

#include <memory>

namespace gradus::codegen {

/// Null, with `error` set, for a triple that LLVM was built without.
std::shared_ptr<llvm::TargetMachine> targetMachine(const Settings &settings, std::string &error);

/// Attributes that tell LLVM's passes the machine of a function.
void describeTarget(const llvm::TargetMachine &machine, llvm::Function &function);

} // namespace gradus::codegen
