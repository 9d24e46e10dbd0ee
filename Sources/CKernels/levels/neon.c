#if defined(__aarch64__)
#include "../shared/includes.h"

#define LEVEL_NAME neon
#define LANES 4
#define TILE_ROWS 6
#define TILE_VECTORS 4
#define HAS_HALF_CONVERSION 1
#define WIDENS_PANELS 0
#define HAS_BYTE_PRODUCTS 0

#include "../shared/level.h"
#endif
