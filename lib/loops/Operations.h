//===- Operations.h - how much work a function is --------------------------------===//
#pragma once

#include "loops/Loops.h"

#include <optional>
#include <vector>

namespace gradus::loops {

/// Arithmetic on reals that one call does, in units of an addition (the table of
/// primitives has the cost of each), callees included. Trips of loops are counted
/// with the given values of the function's whole-number scalar parameters, in
/// order; where they depend on an outer index, with the middle of its range; one
/// that depends on data counts `unknownTrips`. Of branches the dearer one counts.
double operations(const Module &module, FunctionId function,
                  const std::vector<int64_t> &wholeParameters, double unknownTrips = 1);

/// How many statements the functions of a module have: what it takes to compile them.
int64_t statements(const Module &module);

} // namespace gradus::loops
