//===- FunctionEmitter.h - one function of the loop IR to LLVM IR ----------===//
#pragma once

#include "codegen/llvm/Calls.h"
#include "codegen/llvm/Externals.h"
#include "codegen/llvm/VectorPlan.h"
#include "loops/Loops.h"

#include <llvm/IR/IRBuilder.h>

#include <memory>
#include <optional>
#include <utility>
#include <unordered_map>
#include <vector>

namespace gradus::codegen {

/// The vectors of the machine.
struct VectorUnit {
  unsigned lanes = 0; ///< of Real; 0: loops stay as they are
  bool masks = false; ///< loads and stores of some lanes cost no more than of all
};
/// What the functions of a module share.
struct ModuleContext {
  const loops::Module &source;
  llvm::Module &target;
  Externals &externals;
  llvm::StructType *frameType; ///< GradusFrame
  llvm::Type *realType;
  VectorUnit vectors;
  bool quick = false;               ///< for the quick selection of instructions
  double chunkWork = 0;             ///< operations for each chunk of a loop; 0: loops stay whole
  unsigned workspaceAlignment = 8;  ///< in bytes
  std::vector<BodyFunction> bodies; ///< by FunctionId
  std::vector<llvm::Constant *> tables; ///< rows of Module::tables
};
llvm::Type *typeOf(const ModuleContext &context, loops::Kind kind);
/// Bool takes a byte in memory.
llvm::Type *memoryTypeOf(const ModuleContext &context, loops::Kind kind);
/// The pointer is not kept by the function.
llvm::Attribute noCapture(llvm::LLVMContext &context);

/// Scopes that say which accesses cannot meet. Parameters are known not to alias
/// by their attributes; slices of the workspace hang on one pointer and need this.
class AliasScopes {
public:
  /// quick: none, since no pass will look at them.
  AliasScopes(llvm::LLVMContext &context, const loops::Function &function, bool quick);
  loops::BufferId root(loops::BufferId buffer) const;
  void annotate(llvm::Instruction *access, loops::BufferId buffer) const;
  void annotate(llvm::Instruction *access, loops::BufferId target, loops::BufferId source) const;

private:
  const loops::Function &f_;
  llvm::LLVMContext &context_;
  std::vector<llvm::MDNode *> scopes_; ///< by buffer; empty: not worth it
};

class FunctionEmitter {
public:
  /// `counts`: of the same function, if they are known.
  FunctionEmitter(const ModuleContext &context, const loops::Function &source,
                  const BodyFunction &target, std::shared_ptr<const AccessCounts> counts = nullptr);
  void emit();

private:
  friend class VectorLoop;
  friend class ChunkedLoop;
  // FunctionEmitter.cpp: the frame of the function and control flow.
  void callRuntime();
  void body(const loops::Body &list);
  void statement(const loops::Let &s);
  void statement(const loops::Assign &s);
  void statement(const loops::Store &s);
  void statement(const loops::Accumulate &s);
  void statement(const loops::For &s);
  void oneByOne(const loops::For &s, llvm::Value *lo, llvm::Value *hi);
  llvm::BasicBlock *farRangeAlone(const loops::For &s);
  void statement(const loops::While &s);
  void statement(const loops::If &s);
  void statement(const loops::Fill &s);
  void statement(const loops::Copy &s);
  void statement(const loops::Call &s);
  void statement(const loops::Check &s);
  /// Records the values and returns status 1.
  void fail(const loops::Check &s, llvm::ArrayRef<llvm::Value *> values);
  void statement(const loops::Hook &s);
  void statement(const loops::Break &s);
  void statement(const loops::Return &s);
  void returnStatus(llvm::Value *status, bool withResults);
  llvm::BasicBlock *block(const llvm::Twine &name);
  void jump(llvm::BasicBlock *target); ///< unless the block has ended
  llvm::Value *framePart(unsigned field);

  // EmitScalar.cpp: values, variables and memory.
  llvm::Value *value(loops::ScalarId s) const { return values_[s.index]; }
  llvm::Value *operation(const loops::Operation &op);
  llvm::Value *primitive(const loops::PrimOp &op);
  llvm::Value *readVariable(loops::VariableId v);
  void writeVariable(loops::VariableId v, llvm::Value *value);
  /// The factors, if the scalar is a product of reals that may be fused.
  std::optional<std::pair<llvm::Value *, llvm::Value *>> product(loops::ScalarId s) const;
  llvm::Value *combine(loops::Combine combine, llvm::Value *old, loops::ScalarId added);
  llvm::Value *bufferPointer(loops::BufferId buffer);
  void rememberPointers(loops::ScalarId offset);
  llvm::Value *elementPointer(loops::BufferId buffer, const std::vector<loops::ScalarId> &indices);
  llvm::Value *elementPointer(loops::BufferId buffer, llvm::ArrayRef<llvm::Value *> indices);
  /// The position of an element, row major.
  llvm::Value *linearIndex(loops::BufferId buffer, llvm::ArrayRef<llvm::Value *> indices);
  llvm::Value *elementCount(loops::BufferId buffer);
  llvm::Value *load(loops::BufferId buffer, llvm::Value *pointer, bool combining);
  void store(loops::BufferId buffer, llvm::Value *pointer, llvm::Value *value, bool combining);

  const ModuleContext &context_;
  const loops::Function &f_;
  const BodyFunction &signature_;
  llvm::Function *target_;
  llvm::IRBuilder<> b_;
  AliasScopes scopes_;
  llvm::Value *frame_ = nullptr, *workspace_ = nullptr;
  std::vector<llvm::Value *> values_;                 ///< by ScalarId
  std::vector<const loops::Operation *> definitions_; ///< by ScalarId, null: not a Let
  std::vector<llvm::AllocaInst *> variables_;         ///< by VariableId
  std::vector<llvm::Value *> pointers_;               ///< by BufferId, null: made at each use
  std::unordered_multimap<uint32_t, uint32_t> placedBy_; ///< ScalarId of an offset -> buffers
  std::vector<llvm::BasicBlock *> loopExits_;
  std::shared_ptr<const AccessCounts> counts_; ///< where loops may run on vectors
  struct Written {
    loops::VariableId variable;
    llvm::BasicBlock *block = nullptr;
    llvm::Value *value = nullptr;
  } written_; ///< the variable that was set last
  unsigned depth_ = 0;                          ///< loops around, while loops not counted
  llvm::MDNode *accessGroup_ = nullptr; ///< of the innermost independent loop
};

} // namespace gradus::codegen
