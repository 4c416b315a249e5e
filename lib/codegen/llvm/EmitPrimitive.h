//===- EmitPrimitive.h - primitives to LLVM instructions ------------------===//
#pragma once

#include "codegen/llvm/Externals.h"
#include "ir/Primitives.h"

namespace gradus::codegen {

/// The value of a primitive, each operation rounded by itself. Fusion is the
/// caller's affair.
llvm::Value *emitPrimitive(llvm::IRBuilder<> &b, Externals &externals, ir::Prim prim,
                           llvm::ArrayRef<llvm::Value *> operands);

} // namespace gradus::codegen
