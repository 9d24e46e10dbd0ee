// Sums and affine maps per column of [rows, columns], for norms over pictures whose channels are the last axis.

// sums[column] = Σ a, and products[column] = Σ a · (b - center) unless b is null.
static void column_products(
    const float *a, const float *b, const float *center, long rows, long columns, float *sums, float *products
) {
    long i = 0;
    for (; i + LANES <= columns; i += LANES) {
        Floats sum = splat(0), product = splat(0);
        const Floats middle = b ? load(center + i) : splat(0);
        for (long row = 0; row < rows; row++) {
            const Floats v = load(a + row * columns + i);
            sum += v;
            if (b) product += v * (load(b + row * columns + i) - middle);
        }
        store(sums + i, sum);
        if (b) store(products + i, product);
    }
    for (; i < columns; i++) {
        float sum = 0, product = 0;
        for (long row = 0; row < rows; row++) {
            const float v = a[row * columns + i];
            sum += v;
            if (b) product += v * (b[row * columns + i] - center[i]);
        }
        sums[i] = sum;
        if (b) products[i] = product;
    }
}

// squares[column] = Σ (x - center)²
static void column_squares(const float *x, const float *center, long rows, long columns, float *squares) {
    long i = 0;
    for (; i + LANES <= columns; i += LANES) {
        Floats sum = splat(0);
        const Floats middle = load(center + i);
        for (long row = 0; row < rows; row++) {
            const Floats d = load(x + row * columns + i) - middle;
            sum += d * d;
        }
        store(squares + i, sum);
    }
    for (; i < columns; i++) {
        float sum = 0;
        for (long row = 0; row < rows; row++) {
            const float d = x[row * columns + i] - center[i];
            sum += d * d;
        }
        squares[i] = sum;
    }
}

// y = a · x + shift, or a · x + b · z + shift, with one a, b and shift per column.
static void column_affine(
    const float *x, const float *a, const float *z, const float *b, const float *shift, long rows, long columns,
    float *y
) {
    for (long row = 0; row < rows; row++) {
        long i = 0;
        for (; i + LANES <= columns; i += LANES) {
            Floats v = load(x + i) * load(a + i) + load(shift + i);
            if (z) v += load(z + i) * load(b + i);
            store(y + i, v);
        }
        for (; i < columns; i++) y[i] = x[i] * a[i] + shift[i] + (z ? z[i] * b[i] : 0);
        x += columns;
        y += columns;
        if (z) z += columns;
    }
}

// The largest of a window of `rows` x `columns` pixels, per channel, and the first place of it: place_offset + row of
// the window · place_stride + column. A NaN counts as larger than any number.
static void window_maximum(
    const float *x, long row_stride, long rows, long columns, long channels, int32_t place_offset, int32_t place_stride,
    float *y, int32_t *places
) {
    long i = 0;
    for (; i + LANES <= channels; i += LANES) {
        Floats largest = load(x + i);
        Integers place = (Integers)(place_offset);
        for (long row = 0; row < rows; row++)
            for (long column = 0; column < columns; column++) {
                const Floats v = load(x + row * row_stride + column * channels + i);
                const Integers wins = (v > largest) | ((v != v) & (largest == largest));
                largest = select_floats(wins, v, largest);
                const Integers here = (Integers)(place_offset + (int32_t)row * place_stride + (int32_t)column);
                place = (wins & here) | (~wins & place);
            }
        store(y + i, largest);
        if (places) __builtin_memcpy(places + i, &place, sizeof place);
    }
    for (; i < channels; i++) {
        float largest = x[i];
        int32_t place = place_offset;
        for (long row = 0; row < rows; row++)
            for (long column = 0; column < columns; column++) {
                const float v = x[row * row_stride + column * channels + i];
                if (v > largest || (v != v && largest == largest)) {
                    largest = v;
                    place = place_offset + (int32_t)row * place_stride + (int32_t)column;
                }
            }
        y[i] = largest;
        if (places) places[i] = place;
    }
}

// dx += dy where the maximum was at `place`.
static void add_where_place(const float *dy, const int32_t *places, int32_t place, long channels, float *dx) {
    long i = 0;
    for (; i + LANES <= channels; i += LANES) {
        Integers p;
        __builtin_memcpy(&p, places + i, sizeof p);
        store(dx + i, load(dx + i) + (Floats)((Integers)load(dy + i) & (p == place)));
    }
    for (; i < channels; i++)
        if (places[i] == place) dx[i] += dy[i];
}
