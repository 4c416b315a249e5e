// Objectives and gradients by hand; compiled twice, into two namespaces.
#pragma once
#include <cstddef>

#define OBJECTIVES                                                                             \
  double chain(size_t n, const double *x, double *g);                                          \
  double logistic(size_t n, size_t p, const double *A, const double *y, const double *w, double *g); \
  void gradient_steps(size_t n, size_t p, const double *A, const double *y, double *w, double *g,   \
                      double rate, int steps);

namespace strict {
OBJECTIVES
}
namespace fast {
OBJECTIVES
}
