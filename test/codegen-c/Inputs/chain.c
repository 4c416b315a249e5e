/* A solver that factors a sparse Hessian, and sparse matrices beside dense ones. */
#define CHAIN_IMPLEMENTATION
#include "chain.h"

#include <stdio.h>

#ifndef REAL
#define REAL double
#endif
#ifdef FIXED
#define SIZE
#else
#define SIZE n,
#endif

enum { n = 40, most = 1000 };
static int64_t plan[most], start[n + 2], row[most], position[most], entries;
static double memory[20000];
static REAL dense[(n + 1)*(n + 1)], values[most];

static void give(chain_frame *frame, size_t bytes) {
  if (bytes > sizeof memory)
    printf("too large: %d\n", (int)bytes);
  frame->workspace_bytes = bytes;
}

/* Numbers of the lower triangle that differ, of a matrix with so many columns. */
static int differences(int columns) {
  int i, j, count = 0;
  int64_t p;
  for (j = 0; j < columns; ++j)
    for (p = start[j]; p < start[j + 1]; ++p) {
      i = (int)row[p];
      count += fabs((double)(dense[i*columns + j] - values[p])) > 1e-3;
      dense[i*columns + j] = 0;
    }
  for (j = 0; j < columns; ++j)
    for (i = j; i < columns; ++i)
      count += dense[i*columns + j] != 0; /* what the pattern does not have */
  return count;
}

int main(void) {
  static chain_frame frame;
  chain_solve_result result;
  REAL x[n], y[n];
  int i;
  const REAL w = 100;
  frame.workspace = memory;
#ifdef FIXED
  give(&frame, CHAIN_PLAN_WORKSPACE);
  printf("room %d\n", CHAIN_PLAN_LENGTH <= most && CHAIN_HESSIAN_PATTERN_SLOTS <= most);
#else
  give(&frame, chain_plan_workspace(n));
  printf("room %d\n", chain_plan_length(n) <= most && chain_hessian_pattern_slots(n) <= most);
#endif
  printf("plan %d", (int)chain_plan(&frame, SIZE plan));
  printf(", %d entries\n", (int)plan[0]);
  chain_start(&frame, SIZE x);
#ifdef FIXED
  give(&frame, chain_solve_workspace(plan[0], plan[2]));
#else
  give(&frame, chain_solve_workspace(n, plan[0], plan[2]));
#endif
  printf("solve %d", (int)chain_solve(&frame, SIZE w, plan, x, NULL, &result));
  printf(": %s, x1 %.3f, x%d %.3f\n", chain_status_text(result.status), (double)x[0], n, (double)x[n - 1]);
  frame.workspace_bytes -= 1;
  printf("one byte less: %d\n", (int)chain_solve(&frame, SIZE w, plan, x, NULL, &result));

  for (i = 0; i < n; ++i)
    x[i] = (REAL)(i % 7)/4;
  give(&frame, sizeof memory);
  chain_hessian_pattern(&frame, SIZE start, row, position, &entries);
  chain_sparse_hessian(&frame, SIZE w, entries, position, x, values);
  chain_hessian(&frame, SIZE w, x, dense);
  printf("hessian: %d entries, %d differ\n", (int)entries, differences(n));
  chain_bend_hessian_pattern(&frame, n, start, row, position, &entries);
  chain_bend_sparse_hessian(&frame, x, w, n, entries, position, values);
  chain_bend_hessian(&frame, x, w, n, dense);
  printf("with an argument: %d entries, %d differ\n", (int)entries, differences(n + 1));
  chain_jacobian_pattern(&frame, SIZE start, row, position, &entries);
  chain_sparse_jacobian(&frame, SIZE w, entries, position, x, values);
  y[0] = 0;
  for (i = 0; i < (int)entries; ++i)
    y[0] += values[i]*values[i];
  printf("jacobian: %d entries, %.2f\n", (int)entries, (double)y[0]);
  return 0;
}
