//===- Affine.h - whole numbers as sums of multiples ----------------------------===//
#pragma once

#include "ir/Graph.h"

#include <utility>
#include <vector>

namespace gradus::ir {

/// A sum of multiples of atoms: indices, sizes and what they are made of.
struct Affine {
  std::vector<std::pair<ValueId, int64_t>> terms; ///< sorted by atom
  int64_t constant = 0;
  bool overflow = false;

  void addConstant(int64_t c) { overflow |= __builtin_add_overflow(constant, c, &constant); }
  void addTerm(ValueId atom, int64_t factor);
};

/// Products of two atoms are atoms, and so is what is no sum.
Affine affineOf(const Graph &graph, ValueId root);

} // namespace gradus::ir
