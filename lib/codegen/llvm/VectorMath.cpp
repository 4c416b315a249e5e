//===- VectorMath.cpp - vector versions of the C library's functions ------===//
//
// Names follow the vector function ABI for x86-64: _ZGV, the instruction set
// (b SSE4, d AVX2, e AVX-512), N for unmasked, the number of lanes, one v for
// each argument.
//
//===--------------------------------------------------------------------===//
#include "codegen/llvm/VectorMath.h"
#include "codegen/llvm/LLVMBackend.h"

#include <deque>

namespace gradus::codegen {
namespace {

struct VectorFunction {
  const char *name;      ///< in the C library
  const char *intrinsic; ///< the intrinsic that LLVM may turn it into, or null
  unsigned arity;
};
const VectorFunction functions[] = {
#define VECTOR_FUNCTION(NAME, INTRINSIC, ARITY) {#NAME, INTRINSIC, ARITY},
#include "codegen/llvm/VectorFunctions.def"
};

struct Width {
  char instructionSet;
  unsigned lanes;
  const char *feature; ///< null: every x86-64 with glibc
};
const Width widths[] = {{'b', 2, nullptr}, {'d', 4, "+avx2"}, {'e', 8, "+avx512f"}};

std::string vectorName(const VectorFunction &f, const Width &w) {
  return "_ZGV" + std::string(1, w.instructionSet) + "N" + std::to_string(w.lanes) +
         std::string(f.arity, 'v') + "_" + f.name;
}

/// All names; LLVM's table refers to their text, so they live for ever.
struct Table {
  struct Row {
    const VectorFunction *function;
    const Width *width;
    std::string vector, mangling;
  };
  std::deque<Row> rows;
  Table() {
    for (const VectorFunction &f : functions)
      for (const Width &w : widths) {
        std::string prefix = "_ZGV_LLVM_N" + std::to_string(w.lanes) + std::string(f.arity, 'v');
        rows.push_back(Row{&f, &w, vectorName(f, w), prefix});
      }
  }
};
const Table &table() {
  static const Table all;
  return all;
}

} // namespace

void addVectorMath(llvm::TargetLibraryInfoImpl &library, llvm::StringRef features) {
  std::vector<llvm::VecDesc> list;
  for (const Table::Row &row : table().rows) {
    if (row.width->feature && !features.contains(row.width->feature))
      continue;
    llvm::ElementCount lanes = llvm::ElementCount::getFixed(row.width->lanes);
    list.emplace_back(row.function->name, row.vector, lanes, false, row.mangling);
    if (row.function->intrinsic)
      list.emplace_back(row.function->intrinsic, row.vector, lanes, false, row.mangling);
  }
  library.addVectorizableFunctions(list);
}

bool libraryHasVectors(const llvm::Triple &triple) {
  return triple.getArch() == llvm::Triple::x86_64 && triple.isOSLinux() &&
         triple.isGNUEnvironment();
}

std::string vectorMathName(llvm::StringRef scalar, unsigned lanes, llvm::StringRef features) {
  for (const Table::Row &row : table().rows)
    if (row.width->lanes == lanes && scalar == row.function->name && !features.empty() &&
        (!row.width->feature || features.contains(row.width->feature)))
      return row.vector;
  return {};
}

} // namespace gradus::codegen
