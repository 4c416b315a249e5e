//===- VectorMath.h - vector versions of the C library's functions --------===//
#pragma once

#include <llvm/Analysis/TargetLibraryInfo.h>

namespace gradus::codegen {

/// Tells LLVM which functions libmvec of glibc 2.35 and later has, at 2, 4 and
/// 8 lanes; only of those that the processor can execute. LLVM's own list has six
/// functions and stops at 4 lanes.
void addVectorMath(llvm::TargetLibraryInfoImpl &library, llvm::StringRef features);

/// Whether programs for the triple find libmvec.
bool libraryHasVectors(const llvm::Triple &triple);

/// The name of the variant of a function of the C library for so many lanes;
/// empty: none, or no features.
std::string vectorMathName(llvm::StringRef scalar, unsigned lanes, llvm::StringRef features);

} // namespace gradus::codegen
