//===- VectorValues.cpp - values and memory of a vector loop ---------------===//
#include "codegen/llvm/EmitPrimitive.h"
#include "codegen/llvm/VectorLoop.h"

#include <cassert>
#include <limits>
#include <numeric>

namespace gradus::codegen {

using namespace loops;

llvm::Type *VectorLoop::vectorType(llvm::Type *element, unsigned lanes) const {
  return lanes == 1 ? element : llvm::FixedVectorType::get(element, lanes);
}

llvm::Type *VectorLoop::typed(Kind kind) const {
  return vectorType(typeOf(e.context_, kind), lanes_);
}

llvm::Value *VectorLoop::splat(llvm::Value *scalar) {
  return lanes_ == 1 ? scalar : b.CreateVectorSplat(lanes_, scalar);
}

llvm::AllocaInst *VectorLoop::slot(llvm::Type *type, const llvm::Twine &name) {
  llvm::BasicBlock &entry = e.target_->getEntryBlock();
  llvm::IRBuilder<> top(&entry, entry.begin());
  return top.CreateAlloca(type, nullptr, name);
}

const VectorLoop::Parts &VectorLoop::variableSlots(VariableId v) {
  Parts &slots = slots_[{v.index, lanes_}];
  llvm::Type *type = typed(e.f_.variables[v.index].kind);
  while (slots.size() < parts_)
    slots.push_back(slot(type, e.f_.variables[v.index].name));
  return slots;
}

VectorLoop::Parts VectorLoop::get(ScalarId s) {
  Stride stride = plan_.strideOf(s);
  if (!stride)
    return values_.at(s.index);
  Parts result;
  llvm::Value *first = splat(e.value(s));
  for (unsigned u = 0; u < parts_; ++u) {
    if (*stride == 0) {
      result.push_back(first);
      continue;
    }
    llvm::SmallVector<llvm::Constant *, 8> steps;
    for (unsigned lane = 0; lane < lanes_; ++lane)
      steps.push_back(llvm::ConstantInt::getSigned(b.getInt64Ty(), (u * lanes_ + lane) * *stride));
    result.push_back(b.CreateAdd(first, lanes_ == 1 ? steps[0] : llvm::ConstantVector::get(steps)));
  }
  return result;
}

llvm::Value *VectorLoop::laneOf(ScalarId s, unsigned part, unsigned lane) {
  Stride stride = plan_.strideOf(s);
  if (!stride) {
    llvm::Value *v = values_.at(s.index)[part];
    return lanes_ == 1 ? v : b.CreateExtractElement(v, b.getInt64(lane));
  }
  int64_t offset = (part * lanes_ + lane) * *stride;
  llvm::Value *first = e.value(s);
  return offset == 0 ? first
                     : b.CreateAdd(first, llvm::ConstantInt::getSigned(b.getInt64Ty(), offset), "",
                                   false, true);
}

//--- operations -------------------------------------------------------------------

VectorLoop::Parts VectorLoop::operation(const Operation &op) {
  if (auto *o = std::get_if<PrimOp>(&op))
    return primitive(*o);
  if (auto *o = std::get_if<LoadOp>(&op))
    return load(*o);
  Parts result;
  if (auto *o = std::get_if<SelectOp>(&op)) {
    Parts condition = get(o->condition), then = get(o->then), otherwise = get(o->otherwise);
    for (unsigned u = 0; u < parts_; ++u)
      result.push_back(b.CreateSelect(condition[u], then[u], otherwise[u]));
    return result;
  }
  VariableId v = std::get<ReadOp>(op).variable;
  const Parts &slots = variableSlots(v);
  for (unsigned u = 0; u < parts_; ++u)
    result.push_back(b.CreateLoad(typed(e.f_.variables[v.index].kind), slots[u]));
  return result;
}

std::optional<std::pair<ScalarId, ScalarId>> VectorLoop::product(ScalarId s) const {
  if (e.f_.scalars[s.index].kind != Kind::Real || !e.definitions_[s.index])
    return std::nullopt;
  auto *op = std::get_if<PrimOp>(e.definitions_[s.index]);
  if (!op)
    return std::nullopt;
  if (op->prim == ir::Prim::Mul)
    return std::pair(op->operands[0], op->operands[1]);
  if (op->prim == ir::Prim::Powi)
    if (auto *n = llvm::dyn_cast<llvm::ConstantInt>(e.value(op->operands[1]));
        n && n->equalsInt(2))
      return std::pair(op->operands[0], op->operands[0]);
  return std::nullopt;
}

/// Fuses as FunctionEmitter::primitive() does.
VectorLoop::Parts VectorLoop::primitive(const PrimOp &op) {
  llvm::Type *type = typed(Kind::Real);
  auto fused = [&](std::pair<ScalarId, ScalarId> factors, ScalarId addend, bool negateFactor,
                   bool negateAddend) {
    Parts x = get(factors.first), y = get(factors.second), z = get(addend), result;
    for (unsigned u = 0; u < parts_; ++u)
      result.push_back(b.CreateIntrinsic(llvm::Intrinsic::fmuladd, {type},
                                         {negateFactor ? b.CreateFNeg(x[u]) : x[u], y[u],
                                          negateAddend ? b.CreateFNeg(z[u]) : z[u]}));
    return result;
  };
  bool sum = op.prim == ir::Prim::Add, difference = op.prim == ir::Prim::Sub;
  if (sum || difference) {
    if (auto p = product(op.operands[1]))
      return fused(*p, op.operands[0], difference, false);
    if (auto p = product(op.operands[0]))
      return fused(*p, op.operands[1], false, difference);
  }
  Parts result;
  if (op.prim == ir::Prim::Powi) {
    Parts x = get(op.operands[0]);
    for (unsigned u = 0; u < parts_; ++u)
      result.push_back(
          emitPrimitive(b, e.context_.externals, op.prim, {x[u], e.value(op.operands[1])}));
    return result;
  }
  std::vector<Parts> operands;
  for (ScalarId s : op.operands)
    operands.push_back(get(s));
  // Chains of operations two vectors at a time, which LLVM splits operation by operation:
  // a processor with few registers does not look far enough ahead to overlap them itself.
  const ir::PrimInfo &row = ir::info(op.prim);
  if (row.lowering == ir::Lowering::Libm && operands.size() == 1 && parts_ % 2 == 0 && lanes_ > 1 &&
      lanes_ < 8 && e.context_.externals.inLine(row.cName, 2 * lanes_)) {
    llvm::SmallVector<int, 16> both(2 * lanes_);
    std::iota(both.begin(), both.end(), 0);
    const llvm::ArrayRef<int> all = both;
    for (unsigned u = 0; u < parts_; u += 2) {
      llvm::Value *pair = b.CreateShuffleVector(operands[0][u], operands[0][u + 1], both);
      pair = emitPrimitive(b, e.context_.externals, op.prim, {pair});
      result.push_back(b.CreateShuffleVector(pair, all.take_front(lanes_)));
      result.push_back(b.CreateShuffleVector(pair, all.drop_front(lanes_)));
    }
    return result;
  }
  for (unsigned u = 0; u < parts_; ++u) {
    llvm::SmallVector<llvm::Value *, 4> list;
    for (const Parts &p : operands)
      list.push_back(p[u]);
    result.push_back(emitPrimitive(b, e.context_.externals, op.prim, list));
  }
  return result;
}

llvm::Constant *VectorLoop::neutral(Combine combine, llvm::Type *type) {
  bool real = type->isFPOrFPVectorTy();
  double infinity = std::numeric_limits<double>::infinity();
  switch (combine) {
  case Combine::Set:
  case Combine::Add: // adding -0 changes nothing, not even -0
    return real ? llvm::ConstantFP::get(type, -0.0) : llvm::ConstantInt::get(type, 0);
  case Combine::Multiply:
    return real ? llvm::ConstantFP::get(type, 1.0) : llvm::ConstantInt::get(type, 1);
  case Combine::Min:
    return real ? llvm::ConstantFP::get(type, infinity)
                : llvm::ConstantInt::getSigned(type, INT64_MAX);
  case Combine::Max:
    return real ? llvm::ConstantFP::get(type, -infinity)
                : llvm::ConstantInt::getSigned(type, INT64_MIN);
  }
  return nullptr;
}

llvm::Value *VectorLoop::combineValues(Combine combine, llvm::Value *x, llvm::Value *y) {
  bool real = x->getType()->isFPOrFPVectorTy();
  switch (combine) {
  case Combine::Set:
    return y;
  case Combine::Add:
    return real ? b.CreateFAdd(x, y) : b.CreateAdd(x, y);
  case Combine::Multiply:
    return real ? b.CreateFMul(x, y) : b.CreateMul(x, y);
  case Combine::Min:
    return b.CreateBinaryIntrinsic(real ? llvm::Intrinsic::minimum : llvm::Intrinsic::smin, x, y);
  case Combine::Max:
    return b.CreateBinaryIntrinsic(real ? llvm::Intrinsic::maximum : llvm::Intrinsic::smax, x, y);
  }
  return nullptr;
}

/// old COMBINE added, in the rounds that are on.
VectorLoop::Parts VectorLoop::combined(Combine combine, const Parts &old, ScalarId added) {
  Parts result;
  auto factors = combine == Combine::Add ? product(added) : std::nullopt;
  Parts x = factors ? get(factors->first) : get(added);
  Parts y = factors ? get(factors->second) : Parts();
  for (unsigned u = 0; u < parts_; ++u) {
    llvm::Value *v = factors ? b.CreateIntrinsic(llvm::Intrinsic::fmuladd, {old[u]->getType()},
                                                 {x[u], y[u], old[u]})
                             : combineValues(combine, old[u], x[u]);
    result.push_back(mask_.empty() ? v : b.CreateSelect(mask_[u], v, old[u]));
  }
  return result;
}

/// One vector with what all parts contribute.
llvm::Value *VectorLoop::acrossParts(Combine combine, ScalarId added) {
  auto factors = combine == Combine::Add && mask_.empty() ? product(added) : std::nullopt;
  Parts x = factors ? get(factors->first) : get(added);
  if (!factors) {
    if (!mask_.empty())
      for (unsigned u = 0; u < parts_; ++u)
        x[u] = b.CreateSelect(mask_[u], x[u], neutral(combine, x[u]->getType()));
    llvm::Value *all = x[0];
    for (unsigned u = 1; u < parts_; ++u)
      all = combineValues(combine, all, x[u]);
    return all;
  }
  Parts y = get(factors->second);
  llvm::Value *all = b.CreateFMul(x[0], y[0]);
  for (unsigned u = 1; u < parts_; ++u)
    all = b.CreateIntrinsic(llvm::Intrinsic::fmuladd, {all->getType()}, {x[u], y[u], all});
  return all;
}

/// Halves onto each other until one lane is left.
llvm::Value *VectorLoop::acrossLanes(Combine combine, llvm::Value *vector) {
  if (lanes_ == 1)
    return vector;
  for (unsigned half = lanes_ / 2; half >= 1; half /= 2) {
    llvm::SmallVector<int, 8> low, high;
    for (unsigned k = 0; k < half; ++k) {
      low.push_back(static_cast<int>(k));
      high.push_back(static_cast<int>(k + half));
    }
    vector = combineValues(combine, b.CreateShuffleVector(vector, low),
                           b.CreateShuffleVector(vector, high));
  }
  return b.CreateExtractElement(vector, b.getInt64(0));
}

/// Neighbours onto each other, then neighbours of those: the order of rowsOf().
llvm::Value *VectorLoop::acrossNeighbours(Combine combine, llvm::Value *vector) {
  for (unsigned left = width_ / 2; left >= 1; left /= 2) {
    llvm::SmallVector<int, 8> even, odd;
    for (unsigned k = 0; k < left; ++k) {
      even.push_back(static_cast<int>(2 * k));
      odd.push_back(static_cast<int>(2 * k + 1));
    }
    vector = combineValues(combine, b.CreateShuffleVector(vector, even),
                           b.CreateShuffleVector(vector, odd));
  }
  return b.CreateExtractElement(vector, b.getInt64(0));
}

/// Lane k of the result combines the lanes of vector k: as many vectors as lanes,
/// folded pairwise.
llvm::Value *VectorLoop::rowsOf(Combine combine, llvm::ArrayRef<llvm::Value *> vectors) {
  std::vector<llvm::Value *> rows(vectors.begin(), vectors.end());
  assert(rows.size() == lanes_ && "a square");
  // After the step with distance d, lane k of a row holds a part of the sum of
  // the row's vector number k modulo 2d.
  for (unsigned d = 1; d < lanes_; d *= 2) {
    std::vector<llvm::Value *> next;
    for (size_t k = 0; k + 1 < rows.size(); k += 2) {
      llvm::SmallVector<int, 8> even, odd;
      for (unsigned lane = 0; lane < lanes_; ++lane) {
        bool second = (lane & d) != 0;
        unsigned from = lane & ~d;
        even.push_back(static_cast<int>(second ? lanes_ + from : from));
        odd.push_back(static_cast<int>(second ? lanes_ + from + d : from + d));
      }
      next.push_back(combineValues(combine, b.CreateShuffleVector(rows[k], rows[k + 1], even),
                                   b.CreateShuffleVector(rows[k], rows[k + 1], odd)));
    }
    rows = std::move(next);
  }
  return rows[0];
}

llvm::Value *VectorLoop::any(const Parts &conditions) {
  llvm::Value *all = conditions[0];
  for (size_t u = 1; u < conditions.size(); ++u)
    all = b.CreateOr(all, conditions[u]);
  if (lanes_ == 1)
    return all;
  llvm::Type *bits = b.getIntNTy(lanes_);
  return b.CreateICmpNE(b.CreateBitCast(all, bits), llvm::ConstantInt::get(bits, 0));
}

//--- memory -----------------------------------------------------------------------

/// Where neighbouring rounds find their elements.
VectorLoop::Place VectorLoop::placeOf(const std::vector<ScalarId> &indices) const {
  for (size_t k = 0; k + 1 < indices.size(); ++k)
    if (plan_.strideOf(indices[k]) != Stride(0))
      return Place::Apart;
  Stride last = indices.empty() ? Stride(0) : plan_.strideOf(indices.back());
  return last == Stride(0) ? Place::Same : last == Stride(1) ? Place::Neighbours : Place::Apart;
}

llvm::Value *VectorLoop::ownPointer(BufferId buffer, llvm::ArrayRef<llvm::Value *> indices,
                                    unsigned part, unsigned lane) {
  llvm::Value *at = b.CreateMul(e.linearIndex(buffer, indices), b.getInt64(parts_ * lanes_), "",
                                false, true);
  at = b.CreateAdd(at, b.getInt64(part * lanes_ + lane), "", false, true);
  return b.CreateInBoundsGEP(e.context_.realType, e.bufferPointer(buffer), at);
}

llvm::Value *VectorLoop::pointerOf(BufferId buffer, const std::vector<ScalarId> &indices,
                                   unsigned part, unsigned lane) {
  llvm::SmallVector<llvm::Value *, 4> list;
  for (ScalarId s : indices)
    list.push_back(laneOf(s, part, lane));
  if (plan_.own.count(buffer.index))
    return ownPointer(buffer, list, part, lane);
  return e.elementPointer(buffer, list);
}

VectorLoop::Parts VectorLoop::load(const LoadOp &op) {
  llvm::Type *single = memoryTypeOf(e.context_, e.f_.buffers[op.buffer.index].kind);
  llvm::Type *type = vectorType(single, lanes_);
  Place place = placeOf(op.indices);
  // Each round's own copies of one element are neighbours.
  if (plan_.own.count(op.buffer.index) && place == Place::Same)
    place = Place::Neighbours;
  else if (plan_.own.count(op.buffer.index))
    place = Place::Apart;
  Parts result;
  for (unsigned u = 0; u < parts_; ++u) {
    if (lanes_ == 1 || place == Place::Neighbours) {
      llvm::Value *pointer = pointerOf(op.buffer, op.indices, u, 0);
      if (lanes_ == 1 || mask_.empty() || plan_.own.count(op.buffer.index))
        result.push_back(
            annotated(b.CreateAlignedLoad(type, pointer, llvm::Align(8)), op.buffer));
      else
        result.push_back(annotated(b.CreateMaskedLoad(type, pointer, llvm::Align(8), mask_[u],
                                                      llvm::Constant::getNullValue(type)),
                                   op.buffer));
      continue;
    }
    if (place == Place::Same) { // written by this loop, so not hoisted as uniform
      result.push_back(splat(annotated(
          b.CreateAlignedLoad(single, pointerOf(op.buffer, op.indices, u, 0), llvm::Align(8)),
          op.buffer)));
      continue;
    }
    llvm::Value *all = mask_.empty() ? llvm::PoisonValue::get(type)
                                     : llvm::PoisonValue::get(llvm::FixedVectorType::get(
                                           b.getPtrTy(), lanes_));
    for (unsigned lane = 0; lane < lanes_; ++lane) {
      llvm::Value *element = pointerOf(op.buffer, op.indices, u, lane);
      if (mask_.empty())
        element = annotated(b.CreateAlignedLoad(single, element, llvm::Align(8)), op.buffer);
      all = b.CreateInsertElement(all, element, b.getInt64(lane));
    }
    if (!mask_.empty())
      all = annotated(b.CreateMaskedGather(type, all, llvm::Align(8), mask_[u],
                                           llvm::Constant::getNullValue(type)),
                      op.buffer);
    result.push_back(all);
  }
  return result;
}

void VectorLoop::storeParts(BufferId buffer, llvm::function_ref<llvm::Value *(unsigned)> pointer,
                            const Store &s) {
  bool own = plan_.own.count(buffer.index);
  llvm::Type *type = vectorType(e.context_.realType, lanes_);
  llvm::Align align(8);
  bool plain = mask_.empty() || own || lanes_ == 1;
  Parts pointers, old, values;
  for (unsigned u = 0; u < parts_; ++u)
    pointers.push_back(pointer(u));
  if (s.combine != Combine::Set || (plain && !mask_.empty()))
    for (unsigned u = 0; u < parts_; ++u)
      old.push_back(annotated(
          plain ? static_cast<llvm::Instruction *>(b.CreateAlignedLoad(type, pointers[u], align))
                : b.CreateMaskedLoad(type, pointers[u], align, mask_[u],
                                     llvm::Constant::getNullValue(type)),
          buffer));
  if (s.combine != Combine::Set) {
    values = combined(s.combine, old, s.value);
  } else {
    values = get(s.value);
    if (!old.empty())
      for (unsigned u = 0; u < parts_; ++u)
        values[u] = b.CreateSelect(mask_[u], values[u], old[u]);
  }
  for (unsigned u = 0; u < parts_; ++u) {
    if (plain)
      annotated(b.CreateAlignedStore(values[u], pointers[u], align), buffer);
    else
      annotated(b.CreateMaskedStore(values[u], pointers[u], align, mask_[u]), buffer);
  }
}

/// Round by round: two of them may meet in one element.
void VectorLoop::storeLanes(const Store &s) {
  Parts values = get(s.value);
  llvm::Align align(8);
  for (unsigned u = 0; u < parts_; ++u)
    for (unsigned lane = 0; lane < lanes_; ++lane) {
      llvm::BasicBlock *next = nullptr;
      if (!mask_.empty()) {
        llvm::Value *on =
            lanes_ == 1 ? mask_[u] : b.CreateExtractElement(mask_[u], b.getInt64(lane));
        llvm::BasicBlock *here = e.block("lane");
        next = e.block("lane.end");
        b.CreateCondBr(on, here, next);
        b.SetInsertPoint(here);
      }
      llvm::Value *v =
          lanes_ == 1 ? values[u] : b.CreateExtractElement(values[u], b.getInt64(lane));
      llvm::Value *pointer = pointerOf(s.buffer, s.indices, u, lane);
      if (s.combine != Combine::Set)
        v = combineValues(
            s.combine,
            annotated(b.CreateAlignedLoad(e.context_.realType, pointer, align), s.buffer), v);
      annotated(b.CreateAlignedStore(v, pointer, align), s.buffer);
      if (next) {
        e.jump(next);
        b.SetInsertPoint(next);
      }
    }
}

void VectorLoop::statement(const Store &s) {
  for (const auto &[store, r] : elements_)
    if (store == &s) {
      accumulate(lanes_ == 1 ? Parts{r.single} : r.vectors, s.combine, s.value);
      return;
    }
  Place place = placeOf(s.indices);
  bool own = plan_.own.count(s.buffer.index);
  if ((own && place == Place::Same) || (!own && place == Place::Neighbours)) {
    storeParts(
        s.buffer, [&](unsigned u) { return pointerOf(s.buffer, s.indices, u, 0); }, s);
    return;
  }
  if (place != Place::Same || own) {
    storeLanes(s);
    return;
  }
  assert(s.combine != Combine::Set && "one element for all rounds is summed into");
  llvm::Value *all = acrossParts(s.combine, s.value);
  for (Gathered &g : gathered_)
    if (g.store == &s) {
      g.places.push_back(pointerOf(s.buffer, s.indices, 0, 0));
      g.sums.push_back(all);
      return;
    }
  llvm::Value *pointer = pointerOf(s.buffer, s.indices, 0, 0);
  llvm::Value *old =
      annotated(b.CreateAlignedLoad(e.context_.realType, pointer, llvm::Align(8)), s.buffer);
  llvm::Value *sum = combineValues(s.combine, old, acrossLanes(s.combine, all));
  annotated(b.CreateAlignedStore(sum, pointer, llvm::Align(8)), s.buffer);
}

} // namespace gradus::codegen
