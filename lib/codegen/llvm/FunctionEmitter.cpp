//===- FunctionEmitter.cpp - statements and control flow -------------------===//
#include "codegen/llvm/FunctionEmitter.h"
#include "codegen/llvm/ChunkedLoop.h"
#include "codegen/llvm/UnsetVariables.h"
#include "codegen/llvm/VectorLoop.h"

#include <llvm/IR/MDBuilder.h>

#include <algorithm>

namespace gradus::codegen {

using namespace loops;

namespace {

/// Fields of GradusFrame.
enum FrameField : unsigned {
  Workspace,
  WorkspaceBytes,
  HookFunction,
  HookUser,
  ErrorSite,
  ErrorValues
};
constexpr unsigned elementBytes = 8; // of the workspace, whatever the reals are

bool hasLoop(const Body &body) {
  for (const Statement &s : body) {
    if (std::holds_alternative<For>(s.node) || std::holds_alternative<While>(s.node))
      return true;
    if (auto *branch = std::get_if<If>(&s.node))
      if (hasLoop(branch->then) || hasLoop(branch->otherwise))
        return true;
  }
  return false;
}

/// Whether rounds read or write elements of their own: then their number is that of
/// something in memory.
bool hasOwnElements(const VectorPlan &plan, const Body &body) {
  bool found = false;
  const auto look = [&](const std::vector<ScalarId> &indices) {
    for (ScalarId i : indices)
      found = found || plan.strideOf(i) != Stride(0);
  };
  forEachStatement(body, [&](const Statement &s) {
    if (auto *store = std::get_if<Store>(&s.node))
      look(store->indices);
    else if (auto *let = std::get_if<Let>(&s.node))
      if (auto *load = std::get_if<LoadOp>(&let->operation))
        look(load->indices);
  });
  return found;
}

} // namespace

FunctionEmitter::FunctionEmitter(const ModuleContext &context, const loops::Function &source,
                                 const BodyFunction &target,
                                 std::shared_ptr<const AccessCounts> counts)
    : context_(context), f_(source), signature_(target), target_(target.function),
      b_(context.target.getContext()), scopes_(context.target.getContext(), source, context.quick),
      counts_(std::move(counts)) {
  values_.assign(f_.scalars.size(), nullptr);
  definitions_.assign(f_.scalars.size(), nullptr);
  pointers_.assign(f_.buffers.size(), nullptr);
  for (size_t k = 0; k < f_.buffers.size(); ++k)
    if (f_.buffers[k].role == BufferRole::Constant)
      pointers_[k] = context_.tables[f_.buffers[k].table];
  for (uint32_t k = 0; k < f_.buffers.size(); ++k)
    if (const Buffer &b = f_.buffers[k];
        b.role == BufferRole::Workspace || b.role == BufferRole::View)
      placedBy_.emplace(b.offset.index, k);
  if (context_.vectors.lanes > 1 && !counts_)
    counts_ = std::make_shared<AccessCounts>(f_);
}

void FunctionEmitter::emit() {
  b_.SetInsertPoint(block("entry"));
  frame_ = target_->getArg(0);
  workspace_ = target_->getArg(1);
  const std::vector<llvm::Value *> scalars = receiveScalars(b_, f_, signature_);
  unsigned scalar = 0, at = signature_.scalars ? 3 : 2;
  for (const Parameter &p : f_.parameters) {
    if (auto *s = std::get_if<ScalarId>(&p.value)) {
      values_[s->index] = scalars[scalar++];
      at += signature_.scalars ? 0 : 1;
    } else if (auto *b = std::get_if<BufferId>(&p.value)) {
      pointers_[b->index] = target_->getArg(at++);
    }
  }
  for (const Variable &v : f_.variables)
    variables_.push_back(b_.CreateAlloca(memoryTypeOf(context_, v.kind), nullptr, v.name));
  // Passes would find out which of them need it.
  const std::vector<bool> unset =
      context_.quick ? readBeforeSet(f_) : std::vector<bool>(variables_.size(), true);
  for (size_t k = 0; k < variables_.size(); ++k)
    if (unset[k])
      b_.CreateStore(llvm::Constant::getNullValue(variables_[k]->getAllocatedType()),
                     variables_[k]);
  for (const Parameter &p : f_.parameters)
    if (auto *s = std::get_if<ScalarId>(&p.value))
      rememberPointers(*s);
  if (f_.external.empty())
    body(f_.body);
  else
    callRuntime();
  if (!b_.GetInsertBlock()->getTerminator())
    returnStatus(b_.getInt32(0), true);
}

/// The runtime's function in place of a body.
void FunctionEmitter::callRuntime() {
  std::vector<llvm::Value *> arguments;
  std::vector<llvm::Type *> types;
  VariableId result;
  for (const Parameter &p : f_.parameters) {
    if (auto *s = std::get_if<ScalarId>(&p.value))
      arguments.push_back(value(*s));
    else if (auto *b = std::get_if<BufferId>(&p.value))
      arguments.push_back(bufferPointer(*b));
    else
      result = std::get<VariableId>(p.value);
  }
  for (llvm::Value *a : arguments)
    types.push_back(a->getType());
  llvm::Type *returned = result.valid() ? b_.getInt64Ty() : b_.getVoidTy();
  auto *type = llvm::FunctionType::get(returned, types, false);
  llvm::FunctionCallee callee = target_->getParent()->getOrInsertFunction(f_.external, type);
  llvm::CallInst *call = b_.CreateCall(callee, arguments);
  call->setDoesNotThrow();
  if (result.valid())
    writeVariable(result, call);
}

llvm::BasicBlock *FunctionEmitter::block(const llvm::Twine &name) {
  return llvm::BasicBlock::Create(b_.getContext(), name, target_);
}

void FunctionEmitter::jump(llvm::BasicBlock *target) {
  if (!b_.GetInsertBlock()->getTerminator())
    b_.CreateBr(target);
}

llvm::Value *FunctionEmitter::framePart(unsigned field) {
  return b_.CreateStructGEP(context_.frameType, frame_, field);
}

void FunctionEmitter::returnStatus(llvm::Value *status, bool withResults) {
  std::vector<llvm::Value *> results;
  if (withResults)
    for (const Parameter &p : f_.parameters)
      if (auto *v = std::get_if<VariableId>(&p.value))
        results.push_back(readVariable(*v));
  emitReturn(b_, signature_, status, results);
}

void FunctionEmitter::body(const Body &list) {
  for (const Statement &s : list)
    std::visit([&](const auto &node) { statement(node); }, s.node);
}

void FunctionEmitter::statement(const Let &s) {
  llvm::Value *v = operation(s.operation);
  const std::string &name = f_.scalars[s.target.index].name;
  if (!context_.quick && !name.empty() && llvm::isa<llvm::Instruction>(v) && !v->hasName())
    v->setName(name);
  values_[s.target.index] = v;
  definitions_[s.target.index] = &s.operation;
  rememberPointers(s.target);
}

void FunctionEmitter::statement(const Assign &s) { writeVariable(s.variable, value(s.value)); }

void FunctionEmitter::statement(const Store &s) {
  llvm::Value *pointer = elementPointer(s.buffer, s.indices);
  if (s.combine == Combine::Set) {
    store(s.buffer, pointer, value(s.value), false);
    return;
  }
  llvm::Value *old = load(s.buffer, pointer, true);
  store(s.buffer, pointer, combine(s.combine, old, s.value), true);
}

void FunctionEmitter::statement(const Accumulate &s) {
  writeVariable(s.variable, combine(s.combine, readVariable(s.variable), s.value));
}

void FunctionEmitter::statement(const For &s) {
  if (counts_)
    if (auto plan = planVectors(f_, *counts_, s)) {
      llvm::BasicBlock *end = hasOwnElements(*plan, s.body) ? nullptr : farRangeAlone(s);
      if (ChunkedLoop chunks(*this, s, *plan); chunks.possible())
        chunks.emit();
      else
        VectorLoop(*this, s, std::move(*plan)).emit();
      if (end) {
        jump(end);
        b_.SetInsertPoint(end);
      }
      return;
    }
  if (counts_ && depth_ == 0)
    if (auto plan = planRounds(f_, *counts_, s))
      if (ChunkedLoop chunks(*this, s, *plan); chunks.possible()) {
        chunks.emit();
        return;
      }
  oneByOne(s, value(s.lo), value(s.hi));
}

/// Several rounds at once step over the end of a range, and the largest numbers have
/// nothing behind them: a range that ends there goes one by one. What follows is for
/// all others; gives the block in which both meet, if there may be such a range.
llvm::BasicBlock *FunctionEmitter::farRangeAlone(const For &s) {
  llvm::Value *lo = value(s.lo), *hi = value(s.hi);
  llvm::Value *limit = b_.getInt64(static_cast<uint64_t>(INT64_MAX) >> 1);
  llvm::Value *far = b_.CreateICmpSGT(hi, limit);
  if (llvm::isa<llvm::Constant>(far))
    return nullptr;
  llvm::BasicBlock *alone = block("far"), *usual = block("near"), *end = block("far.end");
  llvm::MDNode *unlikely = llvm::MDBuilder(b_.getContext()).createBranchWeights(1, 1 << 20);
  b_.CreateCondBr(far, alone, usual, unlikely);
  b_.SetInsertPoint(alone);
  const auto values = values_, pointers = pointers_;
  oneByOne(s, lo, hi);
  values_ = values; // those of the rounds are not there for what follows
  pointers_ = pointers;
  jump(end);
  b_.SetInsertPoint(usual);
  return end;
}

void FunctionEmitter::oneByOne(const For &s, llvm::Value *lo, llvm::Value *hi) {
  // Rotated: tested once before, then at the end of each round with ==, which
  // cannot overflow and gives LLVM the exact number of rounds.
  llvm::BasicBlock *before = b_.GetInsertBlock();
  llvm::BasicBlock *round = block("for"), *exit = block("for.end");
  b_.CreateCondBr(b_.CreateICmpSLE(lo, hi), round, exit);
  b_.SetInsertPoint(round);
  llvm::PHINode *index = b_.CreatePHI(b_.getInt64Ty(), 2, f_.scalars[s.index.index].name);
  index->addIncoming(lo, before);
  values_[s.index.index] = index;

  llvm::MDNode *outerGroup = accessGroup_;
  bool parallel = s.independent && !hasLoop(s.body);
  accessGroup_ = parallel ? llvm::MDNode::getDistinct(b_.getContext(), {}) : nullptr;
  loopExits_.push_back(exit);
  ++depth_;
  body(s.body);
  --depth_;
  loopExits_.pop_back();

  if (!b_.GetInsertBlock()->getTerminator()) {
    llvm::Value *last = b_.CreateICmpEQ(index, hi);
    llvm::Value *next = b_.CreateAdd(index, b_.getInt64(1), "", false, /*HasNSW=*/true);
    llvm::BranchInst *back = b_.CreateCondBr(last, exit, round);
    index->addIncoming(next, b_.GetInsertBlock());
    if (parallel) {
      llvm::MDNode *accesses = llvm::MDNode::get(
          b_.getContext(),
          {llvm::MDString::get(b_.getContext(), "llvm.loop.parallel_accesses"), accessGroup_});
      llvm::MDNode *loop = llvm::MDNode::getDistinct(b_.getContext(), {nullptr, accesses});
      loop->replaceOperandWith(0, loop);
      back->setMetadata(llvm::LLVMContext::MD_loop, loop);
    }
  }
  accessGroup_ = outerGroup;
  b_.SetInsertPoint(exit);
}

void FunctionEmitter::statement(const While &s) {
  llvm::BasicBlock *head = block("while"), *round = block("while.body"), *exit = block("while.end");
  llvm::MDNode *outerGroup = std::exchange(accessGroup_, nullptr);
  jump(head);
  b_.SetInsertPoint(head);
  loopExits_.push_back(exit);
  body(s.head);
  if (!b_.GetInsertBlock()->getTerminator())
    b_.CreateCondBr(value(s.condition), round, exit);
  b_.SetInsertPoint(round);
  body(s.body);
  jump(head);
  loopExits_.pop_back();
  accessGroup_ = outerGroup;
  b_.SetInsertPoint(exit);
}

void FunctionEmitter::statement(const If &s) {
  llvm::BasicBlock *then = block("then"), *end = block("endif");
  llvm::BasicBlock *otherwise = s.otherwise.empty() ? end : block("else");
  b_.CreateCondBr(value(s.condition), then, otherwise);
  b_.SetInsertPoint(then);
  body(s.then);
  jump(end);
  if (!s.otherwise.empty()) {
    b_.SetInsertPoint(otherwise);
    body(s.otherwise);
    jump(end);
  }
  b_.SetInsertPoint(end);
}

void FunctionEmitter::statement(const Fill &s) {
  llvm::Value *pointer = bufferPointer(s.buffer), *count = elementCount(s.buffer);
  llvm::Type *type = memoryTypeOf(context_, f_.buffers[s.buffer.index].kind);
  auto *constant = llvm::dyn_cast<llvm::Constant>(value(s.value));
  if (constant && constant->isNullValue()) { // not -0
    llvm::Value *bytes = b_.CreateMul(count, b_.getInt64(type->getPrimitiveSizeInBits() / 8));
    scopes_.annotate(b_.CreateMemSet(pointer, b_.getInt8(0), bytes, llvm::MaybeAlign(8)), s.buffer);
    return;
  }
  llvm::BasicBlock *before = b_.GetInsertBlock(), *round = block("fill"), *exit = block("filled");
  b_.CreateCondBr(b_.CreateICmpSGT(count, b_.getInt64(0)), round, exit);
  b_.SetInsertPoint(round);
  llvm::PHINode *k = b_.CreatePHI(b_.getInt64Ty(), 2);
  k->addIncoming(b_.getInt64(0), before);
  store(s.buffer, b_.CreateInBoundsGEP(type, pointer, k), value(s.value), true);
  llvm::Value *next = b_.CreateAdd(k, b_.getInt64(1), "", true, true);
  k->addIncoming(next, round);
  b_.CreateCondBr(b_.CreateICmpEQ(next, count), exit, round);
  b_.SetInsertPoint(exit);
}

void FunctionEmitter::statement(const Copy &s) {
  llvm::Value *target = bufferPointer(s.target), *source = bufferPointer(s.source);
  llvm::Type *type = memoryTypeOf(context_, f_.buffers[s.target.index].kind);
  llvm::Value *bytes =
      b_.CreateMul(elementCount(s.target), b_.getInt64(type->getPrimitiveSizeInBits() / 8));
  llvm::MaybeAlign align(8);
  if (scopes_.root(s.target) == scopes_.root(s.source)) {
    scopes_.annotate(b_.CreateMemMove(target, align, source, align, bytes), s.target);
    return;
  }
  scopes_.annotate(b_.CreateMemCpy(target, align, source, align, bytes), s.target, s.source);
}

void FunctionEmitter::statement(const Call &s) {
  const loops::Function &callee = context_.source.functions[s.callee.index];
  const BodyFunction &body = context_.bodies[s.callee.index];
  llvm::Value *workspace = workspace_;
  if (f_.workspaceElements.valid())
    workspace = b_.CreateInBoundsGEP(
        b_.getInt8Ty(), workspace_,
        b_.CreateMul(value(f_.workspaceElements), b_.getInt64(elementBytes), "", true, true));
  std::vector<llvm::Value *> arguments;
  std::vector<VariableId> outputs;
  for (const Argument &a : s.arguments) {
    if (auto *scalar = std::get_if<ScalarId>(&a.value))
      arguments.push_back(value(*scalar));
    else if (auto *v = std::get_if<VariableId>(&a.value))
      outputs.push_back(*v);
    else
      arguments.push_back(bufferPointer(std::get<BufferId>(a.value)));
  }
  const BodyCall call = callBody(b_, callee, body, frame_, workspace, arguments, false);
  llvm::BasicBlock *failed = block("call.failed"), *next = block("call.done");
  llvm::MDNode *unlikely = llvm::MDBuilder(b_.getContext()).createBranchWeights(1, 1 << 20);
  b_.CreateCondBr(b_.CreateICmpNE(call.status, b_.getInt32(0)), failed, next, unlikely);
  b_.SetInsertPoint(failed);
  returnStatus(call.status, false);
  b_.SetInsertPoint(next);
  for (unsigned i = 0; i < outputs.size(); ++i)
    writeVariable(outputs[i], resultOf(b_, body, call, i, f_.variables[outputs[i].index].kind));
}

void FunctionEmitter::statement(const Check &s) {
  llvm::BasicBlock *failed = block("check.failed"), *next = block("checked");
  llvm::MDNode *likely = llvm::MDBuilder(b_.getContext()).createBranchWeights(1 << 20, 1);
  b_.CreateCondBr(value(s.condition), next, failed, likely);
  b_.SetInsertPoint(failed);
  llvm::SmallVector<llvm::Value *, 4> values;
  for (ScalarId v : s.values)
    values.push_back(value(v));
  fail(s, values);
  b_.SetInsertPoint(next);
}

void FunctionEmitter::fail(const Check &s, llvm::ArrayRef<llvm::Value *> values) {
  b_.CreateStore(b_.getInt32(s.site), framePart(ErrorSite));
  for (unsigned i = 0; i < values.size(); ++i) {
    llvm::Value *v = values[i];
    if (f_.scalars[s.values[i].index].kind == Kind::Real)
      v = b_.CreateBitCast(b_.CreateFPExt(v, b_.getDoubleTy()), b_.getInt64Ty());
    else
      v = b_.CreateZExtOrTrunc(v, b_.getInt64Ty());
    b_.CreateStore(v, b_.CreateConstInBoundsGEP1_64(b_.getInt64Ty(), framePart(ErrorValues), i));
  }
  returnStatus(b_.getInt32(1), false);
}

void FunctionEmitter::statement(const Hook &s) {
  llvm::Type *pointer = b_.getPtrTy();
  llvm::Value *hook = b_.CreateLoad(pointer, framePart(HookFunction), "hook");
  llvm::BasicBlock *before = b_.GetInsertBlock(), *ask = block("ask"), *asked = block("asked");
  b_.CreateCondBr(b_.CreateIsNull(hook), asked, ask);
  b_.SetInsertPoint(ask);
  uint64_t count = s.scalars.size();
  auto *arrayType = llvm::ArrayType::get(b_.getDoubleTy(), std::max<uint64_t>(count, 1));
  llvm::BasicBlock &entry = target_->getEntryBlock();
  llvm::IRBuilder<> top(&entry, entry.begin());
  llvm::Value *array = top.CreateAlloca(arrayType);
  for (uint64_t i = 0; i < count; ++i)
    b_.CreateStore(b_.CreateFPExt(value(s.scalars[i]), b_.getDoubleTy()),
                   b_.CreateConstInBoundsGEP2_64(arrayType, array, 0, i));
  llvm::Value *user = b_.CreateLoad(pointer, framePart(HookUser));
  auto *type = llvm::FunctionType::get(
      b_.getInt64Ty(), {pointer, pointer, b_.getInt64Ty(), pointer, b_.getInt64Ty()}, false);
  llvm::CallInst *answer = b_.CreateCall(
      type, hook, {user, array, b_.getInt64(count), bufferPointer(s.x), elementCount(s.x)});
  for (unsigned argument : {1u, 3u}) { // the host may look, but not keep or change
    answer->addParamAttr(argument, noCapture(b_.getContext()));
    answer->addParamAttr(argument, llvm::Attribute::ReadOnly);
  }
  b_.CreateBr(asked);
  b_.SetInsertPoint(asked);
  llvm::PHINode *result = b_.CreatePHI(b_.getInt64Ty(), 2);
  result->addIncoming(b_.getInt64(0), before);
  result->addIncoming(answer, ask);
  writeVariable(s.target, result);
}

void FunctionEmitter::statement(const Break &) { b_.CreateBr(loopExits_.back()); }

void FunctionEmitter::statement(const Return &s) {
  returnStatus(b_.CreateTrunc(value(s.status), b_.getInt32Ty()), true);
}

} // namespace gradus::codegen
