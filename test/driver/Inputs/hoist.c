/* Solves the model of hoist.test whose data are sines, as a program that has its header. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#define NORMAL_IMPLEMENTATION
#include "normal.h"

int main(void) {
  enum { rows = 400, columns = 5 };
  static double A[rows * columns], y[rows], x[columns + 1];
  for (int i = 1; i <= rows; ++i) {
    for (int j = 1; j <= columns; ++j)
      A[(i - 1) * columns + j - 1] = sin(3.0 * i + j * j);
    y[i - 1] = cos(1.7 * i) + 0.2;
  }
  normal_frame frame = {0};
  frame.workspace_bytes = normal_solve_workspace(columns, NORMAL_SOLVE_MEMORY_DEFAULT);
  frame.workspace = malloc(frame.workspace_bytes);
  normal_solve_result result;
  const int32_t status = normal_solve(&frame, rows, columns, A, y, x, NULL, &result);
  printf("offset %.9f objective %.9f code %d ending %d\n", x[0], result.f, (int)status,
         (int)result.status);
  free(frame.workspace);
  return 0;
}
