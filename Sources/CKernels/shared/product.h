// The matrix product. A tile is TILE_ROWS x TILE_COLUMNS sums held in registers; for each input it broadcasts one value
// per row and multiplies with TILE_VECTORS vectors of a weight panel, widening 16-bit weights on the way.

#define TILE_COLUMNS (TILE_VECTORS * LANES)
// A tile covers several panels, or one panel holds several tiles.
#define TILES_PER_PANEL (TILE_COLUMNS < KERNELS_PANEL ? KERNELS_PANEL / TILE_COLUMNS : 1)
#define PANELS_PER_TILE (TILE_COLUMNS > KERNELS_PANEL ? TILE_COLUMNS / KERNELS_PANEL : 1)

enum { SCRATCH_CALLER_ROWS = 0, SCRATCH_ROWS = 1, SCRATCH_PANELS = 2, SCRATCH_WIDE = 3, SCRATCH_ATTENTION = 4 };

// sums[rows][VECTORS * LANES] = packed rows [inputs][ROWS] times panels. `chains` independent sums per accumulator hide
// the latency of the addition where a tile has few rows.
#define TILE_BODY(ROWS, VECTORS, CHAINS, TYPE)                                                                     \
    const long step = KERNELS_PANEL * (TYPE == KERNELS_FLOAT32 ? 4 : 2);                                           \
    Floats sum[CHAINS][ROWS][VECTORS];                                                                             \
    UNROLL for (int c = 0; c < CHAINS; c++) UNROLL for (int r = 0; r < ROWS; r++)                                  \
        UNROLL for (int v = 0; v < VECTORS; v++) sum[c][r][v] = splat(0);                                          \
    long i = 0;                                                                                                    \
    for (; i + CHAINS <= inputs; i += CHAINS) {                                                                    \
        UNROLL for (int c = 0; c < CHAINS; c++) {                                                                  \
            Floats w[VECTORS];                                                                                     \
            UNROLL for (int v = 0; v < VECTORS; v++) w[v] =                                                        \
                load_elements(panel + c * step + WEIGHT_OFFSET(v, TYPE), TYPE);                                    \
            UNROLL for (int r = 0; r < ROWS; r++) UNROLL for (int v = 0; v < VECTORS; v++)                         \
                sum[c][r][v] += a[c * ROWS + r] * w[v];                                                            \
        }                                                                                                          \
        a += CHAINS * ROWS;                                                                                        \
        panel += CHAINS * step;                                                                                    \
    }                                                                                                              \
    for (; i < inputs; i++) {                                                                                      \
        UNROLL for (int v = 0; v < VECTORS; v++) {                                                                 \
            Floats w = load_elements(panel + WEIGHT_OFFSET(v, TYPE), TYPE);                                        \
            UNROLL for (int r = 0; r < ROWS; r++) sum[0][r][v] += a[r] * w;                                        \
        }                                                                                                          \
        a += ROWS;                                                                                                 \
        panel += step;                                                                                             \
    }                                                                                                              \
    UNROLL for (int c = 1; c < CHAINS; c++) UNROLL for (int r = 0; r < ROWS; r++)                                  \
        UNROLL for (int v = 0; v < VECTORS; v++) sum[0][r][v] += sum[c][r][v];                                     \
    UNROLL for (int r = 0; r < ROWS; r++)                                                                          \
        UNROLL for (int v = 0; v < VECTORS; v++) store(sums + (r * VECTORS + v) * LANES, sum[0][r][v]);

// Bytes from the start of a row of the tile's first panel to vector v.
#define WEIGHT_OFFSET(v, TYPE) \
    ((v) * LANES / KERNELS_PANEL * panel_bytes + (v) * LANES % KERNELS_PANEL * (TYPE == KERNELS_FLOAT32 ? 4 : 2))

#define CHAINS_FOR(ROWS, VECTORS) ((ROWS) * (VECTORS) >= 8 ? 1 : (ROWS) * (VECTORS) >= 4 ? 2 : 4)

typedef void (*tile_function)(
    const float *a, const char *panel, long panel_bytes, long inputs, float *sums);

#define DEFINE_TILE(ROWS, TYPE_NAME, TYPE)                                                      \
    static void tile_##TYPE_NAME##_##ROWS(                                                      \
        const float *a, const char *panel, long panel_bytes, long inputs, float *sums) {        \
        TILE_BODY(ROWS, TILE_VECTORS, CHAINS_FOR(ROWS, TILE_VECTORS), TYPE)                                   \
    }

#if TILE_ROWS == 12
#define EACH_ROW_COUNT(M, N, T) M(1, N, T) M(2, N, T) M(3, N, T) M(4, N, T) M(5, N, T) M(6, N, T) \
    M(7, N, T) M(8, N, T) M(9, N, T) M(10, N, T) M(11, N, T) M(12, N, T)
#elif TILE_ROWS == 6
#define EACH_ROW_COUNT(M, N, T) M(1, N, T) M(2, N, T) M(3, N, T) M(4, N, T) M(5, N, T) M(6, N, T)
#else
#error "list the row counts of this tile"
#endif

EACH_ROW_COUNT(DEFINE_TILE, float32, KERNELS_FLOAT32)
EACH_ROW_COUNT(DEFINE_TILE, float16, KERNELS_FLOAT16)
EACH_ROW_COUNT(DEFINE_TILE, bfloat16, KERNELS_BFLOAT16)

#define TILE_ENTRY(ROWS, TYPE_NAME, TYPE) tile_##TYPE_NAME##_##ROWS,

// [element type][rows - 1]
static const tile_function tiles[3][TILE_ROWS] = {
    {EACH_ROW_COUNT(TILE_ENTRY, float32, 0)},
    {EACH_ROW_COUNT(TILE_ENTRY, float16, 0)},
    {EACH_ROW_COUNT(TILE_ENTRY, bfloat16, 0)},
};

#if TILE_COLUMNS > KERNELS_PANEL
// Tiles of one panel, for so few rows that the weights come from memory: one sequence is prefetched better than two.
#define DEFINE_NARROW_TILE(ROWS, TYPE_NAME, TYPE)                                               \
    static void narrow_##TYPE_NAME##_##ROWS(                                                    \
        const float *a, const char *panel, long panel_bytes, long inputs, float *sums) {        \
        (void)panel_bytes;                                                                      \
        TILE_BODY(ROWS, KERNELS_PANEL / LANES, CHAINS_FOR(ROWS, KERNELS_PANEL / LANES), TYPE)   \
    }

EACH_ROW_COUNT(DEFINE_NARROW_TILE, float32, KERNELS_FLOAT32)
EACH_ROW_COUNT(DEFINE_NARROW_TILE, float16, KERNELS_FLOAT16)
EACH_ROW_COUNT(DEFINE_NARROW_TILE, bfloat16, KERNELS_BFLOAT16)

#define NARROW_ENTRY(ROWS, TYPE_NAME, TYPE) narrow_##TYPE_NAME##_##ROWS,

static const tile_function narrow_tiles[3][TILE_ROWS] = {
    {EACH_ROW_COUNT(NARROW_ENTRY, float32, 0)},
    {EACH_ROW_COUNT(NARROW_ENTRY, float16, 0)},
    {EACH_ROW_COUNT(NARROW_ENTRY, bfloat16, 0)},
};
#endif

// One row: a whole panel at a time, so that the weight streams from memory in one sequence, which the
// processor prefetches best by itself; eight sums hide the latency.
#define ROW_VECTORS (KERNELS_PANEL / LANES)
#define ROW_CHAINS (ROW_VECTORS >= 4 ? 2 : 8 / ROW_VECTORS)

INLINE void row_panel(const float *a, const char *panel, long inputs, int type, float *sums) {
    const long size = type == KERNELS_FLOAT32 ? 4 : 2, step = KERNELS_PANEL * size;
    Floats sum[ROW_CHAINS][ROW_VECTORS];
    UNROLL for (int c = 0; c < ROW_CHAINS; c++) UNROLL for (int v = 0; v < ROW_VECTORS; v++) sum[c][v] = splat(0);
    long i = 0;
    for (; i + ROW_CHAINS <= inputs; i += ROW_CHAINS) {
        UNROLL for (int c = 0; c < ROW_CHAINS; c++) {
            UNROLL for (int v = 0; v < ROW_VECTORS; v++)
                sum[c][v] += a[i + c] * load_elements(panel + c * step + v * LANES * size, type);
        }
        panel += ROW_CHAINS * step;
    }
    for (; i < inputs; i++, panel += step)
        UNROLL for (int v = 0; v < ROW_VECTORS; v++) sum[0][v] += a[i] * load_elements(panel + v * LANES * size, type);
    UNROLL for (int c = 1; c < ROW_CHAINS; c++)
        UNROLL for (int v = 0; v < ROW_VECTORS; v++) sum[0][v] += sum[c][v];
    UNROLL for (int v = 0; v < ROW_VECTORS; v++) store(sums + v * LANES, sum[0][v]);
}

static void row_panel_float32(const float *a, const char *panel, long inputs, float *sums) {
    row_panel(a, panel, inputs, KERNELS_FLOAT32, sums);
}
static void row_panel_float16(const float *a, const char *panel, long inputs, float *sums) {
    row_panel(a, panel, inputs, KERNELS_FLOAT16, sums);
}
static void row_panel_bfloat16(const float *a, const char *panel, long inputs, float *sums) {
    row_panel(a, panel, inputs, KERNELS_BFLOAT16, sums);
}

INLINE Floats finished(
    const kernels_product *p, int activation, Floats v, const float *bias, const float *residual, float *argument,
    const float *c, long count
) {
    bool whole = count == LANES;
    if (p->alpha != 1) v *= p->alpha;
    if (bias) v += whole ? load(bias) : load_first(bias, count);
    if (argument) {
        if (whole) store(argument, v);
        else store_first(argument, v, count);
    }
    v = function_value(activation, v);
    if (residual) v += whole ? load(residual) : load_first(residual, count);
    if (p->beta != 0) v += p->beta * (whole ? load(c) : load_first(c, count));
    return v;
}

// Nothing but a bias goes into the activation, and nothing is added after it.
INLINE void finish_plainly(
    const kernels_product *p, int activation, const float *sums, long row, long rows, long column, long columns,
    long sum_stride
) {
    const float *bias = p->bias ? p->bias + column : NULL;
    float *c = p->c + row * p->c_stride + column;
    for (long j = 0; j < columns; j += LANES) {
        const long count = columns - j;
        if (count >= LANES) {
            const Floats b = bias ? load(bias + j) : splat(0);
            for (long r = 0; r < rows; r++)
                store(c + r * p->c_stride + j, function_value(activation, load(sums + r * sum_stride + j) + b));
        } else {
            const Floats b = bias ? load_first(bias + j, count) : splat(0);
            for (long r = 0; r < rows; r++)
                store_first(c + r * p->c_stride + j, function_value(activation, load(sums + r * sum_stride + j) + b), count);
        }
    }
}

INLINE void finish_with(
    const kernels_product *p, int activation, const float *sums, long row, long rows, long column, long columns,
    long sum_stride
) {
    if (p->alpha == 1 && p->beta == 0 && !p->residual && !p->arguments) {
        finish_plainly(p, activation, sums, row, rows, column, columns, sum_stride);
        return;
    }
    for (long r = 0; r < rows; r++) {
        float *c = p->c + (row + r) * p->c_stride + column;
        const float *residual = p->residual ? p->residual + (row + r) * p->c_stride + column : NULL;
        float *argument = p->arguments ? p->arguments + (row + r) * p->c_stride + column : NULL;
        const float *bias = p->bias ? p->bias + column : NULL;
        const float *sum = sums + r * sum_stride;
        long j = 0;
        for (; j + LANES <= columns; j += LANES)
            store(c + j, finished(p, activation, load(sum + j), bias ? bias + j : NULL, residual ? residual + j : NULL,
                                  argument ? argument + j : NULL, c + j, LANES));
        if (j < columns)
            store_first(c + j, finished(p, activation, load(sum + j), bias ? bias + j : NULL,
                                        residual ? residual + j : NULL, argument ? argument + j : NULL, c + j,
                                        columns - j),
                        columns - j);
    }
}

// Writes a tile of sums to c.
static void finish(
    const kernels_product *p, const float *sums, long row, long rows, long column, long columns, long sum_stride
) {
    switch (p->activation) {
#define CASE(ACTIVATION)                                                              \
    case ACTIVATION:                                                                  \
        finish_with(p, ACTIVATION, sums, row, rows, column, columns, sum_stride);     \
        break;
        CASE(KERNELS_ACTIVATION_NONE)
        CASE(KERNELS_ACTIVATION_RELU)
        CASE(KERNELS_ACTIVATION_GELU)
        CASE(KERNELS_ACTIVATION_GELU_TANH)
        CASE(KERNELS_ACTIVATION_SILU)
        CASE(KERNELS_ACTIVATION_SIGMOID)
        CASE(KERNELS_ACTIVATION_TANH)
        CASE(KERNELS_ACTIVATION_RELU6)
#undef CASE
    }
}

// `rows` rows become blocks of nearly equal height, none above TILE_ROWS.
INLINE long block_count(long rows) { return (rows + TILE_ROWS - 1) / TILE_ROWS; }
INLINE long block_begin(long rows, long block) { return rows * block / block_count(rows); }

INLINE Four load_four(const float *p) {
    Four v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

// out[i * out_stride + r] = row r [i] for four rows and `count` columns.
INLINE void transpose_four_rows(
    const float *row0, const float *row1, const float *row2, const float *row3, long count, float *out, long out_stride
) {
    long i = 0;
    for (; i + 4 <= count; i += 4) {
        Four r0 = load_four(row0 + i), r1 = load_four(row1 + i), r2 = load_four(row2 + i), r3 = load_four(row3 + i);
        Four t0 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), t1 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
        Four t2 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5), t3 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
        Four c0 = __builtin_shufflevector(t0, t2, 0, 1, 4, 5), c1 = __builtin_shufflevector(t0, t2, 2, 3, 6, 7);
        Four c2 = __builtin_shufflevector(t1, t3, 0, 1, 4, 5), c3 = __builtin_shufflevector(t1, t3, 2, 3, 6, 7);
        float *o = out + i * out_stride;
        __builtin_memcpy(o, &c0, sizeof c0);
        __builtin_memcpy(o + out_stride, &c1, sizeof c1);
        __builtin_memcpy(o + 2 * out_stride, &c2, sizeof c2);
        __builtin_memcpy(o + 3 * out_stride, &c3, sizeof c3);
    }
    for (; i < count; i++) {
        float *o = out + i * out_stride;
        o[0] = row0[i];
        o[1] = row1[i];
        o[2] = row2[i];
        o[3] = row3[i];
    }
}

// out[i * out_stride + r] = a[r * stride + i]
static void transpose_rows(const float *a, long stride, long rows, long count, float *out, long out_stride) {
    long r = 0;
    for (; r + 4 <= rows; r += 4) {
        const float *row = a + r * stride;
        transpose_four_rows(row, row + stride, row + 2 * stride, row + 3 * stride, count, out + r, out_stride);
    }
    for (; r < rows; r++)
        for (long i = 0; i < count; i++) out[i * out_stride + r] = a[r * stride + i];
}

// Copies in fours, of which the last may overlap the one before: the counts are too small for a call of memcpy.
INLINE void copy_few(const float *source, float *destination, long count) {
    if (count < 4) {
        for (long i = 0; i < count; i++) destination[i] = source[i];
        return;
    }
    for (long i = 0; i + 4 <= count; i += 4) __builtin_memcpy(destination + i, source + i, 4 * sizeof(float));
    __builtin_memcpy(destination + count - 4, source + count - 4, 4 * sizeof(float));
}

// Blocks one after another, each [inputs][rows of the block].
static void pack_rows(const float *a, long stride, bool transposed, long rows, long inputs, float *packed) {
    // Of a transposed matrix as many blocks at a time as make whole cache lines of each of its rows.
    enum { BLOCKS_AT_ONCE = 8, PREFETCHED_ROWS = 8 };
    const long blocks = block_count(rows);
    for (long first = 0; first < blocks; first += BLOCKS_AT_ONCE) {
        const long last = first + BLOCKS_AT_ONCE < blocks ? first + BLOCKS_AT_ONCE : blocks;
        if (!transposed) {
            for (long block = first; block < last; block++) {
                long begin = block_begin(rows, block), height = block_begin(rows, block + 1) - begin;
                transpose_rows(a + begin * stride, stride, height, inputs, packed + begin * inputs, height);
            }
            continue;
        }
        long begins[BLOCKS_AT_ONCE + 1];
        for (long block = first; block <= last; block++) begins[block - first] = block_begin(rows, block);
        for (long i = 0; i < inputs; i++) {
            const float *row = a + i * stride;
            // Rows are far apart, so that the processor does not foresee the next one.
            for (long c = begins[0]; c < begins[last - first]; c += 16)
                __builtin_prefetch(row + PREFETCHED_ROWS * stride + c);
            for (long b = 0; b < last - first; b++) {
                long begin = begins[b], height = begins[b + 1] - begin;
                copy_few(row + begin, packed + begin * inputs + i * height, height);
            }
        }
    }
}

static void pack_panel(
    const void *weight, int element_type, long stride, bool transposed, long columns, long inputs, void *panel
) {
    const char *source = weight;
    char *out = panel;
    const long size = element_bytes(element_type);
    if (columns < KERNELS_PANEL) memset(out, 0, (size_t)(inputs * KERNELS_PANEL * size));
    if (transposed && columns == KERNELS_PANEL && element_type == KERNELS_FLOAT32) {
        // Rows are far apart, so that the processor does not foresee the next one; and too short for a call of memcpy.
        enum { PREFETCHED_ROWS = 16 };
        for (long i = 0; i < inputs; i++) {
            const char *row = source + i * stride * size;
            __builtin_prefetch(row + PREFETCHED_ROWS * stride * size);
            __builtin_memcpy_inline(out + i * KERNELS_PANEL * size, row, KERNELS_PANEL * sizeof(float));
        }
    } else if (transposed) {
        for (long i = 0; i < inputs; i++)
            memcpy(out + i * KERNELS_PANEL * size, source + i * stride * size, (size_t)(columns * size));
    } else if (element_type == KERNELS_FLOAT32 && (uintptr_t)weight % sizeof(float) == 0) {
        transpose_rows(weight, stride, columns, inputs, panel, KERNELS_PANEL);
    } else if (size == 4) {
        for (long c = 0; c < columns; c++)
            for (long i = 0; i < inputs; i++)
                __builtin_memcpy(out + (i * KERNELS_PANEL + c) * 4, source + (c * stride + i) * 4, 4);
    } else {
        // Few inputs at a time, so that the lines written stay in the first-level cache.
        for (long begin = 0; begin < inputs; begin += 64) {
            long end = begin + 64 < inputs ? begin + 64 : inputs;
            for (long c = 0; c < columns; c++)
                for (long i = begin; i < end; i++)
                    __builtin_memcpy(out + (i * KERNELS_PANEL + c) * 2, source + (c * stride + i) * 2, 2);
        }
    }
}

#if TILE_COLUMNS > KERNELS_PANEL
static void product_by_single_panels(
    const kernels_product *p, const float *packed, long row_begin, long rows, long panel_begin, long panel_end
) {
    const long inputs = p->inputs, panel_bytes = inputs * KERNELS_PANEL * element_bytes(p->element_type);
    for (long panel = panel_begin; panel < panel_end; panel++) {
        long column = panel * KERNELS_PANEL;
        long columns = p->outputs - column < KERNELS_PANEL ? p->outputs - column : KERNELS_PANEL;
        if (columns <= 0) break;
        const char *weights = (const char *)p->panels + panel * panel_bytes;
        for (long block = 0; block < block_count(rows); block++) {
            long begin = block_begin(rows, block), height = block_begin(rows, block + 1) - begin;
            _Alignas(64) float sums[TILE_ROWS * KERNELS_PANEL];
            narrow_tiles[p->element_type][height - 1](packed + begin * inputs, weights, panel_bytes, inputs, sums);
            finish(p, sums, row_begin + begin, height, column, columns, KERNELS_PANEL);
        }
    }
}
#endif

static void product_of_one_row(const kernels_product *p, const float *a, long row, long panel_begin, long panel_end) {
    long panel_bytes = p->inputs * KERNELS_PANEL * element_bytes(p->element_type);
    for (long panel = panel_begin; panel < panel_end; panel++) {
        long column = panel * KERNELS_PANEL;
        long columns = p->outputs - column < KERNELS_PANEL ? p->outputs - column : KERNELS_PANEL;
        if (columns <= 0) break;
        _Alignas(64) float sums[KERNELS_PANEL];
        const char *weights = (const char *)p->panels + panel * panel_bytes;
        switch (p->element_type) {
        case KERNELS_FLOAT32: row_panel_float32(a, weights, p->inputs, sums); break;
        case KERNELS_FLOAT16: row_panel_float16(a, weights, p->inputs, sums); break;
        default: row_panel_bfloat16(a, weights, p->inputs, sums); break;
        }
        finish(p, sums, row, 1, column, columns, KERNELS_PANEL);
    }
}

#include "convolution.h"

// Packs the rows [row_begin, row_begin + rows) of the product's left side.
static void pack_left(const kernels_product *p, long row_begin, long rows, float *packed) {
    if (p->patches && p->a_transposed)
        pack_transposed_patches(p->patches, p->first_patch, p->inputs, row_begin, rows, packed);
    else if (p->patches)
        pack_patches(p->patches, p->first_patch + row_begin, rows, packed);
    else
        pack_rows(
            p->a + row_begin * (p->a_transposed ? 1 : p->a_stride), p->a_stride, p->a_transposed, rows, p->inputs,
            packed);
}

static void product(const kernels_product *p, long row_begin, long row_end, long panel_begin, long panel_end) {
    long rows = row_end - row_begin, inputs = p->inputs;
    if (rows == 1 && !p->packed_a && !p->a_transposed && !p->patches) {
        product_of_one_row(p, p->a + row_begin * p->a_stride, row_begin, panel_begin, panel_end);
        return;
    }
    const float *packed = p->packed_a;
    if (packed) {
        packed += row_begin * inputs;
    } else {
        float *own = kernels_scratch(SCRATCH_ROWS, (size_t)(rows * inputs) * sizeof(float));
        pack_left(p, row_begin, rows, own);
        packed = own;
    }

#if TILE_COLUMNS > KERNELS_PANEL
    // Also for 16-bit weights: widening one vector per twelve rows hides behind the multiplications.
    if (rows <= TILE_ROWS || p->element_type != KERNELS_FLOAT32) {
        product_by_single_panels(p, packed, row_begin, rows, panel_begin, panel_end);
        return;
    }
#endif
    const long blocks = block_count(rows), stored_bytes = inputs * KERNELS_PANEL * element_bytes(p->element_type);
    // Widening a tile's panels first is worth it when several blocks of rows use them.
    const bool widens = WIDENS_PANELS && p->element_type != KERNELS_FLOAT32 && blocks >= 4;
    const long wide_count = PANELS_PER_TILE * inputs * KERNELS_PANEL;
    float *wide = widens ? kernels_scratch(SCRATCH_WIDE, (size_t)wide_count * sizeof(float)) : NULL;
    const int element_type = widens ? KERNELS_FLOAT32 : p->element_type;
    const long size = element_bytes(element_type), panel_bytes = inputs * KERNELS_PANEL * size;
    // The weights of a tile stay in the cache while all rows pass by.
    for (long panel = panel_begin; panel < panel_end; panel += PANELS_PER_TILE) {
        const char *weights = (const char *)p->panels + panel * stored_bytes;
        if (widens) {
            convert(weights, p->element_type, wide, KERNELS_FLOAT32, wide_count);
            weights = (const char *)wide;
        }
        for (long part = 0; part < TILES_PER_PANEL; part++) {
            long column = panel * KERNELS_PANEL + part * TILE_COLUMNS;
            long columns = p->outputs - column < TILE_COLUMNS ? p->outputs - column : TILE_COLUMNS;
            if (columns <= 0) break;
            for (long block = 0; block < blocks; block++) {
                long begin = block_begin(rows, block), height = block_begin(rows, block + 1) - begin;
                _Alignas(64) float sums[TILE_ROWS * TILE_COLUMNS];
                tiles[element_type][height - 1](
                    packed + begin * inputs, weights + part * TILE_COLUMNS * size, panel_bytes, inputs, sums);
                finish(p, sums, row_begin + begin, height, column, columns, TILE_COLUMNS);
            }
        }
    }
}
