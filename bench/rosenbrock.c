// Value and gradient of the chained Rosenbrock function by hand, in the ways that
// come to mind. The fastest is what Gradus is compared with.
#include <stddef.h>

#define VARIANT(NAME) double NAME(size_t n, const double *restrict x, double *restrict g)

// Each term adds to the two elements that it reads.
VARIANT(scatter) {
  double f = 0;
  for (size_t i = 0; i < n; ++i)
    g[i] = 0;
  for (size_t i = 0; i + 1 < n; ++i) {
    double r = x[i + 1] - x[i] * x[i], s = 1 - x[i];
    f += 100 * r * r + s * s;
    g[i] += -400 * x[i] * r - 2 * s;
    g[i + 1] += 200 * r;
  }
  return f;
}

// The same, with what goes to the next element kept in a scalar.
VARIANT(carry) {
  double f = 0, next = 0;
  for (size_t i = 0; i + 1 < n; ++i) {
    double r = x[i + 1] - x[i] * x[i], s = 1 - x[i];
    f += 100 * r * r + s * s;
    g[i] = next - 400 * x[i] * r - 2 * s;
    next = 200 * r;
  }
  g[n - 1] = next;
  return f;
}

// Each element collects from the two terms that read it; value in the same loop.
VARIANT(gather) {
  double r0 = x[1] - x[0] * x[0], s0 = 1 - x[0];
  double f = 100 * r0 * r0 + s0 * s0;
  g[0] = -400 * x[0] * r0 - 2 * s0;
  for (size_t j = 1; j + 1 < n; ++j) {
    double r = x[j + 1] - x[j] * x[j], s = 1 - x[j];
    f += 100 * r * r + s * s;
    g[j] = 200 * (x[j] - x[j - 1] * x[j - 1]) - 400 * x[j] * r - 2 * s;
  }
  g[n - 1] = 200 * (x[n - 1] - x[n - 2] * x[n - 2]);
  return f;
}

// A loop for the value, a loop for the gradient.
VARIANT(two_loops) {
  double f = 0;
  for (size_t i = 0; i + 1 < n; ++i) {
    double r = x[i + 1] - x[i] * x[i], s = 1 - x[i];
    f += 100 * r * r + s * s;
  }
  g[0] = -400 * x[0] * (x[1] - x[0] * x[0]) - 2 * (1 - x[0]);
  for (size_t j = 1; j + 1 < n; ++j)
    g[j] = 200 * (x[j] - x[j - 1] * x[j - 1]) - 400 * x[j] * (x[j + 1] - x[j] * x[j]) -
           2 * (1 - x[j]);
  g[n - 1] = 200 * (x[n - 1] - x[n - 2] * x[n - 2]);
  return f;
}

// As gather, with the polynomial of the middle multiplied out.
VARIANT(gather_polynomial) {
  double r0 = x[1] - x[0] * x[0], s0 = 1 - x[0];
  double f = 100 * r0 * r0 + s0 * s0;
  g[0] = -400 * x[0] * r0 - 2 * s0;
  for (size_t j = 1; j + 1 < n; ++j) {
    double a = x[j] * x[j], r = x[j + 1] - a, s = 1 - x[j];
    f += 100 * r * r + s * s;
    g[j] = x[j] * (202 + 400 * (a - x[j + 1])) - 2 - 200 * x[j - 1] * x[j - 1];
  }
  g[n - 1] = 200 * (x[n - 1] - x[n - 2] * x[n - 2]);
  return f;
}
