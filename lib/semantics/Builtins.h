//===- Builtins.h - the names every file knows -------------------------------===//
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gradus::semantics {

/// Functions that need no declaration: primitives, reductions of arrays, and
/// whole-array functions.
const std::vector<std::string> &builtinNames();
bool isBuiltin(std::string_view name);
/// diff, grad, hess, jac, directional: their second argument is not evaluated.
bool isDerivative(std::string_view name);

} // namespace gradus::semantics
