//===- Landscape.h - an objective around a point ------------------------------===//
//
// Value, gradient, products with the Hessian, residuals: compiled apart from any
// descent, so that what a descent claims can be tested by code that it has not
// run. Each is compiled when it is first asked for. What a descent has without
// optimization, function by function, is the same code and not compiled again.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/Native.h"
#include "lower/Method.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gradus::driver {

class Landscape {
public:
  using Vector = std::vector<double>;

  /// The problem may be as the descent sees it: to be minimized. Null after
  /// reporting.
  static std::unique_ptr<Landscape> create(Session &session, const lower::DescentProblem &problem,
                                           jit::Level level);
  /// Before all else, and after values of the session have changed: makes room for
  /// so many unknowns. False after reporting.
  bool fit(size_t unknowns);
  /// Code without optimization that it may use; both must outlive this.
  void borrow(const loops::Module &module, const jit::CompiledModule &code) {
    lentModule_ = &module;
    lentCode_ = &code;
  }

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
  /// Milliseconds that lowering and compiling have taken since this was last asked.
  double takeCompileMs() { return std::exchange(compileMs_, 0.0); }

private:
  explicit Landscape(Session &session) : session_(session) {}
  bool call(const char *name, std::initializer_list<void *> arguments);
  jit::EntryPoint entry(const char *name);

  Session &session_;
  loops::Module module_;
  lower::Evaluators made_;
  std::vector<ir::ValueId> inputs_;
  jit::Level level_ = jit::Level::O0;
  const loops::Module *lentModule_ = nullptr;
  const jit::CompiledModule *lentCode_ = nullptr;
  std::vector<std::unique_ptr<jit::CompiledModule>> codes_;
  std::map<std::string, jit::EntryPoint> entries_; ///< null: could not be compiled
  Workspace workspace_;
  GradusFrame frame_{};
  size_t size_ = 0, residuals_ = 0;
  int64_t evaluations_ = 0;
  double compileMs_ = 0;
};

} // namespace gradus::driver
