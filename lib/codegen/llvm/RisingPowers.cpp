//===- RisingPowers.cpp - powers that go on by multiplication --------------===//
#include "codegen/llvm/VectorPlan.h"

#include <set>

namespace gradus::codegen {

using namespace loops;

std::vector<RisingPower> risingPowers(const loops::Function &function, const AccessCounts &counts,
                                      const For &loop) {
  std::vector<RisingPower> found;
  auto lo = constantOf(counts, loop.lo);
  if (!lo)
    return found;
  std::set<uint32_t> inside{loop.index.index};
  forEachStatement(loop.body, [&](const Statement &s) {
    if (auto *let = std::get_if<Let>(&s.node))
      inside.insert(let->target.index);
    if (auto *inner = std::get_if<For>(&s.node))
      inside.insert(inner->index.index);
  });
  for (const Statement &s : loop.body) {
    auto *let = std::get_if<Let>(&s.node);
    auto *p = let ? std::get_if<PrimOp>(&let->operation) : nullptr;
    if (!p || p->prim != ir::Prim::Powi || inside.count(p->operands[0].index))
      continue;
    int64_t shift = 0;
    if (ScalarId e = p->operands[1]; e != loop.index) {
      const Operation *definition = counts.definitions[e.index];
      auto *sum = definition ? std::get_if<PrimOp>(definition) : nullptr;
      if (!sum || (sum->prim != ir::Prim::Add && sum->prim != ir::Prim::Sub))
        continue;
      ScalarId a = sum->operands[0], b = sum->operands[1];
      if (sum->prim == ir::Prim::Add && b == loop.index)
        std::swap(a, b);
      auto constant = constantOf(counts, b);
      if (a != loop.index || !constant)
        continue;
      shift = sum->prim == ir::Prim::Add ? *constant : -*constant;
    }
    // A negative exponent of 0 would stay infinite.
    if (*lo + shift >= 0 && *lo + shift <= 8)
      found.push_back({let, p->operands[0], *lo + shift});
  }
  (void)function;
  return found;
}

} // namespace gradus::codegen
