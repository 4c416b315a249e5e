//===- Liveness.h - which scalars of a function are needed --------------------===//
#pragma once

#include "loops/Loops.h"

#include <vector>

namespace gradus::bytecode {

/// The product that a sum, difference, accumulation or combining store takes in: then
/// it is no operation of its own.
struct Product {
  loops::ScalarId left, right;
  bool valid() const { return left.valid(); }
};

/// What is known of the scalars before code is made.
class Liveness {
public:
  Liveness(const loops::Function &function, bool fuses);

  /// How many live operations read the scalar; those that take in its product do not.
  uint32_t uses(loops::ScalarId s) const { return uses_[s.index]; }
  const loops::Operation *definition(loops::ScalarId s) const { return definitions_[s.index]; }
  /// The product that the scalar is, if products are fused.
  Product product(loops::ScalarId s) const;
  /// The operand of a sum or difference that is taken in as a product: 0, 1, or 2 for none.
  /// The second one if both are.
  unsigned fused(const loops::PrimOp &op) const;

private:
  void define(const loops::Body &body);
  void count(const loops::Body &body);
  void count(const loops::Statement &statement);
  void use(loops::ScalarId s) { ++uses_[s.index]; }
  /// A value that may be taken in as a product.
  void useAdded(loops::ScalarId s, bool real);

  const loops::Function &f_;
  bool fuses_;
  std::vector<const loops::Operation *> definitions_;
  std::vector<uint32_t> uses_;
};

} // namespace gradus::bytecode
