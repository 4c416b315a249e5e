//===- UniformRemainders.h - the same bits in the last rounds of a loop -----===//
#pragma once

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/Module.h>

namespace gradus::codegen {

/// After vectorization a loop computes most of its elements with functions of
/// libmvec, and the last few, in a narrower vector or a scalar remainder, with
/// other functions that round differently: the result for a value would depend on
/// where it stands in the array. This makes the remainders of vectorized loops
/// call the widest variant too, and use as many of its lanes as they need.
///   before:  %y = call double @exp(double %x)
///   after:   %y = extractelement (call <8 x double> @_ZGVeN8v_exp(splat %x)), 0
/// Requires: the loop vectorizer has run.
void makeRemaindersUniform(llvm::Module &module, const llvm::TargetLibraryInfoImpl &library);

} // namespace gradus::codegen
