//===- Differentiate.h - symbolic derivatives of the expression IR ---------===//
//
// IR to IR; loops stay loops. Both modes use the same partials (one row a
// primitive) and the same weights of reductions.
//
// Reverse mode needs no tape: it walks the nodes of a scope in descending
// order. A binder's body is a scope of its own; what the body passes on to a
// value from outside becomes a sum over the binder's index, and what it passes
// on to an element `at A e(i)` becomes `put(shape; e(i); v)` under that sum,
// the transpose of reading.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <span>
#include <vector>

namespace gradus::differentiate {

/// What reverse mode keeps of the steps of a recurrence besides its states. What is not
/// kept is made again.
enum class Storing : uint8_t {
  States,   ///< those of inner recurrences: formulas for people
  Dear,     ///< also what takes many operations to make again: code
  Tangents, ///< the same of a gradient that is differentiated along a direction, which
            ///< would be made again together with its tangent
};

/// The gradient of a Real scalar with respect to Real inputs (Input nodes):
/// for each one a value of its shape. Reverse mode.
std::vector<ir::ValueId> gradient(ir::Graph &graph, ir::ValueId root,
                                  std::span<const ir::ValueId> inputs,
                                  Storing storing = Storing::States);

/// sum_k <adjoints[k], d roots[k] / d inputs>: the transposed Jacobian times a
/// vector. Adjoints have the shapes of the roots.
std::vector<ir::ValueId> pullback(ir::Graph &graph, std::span<const ir::ValueId> roots,
                                  std::span<const ir::ValueId> adjoints,
                                  std::span<const ir::ValueId> inputs,
                                  Storing storing = Storing::States);

/// The derivative of each root along `directions` (one value of its shape for
/// each input): the Jacobian times a vector. Forward mode.
std::vector<ir::ValueId> pushforward(ir::Graph &graph, std::span<const ir::ValueId> roots,
                                     std::span<const ir::ValueId> inputs,
                                     std::span<const ir::ValueId> directions);

/// d root / d element of `input` at `indices`, for a Real scalar root: what
/// `diff(f, x[2])` means. No indices for a scalar input.
ir::ValueId derivative(ir::Graph &graph, ir::ValueId root, ir::ValueId input,
                       std::span<const ir::ValueId> indices);

} // namespace gradus::differentiate
