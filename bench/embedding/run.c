/* One solve on the board, with its memory, stack and instructions. */
#include "board.h"

#define MODEL_IMPLEMENTATION
#include "model.h"

static double memory[MODEL_SOLVE_WORKSPACE/sizeof(double) + 1];
static REAL x[UNKNOWNS], lower[UNKNOWNS], upper[UNKNOWNS];

#if defined(MPC12)
static REAL A[144], B[48], now[12];
static void prepare(void) {
  int i;
  for (i = 0; i < 12; ++i) {
    A[13*i] = (REAL)0.95;
    if (i < 11)
      A[13*i + 1] = (REAL)0.1;
    B[4*i + i % 4] = (REAL)0.3;
    now[i] = (REAL)1/(1 + i);
  }
}
static int32_t solve(model_frame *frame, model_solve_result *result) {
  return model_solve(frame, A, B, now, (REAL)0.1, lower, upper, x, NULL, result);
}
#elif defined(SWINGUP)
static void prepare(void) {}
static int32_t solve(model_frame *frame, model_solve_result *result) {
  return model_solve(frame, 0, 0, (REAL)0.05, (REAL)0.1, lower, upper, x, NULL, result);
}
#else
static REAL a[100], b[100], label[100];
static void prepare(void) {
  int i;
  for (i = 0; i < 100; ++i) {
    a[i] = (REAL)(i % 10)/5 - 1;
    b[i] = (REAL)(i*7 % 13)/6 - 1;
    label[i] = a[i] + b[i]/2 + (REAL)(i*5 % 11)/10 - (REAL)0.5 > 0 ? 1 : 0;
  }
}
static int32_t solve(model_frame *frame, model_solve_result *result) {
  return model_solve(frame, a, b, label, (REAL)0.01, x, NULL, result);
}
#endif

void setup(void) {
  model_frame frame = {0};
  model_solve_result result;
  uint32_t ticks, used;
  frame.workspace = memory;
  frame.workspace_bytes = sizeof memory;
  prepare();
#ifdef LOGREG
  model_start(&frame, x);
#else
  model_start(&frame, START x, lower, upper);
#endif
  stack_watch();
  clock_start();
  if (solve(&frame, &result) != 0)
    leave(2);
  ticks = clock_ticks();
  used = stack_used();
  print_text(model_status_text(result.status));
  print_text("|");
  print_whole(result.steps);
  print_text("|");
  print_whole(MODEL_SOLVE_WORKSPACE);
  print_text("|");
  print_whole(used);
  print_text("|");
  print_whole(MODEL_SOLVE_STACK);
  print_text("|");
  print_whole((int64_t)ticks*40);
  print_text("\n");
  leave(0);
}

void loop(void) {}
