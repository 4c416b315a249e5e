//===- Externals.cpp - functions outside the module that code calls --------===//
#include "codegen/llvm/Externals.h"

namespace gradus::codegen {

llvm::Value *Externals::call(llvm::IRBuilder<> &b, llvm::StringRef name, llvm::Type *result,
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
