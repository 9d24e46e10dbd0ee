// Weights in blocks of integers with common scales, as ggml's files have them: decoded in registers, multiplied in float32.
//
// A block is read in groups of 32 integers q. `dequantize` writes scale * q + minimum, with the two roundings that everybody
// else makes; a product sums q times a activations first and scales the sum of a part, so that a weight costs no more than
// its conversion and one multiplication:
//
//     sum over parts of scale * sum(q * a) + minimum * sum(a)

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

// The lower four bits of each lane, less `zero`.
INLINE Floats nibbles_less(Integers q, int zero) {
#if LANES == 16
    // Sixteen values fit one register; the permutation reads four bits of its indices.
    return (Floats)__builtin_ia32_permvarsf512(__builtin_convertvector(lane_numbers() - zero, Floats), q);
#else
    return __builtin_convertvector((q & 15) - zero, Floats);
#endif
}

// 16 where bit `lane` of `bits` is set.
INLINE Integers fifth_bits(uint32_t bits) {
    Integers masks = (Integers)(1) << lane_numbers();
    return (((Integers)((int32_t)bits) & masks) != 0) & 16;
}

// Parts of a group that have a scale each.
INLINE long parts_per_group(int type) { return type == KERNELS_Q6_K ? 2 : 1; }

INLINE bool has_minimum(int type) {
    return type == KERNELS_Q4_1 || type == KERNELS_Q5_1 || type == KERNELS_Q4_K || type == KERNELS_Q5_K;
}

// The scales, and the minima where there are any, of the parts of a block of 256.
INLINE void read_large_scales(int type, const uint8_t *block, float *scales, float *minima) {
#pragma clang fp contract(off)
    if (type == KERNELS_Q6_K) {
        SixteenSignedBytes parts;
        __builtin_memcpy(&parts, block + 192, sizeof parts);
        SixteenFloats values = load_scale(block + 208)[0] * __builtin_convertvector(parts, SixteenFloats);
        __builtin_memcpy(scales, &values, sizeof values);
        return;
    }
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
    EightFloats values = load_scale(block)[0] * __builtin_convertvector(bytes[0], EightFloats);
    EightFloats lowest = -(load_scale(block + 2)[0] * __builtin_convertvector(bytes[1], EightFloats));
    __builtin_memcpy(scales, &values, sizeof values);
    __builtin_memcpy(minima, &lowest, sizeof lowest);
}

// As floats, the binary16 numbers at the same place of `count` blocks. One by one: to gather them into a vector costs more.
INLINE void read_halves(const uint8_t *first, long stride, long count, float *out) {
#pragma clang loop vectorize(disable) unroll_count(4)
    for (long b = 0; b < count; b++) {
#if HAS_HALF_CONVERSION
        _Float16 half;
        __builtin_memcpy(&half, first + b * stride, sizeof half);
        out[b] = (float)half;
#else
        out[b] = load_scale(first + b * stride)[0];
#endif
    }
}

// Of `count` blocks: scales[block][part], minima[block][part].
INLINE void read_scales(int type, const uint8_t *blocks, long count, float *scales, float *minima) {
    const long bytes = bytes_per_block(type);
    if (weights_per_block(type) == GROUP) {
        read_halves(blocks, bytes, count, scales);
        if (has_minimum(type)) read_halves(blocks + 2, bytes, count, minima);
        return;
    }
    const long parts = weights_per_block(type) / GROUP * parts_per_group(type);
    for (long b = 0; b < count; b++)
        read_large_scales(type, blocks + b * bytes, scales + b * parts, minima + b * parts);
}

// q = the integers 32 * group ..< 32 * group + 32 of a block.
INLINE void read_group(int type, const uint8_t *block, long group, Floats *q) {
    const int half = GROUP_VECTORS / 2;
    switch (type) {
    case KERNELS_Q8_0:
        UNROLL for (int v = 0; v < GROUP_VECTORS; v++)
            q[v] = __builtin_convertvector(load_signed_bytes(block + 2 + v * LANES), Floats);
        return;
    case KERNELS_Q4_0:
    case KERNELS_Q4_1: {
        const uint8_t *nibbles = block + (has_minimum(type) ? 4 : 2);
        const int zero = has_minimum(type) ? 0 : 8;
        UNROLL for (int v = 0; v < half; v++) {
            Integers both = load_bytes(nibbles + v * LANES);
            q[v] = nibbles_less(both, zero);
            q[half + v] = nibbles_less(both >> 4, zero);
        }
        return;
    }
    case KERNELS_Q5_0:
    case KERNELS_Q5_1: {
        const uint8_t *start = block + (has_minimum(type) ? 4 : 2);
        const int zero = has_minimum(type) ? 0 : 16;
        uint32_t fifth;
        __builtin_memcpy(&fifth, start, sizeof fifth);
        UNROLL for (int v = 0; v < half; v++) {
            Integers both = load_bytes(start + 4 + v * LANES);
            Integers low = (both & 15) | fifth_bits(fifth >> v * LANES);
            Integers high = both >> 4 | fifth_bits(fifth >> (16 + v * LANES));
            q[v] = __builtin_convertvector(low - zero, Floats);
            q[half + v] = __builtin_convertvector(high - zero, Floats);
        }
        return;
    }
    case KERNELS_Q4_K:
    case KERNELS_Q5_K: {
        const uint8_t *nibbles = block + (type == KERNELS_Q4_K ? 16 : 48) + group / 2 * 32;
        UNROLL for (int v = 0; v < GROUP_VECTORS; v++) {
            Integers both = load_bytes(nibbles + v * LANES) >> (int)(group % 2 * 4);
            if (type == KERNELS_Q4_K) {
                q[v] = nibbles_less(both, 0);
            } else {
                Integers fifth = load_bytes(block + 16 + v * LANES) >> (int)group & 1;
                q[v] = __builtin_convertvector((both & 15) | fifth << 4, Floats);
            }
        }
        return;
    }
    default: {
        // Q6_K: two halves of 128 weights; four groups share the bytes of their upper bits, two those of their lower.
        const uint8_t *lower = block + group / 4 * 64 + group % 2 * 32, *upper = block + 128 + group / 4 * 32;
        const int lower_shift = group % 4 / 2 * 4, upper_shift = (int)(group % 4 * 2);
        UNROLL for (int v = 0; v < GROUP_VECTORS; v++) {
            Integers both = (load_bytes(lower + v * LANES) >> lower_shift & 15)
                | (load_bytes(upper + v * LANES) >> upper_shift & 3) << 4;
            q[v] = __builtin_convertvector(both - 32, Floats);
        }
        return;
    }
    }
}

// Parts whose scales are read at a time.
enum { SCALED_PARTS = 128 };

// A row is packed once for all outputs: PACKED_HEADER floats, of which the first is the unit of its digits (quantized_digits.h);
// the sum of each group, with zeros up to a whole vector; and its digits, for the types that are multiplied with them.
enum { PACKED_HEADER = 16, PACKED_GROUP = 32 };

INLINE long packed_sum_count(long inputs) { return (inputs / GROUP + LANES - 1) / LANES * LANES; }

// Scales and minima of some blocks of a tile's outputs.
typedef struct {
    _Alignas(64) float scales[QUANTIZED_ROWS][SCALED_PARTS];
    _Alignas(64) float minima[QUANTIZED_ROWS][SCALED_PARTS];
} tile_scales;

// Reads the scales of the blocks [first, first + count) of each output, and adds minimum * sum(a) to `lowest`.
INLINE void begin_blocks(
    int type, int outputs, int rows, const uint8_t *weight, long row_bytes, long first, long count, const float *packed,
    long packed_stride, tile_scales *s, Floats lowest[QUANTIZED_ROWS][QUANTIZED_ROWS]
) {
    const long groups = weights_per_block(type) / GROUP, part_count = count * groups;
    UNROLL for (int o = 0; o < outputs; o++)
        read_scales(type, weight + o * row_bytes + first * bytes_per_block(type), count, s->scales[o], s->minima[o]);
    if (!has_minimum(type)) return;
    for (long g = part_count; g % LANES != 0; g++) UNROLL for (int o = 0; o < outputs; o++) s->minima[o][g] = 0;
    for (long g = 0; g < part_count; g += LANES)
        UNROLL for (int r = 0; r < rows; r++) {
            const Floats sums = load(packed + r * packed_stride + PACKED_HEADER + first * groups + g);
            UNROLL for (int o = 0; o < outputs; o++) lowest[o][r] += load(s->minima[o] + g) * sums;
        }
}

// The rows are too short for the processor to foresee that the next ones follow them. About 3 KiB ahead is best.
INLINE void prefetch_block(int type, int outputs, const uint8_t *block, long row_bytes) {
    const uint8_t *ahead = block + (row_bytes < 512 ? 2 : 1) * outputs * row_bytes;
    UNROLL for (int o = 0; o < outputs; o++) UNROLL for (long line = 0; line < (bytes_per_block(type) + 63) / 64; line++)
        __builtin_prefetch(ahead + o * row_bytes + line * 64);
}

#if HAS_BYTE_PRODUCTS
#include "quantized_digits.h"
#else
INLINE bool uses_digits(int type) { (void)type; return false; }
#endif

static long quantized_row_count(int type, long inputs) {
    return PACKED_HEADER + packed_sum_count(inputs) + (uses_digits(type) ? inputs / GROUP * PACKED_GROUP : 0);
}

static void quantized_pack_row(int type, const float *a, long inputs, float *packed) {
    float *sums = packed + PACKED_HEADER;
    const long groups = has_minimum(type) ? inputs / GROUP : 0;
    for (long g = 0; g < groups; g++) {
        Floats sum = load(a + g * GROUP);
        UNROLL for (int v = 1; v < GROUP_VECTORS; v++) sum += load(a + g * GROUP + v * LANES);
        sums[g] = sum_of_lanes(sum);
    }
    for (long g = groups; g < packed_sum_count(inputs); g++) sums[g] = 0;
#if HAS_BYTE_PRODUCTS
    if (uses_digits(type)) pack_digits(type, a, inputs, packed, sums + packed_sum_count(inputs));
#endif
}

// sums[r * sum_stride + o] = row r of a · row o of the weight. In an order that no number of rows changes.
INLINE void quantized_tile(
    int type, int outputs, int rows, const uint8_t *weight, long row_bytes, const float *a, long a_stride, long inputs,
    const float *packed, long packed_stride, float *sums, long sum_stride
) {
    const long groups_per_block = weights_per_block(type) / GROUP, parts = parts_per_group(type);
    const long blocks_at_a_time = SCALED_PARTS / (groups_per_block * parts), bytes = bytes_per_block(type);
    const int part_vectors = GROUP_VECTORS / (int)parts;
    Floats sum[QUANTIZED_ROWS][QUANTIZED_ROWS], lowest[QUANTIZED_ROWS][QUANTIZED_ROWS];
    UNROLL for (int o = 0; o < outputs; o++) UNROLL for (int r = 0; r < rows; r++)
        sum[o][r] = lowest[o][r] = splat(0);
    for (long first = 0, blocks = inputs / weights_per_block(type); first < blocks; first += blocks_at_a_time) {
        const long count = blocks - first < blocks_at_a_time ? blocks - first : blocks_at_a_time;
        tile_scales s;
        begin_blocks(type, outputs, rows, weight, row_bytes, first, count, packed, packed_stride, &s, lowest);
        for (long b = 0; b < count; b++) {
            const uint8_t *block = weight + (first + b) * bytes;
            prefetch_block(type, outputs, block, row_bytes);
            for (long g = 0; g < groups_per_block; g++) {
                UNROLL for (int o = 0; o < outputs; o++) {
                    Floats q[GROUP_VECTORS];
                    read_group(type, block + o * row_bytes, g, q);
                    const float *scale = s.scales[o] + (b * groups_per_block + g) * parts;
                    UNROLL for (int r = 0; r < rows; r++) UNROLL for (int part = 0; part < parts; part++) {
                        const float *numbers = a + r * a_stride + part * part_vectors * LANES;
                        Floats products = load(numbers) * q[part * part_vectors];
                        UNROLL for (int v = 1; v < part_vectors; v++)
                            products += load(numbers + v * LANES) * q[part * part_vectors + v];
                        sum[o][r] += splat(scale[part]) * products;
                    }
                }
                a += GROUP;
            }
        }
    }
    UNROLL for (int o = 0; o < outputs; o++) UNROLL for (int r = 0; r < rows; r++)
        sums[r * sum_stride + o] = sum_of_lanes(has_minimum(type) ? sum[o][r] + lowest[o][r] : sum[o][r]);
}

typedef void (*quantized_function)(
    const uint8_t *weight, long row_bytes, long outputs, const float *a, long a_stride, long inputs,
    const float *packed, long packed_stride, float *sums, long sum_stride);

// Fewer rows leave registers for more outputs, whose independent sums hide the latency of the addition.
#define OUTPUTS_FOR(ROWS) ((ROWS) == 1 ? 4 : (ROWS) == 2 ? 2 : 1)

#if HAS_BYTE_PRODUCTS
#define QUANTIZED_TILE(TYPE, ...) \
    if (uses_digits(TYPE)) digit_tile(TYPE, __VA_ARGS__); \
    else quantized_tile(TYPE, __VA_ARGS__)
#else
#define QUANTIZED_TILE(TYPE, ...) quantized_tile(TYPE, __VA_ARGS__)
#endif

#define DEFINE_QUANTIZED(ROWS, TYPE)                                                                                \
    static void quantized_##TYPE##_##ROWS(                                                                          \
        const uint8_t *weight, long row_bytes, long outputs, const float *a, long a_stride, long inputs,            \
        const float *packed, long packed_stride, float *sums, long sum_stride) {                               \
        long o = 0;                                                                                                 \
        for (; o + OUTPUTS_FOR(ROWS) <= outputs; o += OUTPUTS_FOR(ROWS))                                            \
            QUANTIZED_TILE(KERNELS_##TYPE, OUTPUTS_FOR(ROWS), ROWS, weight + o * row_bytes, row_bytes, a, a_stride, \
                           inputs, packed, packed_stride, sums + o, sum_stride);                               \
        for (; o < outputs; o++)                                                                                    \
            QUANTIZED_TILE(KERNELS_##TYPE, 1, ROWS, weight + o * row_bytes, row_bytes, a, a_stride, inputs,         \
                           packed, packed_stride, sums + o, sum_stride);                                       \
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
    const long packed_stride = quantized_row_count(type, p->inputs);
    // A piece of the weight stays in the cache while all rows pass by.
    for (long column = begin; column < end; column += PIECE) {
        const long columns = end - column < PIECE ? end - column : PIECE;
        const uint8_t *weight = (const uint8_t *)blocks + column * row_bytes;
        for (long row = 0; row < p->rows; row += QUANTIZED_ROWS) {
            const long rows = p->rows - row < QUANTIZED_ROWS ? p->rows - row : QUANTIZED_ROWS;
            _Alignas(64) float sums[QUANTIZED_ROWS * PIECE];
            quantized_functions[type][rows - 1](
                weight, row_bytes, columns, p->a + row * p->a_stride, p->a_stride, p->inputs,
                p->packed_a + row * packed_stride, packed_stride, sums, PIECE);
            finish(p, sums, row, rows, column, columns, PIECE);
        }
    }
}

INLINE void dequantize_blocks(int type, const uint8_t *blocks, long count, float *y) {
#pragma clang fp contract(off)
    const long parts = parts_per_group(type), groups = weights_per_block(type) / GROUP;
    for (long b = 0; b < count; b++, blocks += bytes_per_block(type)) {
        float scales[16], minima[16];
        read_scales(type, blocks, 1, scales, minima);
        for (long g = 0; g < groups; g++, y += GROUP) {
            Floats q[GROUP_VECTORS];
            read_group(type, blocks, g, q);
            UNROLL for (int v = 0; v < GROUP_VECTORS; v++) {
                Floats w = splat(scales[g * parts + v * parts / GROUP_VECTORS]) * q[v];
                store(y + v * LANES, has_minimum(type) ? w + splat(minima[g]) : w);
            }
        }
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
