//===- KktPattern.h - the tables of Pattern.h for one problem ------------------===//
//
// From the entries of J and H: colors of the unknowns, an elimination order of the
// KKT matrix, and the pattern of its factors. Done once for each pattern. Equations
// are matched with unknowns that they determine; such pairs are blocks of D.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "lower/Pattern.h"

#include <cstdint>
#include <vector>

namespace gradus::driver {

struct KktPattern {
  std::array<int64_t, lower::patternSizeCount> sizes{};
  std::array<std::vector<int64_t>, lower::patternTableCount> tables;
  double work = 0; ///< multiply-adds of a factorization, about
};

/// rowsOfJ: the unknowns (from 0) that each constraint reads, ascending; rowsOfH:
/// of each unknown those that it interacts with.
KktPattern kktEntries(size_t n, const std::vector<std::vector<uint32_t>> &rowsOfJ,
                      const std::vector<std::vector<uint32_t>> &rowsOfH);
/// Of each unknown the constraint (from 0) that it is matched with, or -1. sizes: of the
/// entries of J at some point; `free`: unknowns that can move; only equations are matched.
std::vector<int64_t> matchEquations(const KktPattern &pattern, const std::vector<double> &sizes,
                                    const std::vector<bool> &free,
                                    const std::vector<bool> &equation);
/// The rest of the tables, for n unknowns and m constraints.
void kktFactors(KktPattern &pattern, size_t n, size_t m, const std::vector<int64_t> &partner,
                const std::vector<bool> &equation);

} // namespace gradus::driver
