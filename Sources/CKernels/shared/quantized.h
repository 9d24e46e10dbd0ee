// Weights in blocks of integers with common scales, as ggml's files have them: decoded in registers, multiplied in float32.
//
// A block is decoded in groups of 32 weights, with the two roundings of scale * q + minimum that everybody else makes, so
// that a product sees exactly the weights that `dequantize` writes.

enum { GROUP = 32, GROUP_VECTORS = GROUP / LANES };

// Rows of the left side that one decoding serves.
enum { QUANTIZED_ROWS = 4 };

typedef uint8_t Bytes __attribute__((ext_vector_type(LANES)));
typedef int8_t SignedBytes __attribute__((ext_vector_type(LANES)));
typedef uint8_t EightBytes __attribute__((ext_vector_type(8)));
typedef float EightFloats __attribute__((ext_vector_type(8)));
typedef int8_t SixteenSignedBytes __attribute__((ext_vector_type(16)));
typedef float SixteenFloats __attribute__((ext_vector_type(16)));

INLINE long weights_per_block(int type) { return type >= KERNELS_Q4_K ? 256 : 32; }

INLINE long bytes_per_block(int type) {
    switch (type) {
    case KERNELS_Q4_0: return 18;
    case KERNELS_Q4_1: return 20;
    case KERNELS_Q5_0: return 22;
    case KERNELS_Q5_1: return 24;
    case KERNELS_Q8_0: return 34;
    case KERNELS_Q4_K: return 144;
    case KERNELS_Q5_K: return 176;
    default: return 210;
    }
}

INLINE Integers load_bytes(const uint8_t *p) {
    Bytes bytes;
    __builtin_memcpy(&bytes, p, sizeof bytes);
    return __builtin_convertvector(bytes, Integers);
}

INLINE Integers load_signed_bytes(const uint8_t *p) {
    SignedBytes bytes;
    __builtin_memcpy(&bytes, p, sizeof bytes);
    return __builtin_convertvector(bytes, Integers);
}

// A binary16 in every lane.
INLINE Floats load_scale(const uint8_t *p) {
    uint16_t half;
    __builtin_memcpy(&half, p, sizeof half);
    return floats_of_halves((HalfWords)(half));
}

INLINE Integers lane_numbers(void) {
#if LANES == 16
    return (Integers){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#elif LANES == 8
    return (Integers){0, 1, 2, 3, 4, 5, 6, 7};
#else
    return (Integers){0, 1, 2, 3};
#endif
}

// scale * (q - zero), and then + minimum where there is one.
INLINE Floats decoded(Integers q, int zero, Floats scale, bool has_minimum, Floats minimum) {
#pragma clang fp contract(off)
    Floats w = scale * __builtin_convertvector(q - zero, Floats);
    return has_minimum ? w + minimum : w;
}

// The lower four bits of each lane.
INLINE Floats decoded_nibbles(Integers q, int zero, Floats scale, bool has_minimum, Floats minimum) {
#if LANES == 16
    // Sixteen values fit one register; the permutation reads four bits of its indices. Common to the vectors of a group.
    Floats values = decoded(lane_numbers(), zero, scale, has_minimum, minimum);
    return (Floats)__builtin_ia32_permvarsf512(values, q);
#else
    return decoded(q & 15, zero, scale, has_minimum, minimum);
#endif
}

// 16 where bit `lane` of `bits` is set.
INLINE Integers fifth_bits(uint32_t bits) {
    Integers masks = (Integers)(1) << lane_numbers();
    return (((Integers)((int32_t)bits) & masks) != 0) & 16;
}

// Scales and minima of a block's parts, of the types that have 256 weights in a block.
typedef struct {
    float scales[16];
    float minima[8];
} block_scales;

INLINE void read_scales(int type, const uint8_t *block, block_scales *s) {
#pragma clang fp contract(off)
    if (type == KERNELS_Q6_K) {
        SixteenSignedBytes parts;
        __builtin_memcpy(&parts, block + 192, sizeof parts);
        SixteenFloats scales = load_scale(block + 208)[0] * __builtin_convertvector(parts, SixteenFloats);
        __builtin_memcpy(s->scales, &scales, sizeof scales);
    } else if (type == KERNELS_Q4_K || type == KERNELS_Q5_K) {
        // Six bits each: eight scales and eight minima in twelve bytes, the upper two bits of the last four apart.
        uint32_t words[3];
        __builtin_memcpy(words, block + 4, sizeof words);
        uint32_t parts[4] = {
            words[0] & 0x3f3f3f3f,
            (words[2] & 0x0f0f0f0f) | (words[0] >> 2 & 0x30303030),
            words[1] & 0x3f3f3f3f,
            (words[2] >> 4 & 0x0f0f0f0f) | (words[1] >> 2 & 0x30303030),
        };
        EightBytes bytes[2];
        __builtin_memcpy(bytes, parts, sizeof bytes);
        EightFloats scales = load_scale(block)[0] * __builtin_convertvector(bytes[0], EightFloats);
        EightFloats minima = -(load_scale(block + 2)[0] * __builtin_convertvector(bytes[1], EightFloats));
        __builtin_memcpy(s->scales, &scales, sizeof scales);
        __builtin_memcpy(s->minima, &minima, sizeof minima);
    }
}

// w = the weights 32 * group ..< 32 * group + 32 of a block.
INLINE void decode_group(int type, const uint8_t *block, const block_scales *s, long group, Floats *w) {
    const int half = GROUP_VECTORS / 2;
    switch (type) {
    case KERNELS_Q8_0: {
        Floats scale = load_scale(block);
        UNROLL for (int v = 0; v < GROUP_VECTORS; v++)
            w[v] = decoded(load_signed_bytes(block + 2 + v * LANES), 0, scale, false, scale);
        return;
    }
    case KERNELS_Q4_0:
    case KERNELS_Q4_1: {
        const bool has_minimum = type == KERNELS_Q4_1;
        const uint8_t *nibbles = block + (has_minimum ? 4 : 2);
        Floats scale = load_scale(block), minimum = has_minimum ? load_scale(block + 2) : scale;
        UNROLL for (int v = 0; v < half; v++) {
            Integers both = load_bytes(nibbles + v * LANES);
            w[v] = decoded_nibbles(both, has_minimum ? 0 : 8, scale, has_minimum, minimum);
            w[half + v] = decoded_nibbles(both >> 4, has_minimum ? 0 : 8, scale, has_minimum, minimum);
        }
        return;
    }
    case KERNELS_Q5_0:
    case KERNELS_Q5_1: {
        const bool has_minimum = type == KERNELS_Q5_1;
        const uint8_t *start = block + (has_minimum ? 4 : 2);
        Floats scale = load_scale(block), minimum = has_minimum ? load_scale(block + 2) : scale;
        uint32_t fifth;
        __builtin_memcpy(&fifth, start, sizeof fifth);
        UNROLL for (int v = 0; v < half; v++) {
            Integers both = load_bytes(start + 4 + v * LANES);
            Integers low = (both & 15) | fifth_bits(fifth >> v * LANES);
            Integers high = both >> 4 | fifth_bits(fifth >> (16 + v * LANES));
            w[v] = decoded(low, has_minimum ? 0 : 16, scale, has_minimum, minimum);
            w[half + v] = decoded(high, has_minimum ? 0 : 16, scale, has_minimum, minimum);
        }
        return;
    }
    case KERNELS_Q4_K:
    case KERNELS_Q5_K: {
        const uint8_t *nibbles = block + (type == KERNELS_Q4_K ? 16 : 48) + group / 2 * 32;
        Floats scale = splat(s->scales[group]), minimum = splat(s->minima[group]);
        UNROLL for (int v = 0; v < GROUP_VECTORS; v++) {
            Integers q = load_bytes(nibbles + v * LANES) >> (int)(group % 2 * 4);
            if (type == KERNELS_Q4_K) {
                w[v] = decoded_nibbles(q, 0, scale, true, minimum);
            } else {
                Integers fifth = load_bytes(block + 16 + v * LANES) >> (int)group & 1;
                w[v] = decoded((q & 15) | fifth << 4, 0, scale, true, minimum);
            }
        }
        return;
    }
    default: {
        // Q6_K: two halves of 128 weights; four groups share the bytes of their upper bits, two those of their lower.
        const uint8_t *lower = block + group / 4 * 64 + group % 2 * 32, *upper = block + 128 + group / 4 * 32;
        const int lower_shift = group % 4 / 2 * 4, upper_shift = (int)(group % 4 * 2);
        UNROLL for (int v = 0; v < GROUP_VECTORS; v++) {
            Integers q = (load_bytes(lower + v * LANES) >> lower_shift & 15)
                | (load_bytes(upper + v * LANES) >> upper_shift & 3) << 4;
            Floats scale = splat(s->scales[group * 2 + v * LANES / 16]);
            w[v] = decoded(q, 32, scale, false, scale);
        }
        return;
    }
    }
}

// sums[r * sum_stride + o] = row r of a · row o of the weight. Two sums of alternating vectors for each, whatever the
// number of rows is.
INLINE void quantized_tile(
    int type, int outputs, int rows, const uint8_t *weight, long row_bytes, const float *a, long a_stride, long inputs,
    float *sums, long sum_stride
) {
    const long blocks = inputs / weights_per_block(type), groups = weights_per_block(type) / GROUP;
    Floats sum[QUANTIZED_ROWS][QUANTIZED_ROWS][2];
    UNROLL for (int o = 0; o < outputs; o++) UNROLL for (int r = 0; r < rows; r++)
        sum[o][r][0] = sum[o][r][1] = splat(0);
    for (long b = 0; b < blocks; b++) {
        block_scales scales[QUANTIZED_ROWS];
        UNROLL for (int o = 0; o < outputs; o++) read_scales(type, weight + o * row_bytes, &scales[o]);
        for (long g = 0; g < groups; g++) {
            UNROLL for (int o = 0; o < outputs; o++) {
                Floats w[GROUP_VECTORS];
                decode_group(type, weight + o * row_bytes, &scales[o], g, w);
                UNROLL for (int r = 0; r < rows; r++) UNROLL for (int v = 0; v < GROUP_VECTORS; v++)
                    sum[o][r][v % 2] += load(a + r * a_stride + v * LANES) * w[v];
            }
            a += GROUP;
        }
        weight += bytes_per_block(type);
    }
    UNROLL for (int o = 0; o < outputs; o++) UNROLL for (int r = 0; r < rows; r++)
        sums[r * sum_stride + o] = sum_of_lanes(sum[o][r][0] + sum[o][r][1]);
}

typedef void (*quantized_function)(
    const uint8_t *weight, long row_bytes, long outputs, const float *a, long a_stride, long inputs, float *sums,
    long sum_stride);

// Fewer rows leave registers for more outputs, whose independent sums hide the latency of the addition.
#define OUTPUTS_FOR(ROWS) ((ROWS) == 1 ? 4 : (ROWS) == 2 ? 2 : 1)

#define DEFINE_QUANTIZED(ROWS, TYPE)                                                                                \
    static void quantized_##TYPE##_##ROWS(                                                                          \
        const uint8_t *weight, long row_bytes, long outputs, const float *a, long a_stride, long inputs,            \
        float *sums, long sum_stride) {                                                                             \
        long o = 0;                                                                                                 \
        for (; o + OUTPUTS_FOR(ROWS) <= outputs; o += OUTPUTS_FOR(ROWS))                                            \
            quantized_tile(KERNELS_##TYPE, OUTPUTS_FOR(ROWS), ROWS, weight + o * row_bytes, row_bytes, a, a_stride, \
                           inputs, sums + o, sum_stride);                                                           \
        for (; o < outputs; o++)                                                                                    \
            quantized_tile(KERNELS_##TYPE, 1, ROWS, weight + o * row_bytes, row_bytes, a, a_stride, inputs,         \
                           sums + o, sum_stride);                                                                   \
    }

#define EACH_QUANTIZED_ROW_COUNT(M, TYPE) M(1, TYPE) M(2, TYPE) M(3, TYPE) M(4, TYPE)

EACH_QUANTIZED_ROW_COUNT(DEFINE_QUANTIZED, Q4_0)
EACH_QUANTIZED_ROW_COUNT(DEFINE_QUANTIZED, Q4_1)
EACH_QUANTIZED_ROW_COUNT(DEFINE_QUANTIZED, Q5_0)
EACH_QUANTIZED_ROW_COUNT(DEFINE_QUANTIZED, Q5_1)
EACH_QUANTIZED_ROW_COUNT(DEFINE_QUANTIZED, Q8_0)
EACH_QUANTIZED_ROW_COUNT(DEFINE_QUANTIZED, Q4_K)
EACH_QUANTIZED_ROW_COUNT(DEFINE_QUANTIZED, Q5_K)
EACH_QUANTIZED_ROW_COUNT(DEFINE_QUANTIZED, Q6_K)

#define QUANTIZED_ENTRY(ROWS, TYPE) quantized_##TYPE##_##ROWS,
#define QUANTIZED_ENTRIES(TYPE) [KERNELS_##TYPE] = {EACH_QUANTIZED_ROW_COUNT(QUANTIZED_ENTRY, TYPE)}

// [block type][rows - 1]
static const quantized_function quantized_functions[KERNELS_Q6_K + 1][QUANTIZED_ROWS] = {
    QUANTIZED_ENTRIES(Q4_0), QUANTIZED_ENTRIES(Q4_1), QUANTIZED_ENTRIES(Q5_0), QUANTIZED_ENTRIES(Q5_1),
    QUANTIZED_ENTRIES(Q8_0), QUANTIZED_ENTRIES(Q4_K), QUANTIZED_ENTRIES(Q5_K), QUANTIZED_ENTRIES(Q6_K),
};

static void quantized_product(const kernels_product *p, int type, const void *blocks, long begin, long end) {
    enum { PIECE = 32 };
    const long row_bytes = p->inputs / weights_per_block(type) * bytes_per_block(type);
    // A piece of the weight stays in the cache while all rows pass by.
    for (long column = begin; column < end; column += PIECE) {
        const long columns = end - column < PIECE ? end - column : PIECE;
        const uint8_t *weight = (const uint8_t *)blocks + column * row_bytes;
        for (long row = 0; row < p->rows; row += QUANTIZED_ROWS) {
            const long rows = p->rows - row < QUANTIZED_ROWS ? p->rows - row : QUANTIZED_ROWS;
            _Alignas(64) float sums[QUANTIZED_ROWS * PIECE];
            quantized_functions[type][rows - 1](
                weight, row_bytes, columns, p->a + row * p->a_stride, p->a_stride, p->inputs, sums, PIECE);
            finish(p, sums, row, rows, column, columns, PIECE);
        }
    }
}

INLINE void dequantize_blocks(int type, const uint8_t *blocks, long count, float *y) {
    for (long b = 0; b < count; b++) {
        block_scales scales;
        read_scales(type, blocks, &scales);
        for (long g = 0; g < weights_per_block(type) / GROUP; g++) {
            Floats w[GROUP_VECTORS];
            decode_group(type, blocks, &scales, g, w);
            UNROLL for (int v = 0; v < GROUP_VECTORS; v++) store(y + v * LANES, w[v]);
            y += GROUP;
        }
        blocks += bytes_per_block(type);
    }
}

static void dequantize(int type, const void *blocks, long count, float *y) {
    switch (type) {
#define CASE(TYPE) \
    case KERNELS_##TYPE: dequantize_blocks(KERNELS_##TYPE, blocks, count, y); break;
        CASE(Q4_0)
        CASE(Q4_1)
        CASE(Q5_0)
        CASE(Q5_1)
        CASE(Q8_0)
        CASE(Q4_K)
        CASE(Q5_K)
        CASE(Q6_K)
#undef CASE
    }
}
