//===- InternTable.h - finding what has been made before -------------------===//
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gradus::ir {

/// Ids of things by a hash of their contents.
class InternTable {
public:
  static constexpr uint32_t none = UINT32_MAX;

  /// The id with this hash for which `same` holds, or none.
  template <class Same> uint32_t find(uint32_t hash, Same same) const {
    if (slots_.empty())
      return none;
    for (size_t k = hash & mask(); slots_[k].id != none; k = (k + 1) & mask())
      if (slots_[k].hash == hash && same(slots_[k].id))
        return slots_[k].id;
    return none;
  }
  void add(uint32_t hash, uint32_t id) {
    if (2 * ++count_ > slots_.size())
      grow();
    enter({hash, id});
  }

private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t id = none;
  };
  size_t mask() const { return slots_.size() - 1; }
  void enter(Slot slot) {
    size_t k = slot.hash & mask();
    while (slots_[k].id != none)
      k = (k + 1) & mask();
    slots_[k] = slot;
  }
  void grow() {
    std::vector<Slot> before(slots_.empty() ? 64 : 2 * slots_.size());
    before.swap(slots_);
    for (const Slot &slot : before)
      if (slot.id != none)
        enter(slot);
  }

  std::vector<Slot> slots_; ///< a power of two
  size_t count_ = 0;
};

} // namespace gradus::ir
