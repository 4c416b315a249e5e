//===- Threads.h - loops in chunks, on several threads ---------------------===//
//
// Compiled code cuts a long loop into chunks, whose number depends on the sizes
// alone, gives each chunk room for its own sums, and adds these in the order of the
// chunks. So the result does not depend on who runs which chunk, nor on how many
// threads there are. Emitted C does not use this.
//
//===--------------------------------------------------------------------===//
#pragma once

#include "runtime/Runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Threads that wait for work; the thread that asks takes part in it.
typedef struct GradusThreads GradusThreads;

/// `count` threads, the caller among them; null for fewer than two, or where no
/// thread can be started. Fewer than asked for may be there.
GradusThreads *gradus_threads_create(int64_t count);
void gradus_threads_destroy(GradusThreads *threads);
int64_t gradus_threads_count(const GradusThreads *threads);

/// One chunk, 0..chunks-1; returns a status as compiled functions do.
typedef int32_t (*GradusChunk)(GradusFrame *frame, const void *context, int64_t chunk);

/// Runs all chunks, on frame->threads if these are free. The status, and what is in the
/// frame, is that of the first chunk in order that fails. `work`: about how many operations
/// all chunks are together, which decides whether it is worth to wake a thread.
int32_t gradus_chunks_run(GradusFrame *frame, GradusChunk body, const void *context,
                          int64_t chunks, int64_t work);
/// Room on a cache line for the calling thread, until it asks again; null when there
/// is no memory.
void *gradus_chunks_room(int64_t bytes);

#ifdef __cplusplus
}
#endif
