// Functions of one variable on vectors. exp, log and tanh use the coefficients of Cephes' single-precision functions
// (S. Moshier: expf.c, logf.c, tanhf.c).

#define LOG2_E 1.44269504088896341f
#define LN2_UPPER 0.693359375f
#define LN2_LOWER -2.12194440e-4f
// 1.5 * 2^23: adding it rounds to an integer, which then stands in the lower bits.
#define ROUNDING 12582912.0f
#define SMALLEST_EXPONENT -87.33654f
#define LARGEST_EXPONENT 88.72283f

// The parts of exp(x) = mantissa * 2^power for x within the exponents above; mantissa in [0.70, 1.42].
INLINE Floats exp_parts(Floats x, Integers *power) {
    Floats shifted = x * LOG2_E + ROUNDING;
    Floats n = shifted - ROUNDING;
    *power = (Integers)shifted - 0x4b400000;
    Floats r = x - n * LN2_UPPER;
    r = r - n * LN2_LOWER;
    Floats p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    return p * (r * r) + r + 1.0f;
}

// Results below the smallest normal number are zero.
INLINE Floats exponential(Floats x) {
    Integers power;
    Floats inside = at_most(at_least(x, splat(SMALLEST_EXPONENT)), splat(LARGEST_EXPONENT));
    Floats mantissa = exp_parts(inside, &power);
    // Adding to the exponent field reaches 2^127 * 1.99, where a factor 2^128 would overflow.
    Floats y = (Floats)((Integers)mantissa + (power << 23));
    y = select_floats(x > LARGEST_EXPONENT, splat(INFINITY), y);
    y = select_floats(x < SMALLEST_EXPONENT, splat(0.0f), y);
    return select_floats(x != x, x, y);
}

// For x <= 0 or NaN: exactly 0 for -infinity.
INLINE Floats exponential_of_nonpositive(Floats x) {
    Integers power, vanishes = x < SMALLEST_EXPONENT;
    Floats mantissa = exp_parts(select_floats(vanishes, splat(SMALLEST_EXPONENT), x), &power);
    Floats y = mantissa * (Floats)((power + 127) << 23);
    return (Floats)((Integers)y & ~vanishes);
}

INLINE Floats logarithm(Floats x) {
    Integers subnormal = (x < FLT_MIN) & (x > 0.0f);
    Floats scaled = select_floats(subnormal, x * 0x1p25f, x);
    Integers bits = (Integers)scaled;
    Integers exponent = ((bits >> 23) & 0xff) - 126 - (subnormal & 25);
    Floats m = (Floats)((bits & 0x007fffff) | 0x3f000000);
    Integers low = m < 0.707106781186547524f;
    Floats e = __builtin_convertvector(exponent + low, Floats);
    m = m - 1.0f + (Floats)((Integers)m & low);
    Floats z = m * m;
    Floats p = m * 7.0376836292e-2f + -1.1514610310e-1f;
    p = p * m + 1.1676998740e-1f;
    p = p * m + -1.2420140846e-1f;
    p = p * m + 1.4249322787e-1f;
    p = p * m + -1.6668057665e-1f;
    p = p * m + 2.0000714765e-1f;
    p = p * m + -2.4999993993e-1f;
    p = p * m + 3.3333331174e-1f;
    Floats y = p * m * z + e * LN2_LOWER - z * 0.5f;
    y = m + y + e * LN2_UPPER;
    y = select_floats(x == 0.0f, splat(-INFINITY), y);
    y = select_floats(x == INFINITY, x, y);
    return select_floats((x < 0.0f) | (x != x), splat(NAN), y);
}

INLINE Floats sigmoid(Floats x) { return 1.0f / (1.0f + exponential(-x)); }

INLINE Floats hyperbolic_tangent(Floats x) {
    Floats magnitude = absolute(x), z = x * x;
    Floats p = z * -5.70498872745e-3f + 2.06390887954e-2f;
    p = p * z + -5.37397155531e-2f;
    p = p * z + 1.33314422036e-1f;
    p = p * z + -3.33332819422e-1f;
    Floats small = p * z * x + x;
    Floats large = 1.0f - 2.0f / (exponential(magnitude + magnitude) + 1.0f);
    large = (Floats)((Integers)large | ((Integers)x & (int32_t)0x80000000));
    return select_floats(magnitude < 0.625f, small, large);
}

// The standard normal distribution function at x. Its upper tail is exp(-x^2 / 2) t P(t) with t = 1 / (1 + 0.43 |x| / sqrt 2)
// (the form of Abramowitz and Stegun 7.1.26) and P our own minimax fit of degree 7 to erfc, relative error 2.2e-7 in float32
// (Tests/Reference/fit_normal_tail.py). `gaussian` is exp(-x^2 / 2).
INLINE Floats normal_distribution(Floats x, Floats *gaussian) {
    Floats t = 1.0f / (1.0f + 0.304055916f * absolute(x));
    Floats p = t * 0.0368539505f + -0.155186653f;
    p = p * t + 0.191852793f;
    p = p * t + -0.0428628363f;
    p = p * t + 0.123422205f;
    p = p * t + 0.102475554f;
    p = p * t + 0.122187719f;
    p = p * t + 0.121257305f;
    *gaussian = exponential_of_nonpositive(-0.5f * x * x);
    Floats tail = p * t * *gaussian;
    return select_floats(x < 0.0f, tail, 1.0f - tail);
}

INLINE Floats gelu(Floats x) {
    Floats gaussian;
    return x * normal_distribution(x, &gaussian);
}

#define GELU_SLOPE 0.7978845608028654f
#define GELU_CUBIC 0.044715f

// 0.5 x (1 + tanh(u)) = x sigmoid(2 u): one exponential and no cancellation in the tail.
INLINE Floats gelu_tanh(Floats x) {
    return x * sigmoid(2.0f * GELU_SLOPE * (x + GELU_CUBIC * x * x * x));
}

INLINE Floats function_value(int function, Floats x) {
    switch (function) {
    case KERNELS_ACTIVATION_RELU: return at_least(x, splat(0.0f));
    case KERNELS_ACTIVATION_GELU: return gelu(x);
    case KERNELS_ACTIVATION_GELU_TANH: return gelu_tanh(x);
    case KERNELS_ACTIVATION_SILU: return x * sigmoid(x);
    case KERNELS_ACTIVATION_SIGMOID: return sigmoid(x);
    case KERNELS_ACTIVATION_TANH: return hyperbolic_tangent(x);
    case KERNELS_ACTIVATION_RELU6: return at_most(at_least(x, splat(0.0f)), splat(6.0f));
    case KERNELS_EXP: return exponential(x);
    case KERNELS_LOG: return logarithm(x);
    case KERNELS_SQRT: return __builtin_elementwise_sqrt(x);
    case KERNELS_RECIPROCAL_SQRT: return 1.0f / __builtin_elementwise_sqrt(x);
    case KERNELS_SQUARE: return x * x;
    case KERNELS_ABSOLUTE: return absolute(x);
    case KERNELS_NEGATE: return -x;
    case KERNELS_RECIPROCAL: return 1.0f / x;
    default: return x;
    }
}

// f'(x), given x and y = f(x).
INLINE Floats function_slope(int function, Floats x, Floats y) {
    switch (function) {
    case KERNELS_ACTIVATION_RELU: return select_floats(x > 0.0f, splat(1.0f), splat(0.0f));
    case KERNELS_ACTIVATION_GELU: {
        Floats gaussian, phi = normal_distribution(x, &gaussian);
        return phi + x * gaussian * 0.3989422804014327f;
    }
    case KERNELS_ACTIVATION_GELU_TANH: {
        Floats s = sigmoid(2.0f * GELU_SLOPE * (x + GELU_CUBIC * x * x * x));
        return s + x * s * (1.0f - s) * 2.0f * GELU_SLOPE * (1.0f + 3.0f * GELU_CUBIC * x * x);
    }
    case KERNELS_ACTIVATION_SILU: {
        Floats s = sigmoid(x);
        return s + x * s * (1.0f - s);
    }
    case KERNELS_ACTIVATION_SIGMOID: return y * (1.0f - y);
    case KERNELS_ACTIVATION_TANH: return 1.0f - y * y;
    case KERNELS_ACTIVATION_RELU6: return select_floats((x > 0.0f) & (x < 6.0f), splat(1.0f), splat(0.0f));
    case KERNELS_EXP: return y;
    case KERNELS_LOG: return 1.0f / x;
    case KERNELS_SQRT: return 0.5f / y;
    case KERNELS_RECIPROCAL_SQRT: return -0.5f * y * y * y;
    case KERNELS_SQUARE: return 2.0f * x;
    case KERNELS_ABSOLUTE:
        return select_floats(x > 0.0f, splat(1.0f), select_floats(x < 0.0f, splat(-1.0f), splat(0.0f)));
    case KERNELS_NEGATE: return splat(-1.0f);
    case KERNELS_RECIPROCAL: return -y * y;
    default: return splat(1.0f);
    }
}
