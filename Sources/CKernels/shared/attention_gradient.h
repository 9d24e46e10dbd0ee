// The gradients of attention for one sequence and one key head (docs/derivations/attention.md). Blocks of query rows pass
// by all keys that they see; scores stand transposed as in attention.h, [key][query row], and are computed again from the
// log sums. Sums over query rows are kept per key until the last block.

// c[rows][TILE_COLUMNS] += a[rows][inputs] b[inputs][TILE_COLUMNS], nothing packed.
#define ACCUMULATE_BODY(ROWS)                                                                                      \
    Floats sum[ROWS][TILE_VECTORS];                                                                                \
    UNROLL for (int r = 0; r < ROWS; r++) UNROLL for (int v = 0; v < TILE_VECTORS; v++) sum[r][v] =                \
        load(c + r * c_stride + v * LANES);                                                                        \
    for (long i = 0; i < inputs; i++, b += b_stride) {                                                             \
        Floats w[TILE_VECTORS];                                                                                    \
        UNROLL for (int v = 0; v < TILE_VECTORS; v++) w[v] = load(b + v * LANES);                                  \
        UNROLL for (int r = 0; r < ROWS; r++) UNROLL for (int v = 0; v < TILE_VECTORS; v++) sum[r][v] +=           \
            a[r * TILE_COLUMNS + i] * w[v];                                                                        \
    }                                                                                                              \
    UNROLL for (int r = 0; r < ROWS; r++) UNROLL for (int v = 0; v < TILE_VECTORS; v++)                            \
        store(c + r * c_stride + v * LANES, sum[r][v]);

#define DEFINE_ACCUMULATE(ROWS, TYPE_NAME, TYPE)                                                                   \
    static void accumulate_##ROWS(                                                                                 \
        const float *a, const float *b, long b_stride, long inputs, float *c, long c_stride) {                     \
        ACCUMULATE_BODY(ROWS)                                                                                      \
    }

EACH_ROW_COUNT(DEFINE_ACCUMULATE, , )

#define ACCUMULATE_ENTRY(ROWS, TYPE_NAME, TYPE) accumulate_##ROWS,

typedef void (*accumulate_function)(
    const float *a, const float *b, long b_stride, long inputs, float *c, long c_stride);

static const accumulate_function accumulate[TILE_ROWS] = {EACH_ROW_COUNT(ACCUMULATE_ENTRY, , )};

// What a block of query rows needs, and the sums over blocks.
typedef struct {
    long padded_width;
    float *packed_keys, *packed_values, *keys_by_width;
    // [key][padded width]
    float *key_sums, *value_sums;
    // [TILE_COLUMNS][padded width], zeros where the block has no row and beyond the width.
    float *queries, *output_gradients;
    // Panels of the same, [width][row].
    float *query_panel, *gradient_panel;
    // Panels of the scores' gradients, [key][row].
    float *score_gradients;
    float *result, *result_rows;
} gradient_memory;

static gradient_memory make_gradient_memory(const kernels_attention *p) {
    const long width = p->width, count = p->key_count, panel = PANELS_PER_TILE * KERNELS_PANEL;
    gradient_memory m = {.padded_width = (width + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS};
    struct { float **place; long floats; } parts[] = {
        {&m.packed_keys, count * width}, {&m.packed_values, count * width}, {&m.keys_by_width, count * width},
        {&m.key_sums, count * m.padded_width}, {&m.value_sums, count * m.padded_width},
        {&m.queries, TILE_COLUMNS * m.padded_width}, {&m.output_gradients, TILE_COLUMNS * m.padded_width},
        {&m.query_panel, width * panel}, {&m.gradient_panel, width * panel}, {&m.score_gradients, count * panel},
        {&m.result, width * TILE_COLUMNS}, {&m.result_rows, width * TILE_COLUMNS},
    };
    const int part_count = sizeof parts / sizeof parts[0];
    long total = 0;
    for (int i = 0; i < part_count; i++) total += (parts[i].floats + 15) / 16 * 16;
    float *start = kernels_scratch(SCRATCH_ATTENTION, (size_t)total * sizeof(float));
    for (int i = 0; i < part_count; i++) {
        *parts[i].place = start;
        start += (parts[i].floats + 15) / 16 * 16;
    }
    return m;
}

// Rows of queries or of the output's gradient, without gaps and as a panel.
INLINE void gather_rows(
    const kernels_attention *p, const gradient_memory *m, const float *source, long stride, float factor,
    long row_begin, long rows, float *gathered, float *panel
) {
    const long width = p->width, panel_floats = width * KERNELS_PANEL;
    memset(gathered, 0, (size_t)(TILE_COLUMNS * m->padded_width) * sizeof(float));
    for (long r = 0; r < rows; r++) {
        long row = row_begin + r;
        const float *from = source + row / p->group * stride + row % p->group * width;
        scalar_loop(KERNELS_MULTIPLY, from, factor, false, gathered + r * m->padded_width, width);
    }
    for (long first = 0; first < TILE_COLUMNS; first += KERNELS_PANEL) {
        long count = TILE_COLUMNS - first < KERNELS_PANEL ? TILE_COLUMNS - first : KERNELS_PANEL;
        transpose_rows(
            gathered + first * m->padded_width, m->padded_width, count, width,
            panel + first / KERNELS_PANEL * panel_floats, KERNELS_PANEL);
    }
}

static void gradient_of_block(
    const kernels_attention_gradient *g, const gradient_memory *m, long row_begin, long row_end
) {
    const kernels_attention *p = &g->forward;
    const long width = p->width, rows = row_end - row_begin, count = p->key_count, padded = m->padded_width;
    const long panel_bytes = width * KERNELS_PANEL * (long)sizeof(float), score_floats = count * KERNELS_PANEL;
    const long seen = visible_keys(p, row_end - 1), seen_by_all = visible_keys(p, row_begin);
    gather_rows(p, m, p->queries, p->query_stride, p->scale, row_begin, rows, m->queries, m->query_panel);
    gather_rows(
        p, m, g->output_gradient, p->output_stride, 1, row_begin, rows, m->output_gradients, m->gradient_panel);

    const long last_start = first_key(p, row_end - 1);
    const long first_block = first_seen_block(p, row_begin), base = first_block > 0 ? block_begin(count, first_block) : 0;

    Integers limits[TILE_VECTORS], starts[TILE_VECTORS];
    Floats log_sums[TILE_VECTORS], inner[TILE_VECTORS];
    for (int v = 0; v < TILE_VECTORS; v++)
        for (int lane = 0; lane < LANES; lane++) {
            long r = v * LANES + lane, row = row_begin + r;
            bool exists = r < rows;
            limits[v][lane] = (int32_t)(exists ? visible_keys(p, row) : count);
            starts[v][lane] = (int32_t)(exists ? first_key(p, row) : 0);
            // A weight of exp(-infinity) where there is no row.
            log_sums[v][lane] = exists ? p->log_sums[row / p->group * p->log_sum_stride + row % p->group] : INFINITY;
            inner[v][lane] = exists ? dot(output_row(p, row), m->output_gradients + r * padded, width) : 0;
        }

    _Alignas(64) float weights[TILE_ROWS * TILE_COLUMNS], gradients[TILE_ROWS * TILE_COLUMNS];
    _Alignas(64) float slopes[TILE_ROWS * TILE_COLUMNS];
    for (long block = first_block; block < block_count(count); block++) {
        long begin = block_begin(count, block), height = block_begin(count, block + 1) - begin;
        if (begin >= seen) break;
        const tile_function tile = tiles[KERNELS_FLOAT32][height - 1];
        tile(m->packed_keys + begin * width, (const char *)m->query_panel, panel_bytes, width, weights);
        tile(m->packed_values + begin * width, (const char *)m->gradient_panel, panel_bytes, width, gradients);
        if (p->soft_cap > 0)
            for (long i = 0; i < height * TILE_COLUMNS; i += LANES) {
                Floats t = hyperbolic_tangent(load(weights + i) * (1.0f / p->soft_cap));
                store(weights + i, p->soft_cap * t);
                store(slopes + i, 1.0f - t * t);
            }
        if (p->mask)
            for (long r = 0; r < rows; r++)
                for (long k = 0; k < height; k++)
                    weights[k * TILE_COLUMNS + r] += mask_row(p, row_begin + r)[begin + k];
        for (long k = 0; k < height; k++)
            for (int v = 0; v < TILE_VECTORS; v++) {
                float *weight = weights + k * TILE_COLUMNS + v * LANES;
                float *gradient = gradients + k * TILE_COLUMNS + v * LANES;
                Floats w = exponential_of_nonpositive(load(weight) - log_sums[v]);
                if (begin + k >= seen_by_all)
                    w = select_floats(limits[v] <= (int32_t)(begin + k), splat(0), w);
                if (begin + k < last_start) w = select_floats(starts[v] > (int32_t)(begin + k), splat(0), w);
                Floats d = w * (load(gradient) - inner[v]);
                if (p->soft_cap > 0) d *= load(slopes + k * TILE_COLUMNS + v * LANES);
                store(weight, w);
                store(gradient, d);
                store(lane_vector(m->score_gradients, score_floats, begin + k, v), d);
            }
        for (long column = 0; column < padded; column += TILE_COLUMNS) {
            accumulate[height - 1](
                weights, m->output_gradients + column, padded, TILE_COLUMNS, m->value_sums + begin * padded + column,
                padded);
            accumulate[height - 1](
                gradients, m->queries + column, padded, TILE_COLUMNS, m->key_sums + begin * padded + column, padded);
        }
    }

    for (long block = 0; block < block_count(width); block++) {
        long begin = block_begin(width, block), height = block_begin(width, block + 1) - begin;
        tiles[KERNELS_FLOAT32][height - 1](
            m->keys_by_width + begin * count + base * height, (const char *)(m->score_gradients + base * KERNELS_PANEL),
            score_floats * (long)sizeof(float), seen > base ? seen - base : 0, m->result + begin * TILE_COLUMNS);
    }
    transpose_rows(m->result, TILE_COLUMNS, width, rows, m->result_rows, width);
    for (long r = 0; r < rows; r++) {
        long row = row_begin + r;
        scalar_loop(
            KERNELS_MULTIPLY, m->result_rows + r * width, p->scale, false,
            g->query_gradient + row / p->group * p->query_stride + row % p->group * width, width);
    }
}

static void attention_gradient(const kernels_attention_gradient *g) {
    const kernels_attention *p = &g->forward;
    const long width = p->width, rows = p->query_count * p->group;
    gradient_memory m = make_gradient_memory(p);
    pack_keys(p, p->keys, m.packed_keys);
    pack_keys(p, p->values, m.packed_values);
    pack_values(p, p->keys, m.keys_by_width);
    memset(m.key_sums, 0, (size_t)(p->key_count * m.padded_width) * sizeof(float));
    memset(m.value_sums, 0, (size_t)(p->key_count * m.padded_width) * sizeof(float));
    for (long begin = 0; begin < rows; begin += TILE_COLUMNS)
        gradient_of_block(g, &m, begin, begin + TILE_COLUMNS < rows ? begin + TILE_COLUMNS : rows);
    for (long key = 0; key < p->key_count; key++) {
        const long from = key * m.padded_width, to = key * p->key_stride;
        if (g->accumulates) {
            add_scaled(m.key_sums + from, 1, g->key_gradient + to, width);
            add_scaled(m.value_sums + from, 1, g->value_gradient + to, width);
        } else {
            memcpy(g->key_gradient + to, m.key_sums + from, (size_t)width * sizeof(float));
            memcpy(g->value_gradient + to, m.value_sums + from, (size_t)width * sizeof(float));
        }
    }
}
