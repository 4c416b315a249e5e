//===- Domain.cpp - constants outside of a primitive's domain -----------------===//
//
// 1/0 or log(-1) of constants can only be a slip, so it is an error of the
// text, except under a condition that may never hold.
//
//===--------------------------------------------------------------------===//

#include "semantics/Elaborate.h"

#include <cmath>
#include <fmt/core.h>

namespace gradus::semantics {

using ir::Prim;

namespace {
/// What is wrong with these constants; null when nothing.
const char *outsideDomain(Prim prim, double x, double y) {
  // A handful of rows need a test; the others are defined everywhere, or their
  // value says so itself (inf, nan) at run time.
  if (prim == Prim::Div && y == 0)
    return "a division by zero";
  if (prim == Prim::Mod && y == 0)
    return "the remainder of a division by zero";
  if (prim == Prim::IntDiv && y == 0)
    return "a division by zero";
  if (prim == Prim::Powi && x == 0 && y < 0)
    return "a negative power of zero";
  if (prim == Prim::Pow && x < 0 && y != std::floor(y))
    return "a fractional power of a negative number";
  if (prim == Prim::Pow && x == 0 && y < 0)
    return "a negative power of zero";
  if ((prim == Prim::Log || prim == Prim::Log2 || prim == Prim::Log10) && x <= 0)
    return "the logarithm of a number that is not positive";
  if (prim == Prim::Log1p && x <= -1)
    return "the logarithm of a number that is not positive";
  if (prim == Prim::Sqrt && x < 0)
    return "the root of a negative number";
  if ((prim == Prim::Asin || prim == Prim::Acos) && std::fabs(x) > 1)
    return "an arc function outside of -1..1";
  if (prim == Prim::Acosh && x < 1)
    return "acosh of a number below 1";
  if (prim == Prim::Atanh && std::fabs(x) >= 1)
    return "atanh of a number that is not between -1 and 1";
  if ((prim == Prim::Lgamma || prim == Prim::Digamma) && x <= 0 && x == std::floor(x))
    return "the gamma function at a pole";
  return nullptr;
}
} // namespace

bool Elaborator::checkDomain(Prim prim, std::span<const ValueId> operands, SourceRange range) {
  if (context_.guards > 0)
    return true;
  double values[2] = {1, 1};
  // A constant divisor is enough; the others need all operands.
  bool divides = prim == Prim::Div || prim == Prim::Mod || prim == Prim::IntDiv;
  for (size_t k = 0; k < operands.size() && k < 2; ++k) {
    if (graph_.isConstant(operands[k]))
      values[k] = graph_.realValue(operands[k]);
    else if (!(divides && k == 0))
      return true;
  }
  const char *what = outsideDomain(prim, values[0], values[1]);
  if (!what)
    return true;
  error(Diag::OutsideDomain, range,
        fmt::format("'{}' is {}{}", textOf(range), divides ? "zero: this is " : "", what));
  return false;
}

} // namespace gradus::semantics
