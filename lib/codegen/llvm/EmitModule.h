//===- EmitModule.h - a module of the loop IR to LLVM IR -------------------===//
#pragma once

#include "codegen/llvm/LLVMBackend.h"

#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

namespace gradus::codegen {

/// Null, with `error` set, where a name clashes with the C library.
std::unique_ptr<llvm::Module> emitModule(const loops::Module &source, const Settings &settings,
                                         const llvm::TargetMachine &machine,
                                         llvm::LLVMContext &context, std::string &error);

} // namespace gradus::codegen
