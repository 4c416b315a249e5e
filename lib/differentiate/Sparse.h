//===- Sparse.h - sparse Jacobians and Hessians, rolled -----------------------===//
//
// The entries of a sparse matrix as *families*: loops over indices, and for
// each run of them one entry, whose row and column are expressions of the
// indices, as its value is:
//
//   f = sum (i in 1..n-1) 100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2
//   for i in 1..n-1: (i, i) += .., (i+1, i) += .., (i+1, i+1) += ..
//
// The size of this description, and of the code made of it, does not depend on
// n, and no matrix is ever looked at to find out where it is zero. Entries of
// one place add up.
//
// Rows and columns count from 1: unknowns (and values) one after the other in
// the order given, arrays row major, as descent methods see them.
//
// A Hessian is the Jacobian of the gradient, of which the lower triangle is kept
// (row >= column). Each entry is the forward derivative of one scatter of the
// gradient by one of the elements that it reads. What is scattered to a stored
// array and read back from it, `at(sum (k) put(e(k); v(k)), j)`, couples k and j
// by the equation e(k) = j, which is solved for one of the two.
//
// From the description to compressed columns (runtime/Sparse.h does the sort):
// slots are numbered 1..slots(); slotRows() and slotColumns() are kernels that
// write where each slot's entry goes; once that is sorted, slotValues() is a
// kernel that adds each slot's value straight to its place. All three are
// plain expressions, so lowering, back ends and interpreter know them already.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "ir/Graph.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gradus::differentiate {

/// An element of one of several values, as people name it.
struct Place {
  uint32_t which = 0;
  std::vector<ir::ValueId> indices;
};

/// For each run of the loops, where the guard holds: matrix[row, column] += value.
struct Family {
  std::vector<ir::ValueId> symbols; ///< Index nodes, outermost loop first
  std::vector<ir::Axis> ranges;     ///< of each; may read earlier symbols
  ir::ValueId guard;                ///< Bool, does not read the variables
  ir::ValueId row, column;          ///< Int
  Place rowPlace, columnPlace;      ///< the same among the values and the inputs
  ir::ValueId value;                ///< Real
};

struct SparseMatrix {
  ir::ValueId rows, columns; ///< Int without free indices
  bool symmetric = false;    ///< only entries with row >= column are there
  std::vector<Family> families;
  /// Some family couples every index of one loop with every index of another
  /// that no value of the model couples: `(sum (i in 1..n) x[i])^2`. There are
  /// as many entries as in a dense matrix, or more; products with vectors are cheaper.
  bool coupled = false;
  SourceRange coupledAt = {}; ///< the sum that does it
};

/// d roots / d inputs. Roots are Real scalars and arrays. Nothing where no rule
/// fits (`failedAt` says where): then the matrix is dense, by products.
std::optional<SparseMatrix> jacobian(ir::Graph &graph, std::span<const ir::ValueId> roots,
                                     std::span<const ir::ValueId> inputs,
                                     SourceRange *failedAt = nullptr);

/// The lower triangle of the second derivatives of a Real scalar.
std::optional<SparseMatrix> hessian(ir::Graph &graph, ir::ValueId root,
                                    std::span<const ir::ValueId> inputs,
                                    SourceRange *failedAt = nullptr);

/// The number of elements of all the values together.
ir::ValueId flatSize(ir::Graph &graph, std::span<const ir::ValueId> values);
/// The place, from 1 on, of element `indices` of values[k] among all of them.
ir::ValueId flatPosition(ir::Graph &graph, std::span<const ir::ValueId> values, size_t k,
                         std::span<const ir::ValueId> indices);

/// The number of slots of the matrix, an Int expression of the sizes. Each run of
/// a family's loops has a slot; where inner ranges depend on outer ones, or the
/// guard does not hold, slots are without an entry.
ir::ValueId slots(ir::Graph &graph, const SparseMatrix &matrix);
/// Int arrays over 1..slots: row and column of each slot's entry; 0: it has none.
ir::ValueId slotRows(ir::Graph &graph, const SparseMatrix &matrix);
ir::ValueId slotColumns(ir::Graph &graph, const SparseMatrix &matrix);
/// A Real array over 1..entries whose element positions[s] is the sum of the values
/// of those slots s. `entries` is an Int scalar, `positions` an Int array over
/// 1..slots: usually Input nodes.
ir::ValueId slotValues(ir::Graph &graph, const SparseMatrix &matrix, ir::ValueId positions,
                       ir::ValueId entries);

} // namespace gradus::differentiate
