/* A control loop: in each round the next twenty moves are planned anew within all
 * limits, beginning from the plan and the multipliers of the round before. */
#include "board.h"

#define TRACK_IMPLEMENTATION
#include "track.h"

#ifndef REAL
#define REAL double
#endif

enum { N = 20, unknowns = 3*N + 2, constraints = 3*N + 1, rounds = 60 };
static double memory[TRACK_TRACK_SOLVE_WORKSPACE/sizeof(double) + 1];
static REAL x[unknowns], lower[unknowns], upper[unknowns], y[constraints], z[unknowns];
static REAL place, speed, target = 1;
static track_frame frame;
static uint32_t used, ticks, sum;
static int64_t first_steps, most_steps;
static int n;

void setup(void) {
  frame.workspace = memory;
  frame.workspace_bytes = sizeof memory;
  if (track_track_start(&frame, x, lower, upper) != TRACK_OK)
    leave(2);
}

void loop(void) {
  track_track_solve_result result;
  int32_t status;
  uint32_t now;
  REAL force;
  stack_watch();
  clock_start();
  status = track_track_solve(&frame, place, speed, target, lower, upper, x, y, z, NULL, &result);
  now = clock_ticks();
  if (stack_used() > used)
    used = stack_used();
  if (status != TRACK_OK || result.violation > (REAL)1e-4)
    leave(2);
  if (n == 0) {
    first_steps = result.steps;
  } else {
    sum += now;
    if (now > ticks)
      ticks = now;
    if (result.steps > most_steps)
      most_steps = result.steps;
  }
  force = x[2*N + 2];
  if (n % 10 == 0) {
    print_text("place ");
    print_real(place);
    print_text(", speed ");
    print_real(speed);
    print_text(", force ");
    print_real(force);
    print_text(", ");
    print_whole(result.steps);
    print_text(" steps: ");
    print_text(track_status_text(result.status));
    print_text("\n");
  }
  /* What the cart does, and a push now and then that no plan knows of. */
  place += (REAL)0.1*speed;
  speed += (REAL)0.1*(force - (REAL)0.3*speed - (REAL)0.5*speed*speed*speed);
  if (n % 15 == 7)
    speed -= (REAL)0.05;
  if (n == 35)
    target = (REAL)0.5;
  if (++n <= rounds)
    return;
  print_text("there: ");
  print_text(place > target - (REAL)0.05 && place < target + (REAL)0.05 ? "yes" : "no");
  print_text("\nsteps ");
  print_whole(first_steps);
  print_text(" first, then at most ");
  print_whole(most_steps);
  print_text("\nworkspace ");
  print_whole(TRACK_TRACK_SOLVE_WORKSPACE);
  print_text(" bytes, stack ");
  print_whole(used);
  print_text(used <= TRACK_TRACK_SOLVE_STACK ? " of at most " : " but at most ");
  print_whole(TRACK_TRACK_SOLVE_STACK);
  print_text(", instructions of a plan ");
  print_whole((int64_t)sum*40/rounds);
  print_text(", of the longest ");
  print_whole((int64_t)ticks*40);
  print_text("\n");
  leave(used <= TRACK_TRACK_SOLVE_STACK ? 0 : 1);
}
