//===- EmitModel.h - a model as C ---------------------------------------------===//
#pragma once

#include "codegen/c/EmitC.h"
#include "driver/LowerModel.h"

#include <string>
#include <vector>

namespace gradus::driver {

struct EmitOptions {
  std::string prefix;           ///< of all names; empty: from the file's name
  std::string real = "f64";     ///< f32 or f64
  std::vector<std::string> fix; ///< NAME=N: sizes that are constants
  bool strict = false;
};

/// Lowers the model and makes the sizes of `--fix` constants. False after reporting.
bool lowerFixed(Session &session, const EmitOptions &options, loops::Module &module,
                lower::Interface &interface);

/// Names, formulas and shapes for the emitted C.
codegen::c::Settings cSettings(Session &session, const EmitOptions &options,
                               const loops::Module &module, const lower::Interface &interface);

} // namespace gradus::driver
