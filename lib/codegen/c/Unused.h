//===- Unused.h - no name that nothing reads ----------------------------------===//
#pragma once

#include "codegen/c/CTree.h"

namespace gradus::codegen::c {

/// Takes out declarations of names that nothing reads, with what is assigned to
/// them, and marks parameters that nothing reads with (void).
void removeUnused(Function &f);

} // namespace gradus::codegen::c
