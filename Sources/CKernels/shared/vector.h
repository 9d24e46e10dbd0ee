// A vector of LANES floats in clang's extended vector types: arithmetic, comparisons (which give all-ones masks) and
// splats of scalars come from the language, so one source serves every instruction set.

typedef float Floats __attribute__((ext_vector_type(LANES)));
typedef int32_t Integers __attribute__((ext_vector_type(LANES)));
typedef uint32_t Words __attribute__((ext_vector_type(LANES)));
typedef uint16_t HalfWords __attribute__((ext_vector_type(LANES)));

INLINE Floats load(const float *p) {
    Floats v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store(float *p, Floats v) { __builtin_memcpy(p, &v, sizeof v); }

// The first `count` (below LANES) floats, zeros after them.
INLINE Floats load_first(const float *p, long count) {
#if LANES == 16
    return (Floats)__builtin_ia32_loadups512_mask(p, (Floats)(0), (uint16_t)((1 << count) - 1));
#else
    float lanes[LANES] = {0};
    for (long i = 0; i < count; i++) lanes[i] = p[i];
    return load(lanes);
#endif
}

INLINE void store_first(float *p, Floats v, long count) {
#if LANES == 16
    __builtin_ia32_storeups512_mask(p, v, (uint16_t)((1 << count) - 1));
#else
    float lanes[LANES];
    store(lanes, v);
    for (long i = 0; i < count; i++) p[i] = lanes[i];
#endif
}

INLINE Floats splat(float value) { return (Floats)(value); }

// Lane by lane: mask ? a : b.
INLINE Floats select_floats(Integers mask, Floats a, Floats b) {
    return (Floats)((mask & (Integers)a) | (~mask & (Integers)b));
}

// NaN in a gives NaN; NaN in b gives b as well when it is the second operand of the comparison: these two keep a NaN of
// `value` whatever the bound is.
INLINE Floats at_least(Floats value, Floats bound) { return select_floats(value < bound, bound, value); }
INLINE Floats at_most(Floats value, Floats bound) { return select_floats(value > bound, bound, value); }

// The larger of both, NaN when either is NaN.
INLINE Floats maximum(Floats a, Floats b) { return select_floats((b > a) | (b != b), b, a); }
INLINE Floats minimum(Floats a, Floats b) { return select_floats((b < a) | (b != b), b, a); }

INLINE Floats absolute(Floats v) { return (Floats)((Integers)v & 0x7fffffff); }

typedef float Four __attribute__((ext_vector_type(4)));

// The vector's quarters (or halves) added up: the same order at every call.
INLINE Four folded(Floats v) {
#if LANES == 16
    typedef float Eight __attribute__((ext_vector_type(8)));
    Eight h = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7)
        + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
    return h.lo + h.hi;
#elif LANES == 8
    return v.lo + v.hi;
#else
    return v;
#endif
}

// The sums of the lanes of four vectors.
INLINE Four sums_of_four(Floats a, Floats b, Floats c, Floats d) {
    Four p = folded(a), q = folded(b), r = folded(c), s = folded(d);
    Four pq = __builtin_shufflevector(p, q, 0, 4, 1, 5) + __builtin_shufflevector(p, q, 2, 6, 3, 7);
    Four rs = __builtin_shufflevector(r, s, 0, 4, 1, 5) + __builtin_shufflevector(r, s, 2, 6, 3, 7);
    return __builtin_shufflevector(pq, rs, 0, 1, 4, 5) + __builtin_shufflevector(pq, rs, 2, 3, 6, 7);
}

INLINE float sum_of_lanes(Floats v) {
    Four four = folded(v);
    return (four.x + four.z) + (four.y + four.w);
}

INLINE float larger(float a, float b) { return b > a || b != b ? b : a; }

INLINE float maximum_of_lanes(Floats v) {
    float lanes[LANES];
    store(lanes, v);
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++) lanes[i] = larger(lanes[i], lanes[i + width]);
    return lanes[0];
}

// binary16 to float: exact. Without an instruction for it: the exponent is rebiased by a multiplication, which also
// normalises subnormals; infinity and NaN land at 2^16 or above and get their exponent back.
INLINE Floats floats_of_halves(HalfWords h) {
#if HAS_HALF_CONVERSION
    typedef _Float16 Halves __attribute__((ext_vector_type(LANES)));
    return __builtin_convertvector((Halves)h, Floats);
#else
    Integers wide = __builtin_convertvector(h, Integers);
    Floats magnitude = (Floats)((wide & 0x7fff) << 13) * 0x1p112f;
    Integers special = (magnitude >= 65536.0f) & 0x7f800000;
    return (Floats)((Integers)magnitude | special | (wide & 0x8000) << 16);
#endif
}

INLINE Floats floats_of_upper_halves(HalfWords h) {
    return (Floats)(__builtin_convertvector(h, Words) << 16);
}

// Round to nearest, ties to even.
INLINE HalfWords halves_of_floats(Floats v) {
#if HAS_HALF_CONVERSION
    typedef _Float16 Halves __attribute__((ext_vector_type(LANES)));
    return (HalfWords)__builtin_convertvector(v, Halves);
#else
    Words bits = (Words)v, sign = bits & 0x80000000u;
    bits ^= sign;
    // Normal results: rebias the exponent and round the lower 13 bits; a carry into the exponent is right, up to infinity.
    Words normal = (bits + 0xc8000fffu + (bits >> 13 & 1)) >> 13;
    // Subnormal results: an addition to 0.5 aligns the last place with 2^-24 and rounds.
    Words subnormal = (Words)((Floats)bits + 0.5f) - 0x3f000000u;
    Words small = (Words)(bits < 0x38800000u), large = (Words)(bits >= 0x47800000u), nan = (Words)(bits > 0x7f800000u);
    Words result = (small & subnormal) | (~small & normal);
    result = (large & 0x7c00u) | (~large & result);
    result |= nan & (0x200u | (bits >> 13 & 0x3ffu));
    return __builtin_convertvector(result | sign >> 16, HalfWords);
#endif
}

INLINE HalfWords upper_halves_of_floats(Floats v) {
    Words bits = (Words)v;
    Words rounded = (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;
    Words nan = (Words)(v != v);
    return __builtin_convertvector((nan & (bits >> 16 | 0x40u)) | (~nan & rounded), HalfWords);
}

INLINE long element_bytes(int element_type) { return element_type == KERNELS_FLOAT32 ? 4 : 2; }

// LANES elements as floats; `element_type` is a constant wherever this is used in a loop.
INLINE Floats load_elements(const void *p, int element_type) {
    if (element_type == KERNELS_FLOAT32) return load(p);
    HalfWords halves;
    __builtin_memcpy(&halves, p, sizeof halves);
    return element_type == KERNELS_FLOAT16 ? floats_of_halves(halves) : floats_of_upper_halves(halves);
}

INLINE Floats load_first_elements(const void *p, int element_type, long count) {
    if (element_type == KERNELS_FLOAT32) return load_first(p, count);
    uint16_t lanes[LANES] = {0};
    for (long i = 0; i < count; i++) __builtin_memcpy(&lanes[i], (const char *)p + 2 * i, 2);
    return load_elements(lanes, element_type);
}
