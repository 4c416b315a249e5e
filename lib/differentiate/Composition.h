//===- Composition.h - facts made of those of operands (private) ---------------===//
#pragma once

#include "ir/Graph.h"

#include <algorithm>
#include <vector>

namespace gradus::differentiate {

/// Calls visit(v) for everything under `root`, operands first. Bound numbers
/// are leaves like any other: what is said holds for every value of them.
template <class F> void forEachUnder(const ir::Graph &g, ir::ValueId root, F visit) {
  std::vector<bool> under(root.index + 1);
  under[root.index] = true;
  for (uint32_t k = root.index + 1; k-- > 0;)
    if (under[k])
      for (ir::ValueId o : g.operands({k}))
        under[o.index] = true;
  for (uint32_t k = 0; k <= root.index; ++k)
    if (under[k])
      visit(ir::ValueId{k});
}

/// Which nodes under `root` read the inputs, through whole numbers too. The state
/// of a recurrence, an index that is not whole, may.
inline std::vector<bool> readers(const ir::Graph &g, ir::ValueId root,
                                 std::span<const ir::ValueId> inputs) {
  std::vector<bool> reads(root.index + 1);
  forEachUnder(g, root, [&](ir::ValueId v) {
    auto ops = g.operands(v);
    const bool state = g.node(v).op == ir::Op::Index && g.type(v) != ir::Type{ir::Kind::Int, 0};
    reads[v.index] = state || std::find(inputs.begin(), inputs.end(), v) != inputs.end() ||
                     std::any_of(ops.begin(), ops.end(),
                                 [&](ir::ValueId o) { return reads[o.index]; });
  });
  return reads;
}

} // namespace gradus::differentiate
