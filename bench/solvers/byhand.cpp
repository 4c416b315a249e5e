// The objectives as one writes them with some care: one pass over the rows.
#include "byhand.h"

#include <cmath>

namespace FORM {

double chain(size_t n, const double *__restrict x, double *__restrict g) {
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

double logistic(size_t n, size_t p, const double *__restrict A, const double *__restrict y,
                const double *__restrict w, double *__restrict g) {
  double f = 0;
  for (size_t j = 0; j < p; ++j)
    g[j] = 0;
  for (size_t i = 0; i < n; ++i) {
    const double *a = A + i * p;
    double z = 0;
    for (size_t j = 0; j < p; ++j)
      z += a[j] * w[j];
    const double t = -y[i] * z, e = std::exp(-std::fabs(t));
    f += (t > 0 ? t : 0) + std::log1p(e);
    const double c = -y[i] * (t > 0 ? 1 : e) / (1 + e);
    for (size_t j = 0; j < p; ++j)
      g[j] += c * a[j];
  }
  for (size_t j = 0; j < p; ++j)
    g[j] /= n;
  return f / n;
}

void gradient_steps(size_t n, size_t p, const double *__restrict A, const double *__restrict y,
                    double *__restrict w, double *__restrict g, double rate, int steps) {
  for (int k = 0; k < steps; ++k) {
    for (size_t j = 0; j < p; ++j)
      g[j] = 0;
    for (size_t i = 0; i < n; ++i) {
      const double *a = A + i * p;
      double r = -y[i];
      for (size_t j = 0; j < p; ++j)
        r += a[j] * w[j];
      for (size_t j = 0; j < p; ++j)
        g[j] += r * a[j];
    }
    for (size_t j = 0; j < p; ++j)
      w[j] -= rate * g[j];
  }
}

} // namespace FORM
