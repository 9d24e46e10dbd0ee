#if defined(__x86_64__)
#include "../shared/includes.h"

#define LEVEL_NAME avx2
#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define HAS_HALF_CONVERSION 1
#define WIDENS_PANELS 0
#define HAS_BYTE_PRODUCTS 0

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "../shared/level.h"
#pragma clang attribute pop
#endif
