// Loops over pictures of bytes, channels interleaved. Weights of pixels are integers over 2^22, so that sums are exact
// and the same at every level; 32 bits hold them as long as the positive weights of a pixel add up to less than 2.

enum { PIXEL_WEIGHT_BITS = 22, PIXEL_BLOCK = 32 };

INLINE uint8_t byte_of_sum(int32_t sum) {
    sum >>= PIXEL_WEIGHT_BITS;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

INLINE void resample_row_channels(
    const uint8_t *x, const long channels, const int32_t *starts, const int32_t *tap_counts, const int32_t *weights,
    long weight_stride, long count, uint8_t *y
) {
    for (long i = 0; i < count; i++, weights += weight_stride, y += channels) {
        const uint8_t *pixel = x + starts[i] * channels;
        int32_t sums[4];
        for (long c = 0; c < channels; c++) sums[c] = 1 << (PIXEL_WEIGHT_BITS - 1);
        for (int32_t tap = 0; tap < tap_counts[i]; tap++, pixel += channels)
            for (long c = 0; c < channels; c++) sums[c] += weights[tap] * pixel[c];
        for (long c = 0; c < channels; c++) y[c] = byte_of_sum(sums[c]);
    }
}

// y[i, channel] = Σ weights[i, tap] · x[starts[i] + tap, channel], rounded and limited to 0 ... 255.
static void resample_row(
    const uint8_t *x, long channels, const int32_t *starts, const int32_t *tap_counts, const int32_t *weights,
    long weight_stride, long count, uint8_t *y
) {
    switch (channels) {
    case 1: resample_row_channels(x, 1, starts, tap_counts, weights, weight_stride, count, y); break;
    case 2: resample_row_channels(x, 2, starts, tap_counts, weights, weight_stride, count, y); break;
    case 3: resample_row_channels(x, 3, starts, tap_counts, weights, weight_stride, count, y); break;
    case 4: resample_row_channels(x, 4, starts, tap_counts, weights, weight_stride, count, y); break;
    }
}

INLINE void combine_rows_block(
    const uint8_t *x, long stride, const int32_t *weights, long tap_count, const long count, uint8_t *y
) {
    int32_t sums[PIXEL_BLOCK];
    for (long i = 0; i < count; i++) sums[i] = 1 << (PIXEL_WEIGHT_BITS - 1);
    for (long tap = 0; tap < tap_count; tap++, x += stride)
        for (long i = 0; i < count; i++) sums[i] += weights[tap] * x[i];
    for (long i = 0; i < count; i++) y[i] = byte_of_sum(sums[i]);
}

static void combine_rows(
    const uint8_t *x, long stride, const int32_t *weights, long tap_count, long count, uint8_t *y
) {
    long i = 0;
    for (; i + PIXEL_BLOCK <= count; i += PIXEL_BLOCK)
        combine_rows_block(x + i, stride, weights, tap_count, PIXEL_BLOCK, y + i);
    if (i < count) combine_rows_block(x + i, stride, weights, tap_count, count - i, y + i);
}

static void scale_pixels(
    const uint8_t *x, long pixels, long channels, const float *scale, const float *shift, float *y
) {
    // A common multiple of the channels, so that the factors of a block are the same for every block.
    enum { BLOCK = 48 };
    float factors[BLOCK], offsets[BLOCK];
    for (long i = 0; i < BLOCK; i++) {
        factors[i] = scale[i % channels];
        offsets[i] = shift[i % channels];
    }
    const long count = pixels * channels;
    long i = 0;
    for (; i + BLOCK <= count; i += BLOCK)
        for (long j = 0; j < BLOCK; j++) y[i + j] = x[i + j] * factors[j] + offsets[j];
    for (long j = 0; i + j < count; j++) y[i + j] = x[i + j] * factors[j] + offsets[j];
}
