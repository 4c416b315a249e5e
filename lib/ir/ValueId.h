//===- ValueId.h - names of nodes ------------------------------------------===//
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace gradus::ir {

struct ValueId {
  uint32_t index = UINT32_MAX;
  bool valid() const { return index != UINT32_MAX; }
  auto operator<=>(const ValueId &) const = default;
};
struct ValueIdHash {
  size_t operator()(ValueId v) const { return v.index * 0x9E3779B97F4A7C15ull >> 7; }
};

} // namespace gradus::ir
