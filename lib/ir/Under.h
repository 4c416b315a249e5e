//===- Under.h - what lies under nodes -------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <algorithm>
#include <bit>
#include <span>
#include <vector>

namespace gradus::ir {

/// Calls `visit` for everything under the roots, bound terms too, each once and users
/// before what they use, until it returns true: whether it did. It may not add nodes.
template <class Visit>
bool anyUnder(const Graph &g, std::span<const ValueId> roots, Visit visit) {
  constexpr uint32_t bits = 64;
  uint32_t limit = 0;
  for (ValueId v : roots)
    limit = std::max(limit, v.index + 1);
  std::vector<uint64_t> waiting((limit + bits - 1) / bits);
  auto wait = [&](ValueId v) { waiting[v.index / bits] |= uint64_t{1} << v.index % bits; };
  for (ValueId v : roots)
    wait(v);
  // Operands have smaller ids, so the highest that waits is under nothing else.
  for (uint32_t k = static_cast<uint32_t>(waiting.size()); k-- > 0;)
    while (waiting[k] != 0) {
      const uint32_t bit = bits - 1 - static_cast<uint32_t>(std::countl_zero(waiting[k]));
      waiting[k] ^= uint64_t{1} << bit;
      const ValueId v{k * bits + bit};
      if (visit(v))
        return true;
      for (ValueId o : g.operands(v))
        wait(o);
    }
  return false;
}

} // namespace gradus::ir
