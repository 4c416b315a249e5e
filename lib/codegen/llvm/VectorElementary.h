//===- VectorElementary.h - exp and logarithms inside vector loops --------===//
#pragma once

#include <llvm/IR/Module.h>

namespace gradus::codegen {

/// exp, log or log1p for `lanes` numbers, always inlined, so that nothing has to be saved
/// around a call; with one lane for a number, with the same result. Null for other names
/// and where a fused multiply-add is not an instruction.
llvm::Function *vectorElementary(llvm::Module &module, llvm::StringRef name, unsigned lanes,
                                 llvm::StringRef features);

} // namespace gradus::codegen
