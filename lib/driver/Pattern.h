//===- Pattern.h - where a sparse matrix has entries, with numbers -----------------===//
#pragma once

#include "differentiate/Sparse.h"
#include "driver/Subject.h"

#include <optional>
#include <string>
#include <vector>

namespace gradus::driver {

/// A sparse matrix in compressed columns, counted from 0; of a symmetric one the
/// lower triangle.
struct Pattern {
  int64_t rows = 0, columns = 0;
  bool symmetric = false;
  std::vector<int64_t> start, row;
  std::vector<int64_t> position; ///< of each slot, from 1; 0: no entry
  int64_t bandwidth = 0;         ///< the largest distance of an entry from the diagonal

  int64_t entries() const { return static_cast<int64_t>(row.size()); }
  /// With both triangles of a symmetric matrix.
  int64_t allEntries() const;
};

/// Computes the pattern with the bound sizes and data; nothing after reporting.
std::optional<Pattern> assemblePattern(Session &session, const differentiate::SparseMatrix &matrix);
/// The values of its entries at the bound point; false after reporting.
bool assembleValues(Session &session, const differentiate::SparseMatrix &matrix,
                    const Pattern &pattern, std::vector<double> &values);

/// The smallest pivot of L*D*L', relative to the largest diagonal element: the
/// symmetric matrix is positive definite where it is positive.
double smallestPivot(const Pattern &pattern, const std::vector<double> &values);

/// The families in words, a line for each loop:
///   for i in 1..n-1: (i, i), (i+1, i), (i+1, i+1)
/// `rows`, `columns`: the values and inputs of the matrix.
std::vector<std::string> familyLines(ir::Graph &graph, const differentiate::SparseMatrix &matrix,
                                     std::span<const ir::ValueId> rows,
                                     std::span<const ir::ValueId> columns);

/// The same, broken between entries so that lines have at most `width` columns where
/// that is possible; what follows is indented.
std::vector<std::string> brokenLines(const std::vector<std::string> &lines, size_t width);

} // namespace gradus::driver
