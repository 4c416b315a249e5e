//===- IntrinsicCalls.cpp - intrinsics for the quick selection --------------===//
#include "codegen/llvm/IntrinsicCalls.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>

#include <vector>

namespace gradus::codegen {
namespace {

/// What the quick selection knows, or what is no computation.
bool isQuick(const llvm::IntrinsicInst &call) {
  switch (call.getIntrinsicID()) {
  case llvm::Intrinsic::memcpy:
  case llvm::Intrinsic::memmove:
  case llvm::Intrinsic::memset:
  case llvm::Intrinsic::sqrt:
    return true;
  default:
    return call.getType()->isVoidTy();
  }
}

llvm::Function *functionOf(llvm::IntrinsicInst &call) {
  llvm::Function *intrinsic = call.getCalledFunction();
  auto *f = llvm::Function::Create(intrinsic->getFunctionType(), llvm::GlobalValue::InternalLinkage,
                                   "call." + intrinsic->getName(), call.getModule());
  for (const llvm::Attribute &attribute : call.getFunction()->getAttributes().getFnAttrs())
    f->addFnAttr(attribute);
  llvm::IRBuilder<> b(llvm::BasicBlock::Create(call.getContext(), "entry", f));
  std::vector<llvm::Value *> arguments;
  for (unsigned k = 0; k < f->arg_size(); ++k) {
    llvm::Value *given = call.getArgOperand(k);
    const bool fixed = intrinsic->hasParamAttribute(k, llvm::Attribute::ImmArg);
    arguments.push_back(fixed ? given : f->getArg(k));
  }
  b.CreateRet(b.CreateCall(intrinsic, arguments));
  return f;
}

} // namespace

void callIntrinsics(llvm::Module &module) {
  std::vector<llvm::IntrinsicInst *> calls;
  for (llvm::Function &f : module)
    for (llvm::BasicBlock &block : f)
      for (llvm::Instruction &i : block)
        if (auto *call = llvm::dyn_cast<llvm::IntrinsicInst>(&i); call && !isQuick(*call))
          calls.push_back(call);
  // Fixed arguments are the same in all calls that the emitter makes.
  llvm::DenseMap<llvm::Function *, llvm::Function *> made;
  for (llvm::IntrinsicInst *call : calls) {
    llvm::Function *&f = made[call->getCalledFunction()];
    if (!f)
      f = functionOf(*call);
    call->setCalledFunction(f);
  }
}

} // namespace gradus::codegen
