/* The control loop of examples/cortex_m4/track.c on this machine: microseconds, steps
 * and objective of each plan, the first from nothing, the others from the one before. */
#define _POSIX_C_SOURCE 199309L
#define TRACK_IMPLEMENTATION
#include "track.h"

#include <stdio.h>
#include <time.h>

enum { N = 20, unknowns = 3*N + 2, constraints = 3*N + 1, rounds = 60 };
static double memory[TRACK_TRACK_SOLVE_WORKSPACE/sizeof(double) + 1];
static double x[unknowns], lower[unknowns], upper[unknowns], y[constraints], z[unknowns];

static double microseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e6*(double)t.tv_sec + 1e-3*(double)t.tv_nsec;
}

int main(void) {
  track_frame frame = {0};
  double place = 0, speed = 0, target = 1;
  int n;
  frame.workspace = memory;
  frame.workspace_bytes = sizeof memory;
  if (track_track_start(&frame, x, lower, upper) != TRACK_OK)
    return 2;
  for (n = 0; n <= rounds; ++n) {
    track_track_solve_result result;
    const double begin = microseconds();
    if (track_track_solve(&frame, place, speed, target, lower, upper, x, y, z, NULL, &result) !=
        TRACK_OK)
      return 2;
    printf("%.2f %lld %.17g %.3g\n", microseconds() - begin, (long long)result.steps,
           result.f, result.violation);
    const double force = x[2*N + 2];
    place += 0.1*speed;
    speed += 0.1*(force - 0.3*speed - 0.5*speed*speed*speed);
    if (n % 15 == 7)
      speed -= 0.05;
    if (n == 35)
      target = 0.5;
  }
  return 0;
}
