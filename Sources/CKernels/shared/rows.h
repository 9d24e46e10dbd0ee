// Reductions over rows use four vectors of partial sums, so their order depends on the row's length alone.

INLINE float sum_of(const float *x, long count) {
    Floats s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
    long i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        s0 += load(x + i);
        s1 += load(x + i + LANES);
        s2 += load(x + i + 2 * LANES);
        s3 += load(x + i + 3 * LANES);
    }
    for (; i + LANES <= count; i += LANES) s0 += load(x + i);
    if (i < count) s1 += load_first(x + i, count - i);
    return sum_of_lanes((s0 + s1) + (s2 + s3));
}

// Sum of (x - center)^2.
INLINE float squared_distance(const float *x, float center, long count) {
    Floats s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
    long i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        Floats d0 = load(x + i) - center, d1 = load(x + i + LANES) - center;
        Floats d2 = load(x + i + 2 * LANES) - center, d3 = load(x + i + 3 * LANES) - center;
        s0 += d0 * d0;
        s1 += d1 * d1;
        s2 += d2 * d2;
        s3 += d3 * d3;
    }
    for (; i + LANES <= count; i += LANES) {
        Floats d = load(x + i) - center;
        s0 += d * d;
    }
    float sum = sum_of_lanes((s0 + s1) + (s2 + s3));
    for (; i < count; i++) sum += (x[i] - center) * (x[i] - center);
    return sum;
}

// -infinity for an empty row, NaN when any element is.
INLINE float maximum_of(const float *x, long count) {
    Floats m0 = splat(-INFINITY), m1 = m0, m2 = m0, m3 = m0;
    long i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        m0 = maximum(m0, load(x + i));
        m1 = maximum(m1, load(x + i + LANES));
        m2 = maximum(m2, load(x + i + 2 * LANES));
        m3 = maximum(m3, load(x + i + 3 * LANES));
    }
    for (; i + LANES <= count; i += LANES) m0 = maximum(m0, load(x + i));
    float result = maximum_of_lanes(maximum(maximum(m0, m1), maximum(m2, m3)));
    for (; i < count; i++) result = larger(result, x[i]);
    return result;
}

// y = exp(x - offset) unless y is null; returns the sum. x - offset must not be positive.
INLINE float exponentials(const float *x, float offset, float *y, long count) {
    Floats s0 = splat(0), s1 = s0;
    long i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        Floats e0 = exponential_of_nonpositive(load(x + i) - offset);
        Floats e1 = exponential_of_nonpositive(load(x + i + LANES) - offset);
        s0 += e0;
        s1 += e1;
        if (y) {
            store(y + i, e0);
            store(y + i + LANES, e1);
        }
    }
    float sum = 0;
    for (; i < count; i += LANES) {
        long part = count - i < LANES ? count - i : LANES;
        float lanes[LANES];
        store(lanes, exponential_of_nonpositive(load_first(x + i, part) - offset));
        for (long j = 0; j < part; j++) {
            sum += lanes[j];
            if (y) y[i + j] = lanes[j];
        }
    }
    return sum + sum_of_lanes(s0 + s1);
}

static void softmax(const float *x, long rows, long columns, float *y) {
    for (long row = 0; row < rows; row++, x += columns, y += columns) {
        float sum = exponentials(x, maximum_of(x, columns), y, columns);
        scalar_loop(KERNELS_MULTIPLY, y, 1.0f / sum, false, y, columns);
    }
}

static void log_softmax(const float *x, long rows, long columns, float *y) {
    for (long row = 0; row < rows; row++, x += columns, y += columns) {
        float largest = maximum_of(x, columns);
        float sum = exponentials(x, largest, NULL, columns);
        // In two steps: adding the logarithm to a large maximum first would lose it.
        float logarithm_of_sum = logf(sum);
        long i = 0;
        for (; i + LANES <= columns; i += LANES) store(y + i, (load(x + i) - largest) - logarithm_of_sum);
        for (; i < columns; i++) y[i] = (x[i] - largest) - logarithm_of_sum;
    }
}

INLINE void scale_and_shift(
    const float *x, float center, float factor, const float *weight, const float *bias, float *y, long count
) {
    long i = 0;
    for (; i + LANES <= count; i += LANES) {
        Floats v = (load(x + i) - center) * factor;
        if (weight) v = v * load(weight + i);
        if (bias) v = v + load(bias + i);
        store(y + i, v);
    }
    for (; i < count; i++) {
        float v = (x[i] - center) * factor;
        if (weight) v = v * weight[i];
        if (bias) v = v + bias[i];
        y[i] = v;
    }
}

static void layer_norm(
    const float *x, long rows, long columns, const float *weight, const float *bias, float epsilon, float *y,
    float *means, float *reciprocal_deviations
) {
    for (long row = 0; row < rows; row++, x += columns, y += columns) {
        float mean = sum_of(x, columns) / (float)columns;
        float variance = squared_distance(x, mean, columns) / (float)columns;
        float factor = 1.0f / sqrtf(variance + epsilon);
        scale_and_shift(x, mean, factor, weight, bias, y, columns);
        if (means) means[row] = mean;
        if (reciprocal_deviations) reciprocal_deviations[row] = factor;
    }
}

static void rms_norm(
    const float *x, long rows, long columns, const float *weight, float epsilon, float *y,
    float *reciprocal_deviations
) {
    for (long row = 0; row < rows; row++, x += columns, y += columns) {
        float factor = 1.0f / sqrtf(squared_distance(x, 0, columns) / (float)columns + epsilon);
        scale_and_shift(x, 0, factor, weight, NULL, y, columns);
        if (reciprocal_deviations) reciprocal_deviations[row] = factor;
    }
}

static void row_sum(const float *x, long rows, long columns, float *y) {
    for (long row = 0; row < rows; row++) y[row] = sum_of(x + row * columns, columns);
}

static void row_maximum(const float *x, long rows, long columns, float *y) {
    for (long row = 0; row < rows; row++) y[row] = maximum_of(x + row * columns, columns);
}

// The first of several maxima; a NaN counts as larger than any number. -1 for an empty row.
static void row_argmax(const float *x, long rows, long columns, int32_t *y) {
    for (long row = 0; row < rows; row++, x += columns) {
        float largest = maximum_of(x, columns);
        y[row] = -1;
        for (long i = 0; i < columns; i++) {
            if (x[i] == largest || (largest != largest && x[i] != x[i])) {
                y[row] = (int32_t)i;
                break;
            }
        }
    }
}

static void column_sum(const float *x, long rows, long stride, long columns, float *y) {
    long i = 0;
    for (; i + LANES <= columns; i += LANES) {
        Floats sum = splat(0);
        for (long row = 0; row < rows; row++) sum += load(x + row * stride + i);
        store(y + i, sum);
    }
    for (; i < columns; i++) {
        float sum = 0;
        for (long row = 0; row < rows; row++) sum += x[row * stride + i];
        y[i] = sum;
    }
}

static float dot(const float *a, const float *b, long count) {
    Floats s0 = splat(0), s1 = s0, s2 = s0, s3 = s0;
    long i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        s0 += load(a + i) * load(b + i);
        s1 += load(a + i + LANES) * load(b + i + LANES);
        s2 += load(a + i + 2 * LANES) * load(b + i + 2 * LANES);
        s3 += load(a + i + 3 * LANES) * load(b + i + 3 * LANES);
    }
    for (; i + LANES <= count; i += LANES) s0 += load(a + i) * load(b + i);
    float sum = sum_of_lanes((s0 + s1) + (s2 + s3));
    for (; i < count; i++) sum += a[i] * b[i];
    return sum;
}
