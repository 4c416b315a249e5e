//===- Hoist.h - what no unknown decides, computed once -----------------------===//
//
// A descent evaluates its objective at many points. What reads no unknown is the
// same at each of them: the distances between the points of a table, a mean, the
// logarithms of a column. Where computing it anew costs more than reading it, it
// becomes an input that is computed once, before the descent.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace gradus::transform {

/// The roots with an input (role Local) in place of each such value.
struct Hoisted {
  std::vector<ir::ValueId> roots;
  std::vector<ir::ValueId> inputs; ///< empty: nothing was worth it
  std::vector<ir::ValueId> values; ///< of the inputs, in the same order
  double work = 0;                 ///< of them all, in additions
};

struct HoistLimits {
  double work = 16384;      ///< of a value in one evaluation, at least, in units of an addition
  double ofElement = 12;    ///< of each element of an array that is stored, at least
  double elements = 1 << 24; ///< of all arrays together, at most
};

/// `whole` gives the value of an Int expression of sizes and parameters, where it is known.
Hoisted hoist(ir::Graph &graph, std::span<const ir::ValueId> roots,
              std::span<const ir::ValueId> unknowns,
              const std::function<std::optional<int64_t>(ir::ValueId)> &whole,
              const HoistLimits &limits = {});

} // namespace gradus::transform
