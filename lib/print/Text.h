//===- Text.h - an expression as .opt text -----------------------------------------===//
//
// The text parses back to an expression of the same value. Order of terms and
// factors: see Order.h. Brackets are the fewest that docs/language.md's
// precedences need, except that a sum under an index always brackets a sum in
// its body (the body of a reduction is one product).
//
//     2/n * sum(i in 1..n) x[i]*(θ[0] + θ[1]*x[i] - y[i])
//
// Numbers: whole numbers, fractions with a bottom up to 9 and those without a
// finite decimal (1/2, 5/6), decimals otherwise; as soon as one number of the
// expression is a longer decimal (0.05) all finite decimals are written as such.
// Multiples of pi, of roots and of log(2), log(10) are recognized.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <string>

namespace gradus::print {

/// The text of a scalar or an array. Does not simplify beyond joining equal
/// factors; see Simplify.h.
std::string toText(ir::Graph &graph, ir::ValueId v);

} // namespace gradus::print
