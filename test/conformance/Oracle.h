//===- Oracle.h - what values and derivatives should be ----------------------===//
//
// Derivatives by central differences of the value in hundreds of bits, never by
// a formula for the derivative: independent of the column PARTIALS.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "Big.h"
#include "ir/Primitives.h"

#include <vector>

namespace gradus::conformance {

/// Operands of a primitive: doubles; whole operands are whole doubles.
using Operands = std::vector<double>;

class Oracle {
public:
  Oracle(ir::Prim prim, Operands at);

  Big value();
  Big first(unsigned i);
  Big second(unsigned i, unsigned j);

private:
  Big evaluate(const std::vector<Big> &operands) const;
  /// f at the point moved by so many steps of operands i and j.
  Big moved(unsigned i, int stepsI, unsigned j, int stepsJ) const;
  template <class Difference> Big precise(int64_t bits, Difference difference);

  ir::Prim prim;
  Operands at;
  std::vector<int64_t> step;
};

} // namespace gradus::conformance
