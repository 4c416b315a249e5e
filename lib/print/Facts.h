//===- Facts.h - what the ranges of indices prove -------------------------------===//
//
// Whole-number expressions as linear forms in their parts, and bounds of them
// from the ranges of the symbols in them. A symbol's range is known to hold
// wherever the symbol stands; a size is at least 0.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <map>
#include <optional>

namespace gradus::print {

/// constant + sum of factor * part.
struct Linear {
  std::map<ir::ValueId, int64_t> parts;
  int64_t constant = 0;
  bool valid = true; ///< false after overflow

  void add(const Linear &other, int64_t factor);
};

Linear linear(const ir::Graph &graph, ir::ValueId whole);
/// a - b
Linear difference(const ir::Graph &graph, ir::ValueId a, ir::ValueId b);
ir::ValueId build(ir::Graph &graph, const Linear &form);

/// Proven to be at least 0.
bool provenNotNegative(const ir::Graph &graph, Linear form);

/// The truth of a comparison of whole numbers, where the ranges decide it.
std::optional<bool> decide(const ir::Graph &graph, ir::ValueId condition);

/// From `form == 0` the value of `symbol`, where its factor is 1 or -1 and no
/// other part depends on it.
ir::ValueId solve(ir::Graph &graph, const Linear &form, ir::ValueId symbol);

} // namespace gradus::print
