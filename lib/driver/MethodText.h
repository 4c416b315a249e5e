//===- MethodText.h - a method named on the command line --------------------------===//
#pragma once

#include "driver/Session.h"
#include "syntax/Tree.h"

#include <optional>
#include <string>

namespace gradus::driver {

/// Reads `lbfgs(memory = 5)`, or `mine.opt:name(rate = 0.1)` for a method in a file,
/// which is then known to the session. Nothing after reporting.
std::optional<syntax::MethodCall> methodCall(Session &session, const std::string &text,
                                             syntax::Tree &tree);

} // namespace gradus::driver
