//===- Simplify.h - expressions in the form a person would write ----------------===//
//
// Uses real algebra (x/x = 1, 0*x = 0, distributing constants), so only what
// is shown to people goes through it: the result has the same value wherever
// the original has one.
//
//   before   sum(i in 1..n) 1/n*2*((θ[0] + θ[1]*x[i]) - y[i])*1
//   after    2/n * sum(i in 1..n) (θ[0] + θ[1]*x[i] - y[i])
//
// Sums and products are flattened, like terms and powers collected, numbers
// folded as exact fractions, constants and what does not depend on the index
// pulled out of sums. Products of sums are never multiplied out.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <span>

namespace gradus::print {

/// A scalar or an array (which becomes an input, a literal or a Build).
ir::ValueId simplifyForPeople(ir::Graph &graph, ir::ValueId v);

/// One element of an array, simplified. Of a sum of Puts, reading x's adjoint
/// at j say, the terms with i+1 = j are solved for i: v(j-1) where that i is in
/// range; what cannot be solved stays a sum with a condition.
ir::ValueId elementForPeople(ir::Graph &graph, ir::ValueId array,
                             std::span<const ir::ValueId> indices);

} // namespace gradus::print
