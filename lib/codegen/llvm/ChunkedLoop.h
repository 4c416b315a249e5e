//===- ChunkedLoop.h - a loop in chunks that threads may share -------------===//
//
// A long loop becomes a function of its first and last round. It is called for
// chunks of the rounds, through the runtime, which may use several threads. A chunk
// has room of its own for what rounds sum up or set for themselves; the sums are
// combined in the order of the chunks. How many chunks there are follows from the
// sizes alone, so the result is the same for any number of threads.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "codegen/llvm/FunctionEmitter.h"
#include "codegen/llvm/VectorPlan.h"

#include <vector>

namespace gradus::codegen {

class ChunkedLoop {
public:
  ChunkedLoop(FunctionEmitter &emitter, const loops::For &loop, const VectorPlan &plan);
  /// Whether it is of use to cut this loop.
  bool possible() const;
  void emit();

private:
  /// An array that each chunk has for itself.
  struct Private {
    loops::BufferId buffer;
    bool summed; ///< added to the buffer in the end; else workspace of a round
  };
  void capture();
  void addScalar(loops::ScalarId s, bool withFactors);
  llvm::Value *cost(const loops::Body &body);
  llvm::Value *roundsOf(const loops::For &inner);
  llvm::Value *endAt(loops::ScalarId end, llvm::Value *index);
  llvm::Function *emitRounds();
  llvm::Function *emitChunk(llvm::Function *rounds, llvm::StructType *contextType);
  llvm::FunctionCallee runtime(const char *name, llvm::Type *result,
                               llvm::ArrayRef<llvm::Type *> parameters);
  llvm::Value *slot(llvm::Type *type, const char *name);
  void checkStatus(llvm::Value *status);
  /// for k = 0; k < count; ++k. `few`: not worth vectors.
  void countedLoop(llvm::Value *count, bool few, llvm::function_ref<void(llvm::Value *)> round);

  FunctionEmitter &e;
  llvm::IRBuilder<> &b;
  const loops::For &loop_;
  const VectorPlan &plan_;
  std::vector<std::pair<uint32_t, loops::Combine>> sums_; ///< variables
  std::vector<Private> privates_;
  std::vector<loops::ScalarId> scalars_;  ///< that the function gets
  std::vector<loops::BufferId> pointers_; ///< parameters of the function around
  std::vector<loops::BufferId> local_;    ///< workspace and views that it addresses
  std::vector<bool> seen_, named_; ///< scalars: captured at all; with their definitions
};

} // namespace gradus::codegen
