//===- IntrinsicCalls.h - intrinsics for the quick selection ----------------===//
#pragma once

namespace llvm {
class Module;
}

namespace gradus::codegen {

/// LLVM's quick selection of instructions takes a detour through the slow one for
/// most intrinsics, which costs as much as fifty instructions. Each intrinsic becomes a function that
/// the code calls: the detour is made once, and the numbers are the same.
void callIntrinsics(llvm::Module &module);

} // namespace gradus::codegen
