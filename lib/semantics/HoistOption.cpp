//===- HoistOption.cpp - the option `hoist` of every method --------------------===//

#include "semantics/HoistOption.h"

namespace gradus::semantics {

const char *hoistText(Hoist h) {
  switch (h) {
  case Hoist::None:
    return "none";
  case Hoist::Data:
    return "data";
  case Hoist::Normal:
    break;
  }
  return "normal";
}

std::optional<Hoist> hoistOption(const syntax::Option &option, Diagnostics &diagnostics) {
  if (auto *name = std::get_if<syntax::Name>(&option.value->node))
    for (Hoist h : {Hoist::None, Hoist::Data, Hoist::Normal})
      if (name->name == hoistText(h))
        return h;
  diagnostics.report(Diag::OptionValue, option.value->range,
                     "'hoist' says what is computed once, before the descent: none, data or normal",
                     "data: what no unknown decides (the default)        normal: also A'*A of a "
                     "sum of squares");
  return {};
}

} // namespace gradus::semantics
