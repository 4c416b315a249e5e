/* A second unit with the same header, without its implementation. */
#include "functions.h"

#ifdef __cplusplus
extern "C"
#endif
int32_t second(double *f);

int32_t second(double *f) { return functions_himmelblau(NULL, 3.0, 2.0, f); }
