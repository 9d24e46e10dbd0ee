#define _GNU_SOURCE
#include "pool.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// A fork-join pool. A job is published as one 64-bit word [generation | chunks left]; whoever lowers the lower half owns
// that chunk, so a helper that starts late, or never, costs nothing: the caller takes the chunks itself.

enum { MAXIMUM_THREADS = 256, SPIN_NANOSECONDS = 30000 };

typedef struct {
    void (*body)(void *, long);
    void *context;
    long chunk_count;
} job_description;

static struct {
    // Held by the caller that has the helpers.
    _Alignas(64) atomic_bool taken;
    _Alignas(64) _Atomic uint64_t ticket;
    // The futex that idle helpers wait on; counts the jobs.
    _Alignas(64) _Atomic uint32_t generation;
    _Atomic uint32_t sleepers;
    _Atomic bool stopping;
    _Alignas(64) _Atomic uint32_t done;
    _Atomic uint32_t caller_waits;
    _Alignas(64) job_description job;
    pthread_t helpers[MAXIMUM_THREADS];
    long helper_count;
} pool;

static _Atomic long wanted_threads = 0;
static _Thread_local bool inside_body = false;

static void futex_wait(_Atomic uint32_t *word, uint32_t seen) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word, int count) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Spins until the word differs from `seen`; false when the time is up.
static bool spin_while_equal(_Atomic uint32_t *word, uint32_t seen) {
    int64_t end = 0;
    for (;;) {
        for (int i = 0; i < 64; i++) {
            if (atomic_load_explicit(word, memory_order_acquire) != seen) return true;
            pause_briefly();
        }
        int64_t now = nanoseconds();
        if (end == 0) end = now + SPIN_NANOSECONDS;
        if (now >= end) return false;
    }
}

// Takes chunks of the job that is current now until none is left. The job's description is read only after a chunk was
// claimed: from then until that chunk is reported done, the caller cannot publish another job.
static void take_chunks(void) {
    inside_body = true;
    for (;;) {
        uint64_t ticket = atomic_load(&pool.ticket);
        uint32_t left = (uint32_t)ticket;
        if (left == 0) break;
        if (!atomic_compare_exchange_weak(&pool.ticket, &ticket, ticket - 1)) continue;
        job_description job = pool.job;
        job.body(job.context, job.chunk_count - left);
        uint32_t done = atomic_fetch_add(&pool.done, 1) + 1;
        if ((long)done == job.chunk_count && atomic_load(&pool.caller_waits)) futex_wake(&pool.done, 1);
    }
    inside_body = false;
}

static void *helper_main(void *start_generation) {
    uint32_t seen = (uint32_t)(uintptr_t)start_generation;
    for (;;) {
        if (!spin_while_equal(&pool.generation, seen)) {
            atomic_fetch_add(&pool.sleepers, 1);
            while (atomic_load(&pool.generation) == seen) futex_wait(&pool.generation, seen);
            atomic_fetch_sub(&pool.sleepers, 1);
        }
        seen = atomic_load(&pool.generation);
        if (atomic_load(&pool.stopping)) return NULL;
        take_chunks();
    }
}

// Both are called with the pool taken.
static void stop_helpers(void) {
    if (pool.helper_count == 0) return;
    atomic_store(&pool.stopping, true);
    atomic_fetch_add(&pool.generation, 1);
    futex_wake(&pool.generation, INT_MAX);
    for (long i = 0; i < pool.helper_count; i++) pthread_join(pool.helpers[i], NULL);
    atomic_store(&pool.stopping, false);
    pool.helper_count = 0;
}

static void start_helpers(long count) {
    uintptr_t generation = atomic_load(&pool.generation);
    while (pool.helper_count < count) {
        // A thread that cannot be had is done without: the others take its chunks.
        if (pthread_create(&pool.helpers[pool.helper_count], NULL, helper_main, (void *)generation) != 0) break;
        pool.helper_count++;
    }
}

long kernels_thread_count(void) {
    long count = atomic_load_explicit(&wanted_threads, memory_order_relaxed);
    if (count > 0) return count;
    long available = kernels_available_processor_count();
    long expected = 0;
    atomic_compare_exchange_strong(&wanted_threads, &expected, available);
    return atomic_load(&wanted_threads);
}

void kernels_set_thread_count(long count) {
    if (count < 1) count = 1;
    if (count > MAXIMUM_THREADS) count = MAXIMUM_THREADS;
    atomic_store(&wanted_threads, count);
}

static void run_alone(long chunk_count, void (*body)(void *, long), void *context) {
    bool outer = inside_body;
    inside_body = true;
    for (long chunk = 0; chunk < chunk_count; chunk++) body(context, chunk);
    inside_body = outer;
}

void kernels_parallel_for(long chunk_count, void (*body)(void *, long), void *context) {
    if (chunk_count <= 0) return;
    long threads = kernels_thread_count();
    if (chunk_count == 1 || threads == 1 || inside_body || chunk_count > UINT32_MAX
        || atomic_exchange_explicit(&pool.taken, true, memory_order_acquire)) {
        run_alone(chunk_count, body, context);
        return;
    }
    if (pool.helper_count != threads - 1) {
        if (pool.helper_count > threads - 1) stop_helpers();
        start_helpers(threads - 1);
    }

    pool.job = (job_description){body, context, chunk_count};
    atomic_store(&pool.done, 0);
    atomic_store(&pool.caller_waits, 0);
    uint32_t generation = atomic_load(&pool.generation) + 1;
    atomic_store(&pool.ticket, (uint64_t)generation << 32 | (uint64_t)chunk_count);
    atomic_store(&pool.generation, generation);
    uint32_t sleepers = atomic_load(&pool.sleepers);
    if (sleepers > 0) futex_wake(&pool.generation, chunk_count - 1 < sleepers ? (int)(chunk_count - 1) : INT_MAX);

    take_chunks();
    for (;;) {
        uint32_t done = atomic_load(&pool.done);
        if ((long)done == chunk_count) break;
        if (spin_while_equal(&pool.done, done)) continue;
        atomic_store(&pool.caller_waits, 1);
        done = atomic_load(&pool.done);
        if ((long)done != chunk_count) futex_wait(&pool.done, done);
    }
    atomic_store_explicit(&pool.taken, false, memory_order_release);
}
