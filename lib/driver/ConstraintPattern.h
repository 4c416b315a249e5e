//===- ConstraintPattern.h - which unknowns constraints and slopes read ---------===//
#pragma once

#include "driver/KktPattern.h"
#include "driver/Session.h"
#include "interpret/Dependence.h"
#include "lower/Method.h"

#include <functional>
#include <map>

namespace gradus::driver {

/// What a model is evaluated with to see what depends on what.
struct DependenceTask {
  ir::Graph &graph;
  interpret::Environment<interpret::Dependence> inputs; ///< numbers, all but unknowns
  std::span<const ir::ValueId> unknowns, constraints;
  const lower::Descent &descent;
  /// Inputs whose numbers may be others when the code runs: of conditions on them
  /// both branches count. Unknowns and multipliers are always among them.
  std::vector<ir::ValueId> open;
  std::function<bool(ir::ShapeId, std::vector<int64_t> &)> extents;
  std::function<double(size_t element, int round)> point; ///< of the unknowns, two rounds
};
/// The tables of a problem's Jacobian and Hessian; nothing, with `error`, where the model
/// cannot be evaluated.
std::optional<KktPattern> findPattern(DependenceTask task, interpret::EvalError &error);

/// The value with the defaults of parameters in place of them.
ir::ValueId withDefaults(Session &session, ir::ValueId v);
/// The whole numbers that problems with constraints read, in a model that is to be
/// compiled: patterns are compiled in. `fix`: entries NAME=N; else a parameter's default,
/// or the size of data that is given inline. False after reporting.
bool fixSizes(Session &session, const std::vector<std::string> &fix,
              std::map<ir::ValueId, int64_t> &values);
/// Makes the pattern part of a compiled descent: sizes become constants, and tables
/// rows of the module's. False after reporting.
bool compilePattern(Session &session, loops::Module &module, const ir::Problem &given,
                    const lower::DescentProblem &problem, const std::string &prefix,
                    const std::map<ir::ValueId, int64_t> &sizes, lower::Descent &descent);

} // namespace gradus::driver
