//===- Rules.h - what forward and reverse mode share ------------------------===//
#pragma once

#include "ir/Graph.h"

#include <span>
#include <vector>

namespace gradus::differentiate {

/// `value` counts only where `guard` holds: an adjoint that passed through an
/// untaken branch contributes nothing, whatever value would be there.
struct Adjoint {
  ir::ValueId value;
  ir::ValueId guard;
  /// Where this does not hold the value is 0, since no run of a loop adds to it. Known only
  /// for what is made of recurrences that may fail; invalid: always.
  ir::ValueId runs = {};
};

/// Which values depend on the inputs of a differentiation through Real
/// operations. Grows with the graph; never recurses.
class Activity {
public:
  Activity(const ir::Graph &graph, std::span<const ir::ValueId> inputs);
  bool active(ir::ValueId v);
  /// Decides for a symbol of a state.
  void set(ir::ValueId v, bool active);

private:
  const ir::Graph &g;
  std::vector<int8_t> state_; ///< -1 unknown, 0 no, 1 yes
};

/// How a reduction depends on the terms of its body:
///   d reduce = sum (i where guard) weight * d body(i)
struct ReduceWeights {
  ir::ValueId weight; ///< reads the opened symbol
  ir::ValueId guard;
};
/// Prod survives zeros (the product of the others is formed where the product
/// is 0); Min and Max share a tie of k terms 1/k each, found by comparing
/// stored values; LogSumExp has the softmax.
ReduceWeights reduceWeights(ir::Graph &graph, ir::ValueId reduce, const ir::Opened &opened);

/// The leaves of nested binary Max (or Min) nodes, in ascending order, and the
/// share of each at a tie: 1/k for each of the k leaves that equal the result.
struct ExtremeShares {
  std::vector<ir::ValueId> leaves;
  std::vector<ir::ValueId> shares; ///< already 0 where the leaf does not attain it
};
ExtremeShares extremeShares(ir::Graph &graph, ir::ValueId node);
inline bool isExtreme(const ir::Node &n) {
  return n.op == ir::Op::Prim && n.type.scalar() && n.type.kind == ir::Kind::Real &&
         (n.prim() == ir::Prim::Max || n.prim() == ir::Prim::Min);
}

} // namespace gradus::differentiate
