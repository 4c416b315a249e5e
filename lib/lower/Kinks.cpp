//===- Kinks.cpp - where second derivatives do not tell the curvature -----------===//

#include "lower/Kinks.h"

#include "ir/TextForm.h"

#include <set>
#include <string>

namespace gradus::lower {

using namespace ir;

void warnOfKinks(const Graph &g, ValueId objective, std::span<const ValueId> unknowns,
                 Diagnostics &diagnostics) {
  const std::vector<bool> depends = g.dependsOnInputs(std::span(&objective, 1), unknowns);
  auto varies = [&](ValueId v) { return v.index < depends.size() && depends[v.index]; };
  std::vector<bool> seen(objective.index + 1);
  std::vector<ValueId> work{objective};
  std::set<std::pair<uint32_t, uint32_t>> places;
  while (!work.empty()) {
    ValueId v = work.back();
    work.pop_back();
    if (seen[v.index])
      continue;
    seen[v.index] = true;
    const Node &n = g.node(v);
    const bool extreme = n.op == Op::Reduce && n.type.kind == Kind::Real &&
                         (n.reduceOp() == ReduceOp::Min || n.reduceOp() == ReduceOp::Max);
    const bool kinked = n.op == Op::Prim && n.type == Type{Kind::Real, 0} && !info(n.prim()).smooth;
    if (extreme || kinked) {
      bool any = false;
      for (ValueId o : g.operands(v))
        any = any || varies(o);
      const SourceRange range = g.range(v);
      if (any && range.valid() && places.insert({range.file, range.begin}).second)
        diagnostics.report(Diag::Kink, range,
                           "the method uses second derivatives, and '" +
                               std::string(extreme ? reduceName(n.reduceOp())
                                                   : info(n.prim()).name) +
                               "' has a kink: its curvature is not seen there",
                           "a method of first derivatives, such as lbfgs, does not rely on it");
    }
    for (ValueId o : g.operands(v))
      if (varies(o))
        work.push_back(o);
  }
}

} // namespace gradus::lower
