//===- ChooseMethod.h - the method for a problem that names none ----------------===//
#pragma once

#include "ir/Graph.h"
#include "lower/Method.h"

#include <functional>
#include <string>

namespace gradus::driver {

struct Choice {
  std::string name;
  std::string why; ///< one line
};

/// From structure and size alone. `elements` of data and unknowns are what one
/// evaluation goes through. `sparse` is asked for large smooth problems: whether the
/// Hessian has few entries and few more in its factors.
Choice chooseMethod(ir::Graph &graph, const lower::DescentProblem &problem, int64_t unknowns,
                    int64_t elements, bool bounded, const std::function<bool()> &sparse);

/// Whether the value has neither kinks nor jumps.
bool isSmooth(const ir::Graph &graph, ir::ValueId value, std::span<const ir::ValueId> unknowns);
/// Whether it may be constant on a part of a line and not on all of it, as a
/// maximum is.
bool hasPlateaus(const ir::Graph &graph, ir::ValueId value, std::span<const ir::ValueId> unknowns);

} // namespace gradus::driver
