//===- VectorExp.h - exp inside vector loops -------------------------------===//
#pragma once

#include <llvm/IR/Module.h>

namespace gradus::codegen {

/// A function of the module that computes exp for so many lanes (1: a double), made
/// at the first call, to be inlined: a call would save all vectors of the loop around
/// it. The same value for the same argument at any number of lanes; at most 1 unit in
/// the last place off. Null where the machine has no fused multiply-add.
llvm::Function *vectorExp(llvm::Module &module, unsigned lanes, llvm::StringRef features);

} // namespace gradus::codegen
