//===- Externals.h - functions outside the module that code calls ----------===//
#pragma once

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <set>
#include <string>

namespace gradus::codegen {

/// Declares and calls functions of the C library and of lib/runtime. They read
/// and write no memory that a model can see (errno is nobody's result), so the
/// optimizer may move, merge and vectorize them; in strict modules it must leave
/// them as they are.
class Externals {
public:
  Externals(llvm::Module &module, bool strict) : module_(module), strict_(strict) {}

  llvm::Value *call(llvm::IRBuilder<> &b, llvm::StringRef name, llvm::Type *result,
                    llvm::ArrayRef<llvm::Value *> arguments);
  bool strict() const { return strict_; }

private:
  llvm::Module &module_;
  bool strict_;
};

} // namespace gradus::codegen
