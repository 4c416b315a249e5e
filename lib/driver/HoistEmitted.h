//===- HoistEmitted.h - the option `hoist` of solvers in emitted code ------------===//
#pragma once

#include "driver/Session.h"
#include "lower/Method.h"
#include "transform/Hoist.h"

#include <optional>

namespace gradus::driver {

/// Why an objective has no normal form for a method that would descend on it; nothing
/// where it fits.
struct NoNormalForm {
  std::string why, remedy;
};
std::optional<NoNormalForm> refusesNormalForm(const syntax::MethodDecl &method, bool constrained);
NoNormalForm notQuadratic();

/// What a solver in emitted code computes before its descent, with `descent` on what
/// that leaves. Only what the model asks for: workspace is the caller's there. False
/// after reporting.
bool hoistEmitted(Session &session, const ir::Problem &problem, const syntax::MethodDecl &method,
                  lower::DescentProblem &descent, std::optional<transform::Hoisted> &hoisted);

} // namespace gradus::driver
