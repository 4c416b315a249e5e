//===- UniformRemainders.cpp - the same bits in the last rounds of a loop ---===//
#include "codegen/llvm/UniformRemainders.h"

#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/IntrinsicInst.h>

namespace gradus::codegen {
namespace {

/// The vector functions of one module, by the scalar function they stand for.
class VectorVariants {
public:
  VectorVariants(llvm::Module &module, const llvm::TargetLibraryInfoImpl &library)
      : module_(module), library_(library) {}

  /// The widest variant that the module calls already, or null.
  llvm::Function *widest(llvm::StringRef scalar) const {
    for (unsigned lanes : {8u, 4u, 2u}) {
      const llvm::VecDesc *variant = library_.getVectorMappingInfo(
          scalar, llvm::ElementCount::getFixed(lanes), /*Masked=*/false);
      if (!variant)
        continue;
      llvm::Function *f = module_.getFunction(variant->getVectorFnName());
      if (f && isCalled(*f))
        return f;
    }
    return nullptr;
  }

private:
  /// InjectTLIMappings declares all variants and keeps them by @llvm.compiler.used.
  static bool isCalled(const llvm::Function &f) {
    for (const llvm::User *user : f.users())
      if (llvm::isa<llvm::CallInst>(user))
        return true;
    return false;
  }
  llvm::Module &module_;
  const llvm::TargetLibraryInfoImpl &library_;
};

/// The scalar function behind a variant: "_ZGVdN4vv_pow" is of "pow".
llvm::StringRef scalarName(llvm::StringRef name) {
  return name.starts_with("_ZGV") ? name.rsplit('_').second : name;
}

unsigned lanesOf(const llvm::Type *type) {
  auto *vector = llvm::dyn_cast<llvm::FixedVectorType>(type);
  return vector ? vector->getNumElements() : 1;
}

void replace(llvm::CallInst *call, llvm::Function *variant) {
  llvm::IRBuilder<> b(call);
  unsigned have = lanesOf(call->getType()), want = lanesOf(variant->getReturnType());
  llvm::SmallVector<int, 8> widen, narrow;
  for (unsigned lane = 0; lane < want; ++lane)
    widen.push_back(static_cast<int>(lane % have));
  for (unsigned lane = 0; lane < have; ++lane)
    narrow.push_back(static_cast<int>(lane));
  std::vector<llvm::Value *> arguments;
  for (llvm::Value *argument : call->args())
    arguments.push_back(have == 1 ? b.CreateVectorSplat(want, argument)
                                  : b.CreateShuffleVector(argument, widen));
  llvm::CallInst *all = b.CreateCall(variant, arguments);
  all->setDoesNotAccessMemory();
  all->setDoesNotThrow();
  call->replaceAllUsesWith(have == 1 ? b.CreateExtractElement(all, b.getInt64(0))
                                     : b.CreateShuffleVector(all, narrow));
  call->eraseFromParent();
}

bool isVectorized(const llvm::Loop &loop) {
  return llvm::getBooleanLoopAttribute(&loop, "llvm.loop.isvectorized");
}

} // namespace

void makeRemaindersUniform(llvm::Module &module, const llvm::TargetLibraryInfoImpl &library) {
  VectorVariants variants(module, library);
  for (llvm::Function &f : module) {
    if (f.isDeclaration() || f.hasOptNone())
      continue;
    llvm::DominatorTree dominators(f);
    llvm::LoopInfo loops(dominators);
    std::vector<llvm::CallInst *> calls;
    for (llvm::BasicBlock &block : f) {
      const llvm::Loop *loop = loops.getLoopFor(&block);
      if (!loop || !isVectorized(*loop))
        continue;
      for (llvm::Instruction &i : block)
        if (auto *call = llvm::dyn_cast<llvm::CallInst>(&i);
            call && call->getCalledFunction() && call->getType()->getScalarType()->isDoubleTy())
          calls.push_back(call);
    }
    for (llvm::CallInst *call : calls) {
      llvm::Function *variant = variants.widest(scalarName(call->getCalledFunction()->getName()));
      if (variant && lanesOf(call->getType()) < lanesOf(variant->getReturnType()))
        replace(call, variant);
    }
  }
}

} // namespace gradus::codegen
