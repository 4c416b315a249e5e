//===- Calls.h - how values get into functions and out of them --------------===//
//
// Scalars are passed in registers and returned together with the status, where
// they are few. Many are passed through memory of the caller: registers for a
// thousand of them do not exist, and LLVM takes minutes to find that out. Code
// that must be ready soon returns nothing but the status, since LLVM's quick
// selection of instructions knows no other way to return.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "loops/Loops.h"

#include <llvm/IR/IRBuilder.h>

#include <vector>

namespace gradus::codegen {

struct ModuleContext;

/// `name.body`: frame, workspace, scalars and buffers in; status and scalars out.
struct BodyFunction {
  llvm::Function *function = nullptr;
  llvm::StructType *scalars = nullptr; ///< in memory, behind the workspace; null: one by one
  llvm::StructType *results = nullptr; ///< in memory, the last parameter; null: returned
};

BodyFunction declareBody(const ModuleContext &context, const loops::Function &function);

/// The scalars among the parameters, in their order, where the body begins.
std::vector<llvm::Value *> receiveScalars(llvm::IRBuilder<> &b, const loops::Function &function,
                                          const BodyFunction &body);

/// Ends a body: with these results, or where it fails with none.
void emitReturn(llvm::IRBuilder<> &b, const BodyFunction &body, llvm::Value *status,
                llvm::ArrayRef<llvm::Value *> results);

/// A call that was made; results are to be had where the status is known.
struct BodyCall {
  llvm::Value *status = nullptr;
  llvm::CallInst *call = nullptr;
  llvm::Value *memory = nullptr; ///< of the results, if they are there
};

/// `arguments` are scalars and pointers in the order of the parameters, without
/// results. With `cleared`, results are nan and 0 where the function fails.
BodyCall callBody(llvm::IRBuilder<> &b, const loops::Function &callee, const BodyFunction &body,
                  llvm::Value *frame, llvm::Value *workspace,
                  llvm::ArrayRef<llvm::Value *> arguments, bool cleared);

/// Result k, as a scalar.
llvm::Value *resultOf(llvm::IRBuilder<> &b, const BodyFunction &body, const BodyCall &call,
                      unsigned k, loops::Kind kind);

} // namespace gradus::codegen
