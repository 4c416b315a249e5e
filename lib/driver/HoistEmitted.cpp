//===- HoistEmitted.cpp - the option `hoist` of solvers in emitted code ----------===//

#include "driver/HoistEmitted.h"

#include "semantics/HoistOption.h"
#include "transform/NormalForm.h"

#include <algorithm>
#include <limits>

namespace gradus::driver {

using namespace ir;
using semantics::Hoist;

std::optional<NoNormalForm> refusesNormalForm(const syntax::MethodDecl &method, bool constrained) {
  if (constrained)
    return NoNormalForm{"is for problems without constraints", "leave the option out"};
  if (lower::asksResiduals(method))
    return NoNormalForm{"leaves no residuals, which " + method.name.name + " needs",
                        "leave the option out, or choose another method"};
  return {};
}

NoNormalForm notQuadratic() {
  return {"is for an objective of degree 2 in its unknowns, numbers and vectors; this one is not "
          "seen to be",
          "leave the option out"};
}

bool hoistEmitted(Session &session, const Problem &problem, const syntax::MethodDecl &method,
                  lower::DescentProblem &descent, std::optional<transform::Hoisted> &hoisted) {
  Graph &g = session.graph();
  const auto option =
      std::find_if(problem.method.options.begin(), problem.method.options.end(),
                   [](const OptionValue &o) { return o.name == semantics::hoistName; });
  if (option == problem.method.options.end())
    return true;
  const auto asked = static_cast<Hoist>(g.intValue(option->value));
  if (asked == Hoist::None)
    return true;
  std::vector<ValueId> roots{descent.objective};
  roots.insert(roots.end(), descent.constraints.begin(), descent.constraints.end());
  if (asked == Hoist::Normal) {
    auto no = refusesNormalForm(method, !descent.constraints.empty());
    if (!no && !(hoisted = transform::normalForm(g, descent.objective, descent.unknowns)))
      no = notQuadratic();
    if (no) {
      session.diagnostics.report(Diag::OptionValue, option->range, "hoist = normal " + no->why,
                                 no->remedy);
      return false;
    }
  } else {
    // Sizes are not known here: whatever is dear for each element.
    transform::HoistLimits limits;
    limits.work = 0;
    limits.elements = std::numeric_limits<double>::infinity();
    hoisted = transform::hoist(g, roots, descent.unknowns, [&](ValueId v) -> std::optional<int64_t> {
      return g.isConstant(v) ? std::optional(g.intValue(v)) : std::nullopt;
    }, limits);
    if (hoisted->inputs.empty())
      hoisted.reset();
  }
  if (!hoisted)
    return true;
  descent.objective = hoisted->roots[0];
  descent.constraints.assign(hoisted->roots.begin() + 1, hoisted->roots.end());
  return true;
}

} // namespace gradus::driver
