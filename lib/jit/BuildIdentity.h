//===- BuildIdentity.h - which build of Gradus this is -----------------------===//
#pragma once

#include <string_view>

namespace gradus::jit {

/// The linker's build id of the program or library that this code is part of:
/// it changes with every change of the compiler. Empty where there is none.
std::string_view buildIdentity();

} // namespace gradus::jit
