//===- Extract.h - a part of a module ---------------------------------------===//
#pragma once

#include "loops/Loops.h"

#include <string_view>

namespace gradus::loops {

/// The module of one function, which is exported, and those that it calls, which are
/// not. Sites and tables keep their numbers.
Module extract(const Module &module, std::string_view name);

/// Whether the function of this name is the same in both, with what it calls: it has
/// the same code then. Functions that may fail or read tables are not compared.
bool sameFunction(const Module &a, const Module &b, std::string_view name);

} // namespace gradus::loops
