//===- SolveKinks.h - problems whose kinks can be taken out -------------------===//
#pragma once

#include "driver/Solve.h"

#include <optional>

namespace gradus::driver {

/// Solves the problem with an unknown and constraints in place of each kink
/// (transform/Epigraph.h), where a method that knows constraints is named or fits: the
/// problem has constraints, or is convex. With `rescue` for any problem, after another
/// method had no success. Nothing: it is to be solved as it is, or there was no
/// success. Else as solveProblem().
std::optional<bool> solveWithoutKinks(Session &session, const ir::Problem &problem,
                                      const SolveOptions &options,
                                      const syntax::MethodCall *method, Solution &solution,
                                      bool rescue = false);

} // namespace gradus::driver
