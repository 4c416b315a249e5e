//===- Routine.h - one quantity of one function, compiled ----------------------===//
#pragma once

#include "driver/Native.h"
#include "driver/Subject.h"
#include "lower/Kernel.h"

#include <memory>
#include <string>
#include <vector>

namespace gradus::api {

/// What is computed of a function; gradus.h has the layouts.
enum class Quantity : uint8_t {
  Value,
  Gradient,
  ValueGradient,
  HessianVector,
  Hessian,
  Residual,
  Jacobian,
};

/// An argument of a call, in the caller's memory.
struct Argument {
  const double *numbers;
  size_t count;
  std::vector<int64_t> extents; ///< empty: a vector, or the declared shape

  bool operator==(const Argument &) const = default;
};

class Routine {
public:
  /// Null after reporting to the session.
  static std::unique_ptr<Routine> compile(driver::Session &session, const driver::Subject &subject,
                                          Quantity quantity, jit::Level level, bool strict);

  /// Sets sizes and places for the arguments; false after reporting. Free when
  /// only the places have changed since the last call.
  bool place(const std::vector<Argument> &arguments);
  /// After values of the session have changed.
  void forget() { placed_ = false; }
  /// Numbers that a call of what was placed writes.
  size_t resultCount() const;
  /// Numbers of a direction.
  size_t variableCount() const { return variableCount_; }
  /// False after reporting. `direction` as the quantity asks for it.
  bool run(const double *direction, double *result);

private:
  Routine(driver::Session &session, const driver::Subject &subject, Quantity quantity)
      : session_(session), subject_(subject), quantity_(quantity) {}

  bool choose();
  bool measure(const std::vector<Argument> &arguments);
  bool call(const double *direction, double *result);
  bool columnwise() const {
    return quantity_ == Quantity::Hessian || quantity_ == Quantity::Jacobian;
  }

  driver::Session &session_;
  const driver::Subject &subject_;
  Quantity quantity_;
  std::vector<ir::ValueId> variables_, directions_, outputs_, inputs_;
  loops::Module module_;
  lower::Kernel kernel_;
  std::unique_ptr<jit::CompiledModule> code_;
  jit::EntryPoint entry_ = nullptr;
  // Of what is placed:
  bool placed_ = false;
  std::vector<Argument> arguments_;
  std::vector<size_t> variableSizes_, outputSizes_;
  size_t variableCount_ = 0, outputCount_ = 0;
  driver::Workspace workspace_;
  GradusFrame frame_{};
  std::vector<void *> pointers_;
  std::vector<double> unit_, column_;
};

} // namespace gradus::api
