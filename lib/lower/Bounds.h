//===- Bounds.h - proving that whole numbers are not negative ---------------===//
#pragma once

#include "ir/Graph.h"

#include <span>
#include <unordered_map>
#include <vector>

namespace gradus::lower {

/// Proves that Int scalars are not negative. Remembers what it found.
class Bounds {
public:
  explicit Bounds(ir::Graph &graph) : g(graph) {}

  /// True when `v >= 0` is certain wherever the loops of `open` are running and
  /// the operands of v have values: index symbols lie in their ranges, the
  /// range of an open symbol is not empty, a divisor is not 0.
  bool nonNegative(ir::ValueId v, std::span<const ir::ValueId> open);

private:
  /// hi - lo of the loops that run, at least.
  using Slacks = std::vector<ir::ValueId>;
  bool prove(ir::ValueId v, const Slacks &slacks, int depth);
  bool splitCase(ir::ValueId v, ir::ValueId atom, int64_t factor, const Slacks &slacks, int depth);

  ir::Graph &g;
  std::unordered_map<ir::ValueId, bool, ir::ValueIdHash> known; ///< without `open`
};

/// An upper bound of v without index symbols; invalid when none is found.
ir::ValueId upperBound(ir::Graph &graph, ir::ValueId v);

} // namespace gradus::lower
