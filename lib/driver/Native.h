//===- Native.h - calling compiled functions with bound values ---------------===//
#pragma once

#include "driver/Session.h"
#include "jit/JIT.h"
#include "lower/Kernel.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gradus::driver {

/// The inputs that values read, directly or through the shapes of arrays, in
/// the order of Graph::inputs().
std::vector<ir::ValueId> inputsOf(ir::Graph &graph, std::span<const ir::ValueId> roots);

/// Where the arguments of a compiled function are.
class Arguments {
public:
  explicit Arguments(Session &session) : session_(session) {}
  /// Appends the bound value of an input; an assertion if it has none.
  void input(ir::ValueId input);
  void whole(int64_t value);
  void real(double value);
  /// Out parameters and arrays of the caller's; they must outlive the call.
  void pointer(void *p) { pointers_.push_back(p); }
  void *const *data() const { return pointers_.data(); }

private:
  Session &session_;
  std::vector<void *> pointers_;
  std::deque<double> reals_;
  std::deque<int64_t> wholes_;
};

/// Reports why a compiled function returned a status other than 0.
void reportFailure(Session &session, const loops::Module &module, const GradusFrame &frame,
                   Diag kind = Diag::EvaluationFailed);

/// Workspace for `elements` of 8 bytes, aligned; false after reporting that
/// there is no memory for it.
class Workspace {
public:
  bool allocate(Session &session, int64_t elements, GradusFrame &frame);

private:
  std::unique_ptr<double[]> storage_;
};

/// Some expressions compiled to one function of the inputs that they read.
class NativeKernel {
public:
  /// Null after reporting. Without a level each run decides, by the work done so far,
  /// whether the kernel is to be compiled.
  static std::unique_ptr<NativeKernel> compile(Session &session, std::vector<ir::ValueId> outputs,
                                               std::optional<jit::Level> level = {},
                                               bool strict = false);
  /// Computes all outputs from the session's values. A scalar is a vector of
  /// one element (whole numbers are converted). False after reporting.
  bool run(std::vector<std::vector<double>> &results);
  const loops::Module &module() const { return module_; }

private:
  explicit NativeKernel(Session &session) : session_(session) {}
  bool compile(jit::Level level);
  bool suit(double results);

  Session &session_;
  loops::Module module_;
  std::unique_ptr<jit::CompiledModule> code_;
  jit::Level level_ = jit::Level::Bytecode;
  bool chooses_ = false; ///< the level
  double work_ = 0;      ///< of all runs, in additions
  std::vector<ir::ValueId> inputs_, outputs_;
  lower::Kernel kernel_;
};

} // namespace gradus::driver
