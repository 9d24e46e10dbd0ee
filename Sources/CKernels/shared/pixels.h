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

// The same two with numbers between them that are not limited: integers over 2^6, so that 16 bits hold them as long as the
// weights' sizes add up to less than 2.
enum { PIXEL_WIDE_BITS = 6, PIXEL_ROW_WEIGHT_BITS = 14 };

static void resample_row_wide(
    const uint8_t *x, long channels, const int32_t *starts, const int32_t *tap_counts, const int32_t *weights,
    long weight_stride, long count, int16_t *y
) {
    enum { SHIFT = PIXEL_WEIGHT_BITS - PIXEL_WIDE_BITS };
    for (long i = 0; i < count; i++, weights += weight_stride, y += channels) {
        for (long c = 0; c < channels; c++) {
            const uint8_t *pixel = x + starts[i] * channels + c;
            int32_t sum = 1 << (SHIFT - 1);
            for (int32_t tap = 0; tap < tap_counts[i]; tap++) sum += weights[tap] * pixel[tap * channels];
            y[c] = (int16_t)(sum >> SHIFT);
        }
    }
}

static void combine_rows_wide(
    const int16_t *x, long stride, const int32_t *weights, long tap_count, long count, uint8_t *y
) {
    enum { SHIFT = PIXEL_WIDE_BITS + PIXEL_ROW_WEIGHT_BITS, REST = PIXEL_WEIGHT_BITS - PIXEL_ROW_WEIGHT_BITS };
    for (long i = 0; i < count; i++) {
        int32_t sum = 1 << (SHIFT - 1);
        for (long tap = 0; tap < tap_count; tap++)
            sum += ((weights[tap] + (1 << (REST - 1))) >> REST) * x[tap * stride + i];
        sum >>= SHIFT;
        y[i] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
    }
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

INLINE void gather_pixels_channels(const uint8_t *x, long step, const long channels, long count, uint8_t *y) {
    for (long i = 0; i < count; i++, x += step, y += channels)
        for (long c = 0; c < channels; c++) y[c] = x[c];
}

static void gather_pixels(const uint8_t *x, long step, long channels, long count, uint8_t *y) {
    switch (channels) {
    case 1: gather_pixels_channels(x, step, 1, count, y); break;
    case 2: gather_pixels_channels(x, step, 2, count, y); break;
    case 3: gather_pixels_channels(x, step, 3, count, y); break;
    case 4: gather_pixels_channels(x, step, 4, count, y); break;
    }
}

// Places are integers over 2^32 and weights over 2^11 along each axis, so that every level gives the same bytes.
INLINE void warp_row_channels(const kernels_warp *warp, const long channels, long row, uint8_t *y) {
    enum { WEIGHT_BITS = 11 };
    const int64_t *m = warp->matrix, half = (int64_t)1 << 31;
    const long last_column = warp->width - 1, last_row = warp->height - 1, row_bytes = warp->width * channels;
    int64_t x_place = m[1] * row + m[2], y_place = m[4] * row + m[5];
    for (long column = 0; column < warp->columns; column++, y += channels, x_place += m[0], y_place += m[3]) {
        const long x_pixel = (long)(x_place >> 32), y_pixel = (long)(y_place >> 32);
        if (x_pixel < 0 || x_pixel > last_column || y_pixel < 0 || y_pixel > last_row) {
            for (long c = 0; c < channels; c++) y[c] = warp->fill[c];
            continue;
        }
        if (!warp->is_bilinear) {
            const uint8_t *pixel = warp->pixels + y_pixel * row_bytes + x_pixel * channels;
            for (long c = 0; c < channels; c++) y[c] = pixel[c];
            continue;
        }
        const int64_t left = x_place - half, top = y_place - half;
        const int32_t across = (int32_t)((left >> (32 - WEIGHT_BITS)) & ((1 << WEIGHT_BITS) - 1));
        const int32_t down = (int32_t)((top >> (32 - WEIGHT_BITS)) & ((1 << WEIGHT_BITS) - 1));
        // At the border the nearest pixel stands for the one beyond it.
        const long x0 = left < 0 ? 0 : (long)(left >> 32), y0 = top < 0 ? 0 : (long)(top >> 32);
        const long x1 = (left >> 32) + 1 > last_column ? last_column : (long)(left >> 32) + 1;
        const long y1 = (top >> 32) + 1 > last_row ? last_row : (long)(top >> 32) + 1;
        const uint8_t *upper = warp->pixels + y0 * row_bytes, *lower = warp->pixels + y1 * row_bytes;
        for (long c = 0; c < channels; c++) {
            const int32_t a = upper[x0 * channels + c], b = upper[x1 * channels + c];
            const int32_t d = lower[x0 * channels + c], e = lower[x1 * channels + c];
            const int32_t above = (a << WEIGHT_BITS) + (b - a) * across, below = (d << WEIGHT_BITS) + (e - d) * across;
            const int32_t sum = (above << WEIGHT_BITS) + (below - above) * down;
            y[c] = (uint8_t)((sum + (1 << (2 * WEIGHT_BITS - 1))) >> (2 * WEIGHT_BITS));
        }
    }
}

static void warp_row(const kernels_warp *warp, long row, uint8_t *y) {
    switch (warp->channels) {
    case 1: warp_row_channels(warp, 1, row, y); break;
    case 2: warp_row_channels(warp, 2, row, y); break;
    case 3: warp_row_channels(warp, 3, row, y); break;
    case 4: warp_row_channels(warp, 4, row, y); break;
    }
}

static void map_bytes(const uint8_t *x, long pixels, long channels, const uint8_t *tables, uint8_t *y) {
    if (channels == 1) {
        for (long i = 0; i < pixels; i++) y[i] = tables[x[i]];
        return;
    }
    for (long i = 0; i < pixels; i++, x += channels, y += channels)
        for (long c = 0; c < channels; c++) y[c] = tables[256 * c + x[c]];
}

// Between a and b, or beyond b, by a factor that is an integer over 2^16 and at most 2^22.
INLINE uint8_t blended_byte(int32_t a, int32_t b, int32_t factor) {
    const int32_t sum = ((a << 16) + factor * (b - a) + (1 << 15)) >> 16;
    return (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
}

static void blend_bytes(const uint8_t *a, const uint8_t *b, int32_t factor, long count, uint8_t *y) {
    for (long i = 0; i < count; i++) y[i] = blended_byte(a[i], b[i], factor);
}

// The grey value of ITU-R BT.601, in the integers of Pillow.
INLINE int32_t grey_of(const uint8_t *pixel) {
    return (pixel[0] * 19595 + pixel[1] * 38470 + pixel[2] * 7471 + 0x8000) >> 16;
}

static void grey_pixels(const uint8_t *x, long pixels, uint8_t *y) {
    for (long i = 0; i < pixels; i++) y[i] = (uint8_t)grey_of(x + 3 * i);
}

static void saturate_pixels(const uint8_t *x, long pixels, int32_t factor, uint8_t *y) {
    for (long i = 0; i < pixels; i++, x += 3, y += 3) {
        const int32_t grey = grey_of(x);
        for (long c = 0; c < 3; c++) y[c] = blended_byte(grey, x[c], factor);
    }
}

// The mean of 3 x 3 pixels, the one in the middle five times; rows of `count` bytes with a row above and below, the first
// and last pixel as they are.
static void smooth_row(const uint8_t *x, long stride, long channels, long count, uint8_t *y) {
    const uint8_t *above = x - stride, *below = x + stride;
    for (long i = 0; i < channels; i++) {
        y[i] = x[i];
        y[count - 1 - i] = x[count - 1 - i];
    }
    for (long i = channels; i < count - channels; i++) {
        const uint32_t sum = (uint32_t)above[i - channels] + above[i] + above[i + channels] + x[i - channels] + x[i] * 5u
            + x[i + channels] + below[i - channels] + below[i] + below[i + channels];
        y[i] = (uint8_t)((2 * sum + 13) / 26);
    }
}

// By way of hue, saturation and value of 8 bits each, rounded as Pillow rounds; 255 steps are the whole circle.
static void turn_hue(const uint8_t *x, long pixels, uint8_t shift, uint8_t *y) {
    // Products that are not fused with sums: the same bytes at every level.
#pragma clang fp contract(off)
    for (long i = 0; i < pixels; i++, x += 3, y += 3) {
        const uint8_t red = x[0], green = x[1], blue = x[2];
        const uint8_t upper = red > green ? red : green, lower = red < green ? red : green;
        const uint8_t value = upper > blue ? upper : blue, least = lower < blue ? lower : blue;
        uint8_t hue = 0, saturation = 0;
        if (value != least) {
            const float range = (float)(value - least), from_red = (float)(value - red) / range;
            const float from_green = (float)(value - green) / range, from_blue = (float)(value - blue) / range;
            const float sixths = red == value ? from_blue - from_green
                : green == value              ? (float)(2.0 + from_red - from_blue)
                                              : (float)(4.0 + from_green - from_red);
            const double turn = sixths / 6.0 + 1.0;
            hue = (uint8_t)((float)(turn >= 1 ? turn - 1 : turn) * 255.0);
            saturation = (uint8_t)(range / (float)value * 255.0);
        }
        hue = (uint8_t)(hue + shift);
        // Over 255 (the hue within its sixth) and 255 · 255 (the products), rounded.
        const uint32_t sixth = hue * 6u / 255, within = hue * 6u % 255, whole = 255 * 255;
        const uint8_t p = (uint8_t)((value * (255u - saturation) * 2 + 255) / 510);
        const uint8_t q = (uint8_t)((value * (whole - saturation * within) * 2 + whole) / (2 * whole));
        const uint8_t t = (uint8_t)((value * (whole - saturation * (255 - within)) * 2 + whole) / (2 * whole));
        const uint8_t colors[6][3] = {
            {value, t, p}, {q, value, p}, {p, value, t}, {p, q, value}, {t, p, value}, {value, p, q},
        };
        for (long c = 0; c < 3; c++) y[c] = colors[sixth % 6][c];
    }
}
