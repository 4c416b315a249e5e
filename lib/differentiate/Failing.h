//===- Failing.h - recurrences whose steps may have no value --------------------===//
#pragma once

#include "ir/Bounds.h"
#include "ir/Graph.h"

#include <unordered_map>

namespace gradus::differentiate {

/// The way back through a recurrence reads what the steps make, so that it fails where they
/// do: where an index lies outside, over an empty range of a min or max, by a division of
/// whole numbers by 0.
class Failing {
public:
  explicit Failing(ir::Graph &graph) : g(graph), bounds(graph) {}

  bool mayFail(ir::ValueId recur);
  /// Whether v is made of the states of a recurrence that may fail.
  bool isUnder(ir::ValueId v);

  /// Whether the axis certainly has elements where the loops run whose indices are read.
  bool hasElements(const ir::Axis &axis, std::span<const ir::ValueId> indices);

private:
  bool mayFailAlone(ir::ValueId v);

  ir::Graph &g;
  ir::Bounds bounds;
  std::unordered_map<ir::ValueId, bool, ir::ValueIdHash> under;
};

} // namespace gradus::differentiate
