//===- Latex.h - an expression as LaTeX ----------------------------------------------===//
//
// The same layout as the text, in the notation of mathematics: \frac, \sum,
// subscripts, Greek letters, \begin{cases}. Needs amsmath; stands between
// \( \) or in an equation.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <optional>
#include <string>

namespace gradus::print {

std::string toLatex(ir::Graph &graph, ir::ValueId v);
/// An array that reads best as a whole, A^T (A x - b); nothing where it is given by
/// its elements.
std::optional<std::string> wholeToLatex(ir::Graph &graph, ir::ValueId v);
/// A name of the source: \theta, x_{1}, \mathrm{rate}.
std::string latexName(const std::string &name);

} // namespace gradus::print
