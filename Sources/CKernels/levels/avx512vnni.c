#if defined(__x86_64__)
#include "../shared/includes.h"

#define LEVEL_NAME avx512vnni
#define LANES 16
#define TILE_ROWS 12
#define TILE_VECTORS 2
#define HAS_HALF_CONVERSION 1
#define WIDENS_PANELS 0
#define HAS_BYTE_PRODUCTS 1

#pragma clang attribute push(__attribute__((target("avx512vnni,avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), apply_to = function)
#include "../shared/level.h"
#pragma clang attribute pop
#endif
