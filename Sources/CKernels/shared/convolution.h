// Convolutions as matrix products whose rows are patches of a picture: a patch is packed from where it lies, so the
// matrix of patches never exists as a whole.

// Where the patch of result `position` begins.
INLINE const float *patch_start(const kernels_patches *p, long position) {
    long x = position % p->width, row = position / p->width;
    return p->source + row / p->height * p->image_stride + row % p->height * p->row_stride + x * p->column_stride;
}

// As pack_rows, for the patches of the positions [row_begin, row_begin + rows).
static void pack_patches(const kernels_patches *p, long row_begin, long rows, float *packed) {
    const long length = p->run_length, inputs = p->run_count * length;
    for (long block = 0; block < block_count(rows); block++) {
        const long begin = block_begin(rows, block), height = block_begin(rows, block + 1) - begin;
        const float *starts[TILE_ROWS];
        for (long r = 0; r < height; r++) starts[r] = patch_start(p, row_begin + begin + r);
        float *out = packed + begin * inputs;
        for (long run = 0; run < p->run_count; run++, out += length * height) {
            const long offset = p->run_offsets[run];
            long r = 0;
            for (; r + 4 <= height; r += 4)
                transpose_four_rows(
                    starts[r] + offset, starts[r + 1] + offset, starts[r + 2] + offset, starts[r + 3] + offset, length,
                    out + r, height);
            for (; r < height; r++)
                for (long i = 0; i < length; i++) out[i * height + r] = starts[r][offset + i];
        }
    }
}

// As pack_rows of a transposed matrix: row (run, i) is that element of the patches of the positions
// [position, position + count).
static void pack_transposed_patches(
    const kernels_patches *p, long position, long count, long row_begin, long rows, float *packed
) {
    const long length = p->run_length;
    for (long block = 0; block < block_count(rows); block++) {
        const long begin = block_begin(rows, block), height = block_begin(rows, block + 1) - begin;
        float *out = packed + begin * count;
        for (long r = 0; r < height;) {
            const long run = (row_begin + begin + r) / length, i = (row_begin + begin + r) % length;
            const long part = height - r < length - i ? height - r : length - i;
            const long offset = p->run_offsets[run] + i;
            for (long k = 0; k < count;) {
                // The positions of one row of results lie at equal distances.
                const float *source = patch_start(p, position + k) + offset;
                const long rest = p->width - (position + k) % p->width, end = count - k < rest ? count : k + rest;
                if (part == TILE_ROWS) {
                    for (; k < end; k++, source += p->column_stride)
                        UNROLL for (long j = 0; j < TILE_ROWS; j++) out[k * height + r + j] = source[j];
                } else {
                    for (; k < end; k++, source += p->column_stride)
                        for (long j = 0; j < part; j++) out[k * height + r + j] = source[j];
                }
            }
            r += part;
        }
    }
}

// One panel of a convolution's weight: panel[(tap, channel)][column] = weight[column, channel, taps[tap]], with strides.
static void pack_tap_panel(
    const float *weight, long column_stride, long channel_stride, const long *taps, long tap_count, long channels,
    long columns, float *panel
) {
    if (columns < KERNELS_PANEL) memset(panel, 0, (size_t)(tap_count * channels * KERNELS_PANEL) * sizeof(float));
    for (long channel = 0; channel < channels; channel++)
        for (long column = 0; column < columns; column++) {
            const float *source = weight + column * column_stride + channel * channel_stride;
            for (long tap = 0; tap < tap_count; tap++)
                panel[(tap * channels + channel) * KERNELS_PANEL + column] = source[taps[tap]];
        }
}

// weight[output, channel, tap] = product[tap, channel, output] for the outputs [begin, end).
static void unpack_taps(
    const float *product, long tap_count, long channels, long outputs, long begin, long end, float *weight
) {
    for (long first = begin; first < end; first += KERNELS_PANEL) {
        const long last = end < first + KERNELS_PANEL ? end : first + KERNELS_PANEL;
        for (long channel = 0; channel < channels; channel++)
            for (long output = first; output < last; output++)
                for (long tap = 0; tap < tap_count; tap++)
                    weight[(output * channels + channel) * tap_count + tap] =
                        product[(tap * channels + channel) * outputs + output];
    }
}

// LANES channels of `count` neighbouring results.
#define DEPTHWISE_STEP(COUNT)                                                                                          \
    do {                                                                                                               \
        Floats sum[COUNT];                                                                                             \
        UNROLL for (int k = 0; k < COUNT; k++) sum[k] = start;                                                         \
        for (long tap = 0; tap < p->run_count; tap++) {                                                                \
            const float *at = source + p->run_offsets[tap];                                                            \
            const Floats w = load(d->weights + tap * d->channels + channel);                                           \
            UNROLL for (int k = 0; k < COUNT; k++) sum[k] += load(at + k * p->column_stride) * w;                      \
        }                                                                                                              \
        UNROLL for (int k = 0; k < COUNT; k++)                                                                         \
            store(y + k * d->y_column_stride, function_value(activation, sum[k]));                                     \
        source += COUNT * p->column_stride;                                                                            \
        y += COUNT * d->y_column_stride;                                                                               \
    } while (0)

INLINE void depthwise_row(const kernels_depthwise *d, int activation, const float *start_of_row, float *y_row) {
    const kernels_patches *p = &d->patches;
    long channel = 0;
    for (; channel + LANES <= d->channels; channel += LANES) {
        const Floats start = d->bias ? load(d->bias + channel) : splat(0);
        const float *source = start_of_row + channel;
        float *y = y_row + channel;
        long x = 0;
        for (; x + 4 <= p->width; x += 4) DEPTHWISE_STEP(4);
        for (; x < p->width; x++) DEPTHWISE_STEP(1);
    }
    const long rest = d->channels - channel;
    if (rest == 0) return;
    const Floats start = d->bias ? load_first(d->bias + channel, rest) : splat(0);
    for (long x = 0; x < p->width; x++) {
        Floats sum = start;
        for (long tap = 0; tap < p->run_count; tap++)
            sum += load_first(start_of_row + x * p->column_stride + p->run_offsets[tap] + channel, rest)
                * load_first(d->weights + tap * d->channels + channel, rest);
        store_first(y_row + x * d->y_column_stride + channel, function_value(activation, sum), rest);
    }
}

// The rows [begin, end) of results; a row is one of image · height.
static void depthwise(const kernels_depthwise *d, long begin, long end) {
    const kernels_patches *p = &d->patches;
    for (long row = begin; row < end; row++) {
        const float *source = patch_start(p, row * p->width);
        float *y = d->y + row / p->height * d->y_image_stride + row % p->height * d->y_row_stride;
        switch (d->activation) {
#define CASE(ACTIVATION) \
    case ACTIVATION: depthwise_row(d, ACTIVATION, source, y); break;
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
}

// sums[tap][channel] = sum over the rows [begin, end) of results of gradient · input under the tap. Row by row, so that a
// row's numbers come from the cache for every tap.
static void depthwise_weight_gradient(
    const kernels_patches *p, const float *gradient, long channels, long begin, long end, float *sums
) {
    enum { TAPS = 5 };
    memset(sums, 0, (size_t)(p->run_count * channels) * sizeof(float));
    for (long row = begin; row < end; row++) {
        const float *source_row = patch_start(p, row * p->width), *gradient_row = gradient + row * p->width * channels;
        long channel = 0;
        for (; channel + LANES <= channels; channel += LANES)
            for (long first = 0; first < p->run_count; first += TAPS) {
                const long taps = p->run_count - first < TAPS ? p->run_count - first : TAPS;
                // Absent taps read at offset 0 and are not stored.
                long offsets[TAPS] = {0};
                for (long t = 0; t < taps; t++) offsets[t] = p->run_offsets[first + t];
                const float *source = source_row + channel, *dy = gradient_row + channel;
                Floats sum[TAPS];
                UNROLL for (int t = 0; t < TAPS; t++) sum[t] = splat(0);
                for (long x = 0; x < p->width; x++, source += p->column_stride, dy += channels) {
                    const Floats g = load(dy);
                    UNROLL for (int t = 0; t < TAPS; t++) sum[t] += g * load(source + offsets[t]);
                }
                float *target = sums + first * channels + channel;
                UNROLL for (int t = 0; t < TAPS; t++)
                    if (t < taps) store(target + t * channels, load(target + t * channels) + sum[t]);
            }
        for (; channel < channels; channel++)
            for (long t = 0; t < p->run_count; t++) {
                const float *source = source_row + channel + p->run_offsets[t], *dy = gradient_row + channel;
                float sum = 0;
                for (long x = 0; x < p->width; x++) sum += dy[x * channels] * source[x * p->column_stride];
                sums[t * channels + channel] += sum;
            }
    }
}
