//===- Symbols.cpp - what compiled code may call ---------------------------===//
#include "jit/Symbols.h"
#include "codegen/llvm/LLVMBackend.h"
#include "ir/Primitives.h"
#include "runtime/Runtime.h"

#include <dlfcn.h>

#include <set>
#include <string>

namespace gradus::jit {
namespace {

/// What LLVM calls for instructions that the processor or the code model lacks.
const char *const inserted[] = {
    "memcpy", "memmove", "memset", "fma",  "fmin", "fmax",  "floor", "ceil", "trunc",
    "round",  "rint",    "sqrt",   "fabs", "exp2", "exp10", "ldexp", "fmod",
};

/// The names that are looked up in the C library.
const std::set<std::string_view> &allowedNames() {
  static const std::set<std::string_view> names = [] {
    std::set<std::string_view> all(std::begin(inserted), std::end(inserted));
    for (unsigned i = 0; i < ir::primCount; ++i) {
      const ir::PrimInfo &row = ir::info(static_cast<ir::Prim>(i));
      if (row.lowering == ir::Lowering::Libm)
        all.insert(row.cName);
    }
    return all;
  }();
  return names;
}

void *vectorMath(const char *name) {
  // Never closed: code that calls it may live as long as the process.
  static void *const library = dlopen("libmvec.so.1", RTLD_NOW | RTLD_LOCAL);
  return library ? dlsym(library, name) : nullptr;
}

} // namespace

void *findSymbol(std::string_view name) {
  // Linked statically, hence not in the process's table of symbols.
  if (name == "gradus_digamma")
    return reinterpret_cast<void *>(&gradus_digamma);
  if (name == "gradus_polygamma")
    return reinterpret_cast<void *>(&gradus_polygamma);
  if (name == "gradus_polygamma_r")
    return reinterpret_cast<void *>(&gradus_polygamma_r);
  if (name == "gradus_powi")
    return reinterpret_cast<void *>(&gradus_powi);
  if (name.substr(0, 7) == "gradus_")
    return nullptr;
  std::string terminated(name);
  if (codegen::isVectorMathSymbol(name))
    return vectorMath(terminated.c_str());
  if (allowedNames().count(name) == 0)
    return nullptr;
  return dlsym(RTLD_DEFAULT, terminated.c_str());
}

} // namespace gradus::jit
