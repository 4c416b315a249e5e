//===- Evaluators.cpp - kernels to look at a point with --------------------===//

#include "differentiate/SumOfSquares.h"
#include "lower/Flat.h"
#include "lower/MethodLowering.h"
#include "support/Timings.h"

#include <cassert>

namespace gradus::lower {

using namespace ir;

const char *evaluatorName(Evaluator e) {
  switch (e) {
  case Evaluator::ValueGradient:
    return "value_gradient_flat";
  case Evaluator::HessianVector:
    return "hessian_vector_flat";
  case Evaluator::Residuals:
    return "residuals_flat";
  case Evaluator::JacobianVector:
    return "jacobian_vector_flat";
  }
  return "";
}

ValueId residualCount(Graph &g, std::span<const ValueId> residuals) {
  ValueId total = g.integer(0);
  for (ValueId v : residuals)
    total = g.add(total, elementsOf(g, v));
  return total;
}

ValueId lowerEvaluator(Graph &graph, loops::Module &module, const DescentProblem &problem,
                       Evaluator which, ValueId n, Diagnostics &diagnostics) {
  const Stage stage("lower");
  const DescentTexts none{};
  return MethodLowering(graph, module, problem, none, diagnostics).evaluator(which, n);
}

ValueId MethodLowering::evaluator(Evaluator which, ValueId unknowns) {
  countUnknowns(unknowns);
  switch (which) {
  case Evaluator::ValueGradient: {
    const Kernel kernel = lowerKernel(g, module, gradientSpec());
    result.valueGradient = kernel.function;
    calleeWorkspace = kernel.workspace;
    flatFunction(Flat::Gradient);
    break;
  }
  case Evaluator::HessianVector:
    makeCurvatureKernel(valueSpec());
    flatFunction(Flat::Curvature);
    break;
  case Evaluator::Residuals:
  case Evaluator::JacobianVector:
    makeResidualKernels(valueSpec());
    flatFunction(Flat::Residual);
    flatFunction(Flat::JacobianVector);
    break;
  }
  return calleeWorkspace;
}

} // namespace gradus::lower
