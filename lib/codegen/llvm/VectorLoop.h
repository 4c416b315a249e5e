//===- VectorLoop.h - one loop of the loop IR on vectors -------------------===//
//
// Emits a loop that planVectors() has accepted. Rounds are taken several vectors
// at once (parts of `lanes` each), then one vector at a time, the last one with a
// mask or, where the machine has no cheap masks, round by round. All of them
// compute a round in the same way, so its result does not depend on its place.
// Sums are kept by lane and combined in one fixed tree at the end.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "codegen/llvm/FunctionEmitter.h"
#include "codegen/llvm/VectorPlan.h"

#include <set>

namespace gradus::codegen {

/// Tells the loop vectorizer that there is nothing left to do.
void markVectorized(llvm::BranchInst *back);

class VectorLoop {
public:
  VectorLoop(FunctionEmitter &emitter, const loops::For &loop, VectorPlan plan);
  void emit();
  /// The same for rounds lo..hi.
  void emit(llvm::Value *lo, llvm::Value *hi);

private:
  friend class ChunkedLoop;
  /// One value for each vector of the rounds that run at once; plain scalars
  /// where there is one lane.
  using Parts = llvm::SmallVector<llvm::Value *, 4>;
  /// A way to take rounds: `parts` vectors of `lanes`.
  struct Pass {
    unsigned lanes, parts;
    bool masked;
  };
  struct Reduction {
    loops::Combine combine;
    loops::VariableId variable = {};
    Parts vectors; ///< allocas
    llvm::AllocaInst *single = nullptr;
  };
  /// Stores whose sums over lanes are made for several rounds of an inner loop
  /// together, and what belongs to each of those rounds.
  struct Gathered {
    const loops::Store *store;
    bool neighbours; ///< one round's element follows the other's
    std::vector<llvm::Value *> sums = {}, places = {};
  };

  // VectorLoop.cpp: the loop and its statements.
  llvm::Value *runPass(const Pass &pass, llvm::Value *at, llvm::Value *hi);
  void body(const loops::Body &list);
  void statement(const loops::Let &s);
  void statement(const loops::Assign &s);
  void statement(const loops::Store &s);
  void statement(const loops::Accumulate &s);
  void statement(const loops::For &s);
  void statement(const loops::If &s);
  void statement(const loops::Fill &s);
  void statement(const loops::Check &s);
  template <class T> void statement(const T &) { llvm_unreachable("not planned"); }
  llvm::Value *countedLoop(llvm::Value *lo, llvm::Value *end, llvm::Value *step,
                           llvm::function_ref<void(llvm::Value *)> round);
  std::vector<Gathered> gatheredStores(const loops::For &s);
  void storeGathered(const Gathered &g);
  Reduction reduction(loops::Combine combine, llvm::Type *single, const std::string &name,
                      unsigned parts, bool lastSingle);
  void findElements(const loops::Body &list, unsigned parts, bool lastSingle);
  llvm::Value *total(const Reduction &r);

  // CrossedLoop.cpp: lanes as rows, vectors along the rows.
  struct Cells;
  void crossedLoop(const loops::For &s);
  void crossedRows(const loops::For &s,
                   llvm::function_ref<llvm::Value *(loops::VariableId)> sumOf);

  // VectorValues.cpp: values and memory.
  llvm::Type *vectorType(llvm::Type *element, unsigned lanes) const;
  llvm::Type *typed(loops::Kind kind) const;
  llvm::Value *splat(llvm::Value *scalar);
  Parts get(loops::ScalarId s);
  llvm::Value *laneOf(loops::ScalarId s, unsigned part, unsigned lane);
  Parts operation(const loops::Operation &op);
  Parts primitive(const loops::PrimOp &op);
  Parts load(const loops::LoadOp &op);
  std::optional<std::pair<loops::ScalarId, loops::ScalarId>> product(loops::ScalarId s) const;
  Parts combined(loops::Combine combine, const Parts &old, loops::ScalarId added);
  llvm::Value *combineValues(loops::Combine combine, llvm::Value *a, llvm::Value *b);
  llvm::Constant *neutral(loops::Combine combine, llvm::Type *type);
  llvm::Value *acrossParts(loops::Combine combine, loops::ScalarId added);
  llvm::Value *acrossLanes(loops::Combine combine, llvm::Value *vector);
  llvm::Value *acrossNeighbours(loops::Combine combine, llvm::Value *vector);
  llvm::Value *rowsOf(loops::Combine combine, llvm::ArrayRef<llvm::Value *> vectors);
  llvm::Value *any(const Parts &conditions);
  enum class Place { Same, Neighbours, Apart };
  Place placeOf(const std::vector<loops::ScalarId> &indices) const;
  llvm::Value *pointerOf(loops::BufferId buffer, const std::vector<loops::ScalarId> &indices,
                         unsigned part, unsigned lane);
  llvm::Value *ownPointer(loops::BufferId buffer, llvm::ArrayRef<llvm::Value *> indices,
                          unsigned part, unsigned lane);
  template <class I> I *annotated(I *access, loops::BufferId buffer) {
    e.scopes_.annotate(access, buffer);
    return access;
  }
  void storeParts(loops::BufferId buffer, llvm::function_ref<llvm::Value *(unsigned)> pointer,
                  const loops::Store &s);
  void storeLanes(const loops::Store &s);
  llvm::AllocaInst *slot(llvm::Type *type, const llvm::Twine &name);
  const Parts &variableSlots(loops::VariableId v);
  Parts accumulatorOf(loops::VariableId v);
  void accumulate(const Parts &slots, loops::Combine combine, loops::ScalarId added);

  FunctionEmitter &e;
  llvm::IRBuilder<> &b;
  const loops::For &loop_;
  VectorPlan plan_;
  unsigned lanes_ = 1, parts_ = 1; ///< of the pass
  unsigned width_;                 ///< lanes of a whole vector
  Parts mask_;                     ///< empty: all rounds
  std::unordered_map<uint32_t, Parts> values_;
  std::map<std::pair<uint32_t, unsigned>, Parts> slots_; ///< by variable and lanes
  std::vector<Reduction> reductions_;
  /// Elements that every round adds to are summed in registers.
  std::vector<std::pair<const loops::Store *, Reduction>> elements_;
  std::vector<Gathered> gathered_;
};

} // namespace gradus::codegen
