// Products with integers of up to eight bits by the instruction that sums four products of bytes.
//
// A row of activations is rounded to 24 bits of its largest number: a = unit * (65536 high + 256 middle + low) with digits
// of a signed byte each. Sums of integers are exact, so a product is as exact as one in float32, whose numbers have 24 bits:
//
//     sum(q * a) = unit * (65536 sum(q * high) + 256 sum(q * middle) + sum(q * low))

typedef int8_t GroupDigits __attribute__((ext_vector_type(GROUP)));
typedef uint8_t GroupBytes __attribute__((ext_vector_type(GROUP)));
typedef int32_t GroupSums __attribute__((ext_vector_type(8)));
typedef float GroupFloats __attribute__((ext_vector_type(8)));
typedef uint8_t NibbleBytes __attribute__((ext_vector_type(16)));

// What the largest number of a row becomes: its high digit fits a signed byte (up to 8,355,711), and the sums of four
// products with four bits stay below 2^31.
static const float LARGEST_FIXED = 8355000;

INLINE bool uses_digits(int type) {
    return type == KERNELS_Q4_0 || type == KERNELS_Q4_1 || type == KERNELS_Q4_K;
}

INLINE GroupSums sums_of_products(GroupSums sums, GroupBytes q, GroupDigits digits) {
    return (GroupSums)__builtin_ia32_vpdpbusd256(
        (__attribute__((__vector_size__(32))) int)sums, (__attribute__((__vector_size__(32))) int)q,
        (__attribute__((__vector_size__(32))) int)digits);
}

// Per group: high, middle and low digits, and what a zero of 8 takes from the eight sums.
INLINE void pack_digits(int type, const float *a, long inputs, float *packed, float *digits) {
    Floats largest = splat(0);
    for (long i = 0; i < inputs; i += LANES) largest = maximum(largest, absolute(load(a + i)));
    const float bound = maximum_of_lanes(largest), scaled = bound < 1e-30f ? 1e-30f : bound;
    // Where a number is not finite, the unit is not either, and so no result.
    const float unit = scaled / LARGEST_FIXED;
    const Floats inverse = splat(LARGEST_FIXED / scaled);
    packed[0] = unit;
    for (long g = 0; g < inputs / GROUP; g++, digits += PACKED_GROUP) {
        _Alignas(64) int8_t parts[3][GROUP];
        _Alignas(64) int32_t values[GROUP];
        UNROLL for (int v = 0; v < GROUP_VECTORS; v++) {
            const Integers fixed = __builtin_convertvector(
                __builtin_elementwise_roundeven(load(a + g * GROUP + v * LANES) * inverse), Integers);
            const Integers upper = (fixed + 128) >> 8, high = (upper + 128) >> 8;
            const SignedBytes digit[3] = {
                __builtin_convertvector(high, SignedBytes),
                __builtin_convertvector(upper - (high << 8), SignedBytes),
                __builtin_convertvector(fixed - (upper << 8), SignedBytes),
            };
            UNROLL for (int d = 0; d < 3; d++) __builtin_memcpy(&parts[d][v * LANES], &digit[d], sizeof digit[d]);
            __builtin_memcpy(&values[v * LANES], &fixed, sizeof fixed);
        }
        __builtin_memcpy(digits, parts, sizeof parts);
        int32_t zeros[8] = {0};
        if (type == KERNELS_Q4_0)
            for (int i = 0; i < 8; i++)
                zeros[i] = -8 * (values[4 * i] + values[4 * i + 1] + values[4 * i + 2] + values[4 * i + 3]);
        __builtin_memcpy(digits + 3 * GROUP / 4, zeros, sizeof zeros);
    }
}

typedef _Float16 GroupHalves __attribute__((ext_vector_type(8)));

// The scale of a small block, which begins with it, in all lanes.
INLINE GroupFloats load_small_scale(const uint8_t *block) {
    _Float16 scale;
    __builtin_memcpy(&scale, block, sizeof scale);
    return __builtin_convertvector((GroupHalves)(scale), GroupFloats);
}

// Scale and minimum, where the block begins with both: [scale, minimum, scale, minimum, ...].
INLINE GroupFloats load_small_scale_and_minimum(const uint8_t *block) {
    typedef uint32_t FourWords __attribute__((ext_vector_type(4)));
    uint32_t both;
    __builtin_memcpy(&both, block, sizeof both);
    return __builtin_convertvector((GroupHalves)(FourWords)(both), GroupFloats);
}

// The integers of a group as bytes.
INLINE GroupBytes read_group_bytes(int type, const uint8_t *block, long group) {
    if (type == KERNELS_Q4_K) {
        GroupBytes both;
        __builtin_memcpy(&both, block + 16 + group / 2 * 32, sizeof both);
        return (GroupBytes)((GroupSums)both >> (int)(group % 2 * 4)) & 15;
    }
    NibbleBytes nibbles;
    __builtin_memcpy(&nibbles, block + (has_minimum(type) ? 4 : 2), sizeof nibbles);
    const GroupSums both = (GroupSums)__builtin_shufflevector(
        nibbles, nibbles, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
        14, 15);
    return (GroupBytes)(both >> (GroupSums){0, 0, 0, 0, 4, 4, 4, 4}) & 15;
}

// As quantized_tile.
INLINE void digit_tile(
    int type, int outputs, int rows, const uint8_t *weight, long row_bytes, const float *a, long a_stride, long inputs,
    const float *packed, long packed_stride, float *sums, long sum_stride
) {
    (void)a, (void)a_stride;
    const long groups_per_block = weights_per_block(type) / GROUP, bytes = bytes_per_block(type);
    const bool is_small = groups_per_block == 1;
    const long blocks_at_a_time = is_small ? inputs / GROUP : SCALED_PARTS / groups_per_block;
    const float *group_sums = packed + PACKED_HEADER, *digits = group_sums + packed_sum_count(inputs);
    GroupFloats sum[QUANTIZED_ROWS][QUANTIZED_ROWS], small_lowest[QUANTIZED_ROWS][QUANTIZED_ROWS];
    Floats lowest[QUANTIZED_ROWS][QUANTIZED_ROWS];
    UNROLL for (int o = 0; o < outputs; o++) UNROLL for (int r = 0; r < rows; r++) {
        sum[o][r] = small_lowest[o][r] = 0;
        lowest[o][r] = splat(0);
    }
    for (long first = 0, blocks = inputs / weights_per_block(type); first < blocks; first += blocks_at_a_time) {
        const long count = blocks - first < blocks_at_a_time ? blocks - first : blocks_at_a_time;
        tile_scales s;
        if (!is_small)
            begin_blocks(type, outputs, rows, weight, row_bytes, first, count, packed, packed_stride, &s, lowest);
        for (long b = 0; b < count; b++) {
            const uint8_t *block = weight + (first + b) * bytes;
            prefetch_block(type, outputs, block, row_bytes);
            for (long g = 0; g < groups_per_block; g++, digits += PACKED_GROUP)
                UNROLL for (int o = 0; o < outputs; o++) {
                    const GroupBytes q = read_group_bytes(type, block + o * row_bytes, g);
                    GroupFloats scale;
                    if (!is_small) {
                        scale = s.scales[o][b * groups_per_block + g];
                    } else if (!has_minimum(type)) {
                        scale = load_small_scale(block + o * row_bytes);
                    } else {
                        const GroupFloats both = load_small_scale_and_minimum(block + o * row_bytes);
                        scale = __builtin_shufflevector(both, both, 0, 0, 2, 2, 4, 4, 6, 6);
                        UNROLL for (int r = 0; r < rows; r++)
                            small_lowest[o][r] += both * group_sums[r * packed_stride + b];
                    }
                    UNROLL for (int r = 0; r < rows; r++) {
                        const float *of_row = digits + r * packed_stride;
                        GroupDigits part[3];
                        __builtin_memcpy(part, of_row, sizeof part);
                        GroupSums products = sums_of_products((GroupSums)(0), q, part[0]) << 8;
                        products = sums_of_products(products, q, part[1]) << 8;
                        products = sums_of_products(products, q, part[2]);
                        if (type == KERNELS_Q4_0) {
                            GroupSums zeros;
                            __builtin_memcpy(&zeros, of_row + 3 * GROUP / (long)sizeof(float), sizeof zeros);
                            products += zeros;
                        }
                        sum[o][r] += scale * __builtin_convertvector(products, GroupFloats);
                    }
                }
        }
    }
    UNROLL for (int o = 0; o < outputs; o++) UNROLL for (int r = 0; r < rows; r++) {
        float lanes[LANES] = {0};
        __builtin_memcpy(lanes, &sum[o][r], sizeof sum[o][r]);
        const float product = packed[r * packed_stride] * sum_of_lanes(load(lanes));
        const float minimum = is_small ? small_lowest[o][r][1] : sum_of_lanes(lowest[o][r]);
        sums[r * sum_stride + o] = has_minimum(type) ? product + minimum : product;
    }
}
