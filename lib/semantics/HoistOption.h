//===- HoistOption.h - the option `hoist` of every method ----------------------===//
#pragma once

#include "support/Diagnostics.h"
#include "syntax/Tree.h"

#include <optional>

namespace gradus::semantics {

inline constexpr const char *hoistName = "hoist";

/// What is computed once, before a descent.
enum class Hoist : uint8_t {
  None,   ///< nothing
  Data,   ///< what no unknown decides
  Normal, ///< also the Hessian of a quadratic objective, which is read instead of the data
};
const char *hoistText(Hoist h);

/// The value of an option of that name; nothing after reporting.
std::optional<Hoist> hoistOption(const syntax::Option &option, Diagnostics &diagnostics);

} // namespace gradus::semantics
