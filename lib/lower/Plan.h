//===- Plan.h - patterns and plans that emitted code works out for itself ---===//
//
// `gradus run` works out patterns before a descent, with numbers at hand. A
// compiled model knows no numbers: it offers functions that do the same, with
// arrays of their caller's:
//
//   pattern  start[columns+1], row[slots], position[slots] of a sparse matrix
//   plan     for a solver that factors sparse Hessians, in one array
//
// How long the arrays are follows from sizes; how many entries there are, from
// sizes and data.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "lower/Flat.h"
#include "lower/Method.h"

namespace gradus::lower {

/// `places` is a kernel whose outputs are slotRows and slotColumns of the matrix.
InterfaceFunction addPattern(ir::Graph &graph, loops::Module &module, const std::string &name,
                             const Callable &places, const differentiate::SparseMatrix &matrix);

InterfaceFunction addPlan(ir::Graph &graph, loops::Module &module, const std::string &name,
                          const Callable &places, const SparseHessian &hessian);

/// Whether an input of the descent is part of the plan.
bool isOfPlan(const SparseHessian &hessian, ir::ValueId input);

} // namespace gradus::lower
