//===- SparseSolve.h - the sparse Hessian of a descent -----------------------------===//
#pragma once

#include "driver/Session.h"
#include "lower/Method.h"

namespace gradus::driver {

/// Whether the Hessian and its factors have few entries for the bound sizes. If so,
/// the problem has its sparse Hessian, with values, from then on.
bool addIfSparse(Session &session, lower::DescentProblem &problem);
/// Gives the problem its sparse Hessian, with new inputs, where the method asks
/// for it. False after reporting.
bool addSparseHessian(Session &session, const syntax::MethodDecl &method,
                      lower::DescentProblem &problem);
/// Computes the values of those inputs for the bound sizes and data: the pattern,
/// the order of elimination, the plan of the factorization. False after reporting.
bool bindSparseHessian(Session &session, const lower::SparseHessian &hessian);

} // namespace gradus::driver
