#define _GNU_SOURCE
#include "pool.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

typedef struct {
    void *start[KERNELS_SCRATCH_SLOTS];
    size_t bytes[KERNELS_SCRATCH_SLOTS];
} scratch_memory;

static pthread_key_t key;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static _Thread_local scratch_memory *scratch;

static void release_scratch(void *memory) {
    scratch_memory *owned = memory;
    for (int slot = 0; slot < KERNELS_SCRATCH_SLOTS; slot++) free(owned->start[slot]);
    free(owned);
}

static void make_key(void) {
    if (pthread_key_create(&key, release_scratch) != 0) abort();
}

static void out_of_memory(size_t bytes) {
    fprintf(stderr, "out of memory: %zu bytes for the numeric kernels\n", bytes);
    abort();
}

void *kernels_allocate(size_t bytes) {
    size_t large = (size_t)2 << 20;
    size_t alignment = bytes >= large ? large : 64;
    size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    void *start = NULL;
    if (posix_memalign(&start, alignment, rounded ? rounded : alignment) != 0) out_of_memory(bytes);
    // Only advice: without huge pages everything still works.
    if (bytes >= large) madvise(start, rounded, MADV_HUGEPAGE);
    return start;
}

void *kernels_scratch(int slot, size_t bytes) {
    if (!scratch) {
        pthread_once(&key_once, make_key);
        scratch = calloc(1, sizeof *scratch);
        if (!scratch || pthread_setspecific(key, scratch) != 0) out_of_memory(sizeof *scratch);
    }
    if (scratch->bytes[slot] < bytes) {
        free(scratch->start[slot]);
        size_t grown = bytes + bytes / 4;
        scratch->start[slot] = kernels_allocate(grown);
        scratch->bytes[slot] = grown;
    }
    return scratch->start[slot];
}
