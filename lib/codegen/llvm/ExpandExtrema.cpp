//===- ExpandExtrema.cpp - minimum and maximum in plain comparisons -------------===//
#include "codegen/llvm/ExpandExtrema.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/TargetParser/Triple.h>

#include <vector>

namespace gradus::codegen {
namespace {

/// Where LLVM selects both for doubles.
bool isNative(const llvm::Triple &triple) {
  return triple.getArch() == llvm::Triple::x86_64 || triple.isAArch64() || triple.isWasm();
}

llvm::Value *expanded(llvm::IntrinsicInst &call) {
  llvm::IRBuilder<> b(&call);
  const bool smaller = call.getIntrinsicID() == llvm::Intrinsic::minimum;
  llvm::Value *x = call.getArgOperand(0), *y = call.getArgOperand(1);
  llvm::Value *first = smaller ? b.CreateFCmpOLT(x, y) : b.CreateFCmpOGT(x, y);
  llvm::Value *second = smaller ? b.CreateFCmpOGT(x, y) : b.CreateFCmpOLT(x, y);
  // What is left are equal numbers and nan. Of two zeros the sum has the sign of
  // the maximum, and -(-x + -y) that of the minimum; both keep nan.
  llvm::Value *zero = llvm::Constant::getNullValue(x->getType());
  llvm::Value *equal = b.CreateAnd(b.CreateFCmpOEQ(x, y), b.CreateFCmpUNE(x, zero));
  llvm::Value *rest = smaller ? b.CreateFNeg(b.CreateFAdd(b.CreateFNeg(x), b.CreateFNeg(y)))
                              : b.CreateFAdd(x, y);
  return b.CreateSelect(first, x, b.CreateSelect(second, y, b.CreateSelect(equal, x, rest)));
}

} // namespace

void expandExtrema(llvm::Module &module) {
  if (isNative(llvm::Triple(module.getTargetTriple())))
    return;
  std::vector<llvm::IntrinsicInst *> calls;
  for (llvm::Function &f : module)
    for (llvm::BasicBlock &block : f)
      for (llvm::Instruction &i : block)
        if (auto *call = llvm::dyn_cast<llvm::IntrinsicInst>(&i))
          if (call->getIntrinsicID() == llvm::Intrinsic::minimum ||
              call->getIntrinsicID() == llvm::Intrinsic::maximum)
            calls.push_back(call);
  for (llvm::IntrinsicInst *call : calls) {
    call->replaceAllUsesWith(expanded(*call));
    call->eraseFromParent();
  }
}

} // namespace gradus::codegen
