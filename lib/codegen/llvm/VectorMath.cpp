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
#include <set>

namespace gradus::codegen {
namespace {

struct VectorFunction {
  const char *name;      ///< in the C library
  const char *intrinsic; ///< the intrinsic that LLVM may turn it into, or null
  unsigned arity;
};
const VectorFunction functions[] = {
    {"acos", nullptr, 1},
    {"acosh", nullptr, 1},
    {"asin", nullptr, 1},
    {"asinh", nullptr, 1},
    {"atan", nullptr, 1},
    {"atan2", nullptr, 2},
    {"atanh", nullptr, 1},
    {"cbrt", nullptr, 1},
    {"cos", "llvm.cos.f64", 1},
    {"cosh", nullptr, 1},
    {"erf", nullptr, 1},
    {"erfc", nullptr, 1},
    {"exp", "llvm.exp.f64", 1},
    {"exp10", nullptr, 1},
    {"exp2", "llvm.exp2.f64", 1},
    {"expm1", nullptr, 1},
    {"hypot", nullptr, 2},
    {"log", "llvm.log.f64", 1},
    {"log10", "llvm.log10.f64", 1},
    {"log1p", nullptr, 1},
    {"log2", "llvm.log2.f64", 1},
    {"pow", "llvm.pow.f64", 2},
    {"sin", "llvm.sin.f64", 1},
    {"sinh", nullptr, 1},
    {"tan", nullptr, 1},
    {"tanh", nullptr, 1},
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
  std::set<std::string_view> names;
  Table() {
    for (const VectorFunction &f : functions)
      for (const Width &w : widths) {
        std::string prefix = "_ZGV_LLVM_N" + std::to_string(w.lanes) + std::string(f.arity, 'v');
        names.insert(rows.emplace_back(Row{&f, &w, vectorName(f, w), prefix}).vector);
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

bool isVectorMathSymbol(std::string_view name) { return table().names.count(name) != 0; }

} // namespace gradus::codegen
