/* Walks down the energy of spring.opt with its compiled gradient. Gradus is
 * needed to build this program, not to run it. */
#define SPRING_IMPLEMENTATION
#include "spring.h"

#include <stdio.h>

int main(void) {
  double x = 0, y = 0, value = 0, slope_x, slope_y;
  for (int k = 0; k < 1000; ++k) {
    if (spring_energy_value_gradient(NULL, x, y, &value, &slope_x, &slope_y) != SPRING_OK)
      return 1;
    if (hypot(slope_x, slope_y) < 1e-9)
      break;
    x -= 0.2 * slope_x;
    y -= 0.2 * slope_y;
  }
  printf("energy %.6f at x = %.6f, y = %.6f\n", value, x, y);
  return 0;
}
