//===- Method.h - descent methods to loop IR --------------------------------===//
//
// A method is a text of the language. Its statements become statements of one
// function, `solve`; each right-hand side is elaborated to the expression IR
// and lowered like any other expression. Calls of the problem's functions
// become calls of its kernels, and two at the same point share one evaluation.
//
// Around the method goes the loop that is common to all: lib/methods/loop.opt.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "differentiate/ObjectiveDerivatives.h"
#include "differentiate/Sparse.h"
#include "ir/Module.h"
#include "loops/Loops.h"
#include "lower/Kernel.h"
#include "lower/Pattern.h"
#include "support/Diagnostics.h"
#include "syntax/Tree.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gradus::lower {

/// The Hessian for methods that call hess_solve. The Input nodes are among the
/// problem's inputs; their values follow from the pattern once sizes are known
/// (runtime/Sparse.h).
struct SparseHessian {
  differentiate::SparseMatrix matrix;
  ir::ValueId entries;      ///< Int: of the lower triangle
  ir::ValueId positions;    ///< Int array: the entry of each slot
  ir::ValueId planLength, plan; ///< Int, Int array: for gradus_hess_solve
  ir::ValueId factorLength; ///< Int: workspace of the factors
};

/// What a method minimizes: kernels over the unknowns laid out one after the
/// other as x[1..n].
struct DescentProblem {
  std::vector<ir::ValueId> inputs;   ///< of the kernels, without the unknowns
  std::vector<ir::ValueId> unknowns; ///< Input nodes, in the order of x
  ir::ValueId objective;             ///< to be minimized
  bool bounded = false;              ///< lower and upper are used
  SourceRange objectiveRange = {};
  std::optional<SparseHessian> hessian = {};
  bool chosen = false; ///< the method, by the compiler and not by name: no warnings of kinks
  std::vector<ir::ValueId> constraints = {}; ///< one after the other: c[1..mc]
  bool hosted = false; ///< the code runs in this process, where the runtime's functions are
  /// Of the objective, if they are those of derivativesOf().
  mutable std::shared_ptr<differentiate::ObjectiveDerivatives> derivatives = {};
};
/// Those of the objective, which copies of the problem share.
differentiate::ObjectiveDerivatives &derivativesOf(ir::Graph &graph, const DescentProblem &problem);

struct DescentTexts {
  const syntax::MethodDecl *method; ///< the step
  const syntax::MethodDecl *before; ///< loop.opt: before the first step
  const syntax::MethodDecl *after;  ///< loop.opt: after each step
  /// A method that others may call, such as a line search; null when there is none.
  std::function<const syntax::MethodDecl *(const std::string &)> piece = {};
};

/// Parameters of the function `solve`, in this order:
///   inputs..., n, [the sizes of Pattern.h,] lower[n], upper[n], [clower[mc],
///   cupper[mc], the tables of Pattern.h,] x[n] (start in, solution out), [y[mc],
///   z[n]: multipliers of constraints and bounds, the same way,]
///   options of the loop, options of the method (in order of declaration),
///   out: status, k, f, gradient_norm, values, gradients, hessians, g[n]
/// What stands in brackets is there if the method asks for constraints.
struct Descent {
  loops::FunctionId value;         ///< inputs..., unknowns..., out f
  loops::FunctionId valueGradient; ///< ..., out f, out g...
  loops::FunctionId solve;
  ir::ValueId workspace;           ///< elements, callees included
  ir::ValueId kernelWorkspace;     ///< those of the callees alone
  ir::ValueId n;                   ///< Input node of the number of unknowns
  std::vector<ir::ValueId> options;///< Input nodes: loop's, then method's
  /// Of each option, with its default: the method's own where it has an option of the
  /// loop with another default.
  std::vector<const syntax::Parameter *> parameters;
  bool constrained = false;        ///< the method asks for constraints
  loops::FunctionId constraints = {}; ///< inputs..., n, x[n], out c[mc]
  std::array<ir::ValueId, patternSizeCount> patternSizes; ///< Input nodes
  /// Of all constraints, inputs..., unknowns..., [y...,] sigma: the gradient of
  /// sigma*f + y'*c; and the multipliers among its inputs.
  std::vector<ir::ValueId> lagrangianGradient, multipliers;
  ir::ValueId sigma;
};

/// Why `solve` ended (out parameter `status`); the loop's text has the numbers.
enum class Ending : int64_t {
  Running = -1,
  Converged = 0,
  Steps = 1,      ///< the steps are used up
  Stalled = 2,    ///< the point no longer moves
  Unbounded = 3,
  NotFinite = 4,  ///< no finite value near the last point
  StartNotFinite = 5,
  Stopped = 6,    ///< the method's own `stop when`
  Host = 7,       ///< the host's hook asked to stop
  Infeasible = 8, ///< the least violation of the constraints that is near is not 0
  Diverged = 9,   ///< the point runs away while the objective rises
};

/// The option of every method that the host reads: seconds that a descent may take.
constexpr const char *hostTime = "max_time";

/// Whether a method's text calls hess_solve.
bool asksSparseHessian(const syntax::MethodDecl &method);

/// Whether it calls residual or jac.
bool asksResiduals(const syntax::MethodDecl &method);

/// Whether the text of a method asks for constraints.
bool asksConstraints(const syntax::MethodDecl &method);

/// Kernels to look at a point with, apart from any descent. Parameters of each:
///   inputs..., n, x[n], then
///   value_gradient_flat: out f, out g[n]; hessian_vector_flat: v[n], out hv[n];
///   residuals_flat: out r[m]; jacobian_vector_flat: v[n], out rv[m].
enum class Evaluator : uint8_t { ValueGradient, HessianVector, Residuals, JacobianVector };
const char *evaluatorName(Evaluator e);
/// Adds one to a module of its own; the last two together, and only for a sum of squares.
/// `n` is the Input node of the number of unknowns. Returns the elements of workspace.
ir::ValueId lowerEvaluator(ir::Graph &graph, loops::Module &module, const DescentProblem &problem,
                           Evaluator which, ir::ValueId n, Diagnostics &diagnostics);
/// The number of residuals.
ir::ValueId residualCount(ir::Graph &graph, std::span<const ir::ValueId> residuals);

/// Adds kernels and `solve` to the module. Errors in the method's text are
/// reported; then the result is not to be used.
Descent lowerDescent(ir::Graph &graph, loops::Module &module, const DescentProblem &problem,
                     const DescentTexts &texts, Diagnostics &diagnostics);

} // namespace gradus::lower
