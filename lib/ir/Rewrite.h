//===- Rewrite.h - replacing nodes everywhere under a root ------------------===//
#pragma once

#include "ir/Graph.h"

#include <functional>

namespace gradus::ir {

/// Where `applies` holds for a node, its remade form is given to `replace`.
/// Operands come before users; binders are opened, so `replace` sees symbols,
/// never bound numbers.
struct RewriteRule {
  std::function<bool(ValueId)> applies; ///< looks at one node, not below it
  std::function<ValueId(ValueId)> replace;
};
ValueId rewrite(Graph &graph, ValueId root, const RewriteRule &rule);

} // namespace gradus::ir
