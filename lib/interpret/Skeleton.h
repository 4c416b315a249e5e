//===- Skeleton.h - values that depend on the same unknowns -------------------===//
//
// To see what a value depends on, its arithmetic need not be done: each number in it
// becomes the sum of the elements that it is computed from, each of them once. Loops,
// conditions and indices stay, so that Dependence.h finds the same sets in a small part
// of the time.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <optional>
#include <span>
#include <vector>

namespace gradus::interpret {

/// The roots, with skeletons of their numbers as far as these read `unknowns`. Nothing
/// where a number that reads one of the `open` inputs decides anything but values, or where
/// there is a recurrence or a matrix kept whole: then the arithmetic has to be done.
std::optional<std::vector<ir::ValueId>> skeletons(ir::Graph &graph,
                                                  std::span<const ir::ValueId> roots,
                                                  std::span<const ir::ValueId> unknowns,
                                                  std::span<const ir::ValueId> open);

} // namespace gradus::interpret
