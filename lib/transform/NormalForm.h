//===- NormalForm.h - a quadratic function by its Hessian -----------------------===//
//
// A function of degree 2 in x is
//
//     f(0) + c*x + 1/2 * x'*H*x
//
// with its gradient c at 0 and its Hessian H, of which no unknown is read: for
// 1/2*sumsq(A*x - b) they are -A'*b and A'*A of the normal equations. Where A has many
// rows an evaluation reads H instead of A. But the condition number of H is the square
// of A's: digits are lost. (Golub and Van Loan, Matrix Computations, 2013, 5.3.)
//
//===--------------------------------------------------------------------===//
#pragma once

#include "transform/Hoist.h"

namespace gradus::transform {

/// The root in that form, with f(0), c and H as inputs. Nothing where the root is not
/// of degree 2 at most, or an unknown has more than one axis.
std::optional<Hoisted> normalForm(ir::Graph &graph, ir::ValueId root,
                                  std::span<const ir::ValueId> unknowns);

} // namespace gradus::transform
