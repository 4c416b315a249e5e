/* A loop as on an Arduino: read the sensors, plan the next forces, apply the first one. */
#include "board.h"

#define CART_IMPLEMENTATION
#include "cart.h"

#ifndef REAL
#define REAL double
#endif

static double memory[CART_SOLVE_WORKSPACE/sizeof(double) + 1];
static REAL forces[10], lower[10], upper[10], place, speed;
static cart_frame frame;
static uint32_t used, ticks;
static int rounds;

void setup(void) {
  frame.workspace = memory;
  frame.workspace_bytes = sizeof memory;
  if (cart_start(&frame, forces, lower, upper) != CART_OK)
    leave(2);
}

void loop(void) {
  cart_solve_result result;
  int32_t status;
  uint32_t now;
  stack_watch();
  clock_start();
  status = cart_solve(&frame, place, speed, (REAL)0.1, (REAL)0.01, lower, upper, forces, NULL, &result);
  now = clock_ticks();
  if (stack_used() > used)
    used = stack_used();
  if (now > ticks)
    ticks = now;
  if (status != CART_OK || result.status == CART_NOT_FINITE)
    leave(2);
  if (rounds % 5 == 0) {
    print_text("place ");
    print_real(place);
    print_text(", force ");
    print_real(forces[0]);
    print_text(", ");
    print_whole(result.steps);
    print_text(" steps: ");
    print_text(cart_status_text(result.status));
    print_text("\n");
  }
  /* What the cart does: here it is a model of itself. */
  place += (REAL)0.1*speed;
  speed += (REAL)0.1*(forces[0] - (REAL)0.3*speed);
  if (++rounds <= 30)
    return;
  print_text("at rest: ");
  print_text(place > (REAL)0.97 && place < (REAL)1.03 && speed < (REAL)0.05 ? "yes" : "no");
  print_text("\nworkspace ");
  print_whole((int64_t)sizeof memory);
  print_text(" bytes, stack ");
  print_whole(used);
  print_text(used <= CART_SOLVE_STACK ? " of at most " : " but at most ");
  print_whole(CART_SOLVE_STACK);
  print_text(", instructions of the longest plan ");
  print_whole((int64_t)ticks*40);
  print_text("\n");
  leave(used <= CART_SOLVE_STACK ? 0 : 1);
}
