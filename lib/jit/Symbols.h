//===- Symbols.h - what compiled code may call -----------------------------===//
#pragma once

#include <string_view>

namespace gradus::jit {

/// The address of a function that compiled code may use: the C library's
/// functions in the table of primitives, those that LLVM inserts, vector
/// functions, and lib/runtime. Null for every other name.
void *findSymbol(std::string_view name);

} // namespace gradus::jit
