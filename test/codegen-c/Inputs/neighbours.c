/* Sums in lanes against the same sums without, at sizes around the lanes. */
#define WIDE_IMPLEMENTATION
#define WIDE_LANES 32
#include "wide.h"
#define PLAIN_IMPLEMENTATION
#define PLAIN_LANES 1
#include "plain.h"

#include <stdio.h>

#define MOST 200
typedef double gradient(int64_t n, const double *x, double *d);
#define CALL(prefix, name) \
  static double prefix##_##name##_at(int64_t n, const double *x, double *d) { \
    double f; \
    return prefix##_##name##_value_gradient(NULL, x, n, &f, d) == 0 ? f : NAN; \
  }
#define BOTH(name) CALL(wide, name) CALL(plain, name)
BOTH(one)
BOTH(two)
BOTH(three)
BOTH(back)

static int differs(double a, double b) { return !(fabs(a - b) <= 1e-12*(1 + fabs(b))); }

int main(void) {
  gradient *pairs[4][2] = {{wide_one_at, plain_one_at},
                           {wide_two_at, plain_two_at},
                           {wide_three_at, plain_three_at},
                           {wide_back_at, plain_back_at}};
  double x[MOST], a[MOST], b[MOST];
  int f, differ = 0, compared = 0;
  for (int k = 0; k < MOST; ++k)
    x[k] = 0.5 + 0.37*(double)((k*k + 3*k)%11) - 0.1*(double)(k%7);
  for (f = 0; f < 4; ++f)
    for (int64_t n = 0; n <= MOST; ++n) {
      for (int k = 0; k < MOST; ++k)
        a[k] = b[k] = 77;
      differ += differs(pairs[f][0](n, x, a), pairs[f][1](n, x, b));
      for (int64_t k = 0; k < MOST; ++k, ++compared)
        differ += differs(a[k], b[k]);
    }
  printf("%d numbers, %d differ\n", compared, differ);
  return 0;
}
