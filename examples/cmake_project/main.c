/* Walks down the energy of spring.opt with its compiled gradient. Gradus is
 * needed to build this program, not to run it. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

/* What compiled functions share with their host; lib/runtime/Runtime.h. */
typedef struct {
  void *workspace;
  size_t workspace_bytes;
  void *hook, *hook_user;
  int32_t error_site;
  int64_t error_values[4];
} frame;
/* Value and gradient: in x, y; out value, d_x, d_y. */
int32_t energy_gradient(frame *f, void *const *arguments);

int main(void) {
  double x = 0, y = 0, value, slope_x, slope_y;
  void *arguments[] = {&x, &y, &value, &slope_x, &slope_y};
  frame f = {0};
  for (int k = 0; k < 1000; ++k) {
    if (energy_gradient(&f, arguments) != 0)
      return 1;
    if (hypot(slope_x, slope_y) < 1e-9)
      break;
    x -= 0.2 * slope_x;
    y -= 0.2 * slope_y;
  }
  printf("energy %.6f at x = %.6f, y = %.6f\n", value, x, y);
  return 0;
}
