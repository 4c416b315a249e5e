//===- VectorLoop.cpp - one loop of the loop IR on vectors -----------------===//
#include "codegen/llvm/VectorLoop.h"
#include "loops/Operands.h"

#include <llvm/IR/MDBuilder.h>

#include <cassert>

namespace gradus::codegen {

using namespace loops;

void markVectorized(llvm::BranchInst *back) {
  llvm::LLVMContext &context = back->getContext();
  llvm::Metadata *done[] = {
      llvm::MDString::get(context, "llvm.loop.isvectorized"),
      llvm::ConstantAsMetadata::get(llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), 1))};
  llvm::MDNode *loop =
      llvm::MDNode::getDistinct(context, {nullptr, llvm::MDNode::get(context, done)});
  loop->replaceOperandWith(0, loop);
  back->setMetadata(llvm::LLVMContext::MD_loop, loop);
}

namespace {

/// Statements of a round.
size_t sizeOf(const Body &list) {
  size_t size = list.size();
  for (const Statement &s : list)
    forEachBody(s, [&](const Body &inner) { size += sizeOf(inner); });
  return size;
}

/// Whether something in it takes a chain of operations, or a call.
bool hasFunctions(const Body &list) {
  bool found = false;
  forEachStatement(list, [&](const Statement &s) {
    if (auto *let = std::get_if<Let>(&s.node))
      if (auto *p = std::get_if<PrimOp>(&let->operation))
        found = found || ir::info(p->prim).lowering == ir::Lowering::Libm;
  });
  return found;
}

/// A round of so many operations keeps the machine busy by itself, and several at
/// once have no registers and take as many times as long to compile.
constexpr size_t largeRound = 300;

/// In a function of so many statements, a method with hundreds of loops, the time to
/// compile them counts more than what several vectors at once would gain.
constexpr size_t longFunction = 3000;

} // namespace

VectorLoop::VectorLoop(FunctionEmitter &emitter, const For &loop, VectorPlan plan)
    : e(emitter), b(emitter.b_), loop_(loop), plan_(std::move(plan)),
      width_(emitter.context_.vectors.lanes) {}

void VectorLoop::emit() { emit(e.value(loop_.lo), e.value(loop_.hi)); }

void VectorLoop::emit(llvm::Value *lo, llvm::Value *hi) {
  // Workspace of each round has room for this many rounds.
  unsigned parts = plan_.own.empty() ? 4 : std::min(4u, roundsAtOnce / width_);
  bool masks = e.context_.vectors.masks || plan_.nested;
  if (sizeOf(loop_.body) > largeRound || sizeOf(e.f_.body) > longFunction)
    parts = 1;
  if (!plan_.crossed.empty()) {
    // Functions of whole rows are chains of operations: several at once keep the machine busy.
    constexpr unsigned rows = 16; // that stay in the first cache meanwhile, unless they are long
    parts = hasFunctions(loop_.body) ? std::min(parts, rows / width_) : 1;
    masks = false; // rows that are not there are not read
  }
  for (auto [v, combine] : plan_.reductions) {
    reductions_.push_back(reduction(combine, typeOf(e.context_, e.f_.variables[v].kind),
                                    e.f_.variables[v].name, parts, !masks));
    reductions_.back().variable = {v};
  }
  findElements(loop_.body, parts, !masks);
  llvm::Value *at = runPass({width_, parts, false}, lo, hi);
  if (!masks && parts > 1 && plan_.crossed.empty())
    at = runPass({width_, 1, false}, at, hi);
  runPass(masks ? Pass{width_, 1, true} : Pass{1, 1, false}, at, hi);
  for (const Reduction &r : reductions_)
    e.writeVariable(r.variable, combineValues(r.combine, e.readVariable(r.variable), total(r)));
  if (elements_.empty())
    return;
  // If there were no rounds, the elements may not exist.
  llvm::BasicBlock *some = e.block("elements"), *none = e.block("elements.end");
  b.CreateCondBr(b.CreateICmpSLE(lo, hi), some, none);
  b.SetInsertPoint(some);
  for (const auto &[store, r] : elements_) {
    llvm::Value *pointer = pointerOf(store->buffer, store->indices, 0, 0);
    llvm::Value *old = annotated(
        b.CreateAlignedLoad(e.context_.realType, pointer, llvm::Align(8)), store->buffer);
    annotated(b.CreateAlignedStore(combineValues(r.combine, old, total(r)), pointer, llvm::Align(8)),
              store->buffer);
  }
  e.jump(none);
  b.SetInsertPoint(none);
}

VectorLoop::Reduction VectorLoop::reduction(Combine combine, llvm::Type *single,
                                            const std::string &name, unsigned parts,
                                            bool lastSingle) {
  Reduction r{combine, {}, {}, nullptr};
  llvm::Type *vector = vectorType(single, width_);
  for (unsigned k = 0; k < parts; ++k) {
    r.vectors.push_back(slot(vector, name));
    b.CreateStore(neutral(combine, vector), r.vectors.back());
  }
  if (lastSingle) {
    r.single = slot(single, name);
    b.CreateStore(neutral(combine, single), r.single);
  }
  return r;
}

/// Additions to elements that are the same in all rounds, made in each round.
void VectorLoop::findElements(const Body &list, unsigned parts, bool lastSingle) {
  for (const Statement &s : list) {
    const Store *store = storeOf(plan_, s);
    if (!store || store->combine == Combine::Set || plan_.own.count(store->buffer.index))
      continue;
    bool fixed = true;
    for (ScalarId k : store->indices) {
      const Operation *op = e.counts_->definitions[k.index];
      fixed = fixed && (!plan_.strides.count(k.index) || (op && std::holds_alternative<ConstInt>(*op)));
    }
    if (fixed)
      elements_.emplace_back(store, reduction(store->combine, e.context_.realType, "element",
                                              parts, lastSingle));
  }
}

/// for base = lo; base < end; base += step. Gives the value after the loop, the
/// first that is not below `end`, if `end` is one of the values.
llvm::Value *VectorLoop::countedLoop(llvm::Value *lo, llvm::Value *end, llvm::Value *step,
                                     llvm::function_ref<void(llvm::Value *)> round) {
  llvm::BasicBlock *before = b.GetInsertBlock();
  llvm::BasicBlock *block = e.block("vector"), *exit = e.block("vector.end");
  b.CreateCondBr(b.CreateICmpSLT(lo, end), block, exit);
  b.SetInsertPoint(block);
  llvm::PHINode *base = b.CreatePHI(b.getInt64Ty(), 2);
  base->addIncoming(lo, before);
  round(base);
  llvm::Value *next = b.CreateAdd(base, step, "", false, /*HasNSW=*/true);
  base->addIncoming(next, b.GetInsertBlock());
  markVectorized(b.CreateCondBr(b.CreateICmpSLT(next, end), block, exit));
  b.SetInsertPoint(exit);
  return end;
}

llvm::Value *VectorLoop::runPass(const Pass &pass, llvm::Value *at, llvm::Value *hi) {
  lanes_ = pass.lanes;
  parts_ = pass.parts;
  const unsigned rounds = lanes_ * parts_;
  llvm::Value *step = b.getInt64(rounds);
  llvm::Value *end = b.CreateAdd(hi, b.getInt64(1), "", false, true);
  if (!pass.masked && rounds > 1) {
    llvm::Value *left = b.CreateBinaryIntrinsic(
        llvm::Intrinsic::smax, b.CreateSub(end, at, "", false, true), b.getInt64(0));
    left = b.CreateAnd(left, b.getInt64(~uint64_t(rounds - 1)));
    end = b.CreateAdd(at, left, "", false, true);
  }
  Externals::Remainder remainder(e.context_.externals, rounds == 1 ? width_ : 0);
  return countedLoop(at, end, step, [&](llvm::Value *base) {
    values_.clear();
    mask_.clear();
    base->setName(e.f_.scalars[loop_.index.index].name);
    e.values_[loop_.index.index] = base;
    if (pass.masked) {
      llvm::Value *index = get(loop_.index)[0];
      mask_.push_back(b.CreateICmpSLT(index, splat(end)));
    }
    body(loop_.body);
  });
}

/// What all lanes have, combined in one order.
llvm::Value *VectorLoop::total(const Reduction &r) {
  lanes_ = width_;
  llvm::SmallVector<llvm::Value *, 4> values;
  for (llvm::Value *s : r.vectors)
    values.push_back(b.CreateLoad(llvm::cast<llvm::AllocaInst>(s)->getAllocatedType(), s));
  for (size_t stride = 1; stride < values.size(); stride *= 2)
    for (size_t k = 0; k + stride < values.size(); k += 2 * stride)
      values[k] = combineValues(r.combine, values[k], values[k + stride]);
  llvm::Value *all = acrossLanes(r.combine, values[0]);
  if (r.single)
    all = combineValues(r.combine, all, b.CreateLoad(r.single->getAllocatedType(), r.single));
  return all;
}

//--- statements -------------------------------------------------------------------

void VectorLoop::body(const Body &list) {
  for (const Statement &s : list)
    std::visit([&](const auto &node) { statement(node); }, s.node);
}

void VectorLoop::statement(const Let &s) {
  if (plan_.strideOf(s.target)) {
    e.statement(s);
    return;
  }
  e.definitions_[s.target.index] = &s.operation;
  values_[s.target.index] = operation(s.operation);
}

void VectorLoop::statement(const Assign &s) {
  if (!plan_.varying.count(s.variable.index)) {
    e.statement(s);
    return;
  }
  const Parts &slots = variableSlots(s.variable);
  Parts values = get(s.value);
  for (unsigned u = 0; u < parts_; ++u) {
    llvm::Value *v = values[u];
    if (!mask_.empty())
      v = b.CreateSelect(mask_[u], v, b.CreateLoad(v->getType(), slots[u]));
    b.CreateStore(v, slots[u]);
  }
}

/// Where a variable is kept that differs between the lanes.
VectorLoop::Parts VectorLoop::accumulatorOf(VariableId v) {
  for (const Reduction &r : reductions_)
    if (r.variable == v)
      return lanes_ == 1 ? Parts{r.single} : r.vectors;
  return variableSlots(v);
}

void VectorLoop::statement(const Accumulate &s) {
  if (!plan_.reductions.count(s.variable.index) && !plan_.varying.count(s.variable.index)) {
    e.statement(s);
    return;
  }
  accumulate(accumulatorOf(s.variable), s.combine, s.value);
}

void VectorLoop::accumulate(const Parts &slots, Combine combine, ScalarId added) {
  Parts old;
  for (unsigned u = 0; u < parts_; ++u)
    old.push_back(
        b.CreateLoad(llvm::cast<llvm::AllocaInst>(slots[u])->getAllocatedType(), slots[u]));
  Parts values = combined(combine, old, added);
  for (unsigned u = 0; u < parts_; ++u)
    b.CreateStore(values[u], slots[u]);
}

/// The additions of an inner loop to elements that are the same for all lanes, if it
/// has nothing but single operations.
std::vector<VectorLoop::Gathered> VectorLoop::gatheredStores(const For &s) {
  std::vector<Gathered> found;
  if (lanes_ == 1)
    return found;
  for (const Statement &t : s.body) {
    const Store *store = storeOf(plan_, t);
    if (!store) {
      if (!std::holds_alternative<Let>(t.node) && !std::holds_alternative<Accumulate>(t.node) &&
          !std::holds_alternative<Check>(t.node))
        return {};
      continue;
    }
    if (store->combine != Combine::Add || store->indices.empty() ||
        plan_.own.count(store->buffer.index) || placeOf(store->indices) != Place::Same)
      return {};
    // In one row if the other indices are those of the loops around.
    bool neighbours = store->indices.back() == s.index;
    for (size_t k = 0; k + 1 < store->indices.size(); ++k) {
      neighbours = neighbours && store->indices[k] != s.index;
      for (const Statement &u : s.body)
        if (auto *let = std::get_if<Let>(&u.node))
          neighbours = neighbours && let->target != store->indices[k];
    }
    found.push_back({store, neighbours});
  }
  return found;
}

void VectorLoop::storeGathered(const Gathered &g) {
  llvm::Value *sums = rowsOf(Combine::Add, g.sums);
  const llvm::Align align(8);
  auto add = [&](llvm::Value *pointer, llvm::Value *v) {
    llvm::Value *old =
        annotated(b.CreateAlignedLoad(v->getType(), pointer, align), g.store->buffer);
    annotated(b.CreateAlignedStore(b.CreateFAdd(old, v), pointer, align), g.store->buffer);
  };
  if (g.neighbours) {
    add(g.places[0], sums);
    return;
  }
  for (unsigned k = 0; k < lanes_; ++k)
    add(g.places[k], b.CreateExtractElement(sums, b.getInt64(k)));
}

void VectorLoop::statement(const For &s) {
  if (plan_.crossed.count(&s)) {
    crossedLoop(s);
    return;
  }
  llvm::Value *lo = e.value(s.lo), *hi = e.value(s.hi);
  llvm::Value *end = b.CreateAdd(hi, b.getInt64(1), "", false, true), *one = b.getInt64(1);
  // Powers that rise by one are products with the base.
  struct Power {
    const Let *let;
    Parts base, slots;
  };
  std::vector<Power> powers;
  for (const RisingPower &p : risingPowers(e.f_, *e.counts_, s)) {
    if (plan_.strideOf(p.let->target))
      continue;
    Power power{p.let, get(p.base), {}};
    for (llvm::Value *base : power.base) {
      power.slots.push_back(slot(base->getType(), "power"));
      llvm::Value *first = llvm::ConstantFP::get(base->getType(), 1.0);
      for (int64_t k = 0; k < p.first; ++k)
        first = k == 0 ? base : b.CreateFMul(first, base);
      b.CreateStore(first, power.slots.back());
    }
    powers.push_back(std::move(power));
  }
  auto round = [&](llvm::Value *index) {
    e.values_[s.index.index] = index;
    for (const Statement &t : s.body) {
      auto *let = std::get_if<Let>(&t.node);
      auto power = std::find_if(powers.begin(), powers.end(),
                                [&](const Power &p) { return p.let == let; });
      if (!let || power == powers.end()) {
        std::visit([&](const auto &node) { statement(node); }, t.node);
        continue;
      }
      Parts values;
      for (llvm::Value *slot : power->slots)
        values.push_back(b.CreateLoad(power->base[0]->getType(), slot));
      e.definitions_[let->target.index] = &let->operation;
      values_[let->target.index] = std::move(values);
    }
    for (const Power &p : powers)
      for (unsigned u = 0; u < parts_; ++u)
        b.CreateStore(b.CreateFMul(b.CreateLoad(p.base[u]->getType(), p.slots[u]), p.base[u]),
                      p.slots[u]);
  };
  if (std::vector<Gathered> stores = gatheredStores(s); !stores.empty()) {
    llvm::Value *left = b.CreateBinaryIntrinsic(
        llvm::Intrinsic::smax, b.CreateSub(end, lo, "", false, true), b.getInt64(0));
    left = b.CreateAnd(left, b.getInt64(~uint64_t(lanes_ - 1)));
    llvm::Value *whole = b.CreateAdd(lo, left, "", false, true);
    lo = countedLoop(lo, whole, b.getInt64(lanes_), [&](llvm::Value *index) {
      gathered_ = stores;
      for (unsigned k = 0; k < lanes_; ++k)
        round(k == 0 ? index : b.CreateAdd(index, b.getInt64(k), "", false, true));
      for (const Gathered &g : gathered_)
        storeGathered(g);
    });
    gathered_.clear();
  }
  countedLoop(lo, end, one, round);
}

void VectorLoop::statement(const If &s) {
  // Before the rest: storeOf() takes it for a store, also under a condition that is the
  // same for all lanes.
  if (auto it = plan_.always.find(&s); it != plan_.always.end()) {
    statement(*it->second);
    return;
  }
  if (plan_.strideOf(s.condition) == Stride(0)) {
    llvm::BasicBlock *then = e.block("then"), *end = e.block("endif");
    llvm::BasicBlock *otherwise = s.otherwise.empty() ? end : e.block("else");
    b.CreateCondBr(e.value(s.condition), then, otherwise);
    b.SetInsertPoint(then);
    body(s.then);
    e.jump(end);
    if (!s.otherwise.empty()) {
      b.SetInsertPoint(otherwise);
      body(s.otherwise);
      e.jump(end);
    }
    b.SetInsertPoint(end);
    return;
  }
  // Each side for the rounds that take it, if there are any.
  const Parts outer = mask_, condition = get(s.condition);
  for (bool side : {true, false}) {
    const Body &list = side ? s.then : s.otherwise;
    if (list.empty())
      continue;
    mask_.clear();
    for (unsigned u = 0; u < parts_; ++u) {
      llvm::Value *taken = side ? condition[u] : b.CreateNot(condition[u]);
      mask_.push_back(outer.empty() ? taken : b.CreateAnd(outer[u], taken));
    }
    llvm::BasicBlock *then = e.block("some"), *end = e.block("none");
    b.CreateCondBr(any(mask_), then, end);
    b.SetInsertPoint(then);
    body(list);
    e.jump(end);
    b.SetInsertPoint(end);
  }
  mask_ = outer;
}

void VectorLoop::statement(const Check &s) {
  if (plan_.strideOf(s.condition) == Stride(0)) {
    bool same = true;
    for (ScalarId v : s.values)
      same = same && plan_.strideOf(v) == Stride(0);
    if (same) {
      e.statement(s);
      return;
    }
  }
  Parts fails, condition = get(s.condition);
  for (unsigned u = 0; u < parts_; ++u) {
    llvm::Value *bad = b.CreateNot(condition[u]);
    fails.push_back(mask_.empty() ? bad : b.CreateAnd(mask_[u], bad));
  }
  llvm::BasicBlock *failed = e.block("check.failed"), *next = e.block("checked");
  llvm::MDNode *unlikely = llvm::MDBuilder(b.getContext()).createBranchWeights(1, 1 << 20);
  b.CreateCondBr(any(fails), failed, next, unlikely);
  b.SetInsertPoint(failed);
  // The values of the first round that fails.
  llvm::SmallVector<llvm::Value *, 4> values(s.values.size());
  for (size_t k = 0; k < values.size(); ++k)
    values[k] = laneOf(s.values[k], 0, 0);
  for (unsigned u = parts_; u-- > 0;)
    for (unsigned lane = lanes_; lane-- > 0;) {
      llvm::Value *here =
          lanes_ == 1 ? fails[u] : b.CreateExtractElement(fails[u], b.getInt64(lane));
      for (size_t k = 0; k < values.size(); ++k)
        values[k] = b.CreateSelect(here, laneOf(s.values[k], u, lane), values[k]);
    }
  e.fail(s, values);
  b.SetInsertPoint(next);
}

/// Sets all elements of workspace that each round has for itself.
void VectorLoop::statement(const Fill &s) {
  llvm::Value *count = e.elementCount(s.buffer), *value = splat(e.value(s.value));
  countedLoop(b.getInt64(0), count, b.getInt64(1), [&](llvm::Value *k) {
    for (unsigned u = 0; u < parts_; ++u) {
      llvm::Value *at = b.CreateMul(k, b.getInt64(parts_ * lanes_), "", true, true);
      at = b.CreateAdd(at, b.getInt64(u * lanes_), "", true, true);
      llvm::Value *pointer =
          b.CreateInBoundsGEP(e.context_.realType, e.bufferPointer(s.buffer), at);
      llvm::Value *v = value;
      if (!mask_.empty())
        v = b.CreateSelect(mask_[u], v,
                           annotated(b.CreateAlignedLoad(v->getType(), pointer, llvm::Align(8)),
                                     s.buffer));
      annotated(b.CreateAlignedStore(v, pointer, llvm::Align(8)), s.buffer);
    }
  });
}

} // namespace gradus::codegen
