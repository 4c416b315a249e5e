//===- CarriedValues.h - makes room for values carried between rounds -------===//
#pragma once

#include <llvm/IR/PassManager.h>

namespace gradus::codegen {

/// The vectorizer can carry a value from one round of a loop to the next (a first
/// order recurrence) only if the new value is computed before the old one is
/// used. This pass moves the computation of the new value up where it can.
///   before:  store %old + %a;  %new = fmul 2, %a
///   after:   %new = fmul 2, %a;  store %old + %a
/// Looks at loops whose carried value is computed in the loop's first block.
class HoistCarriedValuesPass : public llvm::PassInfoMixin<HoistCarriedValuesPass> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace gradus::codegen
