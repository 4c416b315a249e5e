//===- Matrices.h - matrix algebra as loops -------------------------------------===//
#pragma once

#include "lower/Scope.h"

namespace gradus::lower {

/// Writes the loops that compute the Matrix node v, whose operands are stored, into
/// `target`. The same steps in the same order as the interpreter's.
void emitMatrix(FunctionBuilder &builder, ir::ValueId v, loops::BufferId target);

} // namespace gradus::lower
