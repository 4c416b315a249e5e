//===- Plan.c - from slots to everything that a factorization needs -------------===//

#include "runtime/Sparse.h"

//--- hessian plans
int64_t gradus_hess_plan(int64_t slots, int64_t n, int64_t room, int64_t work_room,
                         const int64_t *rows, const int64_t *columns, int64_t *plan,
                         int64_t *work) {
  int64_t *start = work, *row = start + n + 1, *order = row + slots, *rest = order + n;
  int64_t *positions = plan + 3, *made = positions + slots, k;
  int64_t entries =
      gradus_sparse_assemble(slots, rows, columns, n, n, start, row, positions, rest);
  (void)work_room;
  gradus_sparse_order(n, start, row, order, rest);
  plan[0] = entries;
  plan[1] = gradus_ldl_plan(n, start, row, order, made, plan + 2, rest);
  for (k = 3 + slots + plan[1]; k < room; ++k)
    plan[k] = 0;
  return plan[0];
}

//--- other
