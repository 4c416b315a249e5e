//===- EmitScalar.cpp - values, variables and memory -----------------------===//
#include "codegen/llvm/EmitPrimitive.h"
#include "codegen/llvm/FunctionEmitter.h"

#include <llvm/IR/MDBuilder.h>

#include <algorithm>
#include <cassert>

namespace gradus::codegen {

using namespace loops;

llvm::Type *typeOf(const ModuleContext &context, Kind kind) {
  switch (kind) {
  case Kind::Real:
    return context.realType;
  case Kind::Int:
    return llvm::Type::getInt64Ty(context.target.getContext());
  case Kind::Bool:
    return llvm::Type::getInt1Ty(context.target.getContext());
  }
  return nullptr;
}

llvm::Type *memoryTypeOf(const ModuleContext &context, Kind kind) {
  return kind == Kind::Bool ? llvm::Type::getInt8Ty(context.target.getContext())
                            : typeOf(context, kind);
}

//--- scopes -----------------------------------------------------------------------

AliasScopes::AliasScopes(llvm::LLVMContext &context, const loops::Function &function, bool quick)
    : f_(function), context_(context) {
  if (quick)
    return;
  size_t roots = 0, slices = 0;
  for (const Buffer &b : f_.buffers) {
    roots += b.role != BufferRole::View;
    slices += b.role == BufferRole::Workspace;
  }
  // Each access names all other roots, so many of them cost more than they help.
  if (slices == 0 || roots < 2 || roots > 100)
    return;
  llvm::MDBuilder builder(context);
  llvm::MDNode *domain = builder.createAnonymousAliasScopeDomain(f_.name);
  for (const Buffer &b : f_.buffers)
    scopes_.push_back(
        b.role == BufferRole::View ? nullptr : builder.createAnonymousAliasScope(domain, b.name));
}

BufferId AliasScopes::root(BufferId buffer) const {
  while (f_.buffers[buffer.index].role == BufferRole::View)
    buffer = f_.buffers[buffer.index].base;
  return buffer;
}

void AliasScopes::annotate(llvm::Instruction *access, BufferId buffer) const {
  annotate(access, buffer, buffer);
}

void AliasScopes::annotate(llvm::Instruction *access, BufferId target, BufferId source) const {
  if (scopes_.empty())
    return;
  llvm::MDNode *a = scopes_[root(target).index], *b = scopes_[root(source).index];
  llvm::SmallVector<llvm::Metadata *, 16> own = {a}, others;
  if (b != a)
    own.push_back(b);
  for (llvm::MDNode *scope : scopes_)
    if (scope && scope != a && scope != b)
      others.push_back(scope);
  access->setMetadata(llvm::LLVMContext::MD_alias_scope, llvm::MDNode::get(context_, own));
  if (!others.empty())
    access->setMetadata(llvm::LLVMContext::MD_noalias, llvm::MDNode::get(context_, others));
}

//--- values -----------------------------------------------------------------------

llvm::Value *FunctionEmitter::operation(const Operation &op) {
  if (auto *o = std::get_if<ConstReal>(&op))
    return llvm::ConstantFP::get(context_.realType, o->value);
  if (auto *o = std::get_if<ConstInt>(&op))
    return b_.getInt64(static_cast<uint64_t>(o->value));
  if (auto *o = std::get_if<ConstBool>(&op))
    return b_.getInt1(o->value);
  if (auto *o = std::get_if<PrimOp>(&op))
    return primitive(*o);
  if (auto *o = std::get_if<SelectOp>(&op))
    return b_.CreateSelect(value(o->condition), value(o->then), value(o->otherwise));
  if (auto *o = std::get_if<LoadOp>(&op))
    return load(o->buffer, elementPointer(o->buffer, o->indices), false);
  return readVariable(std::get<ReadOp>(op).variable);
}

std::optional<std::pair<llvm::Value *, llvm::Value *>> FunctionEmitter::product(ScalarId s) const {
  if (context_.source.strict || f_.scalars[s.index].kind != Kind::Real || !definitions_[s.index])
    return std::nullopt;
  auto *op = std::get_if<PrimOp>(definitions_[s.index]);
  if (!op)
    return std::nullopt;
  if (op->prim == ir::Prim::Mul)
    return std::pair(value(op->operands[0]), value(op->operands[1]));
  if (op->prim == ir::Prim::Powi) // a square is a product too
    if (auto *n = llvm::dyn_cast<llvm::ConstantInt>(value(op->operands[1])); n && n->equalsInt(2))
      return std::pair(value(op->operands[0]), value(op->operands[0]));
  return std::nullopt;
}

llvm::Value *FunctionEmitter::primitive(const PrimOp &op) {
  llvm::SmallVector<llvm::Value *, 4> operands;
  for (ScalarId s : op.operands)
    operands.push_back(value(s));
  // Fusion depends on the expression alone, so that one formula gives the same
  // bits wherever it stands.
  bool sum = op.prim == ir::Prim::Add, difference = op.prim == ir::Prim::Sub;
  if (sum || difference) {
    llvm::Type *type = context_.realType;
    if (auto p = product(op.operands[1])) {
      llvm::Value *factor = difference ? b_.CreateFNeg(p->first) : p->first;
      return b_.CreateIntrinsic(llvm::Intrinsic::fmuladd, {type}, {factor, p->second, operands[0]});
    }
    if (auto p = product(op.operands[0])) {
      llvm::Value *addend = difference ? b_.CreateFNeg(operands[1]) : operands[1];
      return b_.CreateIntrinsic(llvm::Intrinsic::fmuladd, {type}, {p->first, p->second, addend});
    }
  }
  return emitPrimitive(b_, context_.externals, op.prim, operands);
}

llvm::Value *FunctionEmitter::combine(Combine combine, llvm::Value *old, ScalarId added) {
  llvm::Value *v = value(added);
  bool real = old->getType()->isFloatingPointTy();
  llvm::IRBuilder<>::FastMathFlagGuard guard(b_);
  if (!context_.source.strict) {
    llvm::FastMathFlags flags;
    flags.setAllowReassoc();
    b_.setFastMathFlags(flags);
  }
  switch (combine) {
  case Combine::Set:
    return v;
  case Combine::Add:
    if (!real)
      return b_.CreateAdd(old, v);
    if (auto p = product(added))
      return b_.CreateIntrinsic(llvm::Intrinsic::fmuladd, {old->getType()},
                                {p->first, p->second, old});
    return b_.CreateFAdd(old, v);
  case Combine::Multiply:
    return real ? b_.CreateFMul(old, v) : b_.CreateMul(old, v);
  // Minimum and maximum are the same in any order: no flags needed, and both
  // orders keep nan.
  case Combine::Min:
    b_.clearFastMathFlags();
    return b_.CreateBinaryIntrinsic(real ? llvm::Intrinsic::minimum : llvm::Intrinsic::smin, old,
                                    v);
  case Combine::Max:
    b_.clearFastMathFlags();
    return b_.CreateBinaryIntrinsic(real ? llvm::Intrinsic::maximum : llvm::Intrinsic::smax, old,
                                    v);
  }
  return nullptr;
}

//--- variables --------------------------------------------------------------------

llvm::Value *FunctionEmitter::readVariable(VariableId v) {
  if (context_.quick && written_.variable == v && written_.block == b_.GetInsertBlock())
    return written_.value;
  llvm::AllocaInst *slot = variables_[v.index];
  llvm::Value *raw = b_.CreateLoad(slot->getAllocatedType(), slot);
  return f_.variables[v.index].kind == Kind::Bool ? b_.CreateTrunc(raw, b_.getInt1Ty()) : raw;
}

void FunctionEmitter::writeVariable(VariableId v, llvm::Value *value) {
  written_ = {v, b_.GetInsertBlock(), value};
  if (f_.variables[v.index].kind == Kind::Bool)
    value = b_.CreateZExt(value, b_.getInt8Ty());
  b_.CreateStore(value, variables_[v.index]);
}

//--- memory -----------------------------------------------------------------------

llvm::Value *FunctionEmitter::bufferPointer(BufferId buffer) {
  if (pointers_[buffer.index])
    return pointers_[buffer.index];
  const Buffer &b = f_.buffers[buffer.index];
  llvm::Type *element = memoryTypeOf(context_, b.kind);
  if (b.role == BufferRole::Workspace) // offsets count 8 bytes whatever the kind
    return b_.CreateInBoundsGEP(b_.getInt64Ty(), workspace_, value(b.offset), b.name);
  return b_.CreateInBoundsGEP(element, bufferPointer(b.base), value(b.offset), b.name);
}

/// Makes the pointers of buffers as soon as their offset is known. The place
/// dominates every use of the offset, hence of the buffer.
void FunctionEmitter::rememberPointers(ScalarId offset) {
  const auto [first, last] = placedBy_.equal_range(offset.index);
  if (first == last)
    return;
  std::vector<uint32_t> placed;
  for (auto it = first; it != last; ++it)
    placed.push_back(it->second);
  std::sort(placed.begin(), placed.end()); // a view comes after what it is a part of
  for (uint32_t i : placed) {
    const Buffer &b = f_.buffers[i];
    if (b.role == BufferRole::Workspace || pointers_[b.base.index])
      pointers_[i] = bufferPointer(BufferId{i});
  }
}

llvm::Value *FunctionEmitter::elementPointer(BufferId buffer,
                                             const std::vector<ScalarId> &indices) {
  llvm::SmallVector<llvm::Value *, 4> values;
  for (ScalarId s : indices)
    values.push_back(value(s));
  return elementPointer(buffer, values);
}

llvm::Value *FunctionEmitter::elementPointer(BufferId buffer,
                                             llvm::ArrayRef<llvm::Value *> indices) {
  llvm::Value *pointer = bufferPointer(buffer);
  if (indices.empty())
    return pointer;
  llvm::Type *element = memoryTypeOf(context_, f_.buffers[buffer.index].kind);
  if (context_.quick && indices.size() == 1)
    // An index and a constant are parts of an address for the quick selection, and their
    // difference is an instruction.
    if (auto *lo = llvm::dyn_cast<llvm::ConstantInt>(value(f_.buffers[buffer.index].axes[0].lo));
        lo && lo->getValue().isSignedIntN(16)) {
      llvm::Value *from0 = b_.CreateGEP(element, pointer, indices[0]);
      const int64_t bytes =
          lo->getSExtValue() * static_cast<int64_t>(element->getPrimitiveSizeInBits() / 8);
      return bytes == 0 ? from0 : b_.CreateConstGEP1_64(b_.getInt8Ty(), from0, -bytes);
    }
  return b_.CreateInBoundsGEP(element, pointer, linearIndex(buffer, indices));
}

llvm::Value *FunctionEmitter::linearIndex(BufferId buffer, llvm::ArrayRef<llvm::Value *> indices) {
  const Buffer &b = f_.buffers[buffer.index];
  // Indices lie in their ranges, so nothing here overflows.
  llvm::Value *linear = nullptr;
  for (size_t k = 0; k < indices.size(); ++k) {
    llvm::Value *position = b_.CreateSub(indices[k], value(b.axes[k].lo), "", false, true);
    linear = !linear ? position
                     : b_.CreateAdd(b_.CreateMul(linear, value(b.axes[k].extent), "", false, true),
                                    position, "", false, true);
  }
  return linear ? linear : b_.getInt64(0);
}

llvm::Value *FunctionEmitter::elementCount(BufferId buffer) {
  llvm::Value *count = b_.getInt64(1);
  for (const BufferAxis &axis : f_.buffers[buffer.index].axes)
    count = b_.CreateMul(count, value(axis.extent), "", true, true);
  return count;
}

/// `combining` accesses may meet between the iterations of an independent loop.
llvm::Value *FunctionEmitter::load(BufferId buffer, llvm::Value *pointer, bool combining) {
  llvm::Type *type = memoryTypeOf(context_, f_.buffers[buffer.index].kind);
  llvm::LoadInst *load = b_.CreateLoad(type, pointer);
  scopes_.annotate(load, buffer);
  if (accessGroup_ && !combining)
    load->setMetadata(llvm::LLVMContext::MD_access_group, accessGroup_);
  return load;
}

void FunctionEmitter::store(BufferId buffer, llvm::Value *pointer, llvm::Value *value,
                            bool combining) {
  llvm::StoreInst *store = b_.CreateStore(value, pointer);
  scopes_.annotate(store, buffer);
  if (accessGroup_ && !combining)
    store->setMetadata(llvm::LLVMContext::MD_access_group, accessGroup_);
}

} // namespace gradus::codegen
