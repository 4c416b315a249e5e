//===- EmitPrimitive.cpp - primitives to LLVM instructions -----------------===//
//
// What a primitive means is the column EVAL of Primitives.def; the code here
// does the same operations in the same order, so that a strict module gives the
// interpreter's bits.
//
//===--------------------------------------------------------------------===//
#include "codegen/llvm/EmitPrimitive.h"

#include <cassert>

namespace gradus::codegen {
namespace {

using ir::Prim;
using llvm::Intrinsic::ID;

class PrimitiveEmitter {
public:
  PrimitiveEmitter(llvm::IRBuilder<> &b, Externals &externals, const ir::PrimInfo &row,
                   llvm::ArrayRef<llvm::Value *> operands)
      : b(b), externals(externals), row(row), x(operands[0]),
        y(operands.size() > 1 ? operands[1] : nullptr), operands(operands),
        real(x->getType()->isFPOrFPVectorTy()) {}

  llvm::Value *emit(Prim prim);

private:
  llvm::Value *intrinsic(ID id, llvm::ArrayRef<llvm::Value *> arguments) {
    return b.CreateIntrinsic(id, {x->getType()}, arguments);
  }
  llvm::Value *libm() { return externals.call(b, row.cName, x->getType(), operands); }
  llvm::Value *zero() { return llvm::Constant::getNullValue(x->getType()); }
  llvm::Value *compare(llvm::CmpInst::Predicate ordered, llvm::CmpInst::Predicate whole) {
    return real ? b.CreateFCmp(ordered, x, y) : b.CreateICmp(whole, x, y);
  }
  llvm::Value *named();
  llvm::Value *sign();
  llvm::Value *realMod();
  std::pair<llvm::Value *, llvm::Value *> floorDivision();
  llvm::Value *powi();

  llvm::IRBuilder<> &b;
  Externals &externals;
  const ir::PrimInfo &row;
  llvm::Value *x, *y;
  llvm::ArrayRef<llvm::Value *> operands;
  bool real;
};

/// 1, -1, or x itself: 0 keeps its sign and nan stays nan.
llvm::Value *PrimitiveEmitter::sign() {
  if (!real) {
    llvm::Value *positive = b.CreateZExt(b.CreateICmpSGT(x, zero()), x->getType());
    llvm::Value *negative = b.CreateZExt(b.CreateICmpSLT(x, zero()), x->getType());
    return b.CreateSub(positive, negative);
  }
  llvm::Value *one = llvm::ConstantFP::get(x->getType(), 1.0);
  llvm::Value *minusOne = llvm::ConstantFP::get(x->getType(), -1.0);
  llvm::Value *notPositive = b.CreateSelect(b.CreateFCmpOLT(x, zero()), minusOne, x);
  return b.CreateSelect(b.CreateFCmpOGT(x, zero()), one, notPositive);
}

llvm::Value *PrimitiveEmitter::realMod() {
  llvm::Value *quotient = intrinsic(llvm::Intrinsic::floor, {b.CreateFDiv(x, y)});
  return b.CreateFSub(x, b.CreateFMul(y, quotient));
}

/// Quotient rounded down and the remainder with the divisor's sign. The machine's
/// division traps on 0 and on overflow, so it never sees 0 or -1: a division by
/// 0 gives 0 and 0 (lowering puts a Check before it), and by -1 is a negation.
std::pair<llvm::Value *, llvm::Value *> PrimitiveEmitter::floorDivision() {
  llvm::Value *one = llvm::ConstantInt::get(x->getType(), 1);
  llvm::Value *minusOne = llvm::ConstantInt::getSigned(x->getType(), -1);
  llvm::Value *byZero = b.CreateICmpEQ(y, zero());
  llvm::Value *byMinusOne = b.CreateICmpEQ(y, minusOne);
  llvm::Value *divisor = b.CreateSelect(b.CreateOr(byZero, byMinusOne), one, y);
  llvm::Value *quotient = b.CreateSDiv(x, divisor);
  llvm::Value *remainder = b.CreateSub(x, b.CreateMul(quotient, divisor));
  llvm::Value *signsDiffer = b.CreateICmpSLT(b.CreateXor(remainder, divisor), zero());
  llvm::Value *below = b.CreateAnd(b.CreateICmpNE(remainder, zero()), signsDiffer);
  quotient = b.CreateSub(quotient, b.CreateZExt(below, x->getType()));
  remainder = b.CreateAdd(remainder, b.CreateSelect(below, divisor, zero()));
  quotient = b.CreateSelect(byMinusOne, b.CreateNeg(x), quotient);
  quotient = b.CreateSelect(byZero, zero(), quotient);
  return {quotient, remainder}; // the remainder by 1 is 0, as by 0 and -1
}

/// The products of gradus_powi in its order (runtime/Special.c), or a call of it
/// where the exponent is not constant.
llvm::Value *PrimitiveEmitter::powi() {
  auto *constant = llvm::dyn_cast<llvm::ConstantInt>(y);
  if (!constant)
    return externals.call(b, "gradus_powi", x->getType(), operands);
  int64_t n = constant->getSExtValue();
  llvm::Value *one = llvm::ConstantFP::get(x->getType(), 1.0);
  uint64_t bits = n < 0 ? 0 - static_cast<uint64_t>(n) : static_cast<uint64_t>(n);
  llvm::Value *result = nullptr, *square = x;
  while (bits != 0) {
    if (bits & 1)
      result = result ? b.CreateFMul(result, square) : square;
    bits >>= 1;
    if (bits != 0)
      square = b.CreateFMul(square, square);
  }
  if (!result)
    return one;
  return n < 0 ? b.CreateFDiv(one, result) : result;
}

/// Rows of Lowering::Intrinsic carry the name that C and LLVM share.
llvm::Value *PrimitiveEmitter::named() {
  if (!real) {
    assert(std::string_view(row.cName) == "fabs" && "the one intrinsic on whole numbers");
    return b.CreateBinaryIntrinsic(llvm::Intrinsic::abs, x, b.getFalse());
  }
  ID id = llvm::Function::lookupIntrinsicID(std::string("llvm.") + row.cName);
  assert(id != llvm::Intrinsic::not_intrinsic && "the row names an intrinsic of LLVM");
  return intrinsic(id, operands);
}

llvm::Value *PrimitiveEmitter::emit(Prim prim) {
  using P = llvm::CmpInst;
  // Rows that are no instruction say all in their columns; the others have a case
  // of their own, and one that is forgotten does not compile.
  switch (prim) {
#define CASE_Libm(NAME)                                                                            \
  case Prim::NAME:                                                                                 \
    return libm();
#define CASE_Intrinsic(NAME)                                                                       \
  case Prim::NAME:                                                                                 \
    return named();
#define CASE_Expanded(NAME)                                                                        \
  case Prim::NAME:                                                                                 \
    break;
#define CASE_Instruction(NAME)
#define PRIMITIVE(NAME, SPELLING, C, ARITY, NOTATION, SIGNATURE, LOWERING, ...)                    \
  CASE_##LOWERING(NAME)
#include "ir/Primitives.def"
#undef CASE_Libm
#undef CASE_Intrinsic
#undef CASE_Expanded
#undef CASE_Instruction
  case Prim::Add:
    return real ? b.CreateFAdd(x, y) : b.CreateAdd(x, y);
  case Prim::Sub:
    return real ? b.CreateFSub(x, y) : b.CreateSub(x, y);
  case Prim::Mul:
    return real ? b.CreateFMul(x, y) : b.CreateMul(x, y);
  case Prim::Div:
    return b.CreateFDiv(x, y);
  case Prim::Neg:
    return real ? b.CreateFNeg(x) : b.CreateNeg(x);
  case Prim::IntDiv:
    return floorDivision().first;
  case Prim::Mod:
    return real ? realMod() : floorDivision().second;
  case Prim::Min:
    return intrinsic(real ? llvm::Intrinsic::minimum : llvm::Intrinsic::smin, operands);
  case Prim::Max:
    return intrinsic(real ? llvm::Intrinsic::maximum : llvm::Intrinsic::smax, operands);
  case Prim::Sign:
    return sign();
  case Prim::Powi:
    return powi();
  case Prim::ToReal:
    return b.CreateSIToFP(x, x->getType()->getWithNewType(b.getDoubleTy()));
  case Prim::Less:
    return compare(P::FCMP_OLT, P::ICMP_SLT);
  case Prim::LessEqual:
    return compare(P::FCMP_OLE, P::ICMP_SLE);
  case Prim::Equal:
    return compare(P::FCMP_OEQ, P::ICMP_EQ);
  case Prim::NotEqual:
    return compare(P::FCMP_UNE, P::ICMP_NE);
  case Prim::And:
    return b.CreateAnd(x, y);
  case Prim::Or:
    return b.CreateOr(x, y);
  case Prim::Not:
    return b.CreateNot(x);
  }
  assert(false && "lowering expands these rows");
  return nullptr;
}

} // namespace

llvm::Value *emitPrimitive(llvm::IRBuilder<> &b, Externals &externals, ir::Prim prim,
                           llvm::ArrayRef<llvm::Value *> operands) {
  return PrimitiveEmitter(b, externals, ir::info(prim), operands).emit(prim);
}

} // namespace gradus::codegen
