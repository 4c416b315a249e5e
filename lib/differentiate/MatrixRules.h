//===- MatrixRules.h - derivatives of matrix algebra ----------------------------===//
//
// As in M. Giles, "Collected matrix derivative results for forward and reverse
// mode algorithmic differentiation" (2008), and for Cholesky factors I. Murray,
// "Differentiation of the Cholesky decomposition" (2016):
//
//   x = A^-1 b      b~ = A^-T x~    A~ = -b~ x'        dx = A^-1 (db - dA x)
//   det(A)          A~ = a~ det(A) A^-T                logdet(A)    A~ = a~ A^-T
//   L L' = A        S = L^-T phi(L' L~) L^-1, A~ = S + S' below, S on the diagonal
//                   dL = L phi(L^-1 dA L^-T)
//
// with phi the lower triangle, the diagonal halved. A singular matrix has no
// finite derivative here, not even of det.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <functional>
#include <span>

namespace gradus::differentiate {

/// Calls `contribute` with what each operand gets from the adjoint of v (an array
/// that may be read often, or a scalar).
void matrixAdjoints(ir::Graph &graph, ir::ValueId v, ir::ValueId adjoint,
                    const std::function<void(unsigned operand, ir::ValueId value)> &contribute);

/// The tangent of v; those of its operands are invalid where they are zero.
ir::ValueId matrixTangent(ir::Graph &graph, ir::ValueId v,
                          std::span<const ir::ValueId> tangents);

} // namespace gradus::differentiate
