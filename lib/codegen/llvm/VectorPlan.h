//===- VectorPlan.h - which loops run on vectors, and how ------------------===//
//
// A loop whose rounds may run in any order is given to the lanes of vectors:
// lane k runs round base + k. Everything in the body, inner loops included, is
// done for several rounds at once, so a sum over data whose terms are sums of
// their own keeps all lanes busy. Values that are the same for all rounds stay
// scalars.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "codegen/llvm/Accesses.h"
#include "loops/Loops.h"

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace gradus::codegen {

/// How a scalar differs from round to round: by a constant (0: not at all), or
/// in no known way.
using Stride = std::optional<int64_t>;

struct VectorPlan {
  /// Of the scalars of the body; those from outside are the same for all rounds.
  std::unordered_map<uint32_t, Stride> strides;
  /// Variables that each round sets before it reads them, and that differ.
  std::set<uint32_t> varying;
  /// Variables that rounds only accumulate into.
  std::map<uint32_t, loops::Combine> reductions;
  /// Workspace that each round writes before it reads it.
  std::set<uint32_t> own;
  /// Arrays that several rounds may add to the same element of.
  std::map<uint32_t, loops::Combine> shared;
  bool nested = false; ///< there are loops in the body
  bool lanes = true;   ///< else rounds run one after the other, but in any order
  /// Inner loops over neighbours of a row, which each lane has for itself: A[i, j].
  /// Lanes are rows there, and vectors go along the rows.
  std::set<const loops::For *> crossed;
  /// `if 0 != v { check; element += v }` where the check has been made before: adding
  /// 0 to a sum changes nothing, so the addition is always made.
  std::map<const loops::If *, const loops::Store *> always;

  Stride strideOf(loops::ScalarId s) const {
    auto it = strides.find(s.index);
    return it == strides.end() ? Stride(0) : it->second;
  }
};

/// The store that a statement stands for, or null.
const loops::Store *storeOf(const VectorPlan &plan, const loops::Statement &statement);

/// Nothing where the rounds depend on each other, something in the body has no
/// vector form, or the inner loops are the better place.
std::optional<VectorPlan> planVectors(const loops::Function &function, const AccessCounts &counts,
                                      const loops::For &loop);
/// For loops whose rounds may run in any order, but have inner loops of different lengths.
std::optional<VectorPlan> planRounds(const loops::Function &function, const AccessCounts &counts,
                                     const loops::For &loop);

/// base^(index + c) of an inner loop, which goes on by multiplication.
struct RisingPower {
  const loops::Let *let;
  loops::ScalarId base;
  int64_t first; ///< the exponent in the first round, >= 0
};
std::vector<RisingPower> risingPowers(const loops::Function &function, const AccessCounts &counts,
                                      const loops::For &loop);

} // namespace gradus::codegen
