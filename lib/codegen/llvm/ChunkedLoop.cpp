//===- ChunkedLoop.cpp - a loop in chunks that threads may share -----------===//
#include "codegen/llvm/ChunkedLoop.h"
#include "codegen/llvm/VectorLoop.h"

#include "loops/Operands.h"

#include <llvm/IR/MDBuilder.h>

#include <algorithm>

namespace gradus::codegen {

using namespace loops;

namespace {

constexpr unsigned mostChunks = 16;
/// Room for all chunks, in bytes.
constexpr int64_t mostRoom = 16 << 20;
/// Operations that a byte of a chunk's own arrays must be worth.
constexpr double workOfByte = 8;
/// Rounds of an inner loop whose ends are not known before the outer one runs.
constexpr double someRounds = 8;

/// Operations of a round for which a loop is cut at all. Less than that, as in sums of
/// products, waits for memory and not for a processor, and the code for chunks would
/// cost more time than it saves: methods consist of such loops.
constexpr double workOfRound = 24;

enum ContextField : unsigned { Workspace, First, Last, Rounds, Room, RoomBytes, Rest };

/// Of a statement that has no statements in it.
double costOf(const Function &f, const Statement &s) {
  auto *let = std::get_if<Let>(&s.node);
  if (!let)
    return 1;
  if (auto *op = std::get_if<PrimOp>(&let->operation))
    return f.scalars[let->target.index].kind == Kind::Real ? ir::info(op->prim).cost : 0;
  return std::holds_alternative<LoadOp>(let->operation) ? 1 : 0;
}

/// The same for a round, whatever the sizes are.
double usualCost(const Function &f, const Body &body) {
  double sum = 0;
  for (const Statement &s : body) {
    bool outer = false;
    forEachBody(s, [&](const Body &inner) {
      outer = true;
      sum += usualCost(f, inner) * (std::holds_alternative<For>(s.node) ? someRounds : 1);
    });
    sum += outer ? 0 : costOf(f, s);
  }
  return sum;
}

} // namespace

ChunkedLoop::ChunkedLoop(FunctionEmitter &emitter, const For &loop, const VectorPlan &plan)
    : e(emitter), b(emitter.b_), loop_(loop), plan_(plan) {
  for (auto [v, combine] : plan.reductions)
    sums_.emplace_back(v, combine);
}

bool ChunkedLoop::possible() const {
  if (e.context_.chunkWork <= 0 || e.depth_ != 0 || usualCost(e.f_, loop_.body) < workOfRound)
    return false;
  return std::all_of(plan_.shared.begin(), plan_.shared.end(), [&](const auto &s) {
    return s.second == Combine::Add && e.f_.buffers[s.first].kind == Kind::Real;
  });
}

//--- what the rounds read ---------------------------------------------------------

void ChunkedLoop::addScalar(ScalarId s, bool withFactors) {
  if (!e.values_[s.index])
    return; // made in the loop
  if (!seen_[s.index]) {
    seen_[s.index] = true;
    scalars_.push_back(s);
  }
  if (!withFactors || named_[s.index])
    return;
  named_[s.index] = true;
  // Sums fuse with products that are computed outside.
  if (const Operation *op = e.definitions_[s.index])
    if (std::holds_alternative<PrimOp>(*op))
      forEachOperand(*op, [&](ScalarId o) { addScalar(o, false); });
}

void ChunkedLoop::capture() {
  seen_.assign(e.f_.scalars.size(), false);
  named_ = seen_;
  std::vector<bool> buffers(e.f_.buffers.size());
  auto useBuffer = [&](BufferId at) {
    for (;; at = e.f_.buffers[at.index].base) {
      if (buffers[at.index])
        return;
      buffers[at.index] = true;
      const Buffer &buffer = e.f_.buffers[at.index];
      for (const BufferAxis &axis : buffer.axes) {
        addScalar(axis.lo, true);
        addScalar(axis.extent, true);
      }
      if (buffer.role == BufferRole::Constant)
        return;
      bool summed = plan_.shared.count(at.index) != 0;
      if (summed || plan_.own.count(at.index)) {
        privates_.push_back({at, summed});
        return;
      }
      const bool local = buffer.role == BufferRole::Workspace || buffer.role == BufferRole::View;
      (local ? local_ : pointers_).push_back(at);
      if (local)
        addScalar(buffer.offset, true);
      if (buffer.role != BufferRole::View)
        return;
    }
  };
  forEachStatement(loop_.body, [&](const Statement &s) {
    forEachOperand(s, [&](ScalarId v) { addScalar(v, true); });
    forEachAccess(s, [](VariableId) {}, useBuffer);
  });
  // Bases before their views.
  std::reverse(local_.begin(), local_.end());
  std::stable_partition(local_.begin(), local_.end(), [&](BufferId at) {
    return e.f_.buffers[at.index].role == BufferRole::Workspace;
  });
}

/// The end of an inner loop in the round `index`, if it is a simple expression.
llvm::Value *ChunkedLoop::endAt(ScalarId end, llvm::Value *index) {
  if (end == loop_.index)
    return index;
  if (llvm::Value *v = e.value(end))
    return v;
  const Operation *op = e.counts_->definitions[end.index];
  if (auto *constant = op ? std::get_if<ConstInt>(op) : nullptr)
    return b.getInt64(static_cast<uint64_t>(constant->value));
  auto *p = op ? std::get_if<PrimOp>(op) : nullptr;
  if (!p || p->operands.size() != 2)
    return nullptr;
  llvm::Value *x = endAt(p->operands[0], index), *y = x ? endAt(p->operands[1], index) : nullptr;
  if (!y || !x->getType()->isIntegerTy(64) || !y->getType()->isIntegerTy(64))
    return nullptr;
  switch (p->prim) {
  case ir::Prim::Add:
    return b.CreateAdd(x, y);
  case ir::Prim::Sub:
    return b.CreateSub(x, y);
  case ir::Prim::Mul:
    return b.CreateMul(x, y);
  default:
    return nullptr;
  }
}

/// As many as the first and the last round have on the average.
llvm::Value *ChunkedLoop::roundsOf(const For &inner) {
  llvm::Type *real = b.getDoubleTy();
  llvm::Value *sum = nullptr;
  for (ScalarId at : {loop_.lo, loop_.hi}) {
    llvm::Value *lo = endAt(inner.lo, e.value(at)), *hi = lo ? endAt(inner.hi, e.value(at)) : nullptr;
    if (!hi)
      return llvm::ConstantFP::get(real, someRounds);
    llvm::Value *rounds = b.CreateBinaryIntrinsic(
        llvm::Intrinsic::maxnum,
        b.CreateSIToFP(b.CreateAdd(b.CreateSub(hi, lo), b.getInt64(1)), real),
        llvm::ConstantFP::get(real, 0));
    if (e.value(inner.lo) && e.value(inner.hi))
      return rounds;
    sum = sum ? b.CreateFMul(b.CreateFAdd(sum, rounds), llvm::ConstantFP::get(real, 0.5)) : rounds;
  }
  return sum;
}

/// About how many operations the statements are, as a real number.
llvm::Value *ChunkedLoop::cost(const Body &body) {
  llvm::Type *real = b.getDoubleTy();
  double fixed = 0;
  llvm::Value *sum = nullptr;
  auto add = [&](llvm::Value *v) { sum = sum ? b.CreateFAdd(sum, v) : v; };
  for (const Statement &s : body) {
    if (auto *inner = std::get_if<For>(&s.node)) {
      add(b.CreateFMul(roundsOf(*inner), cost(inner->body)));
    } else if (auto *branch = std::get_if<If>(&s.node)) {
      add(b.CreateFAdd(cost(branch->then), cost(branch->otherwise)));
    } else {
      fixed += costOf(e.f_, s);
    }
  }
  llvm::Value *constant = llvm::ConstantFP::get(real, fixed);
  return sum ? b.CreateFAdd(sum, constant) : constant;
}

//--- the functions ----------------------------------------------------------------

/// status(frame, workspace, first, last, sums, scalars.., arrays.., arrays of its own..)
llvm::Function *ChunkedLoop::emitRounds() {
  llvm::LLVMContext &context = b.getContext();
  llvm::Type *pointer = b.getPtrTy(), *whole = b.getInt64Ty();
  std::vector<llvm::Type *> types{pointer, pointer, whole, whole, pointer};
  for (ScalarId s : scalars_)
    types.push_back(e.value(s)->getType());
  types.insert(types.end(), pointers_.size() + privates_.size(), pointer);
  auto *function = llvm::Function::Create(llvm::FunctionType::get(b.getInt32Ty(), types, false),
                                          llvm::GlobalValue::InternalLinkage,
                                          e.f_.name + ".rounds", e.context_.target);
  function->setDoesNotThrow();
  for (llvm::Argument &a : function->args())
    if (a.getType()->isPointerTy()) {
      a.addAttr(llvm::Attribute::NoAlias);
      a.addAttr(noCapture(context));
    }
  const BodyFunction signature{function};
  FunctionEmitter made(e.context_, e.f_, signature, e.counts_);
  made.b_.SetInsertPoint(made.block("entry"));
  made.frame_ = function->getArg(0);
  made.workspace_ = function->getArg(1);
  made.workspace_->setName("workspace");
  unsigned at = 5;
  for (ScalarId s : scalars_) {
    made.values_[s.index] = function->getArg(at++);
    made.values_[s.index]->setName(e.f_.scalars[s.index].name);
    // What is constant here is constant there.
    if (llvm::isa<llvm::Constant>(e.value(s)))
      made.values_[s.index] = e.value(s);
    if (named_[s.index])
      made.definitions_[s.index] = e.definitions_[s.index];
  }
  for (BufferId p : pointers_) {
    if (e.f_.buffers[p.index].role == BufferRole::In)
      function->addParamAttr(at, llvm::Attribute::ReadOnly);
    made.pointers_[p.index] = function->getArg(at++);
  }
  for (const Private &p : privates_)
    made.pointers_[p.buffer.index] = function->getArg(at++);
  for (BufferId l : local_)
    made.pointers_[l.index] = made.bufferPointer(l);
  made.variables_.assign(e.f_.variables.size(), nullptr);
  forEachStatement(loop_.body, [&](const Statement &s) {
    forEachAccess(
        s,
        [&](VariableId v) {
          llvm::AllocaInst *&slot = made.variables_[v.index];
          if (slot)
            return;
          slot = made.b_.CreateAlloca(memoryTypeOf(e.context_, e.f_.variables[v.index].kind),
                                      nullptr, e.f_.variables[v.index].name);
          made.b_.CreateStore(llvm::Constant::getNullValue(slot->getAllocatedType()), slot);
        },
        [](BufferId) {});
  });
  VectorLoop loop(made, loop_, plan_);
  for (auto [v, combine] : sums_)
    made.b_.CreateStore(loop.neutral(combine, made.variables_[v]->getAllocatedType()),
                        made.variables_[v]);
  if (plan_.lanes)
    loop.emit(function->getArg(2), function->getArg(3));
  else
    made.oneByOne(loop_, function->getArg(2), function->getArg(3));
  for (size_t k = 0; k < sums_.size(); ++k)
    made.b_.CreateStore(made.readVariable({sums_[k].first}),
                        made.b_.CreateConstInBoundsGEP1_64(whole, function->getArg(4), k));
  made.b_.CreateRet(made.b_.getInt32(0));
  return function;
}

/// The function that the runtime calls for one chunk.
llvm::Function *ChunkedLoop::emitChunk(llvm::Function *rounds, llvm::StructType *contextType) {
  llvm::LLVMContext &context = b.getContext();
  llvm::Type *pointer = b.getPtrTy(), *whole = b.getInt64Ty();
  auto *type = llvm::FunctionType::get(b.getInt32Ty(), {pointer, pointer, whole}, false);
  auto *function = llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage,
                                          e.f_.name + ".chunk", e.context_.target);
  function->setDoesNotThrow();
  llvm::IRBuilder<> c(llvm::BasicBlock::Create(context, "entry", function));
  auto field = [&](unsigned k) {
    return c.CreateLoad(contextType->getElementType(k),
                        c.CreateStructGEP(contextType, function->getArg(1), k));
  };
  llvm::Value *chunk = function->getArg(2), *count = field(Rounds);
  llvm::Value *first = c.CreateAdd(field(First), c.CreateMul(chunk, count));
  llvm::Value *last = c.CreateBinaryIntrinsic(
      llvm::Intrinsic::smin, c.CreateSub(c.CreateAdd(first, count), c.getInt64(1)), field(Last));
  llvm::Value *room =
      c.CreateInBoundsGEP(c.getInt8Ty(), field(Room), c.CreateMul(chunk, field(RoomBytes)));
  std::vector<llvm::Value *> arguments{function->getArg(0), field(Workspace), first, last, room};
  unsigned at = Rest;
  for (size_t k = 0; k < scalars_.size() + pointers_.size(); ++k)
    arguments.push_back(field(at++));
  for (const Private &p : privates_) {
    llvm::Value *array = c.CreateInBoundsGEP(c.getInt8Ty(), room, field(at));
    if (p.summed)
      c.CreateMemSet(array, c.getInt8(0), field(at + 1), llvm::MaybeAlign(64));
    arguments.push_back(array);
    at += 2;
  }
  c.CreateRet(c.CreateCall(rounds, arguments));
  return function;
}

llvm::FunctionCallee ChunkedLoop::runtime(const char *name, llvm::Type *result,
                                          llvm::ArrayRef<llvm::Type *> parameters) {
  return e.context_.target.getOrInsertFunction(
      name, llvm::FunctionType::get(result, parameters, false));
}

llvm::Value *ChunkedLoop::slot(llvm::Type *type, const char *name) {
  llvm::BasicBlock &entry = e.target_->getEntryBlock();
  return llvm::IRBuilder<>(&entry, entry.begin()).CreateAlloca(type, nullptr, name);
}

void ChunkedLoop::checkStatus(llvm::Value *status) {
  llvm::BasicBlock *failed = e.block("rounds.failed"), *next = e.block("rounds.done");
  llvm::MDNode *unlikely = llvm::MDBuilder(b.getContext()).createBranchWeights(1, 1 << 20);
  b.CreateCondBr(b.CreateICmpNE(status, b.getInt32(0)), failed, next, unlikely);
  b.SetInsertPoint(failed);
  e.returnStatus(status, false);
  b.SetInsertPoint(next);
}

void ChunkedLoop::countedLoop(llvm::Value *count, bool few,
                              llvm::function_ref<void(llvm::Value *)> round) {
  llvm::BasicBlock *before = b.GetInsertBlock();
  llvm::BasicBlock *block = e.block("combine"), *exit = e.block("combined");
  b.CreateCondBr(b.CreateICmpSGT(count, b.getInt64(0)), block, exit);
  b.SetInsertPoint(block);
  llvm::PHINode *k = b.CreatePHI(b.getInt64Ty(), 2);
  k->addIncoming(b.getInt64(0), before);
  round(k);
  llvm::Value *next = b.CreateAdd(k, b.getInt64(1), "", true, true);
  k->addIncoming(next, b.GetInsertBlock());
  llvm::BranchInst *back = b.CreateCondBr(b.CreateICmpEQ(next, count), exit, block);
  if (few)
    markVectorized(back);
  b.SetInsertPoint(exit);
}

void ChunkedLoop::emit() {
  llvm::Type *pointer = b.getPtrTy(), *whole = b.getInt64Ty(), *real = b.getDoubleTy();
  auto number = [&](double v) { return llvm::ConstantFP::get(real, v); };
  auto lineUp = [&](llvm::Value *bytes) {
    return b.CreateAnd(b.CreateAdd(bytes, b.getInt64(63)), b.getInt64(~uint64_t{63}));
  };
  capture();
  llvm::Function *rounds = emitRounds();
  llvm::Value *lo = e.value(loop_.lo), *hi = e.value(loop_.hi), *one = b.getInt64(1);

  // The room of a chunk: sums, then arrays.
  llvm::Value *bytes = b.getInt64((8 * sums_.size() + 63) & ~size_t{63});
  std::vector<llvm::Value *> offsets, sizes;
  for (const Private &p : privates_) {
    llvm::Value *size = b.CreateMul(e.elementCount(p.buffer),
                                    b.getInt64(8 * (p.summed ? 1 : roundsAtOnce)));
    offsets.push_back(bytes);
    sizes.push_back(size);
    bytes = b.CreateAdd(bytes, lineUp(size));
  }

  // As many chunks as there is work for, and as their arrays are worth.
  llvm::Value *count = b.CreateAdd(b.CreateSub(hi, lo), one);
  count = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, count, b.getInt64(0));
  llvm::Value *work = b.CreateFMul(b.CreateSIToFP(count, real), cost(loop_.body));
  llvm::Value *most = b.CreateFMul(work, number(1 / e.context_.chunkWork));
  if (!privates_.empty()) {
    llvm::Value *room = b.CreateSIToFP(bytes, real);
    llvm::Value *worth = b.CreateFDiv(b.CreateFMul(most, number(e.context_.chunkWork / workOfByte)), room);
    llvm::Value *fits = b.CreateFDiv(number(mostRoom), room);
    most = b.CreateBinaryIntrinsic(llvm::Intrinsic::minnum, most, worth);
    most = b.CreateBinaryIntrinsic(llvm::Intrinsic::minnum, most, fits);
  }
  most = b.CreateBinaryIntrinsic(llvm::Intrinsic::minnum, most, number(mostChunks));
  most = b.CreateBinaryIntrinsic(llvm::Intrinsic::maxnum, most, number(1));
  llvm::Value *chunks = b.CreateFPToSI(most, whole);
  const bool byVector = plan_.nested && plan_.crossed.empty();
  const unsigned step = e.context_.vectors.lanes * (byVector ? 1 : 4);
  llvm::Value *size = b.CreateUDiv(b.CreateSub(b.CreateAdd(count, chunks), one), chunks);
  size = b.CreateAnd(b.CreateAdd(size, b.getInt64(step - 1)), b.getInt64(~uint64_t{step - 1}));
  size = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, size, one);
  chunks = b.CreateUDiv(b.CreateSub(b.CreateAdd(count, size), one), size);

  llvm::Value *alone =
      slot(llvm::ArrayType::get(whole, std::max<size_t>(sums_.size(), 1)), "sums");
  llvm::BasicBlock *several = e.block("several"), *cut = e.block("chunks"), *single = e.block("single"),
                   *done = e.block("rounds");
  b.CreateCondBr(b.CreateICmpSGT(chunks, one), several, single);

  b.SetInsertPoint(several);
  llvm::Value *room = b.CreateCall(runtime("gradus_chunks_room", pointer, {whole}),
                                   {b.CreateMul(bytes, chunks)});
  b.CreateCondBr(b.CreateIsNull(room), single, cut);

  b.SetInsertPoint(cut);
  std::vector<llvm::Value *> fields{e.workspace_, lo, hi, size, room, bytes};
  for (ScalarId s : scalars_)
    fields.push_back(e.value(s));
  for (BufferId p : pointers_)
    fields.push_back(e.bufferPointer(p));
  for (size_t k = 0; k < privates_.size(); ++k) {
    fields.push_back(offsets[k]);
    fields.push_back(sizes[k]);
  }
  std::vector<llvm::Type *> types;
  for (llvm::Value *f : fields)
    types.push_back(f->getType());
  auto *contextType = llvm::StructType::get(b.getContext(), types);
  llvm::Value *context = slot(contextType, "context");
  for (unsigned k = 0; k < fields.size(); ++k)
    b.CreateStore(fields[k], b.CreateStructGEP(contextType, context, k));
  llvm::Function *chunk = emitChunk(rounds, contextType);
  llvm::Value *operations = b.CreateFPToSI(
      b.CreateBinaryIntrinsic(llvm::Intrinsic::minnum, work, number(1e18)), whole);
  llvm::CallInst *run = b.CreateCall(
      runtime("gradus_chunks_run", b.getInt32Ty(), {pointer, pointer, pointer, whole, whole}),
      {e.frame_, chunk, context, chunks, operations});
  run->setDoesNotThrow();
  checkStatus(run);
  for (size_t k = 0; k < privates_.size(); ++k) {
    if (!privates_[k].summed)
      continue;
    llvm::Value *target = e.bufferPointer(privates_[k].buffer);
    llvm::Value *elements = e.elementCount(privates_[k].buffer);
    countedLoop(chunks, true, [&](llvm::Value *c) {
      llvm::Value *at = b.CreateAdd(b.CreateMul(c, bytes), offsets[k]);
      llvm::Value *part = b.CreateInBoundsGEP(b.getInt8Ty(), room, at);
      countedLoop(elements, false, [&](llvm::Value *j) {
        llvm::Value *to = b.CreateInBoundsGEP(real, target, j);
        llvm::Value *sum = b.CreateFAdd(b.CreateLoad(real, to),
                                        b.CreateLoad(real, b.CreateInBoundsGEP(real, part, j)));
        b.CreateStore(sum, to);
      });
    });
  }
  llvm::BasicBlock *afterChunks = b.GetInsertBlock();
  b.CreateBr(done);

  b.SetInsertPoint(single);
  std::vector<llvm::Value *> arguments{e.frame_, e.workspace_, lo, hi, alone};
  for (ScalarId s : scalars_)
    arguments.push_back(e.value(s));
  for (BufferId p : pointers_)
    arguments.push_back(e.bufferPointer(p));
  for (const Private &p : privates_)
    arguments.push_back(e.bufferPointer(p.buffer));
  checkStatus(b.CreateCall(rounds, arguments));
  llvm::BasicBlock *afterSingle = b.GetInsertBlock();
  b.CreateBr(done);

  b.SetInsertPoint(done);
  auto either = [&](llvm::Value *ofChunks, llvm::Value *ofOne) {
    llvm::PHINode *phi = b.CreatePHI(ofChunks->getType(), 2);
    phi->addIncoming(ofChunks, afterChunks);
    phi->addIncoming(ofOne, afterSingle);
    return phi;
  };
  llvm::Value *sums = either(room, alone), *parts = either(chunks, one);
  if (sums_.empty())
    return;
  VectorLoop values(e, loop_, plan_);
  countedLoop(parts, true, [&](llvm::Value *c) {
    llvm::Value *part = b.CreateInBoundsGEP(b.getInt8Ty(), sums, b.CreateMul(c, bytes));
    for (size_t k = 0; k < sums_.size(); ++k) {
      const VariableId v{sums_[k].first};
      llvm::Value *old = e.readVariable(v);
      llvm::Value *sum =
          b.CreateLoad(old->getType(), b.CreateConstInBoundsGEP1_64(whole, part, k));
      e.writeVariable(v, values.combineValues(sums_[k].second, old, sum));
    }
  });
}

} // namespace gradus::codegen
