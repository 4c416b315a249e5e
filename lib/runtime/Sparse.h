//===- Sparse.h - assembly, ordering and factors of sparse matrices ---------===//
//
// Plain C without allocation: every array is the caller's. Matrices are in
// compressed columns: the entries of column j are start[j] .. start[j+1]-1,
// rows ascending, everything counted from 0. Of a symmetric matrix only the
// lower triangle is given.
//
// Slots, in contrast, are as differentiate/Sparse.h makes them: rows and columns
// from 1 on, 0 where a slot has no entry; several slots may be one entry.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Sorts slots into columns and merges those of one place. position[s] is the
/// entry of slot s counted from 1, or 0. Room: start n+1, row `slots`, position
/// `slots`, work 2*slots + max(m, n) + 2. Returns the number of entries.
/// m rows, n columns. Linear time.
int64_t gradus_sparse_assemble(int64_t slots, const int64_t *rows, const int64_t *columns,
                               int64_t m, int64_t n, int64_t *start, int64_t *row,
                               int64_t *position, int64_t *work);

/// An order of elimination with little fill: approximate minimum degree.
/// order[k] is the k-th to be eliminated. Room: work gradus_sparse_order_room().
void gradus_sparse_order(int64_t n, const int64_t *start, const int64_t *row, int64_t *order,
                         int64_t *work);
int64_t gradus_sparse_order_room(int64_t n, int64_t entries);

/// The plan of a factorization L*D*L' of a symmetric matrix, for any values: order,
/// permuted pattern, elimination tree. First the size with plan = NULL (then only
/// `factor` is set), then the plan itself. Room: order n or NULL for
/// the given order; work 6*n + 2*entries + 2.
/// *factor: elements of 8 bytes of the workspace of gradus_ldl_*.
int64_t gradus_ldl_plan(int64_t n, const int64_t *start, const int64_t *row, const int64_t *order,
                        int64_t *plan, int64_t *factor, int64_t *work);
/// Entries of L below the diagonal.
int64_t gradus_ldl_fill(const int64_t *plan);

//--- inertia: emitted C takes the part between these marks
/// What a factorization found.
typedef struct GradusInertia {
  int64_t positive, negative; ///< pivots as they came
  int64_t raised;             ///< pivots that were replaced
} GradusInertia;

//--- factors
/// Factors P*(A + shift*I)*P'. values: of A in compressed columns. Row and column
/// i are replaced by those of the identity where held[i] == 0 (held may be NULL).
/// sign[i] is the sign that pivot i should have, 1 or -1 (NULL: all 1): one that
/// has another sign, or is below `least` in size, becomes sign*max(|pivot|, least).
void gradus_ldl_factor(const int64_t *plan, const double *values, const double *held,
                       const double *sign, double shift, double least, double *factor,
                       GradusInertia *inertia);
/// The pivots, n of them in the order of elimination, are in `factor` from element
/// gradus_ldl_fill() on.
/// x = A^-1 * right, by the factors; x and right may be the same array.
void gradus_ldl_solve(const int64_t *plan, double *factor, const double *right, double *x);
/// What descent methods call: solves (A + s*I) x = right with s the first of shift,
/// shift + t, shift + 4t, shift + 16t, ... for which all pivots are at least
/// `pivot` times the largest diagonal element of A, t being a thousandth of that
/// element. Row and column i are those of the identity where right[i] == 0.
/// Returns how often s was raised. The lengths of the arrays come first.
int64_t gradus_hess_solve(int64_t n, int64_t entries, int64_t plan_length, int64_t factor_length,
                          double shift, double pivot, const int64_t *plan, const double *values,
                          const double *right, double *factor, double *x);

/// Everything that gradus_hess_solve needs to know of a symmetric matrix, in one array
/// plan[8 + 3*slots + 4*n]: the number of entries, the lengths of the plan and of the
/// factors, then the entry of each slot (slots of them), then the plan; the rest is 0.
/// work: 9 + 3*slots + 14*n. Returns the number of entries.
int64_t gradus_hess_plan(int64_t slots, int64_t n, int64_t room, int64_t work_room,
                         const int64_t *rows, const int64_t *columns, int64_t *plan,
                         int64_t *work);

#ifdef __cplusplus
}
#endif
