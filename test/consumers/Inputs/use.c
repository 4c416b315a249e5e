/* A program that solves with the emitted header, or with the object of the same model. */
#ifndef OBJECT
#define FIT_IMPLEMENTATION
#define FUNCTIONS_IMPLEMENTATION
#include "functions.h"
#endif
#include "fit.h"

#include <stdio.h>

static double memory[4096];

#ifndef OBJECT
#ifdef __cplusplus
extern "C"
#endif
int32_t second(double *f);
#endif

static int64_t stop(void *user, const double *scalars, int64_t count, const double *x, int64_t n) {
  (void)user;
  (void)count;
  (void)x;
  (void)n;
  return scalars[0] >= 1.0;
}

int main(void) {
  const double x[4] = {0, 1, 2, 3}, y[4] = {0.5, 2.5, 4.5, 6.5};
  double z[2], lower[2], upper[2], f = 0;
  fit_frame frame;
  fit_solve_options options = FIT_SOLVE_OPTIONS;
  fit_solve_result result;
  int32_t status;

  frame.workspace = memory;
  frame.workspace_bytes = sizeof memory;
  frame.hook = NULL;
  frame.hook_user = NULL;
  status = fit_start(&frame, z, lower, upper);
  printf("start %d: %g %g\n", (int)status, z[0], z[1]);
  status = fit_solve(&frame, 0.0, 4, x, y, lower, upper, z, NULL, &result);
  printf("%s\n", status == FIT_OK ? fit_status_text(result.status) : fit_error_text(frame.error_site));
  printf("a %.4f b %.4f\n", z[0], z[1]);
  if (fit_value(&frame, 0.0, 4, x, y, z, &f) != 0 || f != result.f)
    printf("value %g, result %g\n", f, result.f);
#ifndef OBJECT
  if (second(&f) != 0 || f != 0.0)
    printf("second unit: %g\n", f);
  if (functions_paraboloid(NULL, 1.0, 2.0, &f) != 0 || f != 27.0)
    printf("paraboloid: %g\n", f);
#endif
  frame.workspace_bytes = 8;
  printf("no workspace: %d\n",
         (int)fit_solve(&frame, 0.0, 4, x, y, lower, upper, z, &options, &result));
  frame.workspace_bytes = sizeof memory;
  frame.hook = stop;
  z[0] = z[1] = 1.0;
  options.tol = 1e-12;
  status = fit_solve(&frame, 0.0, 4, x, y, lower, upper, z, &options, &result);
  printf("hook: %d %s\n", (int)result.status, fit_status_text(result.status));
  return status;
}
