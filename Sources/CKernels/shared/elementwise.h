// One loop per function: the switch is resolved by inlining with a constant, outside the loop.

INLINE void unary_loop(int function, const float *x, float *y, long count) {
    long i = 0;
    for (; i + LANES <= count; i += LANES) store(y + i, function_value(function, load(x + i)));
    if (i < count) store_first(y + i, function_value(function, load_first(x + i, count - i)), count - i);
}

#define EACH_FUNCTION(LOOP)                  \
    LOOP(KERNELS_ACTIVATION_NONE)            \
    LOOP(KERNELS_ACTIVATION_RELU)            \
    LOOP(KERNELS_ACTIVATION_GELU)            \
    LOOP(KERNELS_ACTIVATION_GELU_TANH)       \
    LOOP(KERNELS_ACTIVATION_SILU)            \
    LOOP(KERNELS_ACTIVATION_SIGMOID)         \
    LOOP(KERNELS_ACTIVATION_TANH)            \
    LOOP(KERNELS_ACTIVATION_RELU6)           \
    LOOP(KERNELS_EXP)                        \
    LOOP(KERNELS_LOG)                        \
    LOOP(KERNELS_SQRT)                       \
    LOOP(KERNELS_RECIPROCAL_SQRT)            \
    LOOP(KERNELS_SQUARE)                     \
    LOOP(KERNELS_ABSOLUTE)                   \
    LOOP(KERNELS_NEGATE)                     \
    LOOP(KERNELS_RECIPROCAL)

static void unary(int function, const float *x, float *y, long count) {
    switch (function) {
#define LOOP(FUNCTION) \
    case FUNCTION: unary_loop(FUNCTION, x, y, count); break;
        EACH_FUNCTION(LOOP)
#undef LOOP
    }
}

INLINE void gradient_loop(int function, const float *x, const float *y, const float *dy, float *dx, long count) {
    long i = 0;
    for (; i + LANES <= count; i += LANES) {
        Floats slope = function_slope(function, x ? load(x + i) : splat(0), y ? load(y + i) : splat(0));
        store(dx + i, load(dy + i) * slope);
    }
    long rest = count - i;
    if (rest > 0) {
        Floats slope = function_slope(
            function, x ? load_first(x + i, rest) : splat(0), y ? load_first(y + i, rest) : splat(0));
        store_first(dx + i, load_first(dy + i, rest) * slope, rest);
    }
}

static void unary_gradient(int function, const float *x, const float *y, const float *dy, float *dx, long count) {
    switch (function) {
#define LOOP(FUNCTION) \
    case FUNCTION: gradient_loop(FUNCTION, x, y, dy, dx, count); break;
        EACH_FUNCTION(LOOP)
#undef LOOP
    }
}

INLINE Floats combined(int function, Floats a, Floats b) {
    switch (function) {
    case KERNELS_ADD: return a + b;
    case KERNELS_SUBTRACT: return a - b;
    case KERNELS_MULTIPLY: return a * b;
    case KERNELS_DIVIDE: return a / b;
    case KERNELS_MAXIMUM: return maximum(a, b);
    default: return minimum(a, b);
    }
}

INLINE void binary_loop(int function, const float *a, const float *b, float *c, long count) {
    long i = 0;
    for (; i + LANES <= count; i += LANES) store(c + i, combined(function, load(a + i), load(b + i)));
    long rest = count - i;
    if (rest > 0) store_first(c + i, combined(function, load_first(a + i, rest), load_first(b + i, rest)), rest);
}

INLINE void scalar_loop(int function, const float *a, float scalar, bool reversed, float *c, long count) {
    Floats s = splat(scalar);
    long i = 0;
    for (; i + LANES <= count; i += LANES) {
        Floats v = load(a + i);
        store(c + i, reversed ? combined(function, s, v) : combined(function, v, s));
    }
    long rest = count - i;
    if (rest > 0) {
        Floats v = load_first(a + i, rest);
        store_first(c + i, reversed ? combined(function, s, v) : combined(function, v, s), rest);
    }
}

#define EACH_COMBINATION(LOOP) \
    LOOP(KERNELS_ADD)          \
    LOOP(KERNELS_SUBTRACT)     \
    LOOP(KERNELS_MULTIPLY)     \
    LOOP(KERNELS_DIVIDE)       \
    LOOP(KERNELS_MAXIMUM)      \
    LOOP(KERNELS_MINIMUM)

static void binary(int function, const float *a, const float *b, float *c, long count) {
    switch (function) {
#define LOOP(FUNCTION) \
    case FUNCTION: binary_loop(FUNCTION, a, b, c, count); break;
        EACH_COMBINATION(LOOP)
#undef LOOP
    }
}

static void binary_scalar(int function, const float *a, float scalar, bool reversed, float *c, long count) {
    switch (function) {
#define LOOP(FUNCTION)                                                 \
    case FUNCTION:                                                     \
        if (reversed) scalar_loop(FUNCTION, a, scalar, true, c, count);\
        else scalar_loop(FUNCTION, a, scalar, false, c, count);        \
        break;
        EACH_COMBINATION(LOOP)
#undef LOOP
    }
}

static void add_scaled(const float *x, float scale, float *y, long count) {
    long i = 0;
    for (; i + LANES <= count; i += LANES) store(y + i, load(x + i) * scale + load(y + i));
    for (; i < count; i++) y[i] += x[i] * scale;
}
