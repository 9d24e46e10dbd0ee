#ifndef TRIPTYCH_CKERNELS_POOL_H
#define TRIPTYCH_CKERNELS_POOL_H

#include <stdbool.h>
#include <stddef.h>

// Runs body(context, 0) ... body(context, chunk_count - 1), each exactly once, on the caller and the helper threads, and
// returns when all are done. A call from inside a body, or while another caller holds the helpers, runs alone.
void kernels_parallel_for(
    long chunk_count, void (*_Nonnull body)(void *_Nullable context, long chunk), void *_Nullable context);

// Threads that take part in a call, the caller included.
long kernels_thread_count(void);
void kernels_set_thread_count(long count);

// Processors this process may use: physical cores within the affinity mask, at most the control group's quota.
long kernels_available_processor_count(void);

// Memory that belongs to the calling thread and is kept until it ends. `slot` is below KERNELS_SCRATCH_SLOTS; the next
// request for the same slot on the same thread may move it. 64-byte aligned. Ends the process when memory is exhausted.
enum { KERNELS_SCRATCH_SLOTS = 6 };
void *_Nonnull kernels_scratch(int slot, size_t bytes);

// 64-byte-aligned memory for packed weights (2 MiB-aligned and advised as huge pages when large). Release with free.
void *_Nonnull kernels_allocate(size_t bytes);

#endif
