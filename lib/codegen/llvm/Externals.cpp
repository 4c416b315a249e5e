//===- Externals.cpp - functions outside the module that code calls --------===//
#include "codegen/llvm/Externals.h"
#include "codegen/llvm/VectorElementary.h"
#include "codegen/llvm/VectorMath.h"

namespace gradus::codegen {

llvm::Value *Externals::call(llvm::IRBuilder<> &b, llvm::StringRef name, llvm::Type *result,
                             llvm::ArrayRef<llvm::Value *> arguments) {
  if (auto *vector = llvm::dyn_cast<llvm::FixedVectorType>(result))
    return callVector(b, name, vector->getNumElements(), vector->getElementType(), arguments);
  if (remainder_ != 0)
    if (llvm::Function *own = vectorElementary(module_, name, 1, machine_))
      return b.CreateCall(own, arguments);
  if (remainder_ == 0 || vectorMathName(name, remainder_, features_).empty())
    return callScalar(b, name, result, arguments);
  llvm::SmallVector<llvm::Value *, 4> wide;
  for (llvm::Value *argument : arguments)
    wide.push_back(b.CreateVectorSplat(remainder_, argument));
  return b.CreateExtractElement(callVector(b, name, remainder_, result, wide), b.getInt64(0));
}

bool Externals::inLine(llvm::StringRef name, unsigned lanes) {
  return vectorElementary(module_, name, lanes, machine_) != nullptr;
}

/// Lane by lane where there is no function for vectors. Arguments that are no
/// vectors are the same for all lanes.
llvm::Value *Externals::callVector(llvm::IRBuilder<> &b, llvm::StringRef name, unsigned lanes,
                                   llvm::Type *element,
                                   llvm::ArrayRef<llvm::Value *> arguments) {
  auto *type = llvm::FixedVectorType::get(element, lanes);
  if (llvm::Function *own = vectorElementary(module_, name, lanes, machine_))
    return b.CreateCall(own, arguments);
  if (std::string vector = vectorMathName(name, lanes, features_); !vector.empty())
    return callScalar(b, vector, type, arguments);
  llvm::Value *all = llvm::PoisonValue::get(type);
  for (unsigned lane = 0; lane < lanes; ++lane) {
    llvm::SmallVector<llvm::Value *, 4> one;
    for (llvm::Value *argument : arguments)
      one.push_back(argument->getType()->isVectorTy()
                        ? b.CreateExtractElement(argument, b.getInt64(lane))
                        : argument);
    all = b.CreateInsertElement(all, callScalar(b, name, element, one), b.getInt64(lane));
  }
  return all;
}

llvm::CallInst *Externals::callScalar(llvm::IRBuilder<> &b, llvm::StringRef name,
                                      llvm::Type *result,
                                      llvm::ArrayRef<llvm::Value *> arguments) {
  std::vector<llvm::Type *> types;
  for (llvm::Value *argument : arguments)
    types.push_back(argument->getType());
  auto *type = llvm::FunctionType::get(result, types, false);
  llvm::FunctionCallee callee = module_.getOrInsertFunction(name, type);
  auto *function = llvm::cast<llvm::Function>(callee.getCallee());
  function->setDoesNotAccessMemory();
  function->setDoesNotThrow();
  function->setWillReturn();
  function->addFnAttr(llvm::Attribute::NoFree);
  function->addFnAttr(llvm::Attribute::NoSync);
  llvm::CallInst *call = b.CreateCall(callee, arguments);
  call->setDoesNotAccessMemory();
  call->setDoesNotThrow();
  if (strict_)
    call->addFnAttr(llvm::Attribute::NoBuiltin);
  return call;
}

} // namespace gradus::codegen
