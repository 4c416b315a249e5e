//===- Words.h - primitives without a name, in words of the language ----------------===//
#pragma once

#include "ir/Graph.h"

#include <span>

namespace gradus::print {

/// Rows of the table that only derivatives contain (Notation::Internal) over
/// rows that have a spelling, in the form of a textbook: 1/cosh(x)^2 for sech2.
/// Nothing for rows that the language can spell.
ir::ValueId inWords(ir::Graph &graph, ir::Prim prim, std::span<const ir::ValueId> operands);

} // namespace gradus::print
