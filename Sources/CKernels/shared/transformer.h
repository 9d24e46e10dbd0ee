// What transformers need beside products, norms and attention.

// y = silu(gate) * up
static void gated_silu(const float *gate, const float *up, float *y, long count) {
    long i = 0;
    for (; i + LANES <= count; i += LANES) {
        Floats g = load(gate + i);
        store(y + i, g * sigmoid(g) * load(up + i));
    }
    long rest = count - i;
    if (rest > 0) {
        Floats g = load_first(gate + i, rest);
        store_first(y + i, g * sigmoid(g) * load_first(up + i, rest), rest);
    }
}

static void gated_silu_gradient(
    const float *gate, const float *up, const float *dy, float *gate_gradient, float *up_gradient, long count
) {
    for (long i = 0; i < count; i += LANES) {
        long part = count - i < LANES ? count - i : LANES;
        bool whole = part == LANES;
        Floats g = whole ? load(gate + i) : load_first(gate + i, part);
        Floats u = whole ? load(up + i) : load_first(up + i, part);
        Floats d = whole ? load(dy + i) : load_first(dy + i, part);
        Floats s = sigmoid(g), silu = g * s;
        Floats dg = d * u * (s + silu * (1.0f - s)), du = d * silu;
        if (whole) {
            store(gate_gradient + i, dg);
            store(up_gradient + i, du);
        } else {
            store_first(gate_gradient + i, dg, part);
            store_first(up_gradient + i, du, part);
        }
    }
}

// Turns the pairs (x[i], x[i + width / 2]) of each head by the angle whose cosine and sine stand at i; by its opposite
// with a `direction` of -1.
static void rotate_pairs(
    const float *x, long heads, long width, const float *cosines, const float *sines, float direction, float *y
) {
    const long half = width / 2;
    for (long head = 0; head < heads; head++, x += width, y += width) {
        long i = 0;
        for (; i + LANES <= half; i += LANES) {
            Floats a = load(x + i), b = load(x + half + i), c = load(cosines + i), s = load(sines + i) * direction;
            store(y + i, a * c - b * s);
            store(y + half + i, b * c + a * s);
        }
        for (; i < half; i++) {
            float a = x[i], b = x[half + i], c = cosines[i], s = sines[i] * direction;
            y[i] = a * c - b * s;
            y[half + i] = b * c + a * s;
        }
    }
}

// Philox4x32-10 (Salmon et al. 2011) of LANES counters.
typedef uint64_t DoubleWords __attribute__((ext_vector_type(LANES)));

INLINE void philox_rounds(Words x[4], uint64_t key) {
    uint32_t key0 = (uint32_t)key, key1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        DoubleWords p0 = __builtin_convertvector(x[0], DoubleWords) * 0xD2511F53u;
        DoubleWords p1 = __builtin_convertvector(x[2], DoubleWords) * 0xCD9E8D57u;
        Words high0 = __builtin_convertvector(p0 >> 32, Words), low0 = __builtin_convertvector(p0, Words);
        Words high1 = __builtin_convertvector(p1 >> 32, Words), low1 = __builtin_convertvector(p1, Words);
        Words x1 = x[1], x3 = x[3];
        x[0] = high1 ^ x1 ^ key0;
        x[1] = low1;
        x[2] = high0 ^ x3 ^ key1;
        x[3] = low0;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
}

enum { DROPOUT_GROUP = 64 };

// y = x * scale where the element's 32 random bits reach `threshold`, else 0. Sixteen blocks of Philox serve 64
// elements, the same ones at every level: block l of a group gives word j to element 16 j + l.
static void dropout(
    const float *x, float *y, long first, long count, uint64_t key, uint64_t stream, uint32_t threshold, float scale
) {
    for (long begin = 0; begin < count; begin += DROPOUT_GROUP) {
        uint32_t bits[DROPOUT_GROUP];
        uint64_t block = (uint64_t)(first + begin) / 4;
        for (int l = 0; l < 16; l += LANES) {
            Words lane, x4[4];
            for (int i = 0; i < LANES; i++) lane[i] = (uint32_t)(l + i);
            x4[0] = lane + (uint32_t)block;  // a group starts at a multiple of 16 blocks: no carry
            x4[1] = (Words)(uint32_t)(block >> 32);
            x4[2] = (Words)(uint32_t)stream;
            x4[3] = (Words)(uint32_t)(stream >> 32);
            philox_rounds(x4, key);
            for (int j = 0; j < 4; j++) __builtin_memcpy(bits + 16 * j + l, &x4[j], sizeof(Words));
        }
        long left = count - begin < DROPOUT_GROUP ? count - begin : DROPOUT_GROUP;
        for (long i = 0; i < left; i += LANES) {
            long part = left - i < LANES ? left - i : LANES;
            Words word;
            __builtin_memcpy(&word, bits + i, sizeof word);
            Integers kept = (Integers)(word >= threshold);
            const float *from = x + begin + i;
            Floats v = (part == LANES ? load(from) : load_first(from, part)) * scale;
            v = (Floats)((Integers)v & kept);
            if (part == LANES) store(y + begin + i, v);
            else store_first(y + begin + i, v, part);
        }
    }
}
