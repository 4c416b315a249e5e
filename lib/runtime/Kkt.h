//===- Kkt.h - the loops of lower/KktFunctions.h, compiled with the runtime ----===//
//
// Native code in this process calls these in place of the same loops of its own: they
// are the same for every model, and here they are optimized once. Operations and their
// order are those of the loop IR, so that both give the same bits: products are fused
// with sums where this processor can, but not in those that end in _plain, for strict
// modules. Indices count from 1.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define GRADUS_RESTRICT
#else
#define GRADUS_RESTRICT restrict
#endif

#define GRADUS_KKT_FACTOR(NAME)                                                                    \
  int64_t NAME(int64_t n, int64_t nk, int64_t nl, const int64_t *kp, const int64_t *kr,            \
               const double *kx, const int64_t *rp, const int64_t *rc, const int64_t *rpos,        \
               const int64_t *lp, const int64_t *li, const int64_t *block,                         \
               double *GRADUS_RESTRICT lx, double *GRADUS_RESTRICT d, double *GRADUS_RESTRICT e,   \
               double *GRADUS_RESTRICT w)
#define GRADUS_KKT_SOLVE(NAME)                                                                     \
  void NAME(int64_t n, int64_t nl, const int64_t *perm, const int64_t *lp, const int64_t *li,      \
            const int64_t *block, const double *lx, const double *d, const double *e,              \
            const double *b, double *GRADUS_RESTRICT w, double *GRADUS_RESTRICT x)
#define GRADUS_KKT_MULTIPLY(NAME)                                                                  \
  void NAME(int64_t n, int64_t m, int64_t nh, int64_t nj, const int64_t *hrow,                     \
            const int64_t *hcol, const double *h, const int64_t *jrow, const int64_t *jcol,        \
            const double *j, const double *diagonal, const double *x, double *GRADUS_RESTRICT y)

GRADUS_KKT_FACTOR(gradus_kkt_factor);
GRADUS_KKT_FACTOR(gradus_kkt_factor_plain);
GRADUS_KKT_SOLVE(gradus_kkt_solve);
GRADUS_KKT_SOLVE(gradus_kkt_solve_plain);
GRADUS_KKT_MULTIPLY(gradus_kkt_multiply);
GRADUS_KKT_MULTIPLY(gradus_kkt_multiply_plain);

#ifdef __cplusplus
}
#endif
