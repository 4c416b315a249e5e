//===- Extract.h - a part of a module ---------------------------------------===//
#pragma once

#include "loops/Loops.h"

#include <string_view>

namespace gradus::loops {

/// The module of one function, which is exported, and those that it calls, which are
/// not. Sites and tables keep their numbers.
Module extract(const Module &module, std::string_view name);

/// Whether there is a function of this name.
bool has(const Module &module, std::string_view name);

} // namespace gradus::loops
