//===- Fix.h - parameters that become constants -------------------------------===//
#pragma once

#include "loops/Loops.h"

#include <cstdint>

namespace gradus::loops {

/// Makes an Int parameter of a function the constant `value`, and with it every
/// parameter of the functions that it calls that is now the same constant in all
/// calls. Before: `func f(n: int, x: real[n])`, after: `func f(x: real[10])`.
void fixParameter(Module &module, FunctionId function, size_t parameter, int64_t value);

/// The same for an array of Ints, which becomes a row of Module::tables.
void fixArray(Module &module, FunctionId function, size_t parameter, uint32_t table);

/// Passes on what has become constant; call it once after all others.
void propagateConstants(Module &module);

} // namespace gradus::loops
