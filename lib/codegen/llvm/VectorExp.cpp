//===- VectorExp.cpp - exp inside vector loops -----------------------------===//
//
// exp(x) = 2^k exp(r), k the whole number next to x/log(2), r = x - k log(2) in two
// parts (Cody and Waite). exp(r) = 1 + (r + r^2 q(r)), q of degree 9 by
// interpolation of (exp(r) - 1 - r)/r^2 in the Chebyshev nodes of +-0.34658.
// 2^k is applied in two steps, so that results below 2^-1022 are rounded once.
//
//===--------------------------------------------------------------------===//
#include "codegen/llvm/VectorExp.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

namespace gradus::codegen {

llvm::Function *vectorExp(llvm::Module &module, unsigned lanes, llvm::StringRef features) {
  if (!features.contains("+fma") && !features.contains("+avx512f"))
    return nullptr;
  std::string name = "gradus.exp." + std::to_string(lanes);
  if (llvm::Function *made = module.getFunction(name))
    return made;
  llvm::LLVMContext &context = module.getContext();
  llvm::IRBuilder<> b(context);
  llvm::Type *type = b.getDoubleTy(), *whole = b.getInt64Ty();
  if (lanes > 1) {
    type = llvm::FixedVectorType::get(type, lanes);
    whole = llvm::FixedVectorType::get(whole, lanes);
  }
  auto *f = llvm::Function::Create(llvm::FunctionType::get(type, {type}, false),
                                   llvm::GlobalValue::InternalLinkage, name, module);
  f->setDoesNotThrow();
  f->setDoesNotAccessMemory();
  f->addFnAttr(llvm::Attribute::AlwaysInline);
  b.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", f));
  auto number = [&](double v) { return llvm::ConstantFP::get(type, v); };
  auto fma = [&](llvm::Value *x, llvm::Value *y, llvm::Value *z) -> llvm::Value * {
    return b.CreateIntrinsic(llvm::Intrinsic::fma, {type}, {x, y, z});
  };
  // Beyond these, exp is inf or 0 whatever x is; nan goes through.
  llvm::Value *x = f->getArg(0);
  x = b.CreateSelect(b.CreateFCmpOGT(x, number(710)), number(710), x);
  x = b.CreateSelect(b.CreateFCmpOLT(x, number(-746)), number(-746), x);
  // Adding this rounds to a whole number, which stands in the lowest bits.
  llvm::Constant *shift = number(0x1.8p52);
  llvm::Value *k = b.CreateFSub(fma(x, number(0x1.71547652b82fep+0), shift), shift);
  llvm::Value *r = fma(k, number(-0x1.62e42fefa39efp-1), x);
  r = fma(k, number(-0x1.abc9e3b39803fp-56), r);
  const double coefficients[] = {0x1.af38a0d2d9620p-26, 0x1.28917e2c43a66p-22, 0x1.71de0db21e27fp-19,
                                 0x1.a019b9133a48ap-16, 0x1.a01a01a7c327ap-13, 0x1.6c16c1788a49bp-10,
                                 0x1.11111111109b4p-7, 0x1.5555555553d67p-5, 0x1.5555555555556p-3,
                                 0x1.0000000000001p-1};
  llvm::Value *q = number(coefficients[0]);
  for (double c : llvm::ArrayRef(coefficients).drop_front())
    q = fma(q, r, number(c));
  llvm::Value *p = b.CreateFAdd(number(1), fma(q, b.CreateFMul(r, r), r));
  if (lanes == 8 && features.contains("+avx512f")) {
    p = b.CreateIntrinsic(llvm::Intrinsic::x86_avx512_mask_scalef_pd_512, {},
                          {p, k, p, b.getInt8(-1), b.getInt32(4)});
  } else {
    llvm::Constant *biased = number(0x1.8p52 + 1023), *places = llvm::ConstantInt::get(whole, 52);
    auto power = [&](llvm::Value *shifted) {
      return b.CreateBitCast(b.CreateShl(b.CreateBitCast(shifted, whole), places), type);
    };
    llvm::Value *half = fma(k, number(0.5), biased);
    llvm::Value *rest = b.CreateFAdd(b.CreateFSub(k, b.CreateFSub(half, biased)), biased);
    p = b.CreateFMul(b.CreateFMul(p, power(half)), power(rest));
  }
  b.CreateRet(p);
  return f;
}

} // namespace gradus::codegen
