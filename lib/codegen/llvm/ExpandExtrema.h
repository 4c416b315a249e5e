//===- ExpandExtrema.h - minimum and maximum in plain comparisons -------------===//
#pragma once

#include <llvm/IR/Module.h>

namespace gradus::codegen {

/// Replaces llvm.minimum and llvm.maximum of reals, for machines whose back end
/// of LLVM cannot select them (ARM without double precision, soft floats).
void expandExtrema(llvm::Module &module);

} // namespace gradus::codegen
