//===- RuntimeCalls.h - functions of the runtime, called with slots ------------===//
#pragma once

#include <string_view>

namespace gradus::bytecode {

union Slot;

/// Calls a function with the slots of its arguments; what it returns, if anything, is
/// put into `result`.
using RuntimeCall = void (*)(const Slot *arguments, Slot &result);

/// For a row of runtime/Functions.def; null for other names.
RuntimeCall findRuntimeCall(std::string_view name);

} // namespace gradus::bytecode
