//===- CarriedValues.cpp - makes room for values carried between rounds -----===//
#include "codegen/llvm/CarriedValues.h"

#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/Instructions.h>

#include <algorithm>

namespace gradus::codegen {
namespace {

/// The first instruction of the block that uses the old value, or null.
llvm::Instruction *firstUse(const llvm::PHINode &old) {
  llvm::Instruction *first = nullptr;
  for (const llvm::User *user : old.users()) {
    auto *i = llvm::dyn_cast<llvm::Instruction>(const_cast<llvm::User *>(user));
    if (i && !llvm::isa<llvm::PHINode>(i) && i->getParent() == old.getParent() &&
        (!first || i->comesBefore(first)))
      first = i;
  }
  return first;
}

bool writesBetween(const llvm::Instruction *from, const llvm::Instruction *to) {
  for (; from != to; from = from->getNextNode())
    if (from->mayWriteToMemory())
      return true;
  return false;
}

/// Moves `value`, and what it is computed from, before `place` of the same block;
/// leaves all as it is if something cannot move.
bool hoist(llvm::Instruction *value, llvm::Instruction *place) {
  constexpr size_t longest = 64;
  llvm::SmallVector<llvm::Instruction *, 16> chain = {value};
  llvm::SmallPtrSet<llvm::Instruction *, 16> seen = {value};
  for (size_t k = 0; k < chain.size(); ++k) {
    llvm::Instruction *i = chain[k];
    // What uses the place's own result truly comes after it.
    if (i == place || chain.size() > longest || !llvm::isSafeToSpeculativelyExecute(i))
      return false;
    if (i->mayWriteToMemory() || (i->mayReadFromMemory() && writesBetween(place, i)))
      return false;
    for (llvm::Value *operand : i->operands()) {
      auto *source = llvm::dyn_cast<llvm::Instruction>(operand);
      if (source && source->getParent() == place->getParent() && !place->comesBefore(source) &&
          source != place)
        continue; // stands before it already
      if (source && source->getParent() == place->getParent() && seen.insert(source).second)
        chain.push_back(source);
    }
  }
  std::sort(chain.begin(), chain.end(),
            [](llvm::Instruction *a, llvm::Instruction *b) { return a->comesBefore(b); });
  for (llvm::Instruction *i : chain)
    i->moveBefore(place);
  return true;
}

} // namespace

llvm::PreservedAnalyses HoistCarriedValuesPass::run(llvm::Function &function,
                                                    llvm::FunctionAnalysisManager &analyses) {
  llvm::LoopInfo &loops = analyses.getResult<llvm::LoopAnalysis>(function);
  bool changed = false;
  for (llvm::Loop *loop : loops.getLoopsInPreorder()) {
    llvm::BasicBlock *latch = loop->getLoopLatch();
    if (!loop->isInnermost() || !latch)
      continue;
    for (llvm::PHINode &old : loop->getHeader()->phis()) {
      auto *value = llvm::dyn_cast<llvm::Instruction>(old.getIncomingValueForBlock(latch));
      llvm::Instruction *use = firstUse(old);
      if (value && use && value != use && value->getParent() == loop->getHeader() &&
          !llvm::isa<llvm::PHINode>(value) && use->comesBefore(value))
        changed |= hoist(value, use);
    }
  }
  if (!changed)
    return llvm::PreservedAnalyses::all();
  llvm::PreservedAnalyses kept;
  kept.preserveSet<llvm::CFGAnalyses>();
  return kept;
}

} // namespace gradus::codegen
