//===- Domains.h - where each primitive is tried ------------------------------===//
#pragma once

#include "Oracle.h"

#include <vector>

namespace gradus::conformance {

/// Where one operand is taken from: half of the points log-uniform over the
/// whole range, a quarter of moderate size, a quarter close to `near`.
struct Sampler {
  double lo, hi;            ///< both included
  std::vector<double> near; ///< poles, edges, roots; the places themselves are left out
  bool whole = false;
};

struct Domain {
  std::vector<Sampler> operands; ///< empty: no real derivative, see ConventionsTest.cpp
  /// Places that have no derivative, or none that differences see.
  bool (*excluded)(const Operands &) = nullptr;
  /// Size of the largest term, where terms of a derivative cancel: an error is
  /// counted in units in the last place of that. order 0, 1 or 2.
  Big (*largestTerm)(const Operands &, int order, unsigned i, unsigned j) = nullptr;
};

/// A row without a domain does not compile.
Domain domainOf(ir::Prim prim);

/// So many points of the domain, always the same, and the special ones: zeros,
/// the smallest and largest numbers, ones.
std::vector<Operands> pointsOf(const Domain &domain, size_t count);

} // namespace gradus::conformance
