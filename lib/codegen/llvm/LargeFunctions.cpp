//===- LargeFunctions.cpp - straight-line code of any length ----------------===//
#include "codegen/llvm/LargeFunctions.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/MapVector.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/Transforms/Utils/Cloning.h>
#include <llvm/Transforms/Utils/ValueMapper.h>

#include <vector>

namespace gradus::codegen {
namespace {

constexpr size_t largestBlock = 3000, piece = 250;

/// The order of instructions in their blocks: LLVM's own is lost with each that is added.
using Places = llvm::DenseMap<const llvm::Instruction *, unsigned>;
using Blocks = llvm::SmallPtrSet<const llvm::BasicBlock *, 32>;

/// Cuts the block from its end, so that each instruction moves once.
void cut(llvm::BasicBlock &block, Blocks &pieces) {
  std::vector<llvm::Instruction *> first;
  size_t count = 0;
  for (llvm::Instruction &i : block) {
    if (!llvm::isa<llvm::PHINode>(i) && !llvm::isa<llvm::AllocaInst>(i) && ++count % piece == 0 &&
        !i.isTerminator())
      first.push_back(&i);
  }
  pieces.insert(&block);
  for (; !first.empty(); first.pop_back())
    pieces.insert(block.splitBasicBlock(first.back()));
}

/// Where a use reads its value: before the instruction, or at the end of the block
/// that a PHI node's value comes from.
llvm::Instruction *reader(const llvm::Use &use) {
  auto *user = llvm::cast<llvm::Instruction>(use.getUser());
  auto *phi = llvm::dyn_cast<llvm::PHINode>(user);
  return phi ? phi->getIncomingBlock(use)->getTerminator() : user;
}

/// A value that one of the pieces makes or reads, and others too, is kept on the
/// stack; each block loads it once, before its first use.
void keepOnStack(llvm::Instruction &value, const Blocks &pieces, const Places &places) {
  llvm::MapVector<llvm::BasicBlock *, std::vector<llvm::Use *>> readers;
  bool far = pieces.count(value.getParent()) != 0;
  for (llvm::Use &use : value.uses()) {
    llvm::BasicBlock *block = reader(use)->getParent();
    if (block == value.getParent())
      continue;
    readers[block].push_back(&use);
    far = far || pieces.count(block) != 0;
  }
  if (readers.empty() || !far)
    return;
  llvm::BasicBlock &entry = value.getFunction()->getEntryBlock();
  llvm::IRBuilder<> b(&entry, entry.begin());
  llvm::AllocaInst *slot = b.CreateAlloca(value.getType());
  for (auto &[block, uses] : readers) {
    llvm::Instruction *first = reader(*uses[0]);
    for (llvm::Use *use : uses)
      if (llvm::Instruction *r = reader(*use); places.lookup(r) < places.lookup(first))
        first = r;
    b.SetInsertPoint(first);
    llvm::Value *read = b.CreateLoad(value.getType(), slot);
    for (llvm::Use *use : uses)
      use->set(read);
  }
  if (llvm::isa<llvm::PHINode>(value))
    b.SetInsertPoint(value.getParent(), value.getParent()->getFirstInsertionPt());
  else
    b.SetInsertPoint(value.getParent(), std::next(value.getIterator()));
  b.CreateStore(&value, slot);
}

/// As two operations, which the quick instruction selection knows.
void takeApart(llvm::IntrinsicInst &sum) {
  llvm::IRBuilder<> b(&sum);
  b.setFastMathFlags(sum.getFastMathFlags());
  llvm::Value *product = b.CreateFMul(sum.getArgOperand(0), sum.getArgOperand(1));
  sum.replaceAllUsesWith(b.CreateFAdd(product, sum.getArgOperand(2)));
  sum.eraseFromParent();
}

/// LLVM compares each constant of a function with all that it has met there. Many are
/// read from one table instead.
void tabulateConstants(llvm::Function &f) {
  constexpr size_t many = 200;
  llvm::MapVector<llvm::ConstantFP *, std::vector<llvm::Use *>> uses;
  for (llvm::BasicBlock &block : f)
    for (llvm::Instruction &i : block)
      if (!llvm::isa<llvm::PHINode>(i))
        for (llvm::Use &use : i.operands())
          if (auto *c = llvm::dyn_cast<llvm::ConstantFP>(use);
              c && c->getType()->isDoubleTy() && !c->isZero())
            uses[c].push_back(&use);
  if (uses.size() < many)
    return;
  std::vector<llvm::Constant *> constants;
  for (const auto &entry : uses)
    constants.push_back(entry.first);
  auto *type = llvm::ArrayType::get(constants[0]->getType(), constants.size());
  auto *table = new llvm::GlobalVariable(*f.getParent(), type, true,
                                         llvm::GlobalValue::InternalLinkage,
                                         llvm::ConstantArray::get(type, constants), "constants");
  table->setAlignment(llvm::Align(8));
  uint64_t row = 0;
  for (const auto &entry : uses) {
    for (llvm::Use *use : entry.second) {
      llvm::IRBuilder<> b(llvm::cast<llvm::Instruction>(use->getUser()));
      use->set(b.CreateLoad(entry.first->getType(),
                            b.CreateConstInBoundsGEP2_64(type, table, 0, row)));
    }
    ++row;
  }
}

void shorten(llvm::Function &f, const std::vector<llvm::BasicBlock *> &large) {
  Blocks pieces;
  for (llvm::BasicBlock *block : large)
    cut(*block, pieces);
  std::vector<llvm::Instruction *> values;
  Places places;
  unsigned place = 0;
  for (llvm::BasicBlock &block : f)
    for (llvm::Instruction &i : block) {
      places[&i] = ++place;
      if (!i.getType()->isVoidTy() && !llvm::isa<llvm::AllocaInst>(i) && !i.isTerminator())
        values.push_back(&i);
    }
  for (llvm::Instruction *i : values)
    keepOnStack(*i, pieces, places);
  for (llvm::Instruction *i : values)
    if (auto *call = llvm::dyn_cast<llvm::IntrinsicInst>(i);
        call && call->getIntrinsicID() == llvm::Intrinsic::fmuladd &&
        pieces.count(call->getParent()))
      takeApart(*call);
  tabulateConstants(f);
}

} // namespace

bool spareLargeFunctions(llvm::Module &module) {
  bool any = false;
  for (llvm::Function &f : module) {
    std::vector<llvm::BasicBlock *> large;
    for (llvm::BasicBlock &block : f)
      if (block.size() > largestBlock)
        large.push_back(&block);
    if (large.empty())
      continue;
    f.removeFnAttr(llvm::Attribute::AlwaysInline);
    f.addFnAttr(llvm::Attribute::OptimizeNone);
    f.addFnAttr(llvm::Attribute::NoInline);
    shorten(f, large);
    any = true;
  }
  return any;
}

std::unique_ptr<llvm::Module> takeLargeFunctions(llvm::Module &module) {
  llvm::SmallPtrSet<const llvm::Function *, 16> taken;
  std::vector<llvm::Function *> work;
  for (llvm::Function &f : module)
    if (f.hasFnAttribute(llvm::Attribute::OptimizeNone) && taken.insert(&f).second)
      work.push_back(&f);
  if (work.empty())
    return nullptr;
  while (!work.empty()) {
    llvm::Function *f = work.back();
    work.pop_back();
    for (llvm::User *user : f->users())
      if (auto *i = llvm::dyn_cast<llvm::Instruction>(user))
        if (taken.insert(i->getFunction()).second)
          work.push_back(i->getFunction());
  }
  for (const llvm::Function *large : taken)
    for (const llvm::BasicBlock &block : *large)
      for (const llvm::Instruction &i : block)
        for (const llvm::Use &use : i.operands()) // called, or given to threads
          if (auto *f = llvm::dyn_cast<llvm::Function>(use);
              f && !f->isDeclaration() && !taken.count(f)) {
            f->setLinkage(llvm::GlobalValue::ExternalLinkage);
            f->setVisibility(llvm::GlobalValue::DefaultVisibility);
          }
  llvm::ValueToValueMapTy values;
  std::unique_ptr<llvm::Module> made =
      llvm::CloneModule(module, values, [&](const llvm::GlobalValue *v) {
        auto *f = llvm::dyn_cast<llvm::Function>(v);
        return f ? taken.count(f) != 0 : true;
      });
  for (llvm::Function &f : llvm::make_early_inc_range(module))
    if (taken.count(&f)) {
      f.deleteBody();
      if (f.use_empty())
        f.eraseFromParent();
    }
  return made;
}

} // namespace gradus::codegen
