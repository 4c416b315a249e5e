//===- AdjointArrays.h - adjoints of arrays, element by element ----------------===//
#pragma once

#include "ir/Graph.h"

namespace gradus::differentiate {

/// The adjoint of an array inside of a formula is a sum of `put`, and is read element by
/// element. Where such a sum reaches each element once,
///     sum (i in 1..n) put(n; i; v(i)),
/// it is the comprehension [i in 1..n] v(i), which is read where it is, or computed
/// together with what reads it; and where the elements are named one by one, a list.
/// The same array in that form; `array` itself where there is nothing to gain.
ir::ValueId elementByElement(ir::Graph &graph, ir::ValueId array);

} // namespace gradus::differentiate
