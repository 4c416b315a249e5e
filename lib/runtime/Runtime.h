//===- Runtime.h - what compiled code and its host share ------------------===//
//
// Plain C. Compiled functions exported by a module have the signature
//     int32_t name(GradusFrame *frame, void *const *arguments)
// with one pointer an argument, in the order of the parameters: int64_t* and
// double* for scalars in and out (uint8_t* for Bool), the first element of each array.
//
//===--------------------------------------------------------------------===//
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Called once an iteration. scalars: k, f, gradient norm, step. Returns 0 to go on.
typedef int64_t (*GradusHook)(void *user, const double *scalars, int64_t scalarCount,
                              const double *x, int64_t n);

typedef struct GradusFrame {
  void *workspace;        ///< at least the function's workspace bytes, 64-byte aligned
  size_t workspaceBytes;
  GradusHook hook;        ///< may be null
  void *hookUser;
  int32_t errorSite;      ///< set when a function returns a status other than 0
  int64_t errorValues[4]; ///< of the failed check; a real as its bits, a Bool as 0 or 1
  void *threads;          ///< runtime/Threads.h; may be null. Only code of the JIT looks at it
} GradusFrame;

// Special functions that C99 has not. Sources: runtime/Special.c
double gradus_digamma(double x);
double gradus_polygamma(int64_t order, double x); ///< order >= 0; 0 is digamma
/// The same with the operands in the order of the table of primitives.
double gradus_polygamma_r(double x, int64_t order);
double gradus_powi(double x, int64_t n);          ///< products by squaring; powi(x, 0) = 1

#ifdef __cplusplus
}
#endif
