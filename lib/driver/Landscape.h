//===- Landscape.h - an objective around a point ------------------------------===//
//
// Value, gradient, products with the Hessian, residuals: compiled apart from any
// descent, so that what a descent claims can be tested by code that it has not
// run.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/Native.h"
#include "lower/Method.h"

#include <memory>
#include <vector>

namespace gradus::driver {

class Landscape {
public:
  using Vector = std::vector<double>;

  /// The problem may be as the descent sees it: to be minimized. Null after
  /// reporting.
  static std::unique_ptr<Landscape> compile(Session &session, const lower::DescentProblem &problem,
                                            size_t unknowns, jit::Level level);

  size_t size() const { return size_; }
  /// 0 where the objective is not seen to be a sum of squares.
  size_t residualCount() const { return residuals_; }

  /// True when the value is finite; the gradient may not be.
  bool value(const Vector &x, double &f, Vector &gradient);
  bool product(const Vector &x, const Vector &v, Vector &result);
  /// 1/2 of their squares is the objective, up to a constant.
  bool residuals(const Vector &x, Vector &result);
  bool jacobianProduct(const Vector &x, const Vector &v, Vector &result);
  int64_t evaluations() const { return evaluations_; }

private:
  explicit Landscape(Session &session) : session_(session) {}
  bool call(const char *name, std::initializer_list<void *> arguments);

  Session &session_;
  loops::Module module_;
  lower::Evaluators made_;
  std::vector<ir::ValueId> inputs_;
  std::unique_ptr<jit::CompiledModule> code_;
  Workspace workspace_;
  GradusFrame frame_{};
  size_t size_ = 0, residuals_ = 0;
  int64_t evaluations_ = 0;
};

} // namespace gradus::driver
