//===- Landscape.h - an objective around a point ------------------------------===//
//
// Value, gradient, products with the Hessian, residuals: apart from any descent, so
// that what a descent claims can be tested at other points than its own. Each is lowered
// and compiled when it is first asked for. What a descent on the same problem has, is
// not made again.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/Native.h"
#include "lower/Method.h"

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace gradus::driver {

class Landscape {
public:
  using Vector = std::vector<double>;

  /// The problem may be as the descent sees it: to be minimized. Null after
  /// reporting.
  static std::unique_ptr<Landscape> create(Session &session, const lower::DescentProblem &problem,
                                           jit::Level level, bool strict = false);
  /// Before all else, and after values of the session have changed: makes room for
  /// so many unknowns. False after reporting.
  bool fit(size_t unknowns);
  /// A descent on this very problem, whose loops it may use, and its code, if that is of
  /// the level of this; all must outlive this.
  void borrow(const lower::Descent &descent, const loops::Module &module,
              const jit::CompiledModule *code) {
    lentDescent_ = &descent;
    lentModule_ = &module;
    lentCode_ = code;
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
  using Evaluator = lower::Evaluator;
  struct Entry {
    std::unique_ptr<jit::CompiledModule> own; ///< null: the descent's
    jit::EntryPoint function = nullptr;       ///< null: could not be compiled
    ir::ValueId elements;                     ///< of workspace
    Workspace workspace;
    GradusFrame frame{};
    bool fits = false; ///< the workspace is that of the sizes of now
  };

  Landscape(Session &session, lower::DescentProblem problem, jit::Level level, bool strict)
      : session_(session), problem_(std::move(problem)), level_(level), strict_(strict) {}
  bool call(Evaluator which, std::initializer_list<void *> arguments);
  Entry &entry(Evaluator which);

  Session &session_;
  lower::DescentProblem problem_;
  jit::Level level_;
  bool strict_;
  ir::ValueId n_; ///< Input node of the number of unknowns
  ir::ValueId m_; ///< number of residuals; invalid where no sum of squares is seen
  const lower::Descent *lentDescent_ = nullptr;
  const loops::Module *lentModule_ = nullptr;
  const jit::CompiledModule *lentCode_ = nullptr;
  std::map<Evaluator, Entry> entries_;
  size_t size_ = 0, residuals_ = 0;
  int64_t evaluations_ = 0;
  double compileMs_ = 0;
};

} // namespace gradus::driver
