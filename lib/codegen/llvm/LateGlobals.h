//===- LateGlobals.h - LLVM's global objects, when they are needed ----------===//
#pragma once

namespace gradus::codegen {

/// Constructs those of LLVM's globals that were not constructed at the start of the
/// program; once, and before anything else of LLVM that has them. See
/// cmake/GradusLateGlobals.cmake.
void constructLateGlobals();

} // namespace gradus::codegen
