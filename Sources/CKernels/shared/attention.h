// Attention of one sequence and one key head.
//
// The block path keeps scores transposed, [key][query row]: keys packed like the rows of a product times the block's
// queries as a panel give them, the softmax then runs down the lanes without any horizontal reduction, and the result
// is again a panel, which the packed values multiply.

#define ATTENTION_ROWS TILE_COLUMNS

static long attention_packed_count(long key_count, long width) { return key_count * width; }

INLINE const char *key_at(const kernels_attention *p, const void *base, long key) {
    return (const char *)base + key * p->key_stride * element_bytes(p->element_type);
}

// Keys `source` in blocks of nearly equal height, each [width][keys of the block].
static void pack_keys(const kernels_attention *p, const void *source, float *packed) {
    const long width = p->width, count = p->key_count;
    const bool widens = p->element_type != KERNELS_FLOAT32;
    float *rows = widens ? kernels_scratch(SCRATCH_ROWS, (size_t)(TILE_ROWS * width) * sizeof(float)) : NULL;
    for (long block = 0; block < block_count(count); block++) {
        long begin = block_begin(count, block), height = block_begin(count, block + 1) - begin;
        if (widens) {
            for (long r = 0; r < height; r++)
                convert(key_at(p, source, begin + r), p->element_type, rows + r * width, KERNELS_FLOAT32, width);
            transpose_rows(rows, width, height, width, packed + begin * width, height);
        } else {
            transpose_rows(
                (const float *)key_at(p, source, begin), p->key_stride, height, width, packed + begin * width, height);
        }
    }
}

// Values `source` in blocks of the width, each [key][columns of the block].
static void pack_values(const kernels_attention *p, const void *source, float *packed) {
    const long width = p->width, count = p->key_count;
    const bool widens = p->element_type != KERNELS_FLOAT32;
    float *wide = widens ? kernels_scratch(SCRATCH_ROWS, (size_t)width * sizeof(float)) : NULL;
    for (long key = 0; key < count; key++) {
        const char *stored = key_at(p, source, key);
        const float *row = widens ? wide : (const float *)stored;
        if (widens) convert(stored, p->element_type, wide, KERNELS_FLOAT32, width);
        for (long block = 0; block < block_count(width); block++) {
            long begin = block_begin(width, block), height = block_begin(width, block + 1) - begin;
            copy_few(row + begin, packed + begin * count + key * height, height);
        }
    }
}

static void attention_pack(const kernels_attention *p, float *keys, float *values) {
    pack_keys(p, p->keys, keys);
    pack_values(p, p->values, values);
}

INLINE const float *query_row(const kernels_attention *p, long row) {
    return p->queries + row / p->group * p->query_stride + row % p->group * p->width;
}

INLINE float *output_row(const kernels_attention *p, long row) {
    return p->output + row / p->group * p->output_stride + row % p->group * p->width;
}

// Keys that query row `row` sees.
INLINE long visible_keys(const kernels_attention *p, long row) {
    if (!p->causal) return p->key_count;
    long visible = p->causal_offset + row / p->group + 1;
    return visible < 0 ? 0 : visible < p->key_count ? visible : p->key_count;
}

// The first key that query row `row` sees.
INLINE long first_key(const kernels_attention *p, long row) {
    if (!p->causal || p->window <= 0) return 0;
    long first = p->causal_offset + row / p->group + 1 - p->window;
    return first < 0 ? 0 : first < p->key_count ? first : p->key_count;
}

INLINE float capped(const kernels_attention *p, float score) {
    return p->soft_cap * hyperbolic_tangent(splat(score / p->soft_cap))[0];
}

INLINE const float *mask_row(const kernels_attention *p, long row) {
    return p->mask + row / p->group * p->mask_query_stride + row % p->group * p->mask_head_stride;
}

// `largest` and `total` are those of the row's scores.
INLINE void keep_log_sum(const kernels_attention *p, long row, float largest, float total) {
    if (!p->log_sums) return;
    p->log_sums[row / p->group * p->log_sum_stride + row % p->group] = total > 0 ? largest + logf(total) : INFINITY;
}

// Where vector v of a panel's row for `key` stands: panels of KERNELS_PANEL columns, `panel_floats` apart.
INLINE float *lane_vector(float *panel, long panel_floats, long key, int v) {
    return panel + v * LANES / KERNELS_PANEL * panel_floats + key * KERNELS_PANEL + v * LANES % KERNELS_PANEL;
}

// The first block of keys of which a row from `row_begin` on sees any.
INLINE long first_seen_block(const kernels_attention *p, long row_begin) {
    long first = first_key(p, row_begin), block = 0;
    while (block < block_count(p->key_count) && block_begin(p->key_count, block + 1) <= first) block++;
    return block;
}

static void attention_block(const kernels_attention *p, long row_begin, long row_end) {
    const long width = p->width, rows = row_end - row_begin;
    // The last row sees the most keys.
    const long seen = visible_keys(p, row_end - 1);
    const long panels = PANELS_PER_TILE;
    const long query_floats = width * KERNELS_PANEL, score_floats = p->key_count * KERNELS_PANEL;
    float *query_panel = kernels_scratch(
        SCRATCH_ROWS, (size_t)(panels * (query_floats + score_floats) + 2 * width * TILE_COLUMNS) * sizeof(float));
    float *scores = query_panel + panels * query_floats, *result = scores + panels * score_floats;
    float *output_rows = result + width * TILE_COLUMNS;

    // Through rows without gaps, because a group's heads and positions have two strides.
    memset(query_panel, 0, (size_t)(panels * query_floats) * sizeof(float));
    for (long r = 0; r < rows; r++)
        scalar_loop(KERNELS_MULTIPLY, query_row(p, row_begin + r), p->scale, false, result + r * width, width);
    for (long first = 0; first < rows; first += KERNELS_PANEL) {
        long count = rows - first < KERNELS_PANEL ? rows - first : KERNELS_PANEL;
        transpose_rows(
            result + first * width, width, count, width, query_panel + first / KERNELS_PANEL * query_floats,
            KERNELS_PANEL);
    }

    Integers limits[TILE_VECTORS];
    for (int v = 0; v < TILE_VECTORS; v++)
        for (int lane = 0; lane < LANES; lane++) {
            long row = v * LANES + lane;
            limits[v][lane] = (int32_t)(row < rows ? visible_keys(p, row_begin + row) : p->key_count);
        }
    // Keys below this one are seen by every row, unless a window hides them.
    const long seen_by_all = visible_keys(p, row_begin);
    Integers starts[TILE_VECTORS];
    for (int v = 0; v < TILE_VECTORS; v++)
        for (int lane = 0; lane < LANES; lane++) {
            long row = v * LANES + lane;
            starts[v][lane] = (int32_t)(row < rows ? first_key(p, row_begin + row) : 0);
        }
    const long last_start = first_key(p, row_end - 1);
    const long first_block = first_seen_block(p, row_begin), base = first_block > 0 ? block_begin(p->key_count, first_block) : 0;

    _Alignas(64) float sums[TILE_ROWS * TILE_COLUMNS];
    Floats largest[TILE_VECTORS], total[TILE_VECTORS];
    for (int v = 0; v < TILE_VECTORS; v++) {
        largest[v] = splat(-INFINITY);
        total[v] = splat(0);
    }
    for (long block = first_block; block < block_count(p->key_count); block++) {
        long begin = block_begin(p->key_count, block), end = block_begin(p->key_count, block + 1);
        if (begin >= seen) break;
        tiles[KERNELS_FLOAT32][end - begin - 1](
            p->packed_keys + begin * width, (const char *)query_panel, query_floats * (long)sizeof(float), width, sums);
        if (p->soft_cap > 0)
            for (long i = 0; i < (end - begin) * TILE_COLUMNS; i += LANES)
                store(sums + i, p->soft_cap * hyperbolic_tangent(load(sums + i) * (1.0f / p->soft_cap)));
        if (p->mask)
            for (long r = 0; r < rows; r++)
                for (long key = begin; key < end; key++)
                    sums[(key - begin) * TILE_COLUMNS + r] += mask_row(p, row_begin + r)[key];
        for (long key = begin; key < end; key++)
            for (int v = 0; v < TILE_VECTORS; v++) {
                Floats score = load(sums + (key - begin) * TILE_COLUMNS + v * LANES);
                if (key >= seen_by_all) score = select_floats(limits[v] <= (int32_t)key, splat(-INFINITY), score);
                if (key < last_start) score = select_floats(starts[v] > (int32_t)key, splat(-INFINITY), score);
                largest[v] = maximum(largest[v], score);
                store(lane_vector(scores, score_floats, key, v), score);
            }
    }
    // A row that sees no key: exp(-inf - 0) = 0 throughout.
    for (int v = 0; v < TILE_VECTORS; v++)
        largest[v] = select_floats(largest[v] == -INFINITY, splat(0), largest[v]);
    for (long key = base; key < seen; key++)
        for (int v = 0; v < TILE_VECTORS; v++) {
            float *score = lane_vector(scores, score_floats, key, v);
            Floats weight = exponential_of_nonpositive(load(score) - largest[v]);
            total[v] += weight;
            store(score, weight);
        }
    if (p->log_sums)
        for (long r = 0; r < rows; r++)
            keep_log_sum(p, row_begin + r, largest[r / LANES][r % LANES], total[r / LANES][r % LANES]);
    for (int v = 0; v < TILE_VECTORS; v++)
        total[v] = select_floats(total[v] == 0.0f, splat(0), 1.0f / total[v]);

    for (long block = 0; block < block_count(width); block++) {
        long begin = block_begin(width, block), end = block_begin(width, block + 1);
        tiles[KERNELS_FLOAT32][end - begin - 1](
            p->packed_values + begin * p->key_count + base * (end - begin), (const char *)(scores + base * KERNELS_PANEL),
            score_floats * (long)sizeof(float), seen > base ? seen - base : 0, sums);
        for (long i = begin; i < end; i++)
            for (int v = 0; v < TILE_VECTORS; v++)
                store(result + i * TILE_COLUMNS + v * LANES,
                      load(sums + (i - begin) * TILE_COLUMNS + v * LANES) * total[v]);
    }
    transpose_rows(result, TILE_COLUMNS, width, rows, output_rows, width);
    for (long r = 0; r < rows; r++)
        memcpy(output_row(p, row_begin + r), output_rows + r * width, (size_t)width * sizeof(float));
}

// Scores of one query with the keys [begin, end), four at a time, widening them.
INLINE void scores_of_row(
    const kernels_attention *p, const float *query, long begin, long end, int type, float *scores
) {
    const long width = p->width, whole = width / LANES * LANES, size = element_bytes(type);
    for (long key = begin; key < end; key += 4) {
        const char *row[4];
        for (long r = 0; r < 4; r++) row[r] = key_at(p, p->keys, key + r < end ? key + r : end - 1);
        Floats s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
        for (long i = 0; i < whole; i += LANES) {
            Floats q = load(query + i);
            s0 += q * load_elements(row[0] + i * size, type);
            s1 += q * load_elements(row[1] + i * size, type);
            s2 += q * load_elements(row[2] + i * size, type);
            s3 += q * load_elements(row[3] + i * size, type);
        }
        if (whole < width) {
            Floats q = load_first(query + whole, width - whole);
            s0 += q * load_first_elements(row[0] + whole * size, type, width - whole);
            s1 += q * load_first_elements(row[1] + whole * size, type, width - whole);
            s2 += q * load_first_elements(row[2] + whole * size, type, width - whole);
            s3 += q * load_first_elements(row[3] + whole * size, type, width - whole);
        }
        Four sums = sums_of_four(s0, s1, s2, s3) * p->scale;
        __builtin_memcpy(scores + key, &sums, (size_t)(end - key < 4 ? end - key : 4) * sizeof(float));
    }
}

// output += sum over the keys [begin, end) of weight * value.
INLINE void add_weighted_values(
    const kernels_attention *p, const float *weights, long begin, long end, int type, float *output
) {
    const long width = p->width, size = element_bytes(type);
    long i = 0;
    for (; i + 4 * LANES <= width; i += 4 * LANES) {
        Floats s0 = load(output + i), s1 = load(output + i + LANES);
        Floats s2 = load(output + i + 2 * LANES), s3 = load(output + i + 3 * LANES);
        for (long key = begin; key < end; key++) {
            const char *value = key_at(p, p->values, key) + i * size;
            s0 += weights[key] * load_elements(value, type);
            s1 += weights[key] * load_elements(value + LANES * size, type);
            s2 += weights[key] * load_elements(value + 2 * LANES * size, type);
            s3 += weights[key] * load_elements(value + 3 * LANES * size, type);
        }
        store(output + i, s0);
        store(output + i + LANES, s1);
        store(output + i + 2 * LANES, s2);
        store(output + i + 3 * LANES, s3);
    }
    for (; i < width; i += LANES) {
        long part = width - i < LANES ? width - i : LANES;
        Floats sum = load_first(output + i, part);
        for (long key = begin; key < end; key++) {
            const char *value = key_at(p, p->values, key) + i * size;
            sum += weights[key] * (part == LANES ? load_elements(value, type) : load_first_elements(value, type, part));
        }
        store_first(output + i, sum, part);
    }
}

// The softmax of a row's scores in place; zeros when it sees no key.
static void weights_of_row(const kernels_attention *p, long row, float *scores, long visible) {
    float largest = visible > 0 ? maximum_of(scores, visible) : -INFINITY;
    if (largest == -INFINITY) {
        for (long key = 0; key < visible; key++) scores[key] = 0;
        keep_log_sum(p, row, 0, 0);
        return;
    }
    float total = exponentials(scores, largest, scores, visible);
    scalar_loop(KERNELS_MULTIPLY, scores, 1.0f / total, false, scores, visible);
    keep_log_sum(p, row, largest, total);
}

// Few rows: nothing is packed, and the rows take turns with every 32 keys while these are in the first-level cache.
INLINE void attention_directly(const kernels_attention *p, long row_begin, long row_end, int type) {
    enum { KEYS_AT_ONCE = 32 };
    const long rows = row_end - row_begin, count = p->key_count, seen = visible_keys(p, row_end - 1);
    float *scores = kernels_scratch(SCRATCH_ROWS, (size_t)(rows * count + 1) * sizeof(float));
    const long seen_first = first_key(p, row_begin);
    for (long first = seen_first; first < seen; first += KEYS_AT_ONCE) {
        for (long r = 0; r < rows; r++) {
            long visible = visible_keys(p, row_begin + r), start = first_key(p, row_begin + r);
            long end = first + KEYS_AT_ONCE < visible ? first + KEYS_AT_ONCE : visible;
            long begin = first > start ? first : start;
            if (begin >= end) continue;
            scores_of_row(p, query_row(p, row_begin + r), begin, end, type, scores + r * count);
            if (p->soft_cap > 0)
                for (long key = begin; key < end; key++) scores[r * count + key] = capped(p, scores[r * count + key]);
            if (p->mask)
                for (long key = begin; key < end; key++) scores[r * count + key] += mask_row(p, row_begin + r)[key];
        }
    }
    for (long r = 0; r < rows; r++) {
        long visible = visible_keys(p, row_begin + r), start = first_key(p, row_begin + r);
        weights_of_row(p, row_begin + r, scores + r * count + start, visible - start);
        memset(output_row(p, row_begin + r), 0, (size_t)p->width * sizeof(float));
    }
    for (long first = seen_first; first < seen; first += KEYS_AT_ONCE) {
        for (long r = 0; r < rows; r++) {
            long visible = visible_keys(p, row_begin + r), start = first_key(p, row_begin + r);
            long end = first + KEYS_AT_ONCE < visible ? first + KEYS_AT_ONCE : visible;
            long begin = first > start ? first : start;
            if (begin < end)
                add_weighted_values(p, scores + r * count, begin, end, type, output_row(p, row_begin + r));
        }
    }
}

static void attention(const kernels_attention *p, long row_begin, long row_end) {
    if (p->packed_keys) {
        attention_block(p, row_begin, row_end);
        return;
    }
    switch (p->element_type) {
    case KERNELS_FLOAT32: attention_directly(p, row_begin, row_end, KERNELS_FLOAT32); break;
    case KERNELS_FLOAT16: attention_directly(p, row_begin, row_end, KERNELS_FLOAT16); break;
    default: attention_directly(p, row_begin, row_end, KERNELS_BFLOAT16); break;
    }
}
