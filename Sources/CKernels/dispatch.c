#include "table.h"

#include <stddef.h>

extern const kernels_table kernels_table_portable;
#if defined(__x86_64__)
extern const kernels_table kernels_table_avx2, kernels_table_avx512, kernels_table_avx512vnni;
#elif defined(__aarch64__)
extern const kernels_table kernels_table_neon;
#endif

const kernels_table *kernels_table_for_level(int level) {
    if (level == KERNELS_LEVEL_PORTABLE) return &kernels_table_portable;
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    if (level == KERNELS_LEVEL_AVX2) return avx2 ? &kernels_table_avx2 : NULL;
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (level == KERNELS_LEVEL_AVX512) return avx512 ? &kernels_table_avx512 : NULL;
    if (level == KERNELS_LEVEL_AVX512VNNI)
        return avx512 && __builtin_cpu_supports("avx512vnni") ? &kernels_table_avx512vnni : NULL;
#elif defined(__aarch64__)
    if (level == KERNELS_LEVEL_NEON) return &kernels_table_neon;
#endif
    return NULL;
}

static _Thread_local int forced_level = -1;
int kernels_forced_level(void) { return forced_level; }
void kernels_set_forced_level(int level) { forced_level = level; }
