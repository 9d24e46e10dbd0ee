// Everything that needs headers, outside the target attribute of a level.
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <string.h>

#include "../include/pool.h"
#include "../include/table.h"
