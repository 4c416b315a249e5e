//===- Texts.h - the fixed parts of an emitted header -------------------------===//
#pragma once

#include "codegen/c/EmitC.h"

namespace gradus::codegen::c {

/// What an argument is, for its comment.
const char *roleText(lower::ArgumentRole role);
/// The type of frames and the results of all functions.
std::string frameText(const std::string &prefix, const std::string &real, const std::string &upper);
/// Why a descent ended, as macros.
std::string statusMacros(const std::string &upper);
/// Functions that give the texts of failed checks, and of statuses.
std::string textFunctions(const Settings &settings, bool problems);

/// The whole number that a straight function computes of whole arguments.
int64_t evaluateWhole(const loops::Function &function, const std::vector<int64_t> &arguments);

} // namespace gradus::codegen::c
