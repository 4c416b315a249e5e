//===- PreparedDescent.h - a descent but for its data ----------------------------===//
//
// What solving a problem again needs not make again: the loops of the descent, their
// code at each level, and the kernels that look at its end. Data, sizes and options
// are arguments of all of them.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "driver/Landscape.h"
#include "lower/Method.h"

#include <compare>
#include <map>
#include <memory>

namespace gradus::driver {

struct PreparedDescent {
  lower::DescentProblem described;
  std::vector<ir::ValueId> inputs; ///< of the descent: those, or of another form of the objective
  lower::Descent descent;
  loops::Module module;
  std::map<jit::Level, std::shared_ptr<jit::CompiledModule>> code;
  std::map<jit::Level, std::shared_ptr<Landscape>> landscapes;
  int64_t work = 0; ///< of all descents so far, as Solver counts it
};

/// What a descent is made of. A problem whose Hessian's pattern comes from its data is
/// prepared each time.
struct DescentKey {
  const ir::Problem *problem;
  std::vector<ir::ValueId> roots; ///< objective and constraints, as the descent has them
  const syntax::MethodDecl *method;
  bool constrained, bounded, chosen, strict, normal;
  auto operator<=>(const DescentKey &) const = default;
};

/// Of one session, whose graph and inputs it refers to.
using DescentStore = std::map<DescentKey, std::shared_ptr<PreparedDescent>>;

} // namespace gradus::driver
