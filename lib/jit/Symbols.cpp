//===- Symbols.cpp - what compiled code may call ---------------------------===//
//
// The addresses are the linker's: they need no table of symbols at run time, so
// the program may be linked statically. What is declared here are symbols, not
// functions that could be called.
//
//===--------------------------------------------------------------------===//
#include "jit/Symbols.h"
#include "ir/Primitives.h"
#include "runtime/Kkt.h"
#include "runtime/Runtime.h"
#include "runtime/Sparse.h"
#include "runtime/Threads.h"

#include <algorithm>
#include <vector>

extern "C" {
// The C library's functions in the table of primitives.
#define GRADUS_SYMBOL_Libm(NAME, C) void gradus_symbol_##NAME() __asm__(C);
#define GRADUS_SYMBOL_Instruction(NAME, C)
#define GRADUS_SYMBOL_Intrinsic(NAME, C)
#define GRADUS_SYMBOL_Expanded(NAME, C)
#define PRIMITIVE(NAME, SPELLING, C, ARITY, NOTATION, SIGNATURE, LOWERING, ...)                    \
  GRADUS_SYMBOL_##LOWERING(NAME, C)
#include "ir/Primitives.def"

// What LLVM calls for instructions that the processor or the code model lacks.
#define INSERTED_FUNCTIONS(ROW)                                                                    \
  ROW(memcpy) ROW(memmove) ROW(memset) ROW(fma) ROW(fmin) ROW(fmax) ROW(floor) ROW(ceil)           \
  ROW(trunc) ROW(round) ROW(rint) ROW(sqrt) ROW(fabs) ROW(exp2) ROW(exp10) ROW(ldexp) ROW(fmod)
#define DECLARE(NAME) void gradus_inserted_##NAME() __asm__(#NAME);
INSERTED_FUNCTIONS(DECLARE)
#undef DECLARE

#ifdef __x86_64__
// libmvec: 2, 4 and 8 lanes of one or two arguments.
#define VECTOR_NAMES_1(ROW, NAME) ROW(_ZGVbN2v_##NAME) ROW(_ZGVdN4v_##NAME) ROW(_ZGVeN8v_##NAME)
#define VECTOR_NAMES_2(ROW, NAME) ROW(_ZGVbN2vv_##NAME) ROW(_ZGVdN4vv_##NAME) ROW(_ZGVeN8vv_##NAME)
#define DECLARE(NAME) void NAME();
#define VECTOR_FUNCTION(NAME, INTRINSIC, ARITY) VECTOR_NAMES_##ARITY(DECLARE, NAME)
#include "codegen/llvm/VectorFunctions.def"
#undef DECLARE
#endif
}

namespace gradus::jit {
namespace {

struct Symbol {
  std::string_view name;
  void *address;
  bool operator<(const Symbol &other) const { return name < other.name; }
};

template <class Function> void *addressOf(Function *f) { return reinterpret_cast<void *>(f); }

const std::vector<Symbol> &symbols() {
  static const std::vector<Symbol> sorted = [] {
    std::vector<Symbol> all = {
#undef GRADUS_SYMBOL_Libm
#define GRADUS_SYMBOL_Libm(NAME, C) {C, addressOf(&gradus_symbol_##NAME)},
#define PRIMITIVE(NAME, SPELLING, C, ARITY, NOTATION, SIGNATURE, LOWERING, ...)                    \
  GRADUS_SYMBOL_##LOWERING(NAME, C)
#include "ir/Primitives.def"
#define ROW(NAME) {#NAME, addressOf(&gradus_inserted_##NAME)},
        INSERTED_FUNCTIONS(ROW)
#undef ROW
#ifdef __x86_64__
#define ROW(NAME) {#NAME, addressOf(&NAME)},
#define VECTOR_FUNCTION(NAME, INTRINSIC, ARITY) VECTOR_NAMES_##ARITY(ROW, NAME)
#include "codegen/llvm/VectorFunctions.def"
#undef ROW
#endif
#define ROW(NAME) {#NAME, addressOf(&NAME)},
        ROW(gradus_digamma) ROW(gradus_polygamma) ROW(gradus_polygamma_r) ROW(gradus_powi)
#define RUNTIME_FUNCTION(NAME) ROW(NAME)
#include "runtime/Functions.def"
        ROW(gradus_chunks_run) ROW(gradus_chunks_room)
#undef ROW
    };
    std::stable_sort(all.begin(), all.end());
    return all;
  }();
  return sorted;
}

} // namespace

void *findSymbol(std::string_view name) {
  auto it = std::lower_bound(symbols().begin(), symbols().end(), Symbol{name, nullptr});
  return it != symbols().end() && it->name == name ? it->address : nullptr;
}

} // namespace gradus::jit
