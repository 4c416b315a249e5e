//===- VectorElementary.cpp - exp and logarithms inside vector loops -------===//
//
// The formulas of runtime/Elementary.h, with fused multiply-adds. Polynomials are
// evaluated in pairs (Estrin): a chain of one operation after the other would keep the
// machine waiting, for it cannot look far enough ahead to work on the next vector.
//
//===--------------------------------------------------------------------===//
#include "codegen/llvm/VectorElementary.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace gradus::codegen {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
/// Adding it rounds to a whole number, which stands in the lowest bits.
constexpr double toWhole = 0x1.8p52;
constexpr uint64_t bitsOfOne = 0x3ff0000000000000, bitsOfRootHalf = 0x3fe6a09e667f3bcd;

class Writer {
public:
  Writer(llvm::Function *f, unsigned lanes, llvm::StringRef features)
      : b(f->getContext()), type(f->getReturnType()), x(f->getArg(0)),
        scales(lanes == 8 && features.contains("+avx512f")) {
    whole = b.getInt64Ty();
    if (lanes > 1)
      whole = llvm::FixedVectorType::get(whole, lanes);
    b.SetInsertPoint(llvm::BasicBlock::Create(f->getContext(), "entry", f));
  }
  void exponential();
  void logarithm();
  void logarithmNextToOne();

private:
  llvm::Constant *number(double v) { return llvm::ConstantFP::get(type, v); }
  llvm::Constant *word(uint64_t v) { return llvm::ConstantInt::get(whole, v); }
  llvm::Value *bits(llvm::Value *v) { return b.CreateBitCast(v, whole); }
  llvm::Value *real(llvm::Value *v) { return b.CreateBitCast(v, type); }
  llvm::Value *fma(llvm::Value *u, llvm::Value *v, llvm::Value *w) {
    return b.CreateIntrinsic(llvm::Intrinsic::fma, {type}, {u, v, w});
  }
  llvm::Value *polynomial(llvm::ArrayRef<double> coefficients, llvm::Value *at);
  /// The number as a multiple of sqrt(1/2), behind its exponent.
  llvm::Value *divided(llvm::Value *u) {
    return b.CreateAdd(bits(u), word(bitsOfOne - bitsOfRootHalf));
  }
  llvm::Value *logOf(llvm::Value *divided, llvm::Value *rest, llvm::Value *moreExponent);

  llvm::IRBuilder<> b;
  llvm::Type *type, *whole = nullptr;
  llvm::Value *x;
  bool scales; ///< the machine multiplies by powers of two
};

/// Coefficients from the lowest power on.
llvm::Value *Writer::polynomial(llvm::ArrayRef<double> coefficients, llvm::Value *at) {
  std::vector<llvm::Value *> terms;
  for (double c : coefficients)
    terms.push_back(number(c));
  for (llvm::Value *power = at;; power = b.CreateFMul(power, power)) {
    // One term is left over: it waits for the next pairs where these come out even.
    const bool waits = terms.size() % 4 == 3;
    if (terms.size() % 2 && !waits) {
      llvm::Value *last = terms.back();
      terms.pop_back();
      terms.back() = fma(last, power, terms.back());
    }
    std::vector<llvm::Value *> pairs;
    for (size_t k = 0; k + 1 < terms.size(); k += 2)
      pairs.push_back(fma(terms[k + 1], power, terms[k]));
    if (waits)
      pairs.push_back(terms.back());
    terms = std::move(pairs);
    if (terms.size() == 1)
      return terms[0];
  }
}

void Writer::exponential() {
  // Beyond these, exp is inf or 0 whatever x is; nan goes through.
  x = b.CreateSelect(b.CreateFCmpOGT(x, number(710)), number(710), x);
  x = b.CreateSelect(b.CreateFCmpOLT(x, number(-746)), number(-746), x);
  llvm::Value *shifted = fma(x, number(0x1.71547652b82fep+0), number(toWhole));
  llvm::Value *k = b.CreateFSub(shifted, number(toWhole));
  llvm::Value *r = fma(k, number(-0x1.62e42fefa39efp-1), x);
  r = fma(k, number(-0x1.abc9e3b39803fp-56), r);
  llvm::Value *q = polynomial({0x1.0000000000001p-1, 0x1.5555555555556p-3, 0x1.5555555553d67p-5,
                               0x1.11111111109b4p-7, 0x1.6c16c1788a49bp-10, 0x1.a01a01a7c327ap-13,
                               0x1.a019b9133a48ap-16, 0x1.71de0db21e27fp-19, 0x1.28917e2c43a66p-22,
                               0x1.af38a0d2d9620p-26},
                              r);
  llvm::Value *less = fma(q, b.CreateFMul(r, r), r);
  if (scales) {
    llvm::Value *p = b.CreateFAdd(number(1), less);
    b.CreateRet(b.CreateIntrinsic(llvm::Intrinsic::x86_avx512_mask_scalef_pd_512, {},
                                  {p, k, p, b.getInt8(-1), b.getInt32(4)}));
    return;
  }
  // In two steps, so that results below 2^-1022 are rounded once.
  // Of the bits of the exponents only the lowest twelve count.
  llvm::Value *all = bits(shifted), *half = b.CreateLShr(all, word(1));
  auto power = [&](llvm::Value *exponent) {
    return real(b.CreateAdd(b.CreateShl(exponent, word(52)), word(bitsOfOne)));
  };
  llvm::Value *first = power(half);
  b.CreateRet(b.CreateFMul(fma(less, first, first), power(b.CreateSub(all, half))));
}

/// log of what is divided, with `rest` more than it, and so many more factors of 2.
llvm::Value *Writer::logOf(llvm::Value *divided, llvm::Value *rest, llvm::Value *moreExponent) {
  llvm::Value *quotient =
      real(b.CreateAdd(b.CreateAnd(divided, word(0x000fffffffffffff)), word(bitsOfRootHalf)));
  llvm::Value *n = real(b.CreateOr(b.CreateLShr(divided, word(52)), word(0x4330000000000000)));
  n = b.CreateFSub(n, number(0x1p52 + 1023));
  if (moreExponent)
    n = b.CreateFAdd(n, moreExponent);
  llvm::Value *f = b.CreateFSub(quotient, number(1));
  if (rest) {
    llvm::Value *exponent = b.CreateAnd(divided, word(0x7ff0000000000000));
    llvm::Value *scale = real(b.CreateSub(word(0x7ff0000000000000), exponent));
    f = fma(rest, b.CreateFMul(scale, number(0.5)), f);
  }
  llvm::Value *s = b.CreateFDiv(f, b.CreateFAdd(f, number(2)));
  llvm::Value *z = b.CreateFMul(s, s), *half = b.CreateFMul(b.CreateFMul(f, number(0.5)), f);
  llvm::Value *p = polynomial({0x1.5555555555558p-1, 0x1.99999999952d7p-2, 0x1.2492492df281ap-2,
                               0x1.c71c62e3f11e6p-3, 0x1.7462b51cb66b1p-3, 0x1.39fe51a7c18f9p-3,
                               0x1.2b5900de53b32p-3},
                              z);
  llvm::Value *low = fma(s, fma(z, p, half), b.CreateFMul(n, number(0x1.ef35793c7673p-45)));
  return fma(n, number(0x1.62e42fefa38p-1), b.CreateFSub(f, b.CreateFSub(half, low)));
}

void Writer::logarithm() {
  llvm::Value *tiny = b.CreateFCmpOLT(x, number(0x1p-1022));
  llvm::Value *u = b.CreateSelect(tiny, b.CreateFMul(x, number(0x1p54)), x);
  llvm::Value *y = logOf(divided(u), nullptr, b.CreateSelect(tiny, number(-54), number(0)));
  llvm::Value *inside = b.CreateSelect(b.CreateFCmpOLT(x, number(infinity)), y, x);
  llvm::Value *outside =
      b.CreateSelect(b.CreateFCmpOEQ(x, number(0)), number(-infinity),
                     number(std::numeric_limits<double>::quiet_NaN()));
  b.CreateRet(b.CreateSelect(b.CreateFCmpOGT(x, number(0)), inside, outside));
}

void Writer::logarithmNextToOne() {
  llvm::Value *u = b.CreateFAdd(x, number(1));
  llvm::Value *y = logOf(divided(u), b.CreateFSub(x, b.CreateFSub(u, number(1))), nullptr);
  llvm::Value *inside = b.CreateSelect(b.CreateFCmpOEQ(x, number(0)), x, y);
  inside = b.CreateSelect(b.CreateFCmpOLT(x, number(infinity)), inside, x);
  llvm::Value *outside =
      b.CreateSelect(b.CreateFCmpOEQ(x, number(-1)), number(-infinity),
                     number(std::numeric_limits<double>::quiet_NaN()));
  b.CreateRet(b.CreateSelect(b.CreateFCmpOGT(x, number(-1)), inside, outside));
}

} // namespace

llvm::Function *vectorElementary(llvm::Module &module, llvm::StringRef name, unsigned lanes,
                                 llvm::StringRef features) {
  struct Row {
    llvm::StringRef name;
    void (Writer::*write)();
  };
  static const Row rows[] = {{"exp", &Writer::exponential},
                             {"log", &Writer::logarithm},
                             {"log1p", &Writer::logarithmNextToOne}};
  const Row *row = std::find_if(std::begin(rows), std::end(rows),
                                [&](const Row &r) { return r.name == name; });
  if (row == std::end(rows) || (!features.contains("+fma") && !features.contains("+avx512f")))
    return nullptr;
  const std::string full = ("gradus." + name + "." + llvm::Twine(lanes)).str();
  if (llvm::Function *made = module.getFunction(full))
    return made;
  llvm::Type *type = llvm::Type::getDoubleTy(module.getContext());
  if (lanes > 1)
    type = llvm::FixedVectorType::get(type, lanes);
  auto *f = llvm::Function::Create(llvm::FunctionType::get(type, {type}, false),
                                   llvm::GlobalValue::InternalLinkage, full, module);
  f->setDoesNotThrow();
  f->setDoesNotAccessMemory();
  f->addFnAttr(llvm::Attribute::AlwaysInline);
  (Writer(f, lanes, features).*row->write)();
  return f;
}

} // namespace gradus::codegen
