// Updates of weights: everything that an optimizer does to a parameter in one pass over its memory.

INLINE void adamw_vector(
    const kernels_adamw *s, Floats w, Floats g, Floats *m, Floats *v, Floats *result) {
    g = g * s->gradient_factor;
    *m = *m + (g - *m) * (1.0f - s->beta1);
    *v = *v * s->beta2 + g * g * (1.0f - s->beta2);
    Floats denominator = __builtin_elementwise_sqrt(*v) * s->second_scale + s->epsilon;
    *result = w * s->decay - s->step_size * (*m / denominator);
}

static void adamw(const kernels_adamw *s, long begin, long end) {
    long i = begin;
    for (; i + LANES <= end; i += LANES) {
        Floats m = load(s->first + i), v = load(s->second + i), w;
        adamw_vector(s, load(s->weight + i), load(s->gradient + i), &m, &v, &w);
        store(s->new_first + i, m);
        store(s->new_second + i, v);
        store(s->new_weight + i, w);
    }
    long rest = end - i;
    if (rest > 0) {
        Floats m = load_first(s->first + i, rest), v = load_first(s->second + i, rest), w;
        adamw_vector(s, load_first(s->weight + i, rest), load_first(s->gradient + i, rest), &m, &v, &w);
        store_first(s->new_first + i, m, rest);
        store_first(s->new_second + i, v, rest);
        store_first(s->new_weight + i, w, rest);
    }
}

INLINE void sgd_vector(const kernels_sgd *s, Floats w, Floats g, Floats *velocity, Floats *result) {
    g = g * s->gradient_factor + w * s->weight_decay;
    *velocity = s->is_first ? g : *velocity * s->momentum + g * (1.0f - s->dampening);
    Floats direction = s->momentum == 0.0f ? g : s->nesterov ? g + *velocity * s->momentum : *velocity;
    *result = w - direction * s->learning_rate;
}

// Without momentum there is no velocity to read or to write.
static void sgd(const kernels_sgd *s, long begin, long end) {
    bool reads = s->velocity != NULL, writes = s->new_velocity != NULL;
    long i = begin;
    for (; i + LANES <= end; i += LANES) {
        Floats velocity = reads ? load(s->velocity + i) : splat(0.0f), w;
        sgd_vector(s, load(s->weight + i), load(s->gradient + i), &velocity, &w);
        if (writes) store(s->new_velocity + i, velocity);
        store(s->new_weight + i, w);
    }
    long rest = end - i;
    if (rest > 0) {
        Floats velocity = reads ? load_first(s->velocity + i, rest) : splat(0.0f), w;
        sgd_vector(s, load_first(s->weight + i, rest), load_first(s->gradient + i, rest), &velocity, &w);
        if (writes) store_first(s->new_velocity + i, velocity, rest);
        store_first(s->new_weight + i, w, rest);
    }
}

// c = a + (b - a) * fraction
static void interpolate(const float *a, const float *b, float fraction, float *c, long count) {
    long i = 0;
    for (; i + LANES <= count; i += LANES) {
        Floats start = load(a + i);
        store(c + i, start + (load(b + i) - start) * fraction);
    }
    long rest = count - i;
    if (rest > 0) {
        Floats start = load_first(a + i, rest);
        store_first(c + i, start + (load_first(b + i, rest) - start) * fraction, rest);
    }
}

typedef double Doubles __attribute__((ext_vector_type(LANES)));

// In double precision, so that the norm of millions of small gradients loses nothing.
static double sum_of_squares(const float *x, long count) {
    Doubles sums = (Doubles)(0.0);
    long i = 0;
    for (; i + LANES <= count; i += LANES) {
        Doubles v = __builtin_convertvector(load(x + i), Doubles);
        sums += v * v;
    }
    double total = 0.0;
    for (int lane = 0; lane < LANES; lane++) total += sums[lane];
    for (; i < count; i++) total += (double)x[i] * (double)x[i];
    return total;
}
