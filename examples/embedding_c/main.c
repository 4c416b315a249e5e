/* Fits a line to eight readings with the compiled solver: no heap, no library but -lm. */
#define LINE_IMPLEMENTATION
#include "line.h"

#include <stdio.h>

static double memory[LINE_SOLVE_WORKSPACE/sizeof(double)];

int main(void) {
  const double x[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  const double y[8] = {0.1, 0.9, 2.2, 2.8, 9.0, 5.1, 5.9, 7.2};
  double unknowns[2], lower[2], upper[2];
  line_frame frame = {0};
  line_solve_result result;
  int32_t status;

  frame.workspace = memory;
  frame.workspace_bytes = sizeof memory;
  status = line_start(&frame, unknowns, lower, upper);
  if (status == LINE_OK)
    status = line_solve(&frame, 0.5, x, y, lower, upper, unknowns, NULL, &result);
  if (status != LINE_OK) {
    printf("%s\n", line_error_text(frame.error_site));
    return 1;
  }
  printf("offset %.4f, gain %.4f: %s after %d steps\n", unknowns[0], unknowns[1],
         line_status_text(result.status), (int)result.steps);
  return result.status != LINE_CONVERGED;
}
