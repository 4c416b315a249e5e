//===- Kkt.c - the loops of lower/KktFunctions.cpp -------------------------------===//

#include "runtime/Kkt.h"

#include <math.h>
#include <stdbool.h>

#define Inline inline __attribute__((always_inline))

/// from - a*b
static Inline double less(bool fused, double from, double a, double b) {
  return fused ? __builtin_fma(-a, b, from) : from - a * b;
}

static Inline int64_t factor(bool fused, int64_t n, const int64_t *kp, const int64_t *kr,
                             const double *kx, const int64_t *rp, const int64_t *rc,
                             const int64_t *rpos, const int64_t *lp, const int64_t *li,
                             const int64_t *block, double *restrict lx, double *restrict d,
                             double *restrict e, double *restrict w) {
  const double least = 1e-200;
  int64_t count = 0, sound = 1;
  for (int64_t i = 0; i < n; ++i)
    w[i] = 0;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t p = kp[i] - 1; p < kp[i + 1] - 1; ++p)
      w[kr[p] - 1] += kx[p];
    double pivot = w[i];
    w[i] = 0;
    for (int64_t q = rp[i] - 1; q < rp[i + 1] - 1; ++q) {
      const int64_t k = rc[q] - 1, first = lp[k] - 1, end = rpos[q] - 1;
      if (block[k] == 0) {
        const double wk = w[k];
        w[k] = 0;
        for (int64_t p = first; p < end; ++p)
          w[li[p] - 1] = less(fused, w[li[p] - 1], lx[p], wk);
        const double l = wk / d[k];
        pivot = less(fused, pivot, l, wk);
        lx[end] = l;
      } else if (block[k] == 1) { // both columns of a block have the same rows
        const double w1 = w[k], w2 = w[k + 1];
        const int64_t shift = lp[k + 1] - 1 - first;
        w[k] = 0;
        w[k + 1] = 0;
        for (int64_t p = first; p < end; ++p)
          w[li[p] - 1] = less(fused, less(fused, w[li[p] - 1], lx[p], w1), lx[p + shift], w2);
        const double a = d[k], b = e[k], c = d[k + 1], determinant = less(fused, a * c, b, b);
        const double l1 = less(fused, c * w1, b, w2) / determinant;
        const double l2 = less(fused, a * w2, b, w1) / determinant;
        pivot = less(fused, less(fused, pivot, l1, w1), l2, w2);
        lx[end] = l1;
        lx[end + shift] = l2;
      }
    }
    d[i] = pivot;
    if (block[i] == 0) {
      if (fabs(pivot) <= least) {
        d[i] = 1;
        sound = 0;
      }
      count += 0 < pivot;
    } else if (block[i] == 2) {
      e[i - 1] = w[i - 1];
      w[i - 1] = 0;
      const double a = d[i - 1], b = e[i - 1], determinant = less(fused, a * d[i], b, b);
      if (fabs(determinant) <= least) {
        d[i - 1] = 1;
        d[i] = 1;
        e[i - 1] = 0;
        sound = 0;
      }
      if (determinant < 0)
        count += 1;
      else if (0 < a)
        count += 2;
    }
  }
  return sound ? count : -1;
}

static Inline void solve(bool fused, int64_t n, const int64_t *perm, const int64_t *lp,
                         const int64_t *li, const int64_t *block, const double *lx,
                         const double *d, const double *e, const double *b, double *restrict w,
                         double *restrict x) {
  for (int64_t i = 0; i < n; ++i)
    w[i] = b[perm[i] - 1];
  for (int64_t i = 0; i < n; ++i) {
    const double wi = w[i];
    for (int64_t p = lp[i] - 1; p < lp[i + 1] - 1; ++p)
      w[li[p] - 1] = less(fused, w[li[p] - 1], lx[p], wi);
  }
  for (int64_t i = 0; i < n; ++i) {
    if (block[i] == 0) {
      w[i] /= d[i];
    } else if (block[i] == 1) {
      const double t1 = w[i], t2 = w[i + 1];
      const double determinant = less(fused, d[i] * d[i + 1], e[i], e[i]);
      w[i] = less(fused, d[i + 1] * t1, e[i], t2) / determinant;
      w[i + 1] = less(fused, d[i] * t2, e[i], t1) / determinant;
    }
  }
  for (int64_t i = n; i-- > 0;) {
    double sum = w[i];
    for (int64_t p = lp[i] - 1; p < lp[i + 1] - 1; ++p)
      sum = less(fused, sum, lx[p], w[li[p] - 1]);
    w[i] = sum;
    x[perm[i] - 1] = sum;
  }
}

static Inline void both(bool fused, int64_t r, int64_t c, double v, const double *x,
                        double *restrict y) {
  y[r - 1] = less(fused, y[r - 1], -v, x[c - 1]);
  if (r != c)
    y[c - 1] = less(fused, y[c - 1], -v, x[r - 1]);
}

static Inline void multiply(bool fused, int64_t n, int64_t m, int64_t nh, int64_t nj,
                            const int64_t *hrow, const int64_t *hcol, const double *h,
                            const int64_t *jrow, const int64_t *jcol, const double *j,
                            const double *diagonal, const double *x, double *restrict y) {
  for (int64_t i = 0; i < n + m; ++i)
    y[i] = diagonal[i] * x[i];
  for (int64_t p = 0; p < nh; ++p)
    both(fused, hrow[p], hcol[p], h[p], x, y);
  for (int64_t p = 0; p < nj; ++p)
    both(fused, n + jrow[p], jcol[p], j[p], x, y);
}

// Each of them fused, where the processor may do that and where it does, and plain.
#define FACTOR(FUSED) factor(FUSED, n, kp, kr, kx, rp, rc, rpos, lp, li, block, lx, d, e, w)
#define SOLVE(FUSED) solve(FUSED, n, perm, lp, li, block, lx, d, e, b, w, x)
#define MULTIPLY(FUSED) multiply(FUSED, n, m, nh, nj, hrow, hcol, h, jrow, jcol, j, diagonal, x, y)

#if defined(__x86_64__)
#define FUSES __builtin_cpu_supports("fma")
#define WITH_FUSION __attribute__((target("fma")))
#elif defined(__FP_FAST_FMA)
#define FUSES true
#define WITH_FUSION
#else
#define FUSES false
#define WITH_FUSION
#endif

WITH_FUSION static GRADUS_KKT_FACTOR(fusedFactor) { return (void)nk, (void)nl, FACTOR(true); }
WITH_FUSION static GRADUS_KKT_SOLVE(fusedSolve) { (void)nl, SOLVE(true); }
WITH_FUSION static GRADUS_KKT_MULTIPLY(fusedMultiply) { MULTIPLY(true); }

GRADUS_KKT_FACTOR(gradus_kkt_factor_plain) { return (void)nk, (void)nl, FACTOR(false); }
GRADUS_KKT_SOLVE(gradus_kkt_solve_plain) { (void)nl, SOLVE(false); }
GRADUS_KKT_MULTIPLY(gradus_kkt_multiply_plain) { MULTIPLY(false); }

GRADUS_KKT_FACTOR(gradus_kkt_factor) {
  return (FUSES ? fusedFactor : gradus_kkt_factor_plain)(n, nk, nl, kp, kr, kx, rp, rc, rpos, lp,
                                                         li, block, lx, d, e, w);
}
GRADUS_KKT_SOLVE(gradus_kkt_solve) {
  (FUSES ? fusedSolve : gradus_kkt_solve_plain)(n, nl, perm, lp, li, block, lx, d, e, b, w, x);
}
GRADUS_KKT_MULTIPLY(gradus_kkt_multiply) {
  (FUSES ? fusedMultiply : gradus_kkt_multiply_plain)(n, m, nh, nj, hrow, hcol, h, jrow, jcol, j,
                                                      diagonal, x, y);
}
