//===- Externals.h - functions outside the module that code calls ----------===//
#pragma once

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <set>
#include <string>

namespace gradus::codegen {

/// Declares and calls functions of the C library and of lib/runtime. They read
/// and write no memory that a model can see (errno is nobody's result), so the
/// optimizer may move, merge and vectorize them; in strict modules it must leave
/// them as they are.
class Externals {
public:
  Externals(llvm::Module &module, bool strict) : module_(module), strict_(strict) {}

  llvm::Value *call(llvm::IRBuilder<> &b, llvm::StringRef name, llvm::Type *result,
                    llvm::ArrayRef<llvm::Value *> arguments);
  bool strict() const { return strict_; }
  /// Whether a function is arithmetic in line at this number of lanes, and no call.
  bool inLine(llvm::StringRef name, unsigned lanes);
  /// What the machine can do, and whether libmvec is there.
  void setVectorFeatures(llvm::StringRef features, bool library) {
    machine_ = features;
    features_ = library ? machine_ : std::string();
  }

  /// While it lives, calls with one number use a lane of the function for `lanes`
  /// numbers, whose results may differ in their last bit.
  class Remainder {
  public:
    Remainder(Externals &externals, unsigned lanes)
        : externals_(externals), saved_(externals.remainder_) {
      externals_.remainder_ = lanes;
    }
    ~Remainder() { externals_.remainder_ = saved_; }
    Remainder(const Remainder &) = delete;

  private:
    Externals &externals_;
    unsigned saved_;
  };

private:
  llvm::CallInst *callScalar(llvm::IRBuilder<> &b, llvm::StringRef name, llvm::Type *result,
                             llvm::ArrayRef<llvm::Value *> arguments);
  llvm::Value *callVector(llvm::IRBuilder<> &b, llvm::StringRef name, unsigned lanes,
                          llvm::Type *element, llvm::ArrayRef<llvm::Value *> arguments);
  llvm::Module &module_;
  bool strict_;
  std::string machine_, features_; ///< for our own functions; for those of libmvec
  unsigned remainder_ = 0;
};

} // namespace gradus::codegen
