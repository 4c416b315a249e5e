//===- Rewrite.h - replacing nodes everywhere under a root ------------------===//
#pragma once

#include "ir/Graph.h"

#include <functional>
#include <span>
#include <vector>

namespace gradus::ir {

/// Where `applies` holds for a node, its remade form is given to `replace`.
/// Operands come before users; binders are opened, so `replace` sees symbols,
/// never bound numbers.
struct RewriteRule {
  std::function<bool(ValueId)> applies; ///< looks at one node, not below it
  std::function<ValueId(ValueId)> replace;
};
/// What the roots become; what they share is rewritten once.
std::vector<ValueId> rewrite(Graph &graph, std::span<const ValueId> roots,
                             const RewriteRule &rule);

} // namespace gradus::ir
