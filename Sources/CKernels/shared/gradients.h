// Gradients of the operations on rows. Sums over a row keep the order of rows.h.

static void softmax_gradient(const float *y, const float *dy, long rows, long columns, float *dx) {
    for (long row = 0; row < rows; row++, y += columns, dy += columns, dx += columns) {
        float inner = dot(y, dy, columns);
        long i = 0;
        for (; i + LANES <= columns; i += LANES) store(dx + i, load(y + i) * (load(dy + i) - inner));
        for (; i < columns; i++) dx[i] = y[i] * (dy[i] - inner);
    }
}

static void log_softmax_gradient(const float *y, const float *dy, long rows, long columns, float *dx) {
    for (long row = 0; row < rows; row++, y += columns, dy += columns, dx += columns) {
        float total = sum_of(dy, columns);
        long i = 0;
        for (; i + LANES <= columns; i += LANES)
            store(dx + i, load(dy + i) - exponential_of_nonpositive(load(y + i)) * total);
        long rest = columns - i;
        if (rest > 0)
            store_first(
                dx + i, load_first(dy + i, rest) - exponential_of_nonpositive(load_first(y + i, rest)) * total, rest);
    }
}

// The two means over a row that its gradient needs, of g and of g * h, where g = dy * weight and h = (x - mean) * factor.
INLINE void norm_row_means(
    const float *x, const float *dy, const float *weight, float mean, float factor, long columns, float *g_mean,
    float *gh_mean
) {
    Floats g0 = splat(0), g1 = g0, p0 = g0, p1 = g0;
    long i = 0;
    for (; i + 2 * LANES <= columns; i += 2 * LANES) {
        Floats a = load(dy + i), b = load(dy + i + LANES);
        if (weight) {
            a *= load(weight + i);
            b *= load(weight + i + LANES);
        }
        g0 += a;
        g1 += b;
        p0 += a * (load(x + i) - mean);
        p1 += b * (load(x + i + LANES) - mean);
    }
    float g = sum_of_lanes(g0 + g1), p = sum_of_lanes(p0 + p1);
    for (; i < columns; i++) {
        float a = weight ? dy[i] * weight[i] : dy[i];
        g += a;
        p += a * (x[i] - mean);
    }
    *g_mean = g / (float)columns;
    *gh_mean = p * factor / (float)columns;
}

// With h the normalised row and g = dy * weight: dx = factor (g - mean(g) - h mean(g h)), where root-mean-square norms
// (no `means`) lack the second term. `weight_gradient` and `bias_gradient` gain the sums over these rows of dy h and dy.
static void norm_gradient(
    const float *x, const float *dy, long rows, long columns, const float *weight, const float *means,
    const float *reciprocal_deviations, float *dx, float *weight_gradient, float *bias_gradient
) {
    for (long row = 0; row < rows; row++, x += columns, dy += columns, dx += columns) {
        float mean = means ? means[row] : 0, factor = reciprocal_deviations[row], g_mean, gh_mean;
        norm_row_means(x, dy, weight, mean, factor, columns, &g_mean, &gh_mean);
        if (!means) g_mean = 0;
        for (long i = 0; i < columns; i += LANES) {
            long part = columns - i < LANES ? columns - i : LANES;
            bool whole = part == LANES;
            Floats d = whole ? load(dy + i) : load_first(dy + i, part);
            Floats h = ((whole ? load(x + i) : load_first(x + i, part)) - mean) * factor, g = d;
            if (weight) g *= whole ? load(weight + i) : load_first(weight + i, part);
            Floats result = (g - g_mean - h * gh_mean) * factor;
            if (whole) {
                if (weight_gradient) store(weight_gradient + i, load(weight_gradient + i) + d * h);
                if (bias_gradient) store(bias_gradient + i, load(bias_gradient + i) + d);
                store(dx + i, result);
            } else {
                if (weight_gradient)
                    store_first(weight_gradient + i, load_first(weight_gradient + i, part) + d * h, part);
                if (bias_gradient) store_first(bias_gradient + i, load_first(bias_gradient + i, part) + d, part);
                store_first(dx + i, result, part);
            }
        }
    }
}

// losses[row] = -sum_c q_c log softmax(x)_c, where q is `smoothing` spread evenly over the classes plus the rest on the
// target; 0 for a target of -1. dx, which may be x, is `scale` times the gradient.
static void cross_entropy(
    const float *x, long rows, long columns, const int32_t *targets, float smoothing, float scale, float *losses,
    float *dx
) {
    const float even = smoothing / (float)columns;
    for (long row = 0; row < rows; row++, x += columns) {
        float *gradient = dx ? dx + row * columns : NULL;
        int32_t target = targets[row];
        if (target < 0) {
            losses[row] = 0;
            if (gradient) memset(gradient, 0, (size_t)columns * sizeof(float));
            continue;
        }
        float largest = maximum_of(x, columns), at_target = x[target] - largest;
        float spread = smoothing == 0 ? 0 : sum_of(x, columns) - largest * (float)columns;
        float total = exponentials(x, largest, gradient, columns);
        losses[row] = logf(total) - (1 - smoothing) * at_target - even * spread;
        if (!gradient) continue;
        float factor = scale / total, shift = scale * even;
        long i = 0;
        for (; i + LANES <= columns; i += LANES) store(gradient + i, load(gradient + i) * factor - shift);
        for (; i < columns; i++) gradient[i] = gradient[i] * factor - shift;
        gradient[target] -= scale * (1 - smoothing);
    }
}
