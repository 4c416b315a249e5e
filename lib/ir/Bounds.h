//===- Bounds.h - proving that whole numbers are not negative ---------------===//
#pragma once

#include "ir/Graph.h"

#include <span>
#include <unordered_map>
#include <vector>

namespace gradus::ir {

/// Proves that Int scalars are not negative. Remembers what it found.
class Bounds {
public:
  explicit Bounds(Graph &graph) : g(graph) {}

  /// True when `v >= 0` is certain wherever the loops of `open` are running and
  /// the operands of v have values: index symbols lie in their ranges, the
  /// range of an open symbol is not empty, a divisor is not 0.
  bool nonNegative(ValueId v, std::span<const ValueId> open);

private:
  /// hi - lo of the loops that run, at least.
  using Slacks = std::vector<ValueId>;
  bool prove(ValueId v, const Slacks &slacks, int depth);
  bool splitCase(ValueId v, ValueId atom, int64_t factor, const Slacks &slacks, int depth);

  Graph &g;
  std::unordered_map<ValueId, bool, ValueIdHash> known; ///< without `open`
};

/// A bound of v without index symbols; invalid when none is found.
ValueId upperBound(Graph &graph, ValueId v);
ValueId lowerBound(Graph &graph, ValueId v);

} // namespace gradus::ir
