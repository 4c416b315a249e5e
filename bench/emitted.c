/* One model as emitted C (prefix c) and as LLVM's object (prefix o), in turns: times of
 * value and gradient, and of an evaluation of a whole solve. */
#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define C_IMPLEMENTATION
#include "c.h"
#define O_IMPLEMENTATION
#include "o.h"

#if defined(CHAIN)
#define DATA SIZE,
#define START SIZE,
#define BOUNDS
#define LIMITS
static void prepare(void) {}
#elif defined(LOGREG)
static double a[SIZE], b[SIZE], label[SIZE];
#define DATA SIZE, a, b, label, 0.01,
#define START
#define BOUNDS
#define LIMITS
static void prepare(void) {
  int i;
  for (i = 0; i < SIZE; ++i) {
    a[i] = (i % 10)/5.0 - 1;
    b[i] = (i*7 % 13)/6.0 - 1;
    label[i] = a[i] + b[i]/2 + (i*5 % 11)/10.0 - 0.5 > 0;
  }
}
#elif defined(SWINGUP)
#define DATA SIZE, 0, 0, 0.05, 0.1,
#define START SIZE, 0.05,
#define BOUNDS , lower, upper
#define LIMITS lower, upper,
static void prepare(void) {}
#else
static double A[144], B[48], now[12];
#define DATA SIZE, A, B, now, 0.1,
#define START SIZE,
#define BOUNDS , lower, upper
#define LIMITS lower, upper,
static void prepare(void) {
  int i;
  for (i = 0; i < 12; ++i) {
    A[13*i] = 0.95;
    if (i < 11)
      A[13*i + 1] = 0.1;
    B[4*i + i % 4] = 0.3;
    now[i] = 1.0/(1 + i);
  }
}
#endif

static double x[UNKNOWNS], lower[UNKNOWNS], upper[UNKNOWNS], gradient[2][UNKNOWNS];
static double memory[1 << 20];

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9*(double)t.tv_nsec;
}

#define CODE(P)                                                                       \
  static double P##_evaluation(double *f, double *g, long repetitions) {              \
    P##_frame frame = {0};                                                            \
    double begin;                                                                     \
    long k;                                                                           \
    frame.workspace = memory;                                                         \
    frame.workspace_bytes = sizeof memory;                                            \
    P##_start(&frame, START x BOUNDS);                                                \
    begin = seconds();                                                                \
    for (k = 0; k < repetitions; ++k)                                                 \
      if (P##_value_gradient(&frame, DATA x, f, g) != 0)                              \
        exit(1);                                                                      \
    return (seconds() - begin)/(double)repetitions;                                   \
  }                                                                                   \
  static double P##_descent(double *f) {                                              \
    P##_frame frame = {0};                                                            \
    P##_solve_result result;                                                          \
    double begin;                                                                     \
    frame.workspace = memory;                                                         \
    frame.workspace_bytes = sizeof memory;                                            \
    P##_start(&frame, START x BOUNDS);                                                \
    begin = seconds();                                                                \
    if (P##_solve(&frame, DATA LIMITS x, NULL, &result) != 0)                         \
      exit(1);                                                                        \
    *f = result.f;                                                            \
    return (seconds() - begin)/(double)result.gradients;                              \
  }
CODE(c)
CODE(o)

/* Prints rounds of: value and gradient of both, an evaluation in a solve of both, in ns. */
int main(void) {
  double f[2], ends[2], t;
  long repetitions = 1;
  int i, k;
  prepare();
  while ((t = c_evaluation(&f[0], gradient[0], repetitions)) * (double)repetitions < 1e-3)
    repetitions *= 2;
  o_evaluation(&f[1], gradient[1], 1);
  c_descent(&ends[0]);
  o_descent(&ends[1]);
  if (!(fabs(f[0] - f[1]) <= 1e-12*(1 + fabs(f[0])) &&
        fabs(ends[0] - ends[1]) <= 1e-6*(1 + fabs(ends[0]))))
    return 2;
  for (i = 0; i < UNKNOWNS; ++i)
    if (!(fabs(gradient[0][i] - gradient[1][i]) <= 1e-10*(1 + fabs(gradient[1][i]))))
      return 2;
  for (k = 0; k < ROUNDS; ++k) {
    printf("%.1f ", 1e9*c_evaluation(&f[0], gradient[0], repetitions));
    printf("%.1f ", 1e9*o_evaluation(&f[1], gradient[1], repetitions));
    printf("%.1f ", 1e9*c_descent(&ends[0]));
    printf("%.1f\n", 1e9*o_descent(&ends[1]));
  }
  return 0;
}
