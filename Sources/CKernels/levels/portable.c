#include "../shared/includes.h"

// Vectors of four, which the compiler lowers to SSE2 on x86-64: twelve sums of the sixteen registers.
#define LEVEL_NAME portable
#define LANES 4
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define HAS_HALF_CONVERSION 0
#define WIDENS_PANELS 1
#define HAS_BYTE_PRODUCTS 0

#include "../shared/level.h"
