// The gates of recurrent layers, for one sequence and one step. PyTorch's order: input, forget, cell, output (LSTM); reset,
// update, new (GRU).

INLINE Floats load_part(const float *p, long count) { return count == LANES ? load(p) : load_first(p, count); }
INLINE void store_part(float *p, Floats v, long count) {
    if (count == LANES) store(p, v);
    else store_first(p, v, count);
}

// `sums` [4 · width] are the sums of inputs, recurrent products and biases; they are replaced by the gates.
static void lstm_gates(float *sums, const float *cell_before, long width, float *cell, float *hidden) {
    for (long j = 0; j < width; j += LANES) {
        const long n = width - j < LANES ? width - j : LANES;
        const Floats input = sigmoid(load_part(sums + j, n)), forget = sigmoid(load_part(sums + width + j, n));
        const Floats fresh = hyperbolic_tangent(load_part(sums + 2 * width + j, n));
        const Floats output = sigmoid(load_part(sums + 3 * width + j, n));
        const Floats c = forget * load_part(cell_before + j, n) + input * fresh;
        store_part(sums + j, input, n);
        store_part(sums + width + j, forget, n);
        store_part(sums + 2 * width + j, fresh, n);
        store_part(sums + 3 * width + j, output, n);
        store_part(cell + j, c, n);
        store_part(hidden + j, output * hyperbolic_tangent(c), n);
    }
}

// From the gradients of this step's hidden state and cell those of the sums and of the cell before, which replaces
// `cell_gradient`.
static void lstm_gradient(
    const float *gates, const float *cell_before, const float *cell, const float *hidden_gradient, long width,
    float *cell_gradient, float *sums_gradient
) {
    for (long j = 0; j < width; j += LANES) {
        const long n = width - j < LANES ? width - j : LANES;
        const Floats input = load_part(gates + j, n), forget = load_part(gates + width + j, n);
        const Floats fresh = load_part(gates + 2 * width + j, n), output = load_part(gates + 3 * width + j, n);
        const Floats squashed = hyperbolic_tangent(load_part(cell + j, n)), dh = load_part(hidden_gradient + j, n);
        const Floats dc = load_part(cell_gradient + j, n) + dh * output * (1.0f - squashed * squashed);
        store_part(sums_gradient + j, dc * fresh * input * (1.0f - input), n);
        store_part(sums_gradient + width + j, dc * load_part(cell_before + j, n) * forget * (1.0f - forget), n);
        store_part(sums_gradient + 2 * width + j, dc * input * (1.0f - fresh * fresh), n);
        store_part(sums_gradient + 3 * width + j, dh * squashed * output * (1.0f - output), n);
        store_part(cell_gradient + j, dc * forget, n);
    }
}

// `inputs` [3 · width] are the sums of the inputs' products and biases, `sums` those of the recurrent ones. `gates`
// [4 · width] receives reset, update and new gate and the recurrent sum of the last.
static void gru_gates(
    const float *inputs, const float *sums, const float *hidden_before, long width, float *gates, float *hidden
) {
    for (long j = 0; j < width; j += LANES) {
        const long n = width - j < LANES ? width - j : LANES;
        const Floats reset = sigmoid(load_part(inputs + j, n) + load_part(sums + j, n));
        const Floats update = sigmoid(load_part(inputs + width + j, n) + load_part(sums + width + j, n));
        const Floats recurrent = load_part(sums + 2 * width + j, n);
        const Floats fresh = hyperbolic_tangent(load_part(inputs + 2 * width + j, n) + reset * recurrent);
        const Floats before = load_part(hidden_before + j, n);
        store_part(gates + j, reset, n);
        store_part(gates + width + j, update, n);
        store_part(gates + 2 * width + j, fresh, n);
        store_part(gates + 3 * width + j, recurrent, n);
        store_part(hidden + j, fresh + update * (before - fresh), n);
    }
}

// From the gradient of this step's hidden state those of both kinds of sums, and the part of the hidden state before
// that does not pass through them, which replaces `hidden_gradient`.
static void gru_gradient(
    const float *gates, const float *hidden_before, long width, float *hidden_gradient, float *inputs_gradient,
    float *sums_gradient
) {
    for (long j = 0; j < width; j += LANES) {
        const long n = width - j < LANES ? width - j : LANES;
        const Floats reset = load_part(gates + j, n), update = load_part(gates + width + j, n);
        const Floats fresh = load_part(gates + 2 * width + j, n), recurrent = load_part(gates + 3 * width + j, n);
        const Floats dh = load_part(hidden_gradient + j, n), before = load_part(hidden_before + j, n);
        const Floats d_fresh = dh * (1.0f - update) * (1.0f - fresh * fresh);
        const Floats d_update = dh * (before - fresh) * update * (1.0f - update);
        const Floats d_reset = d_fresh * recurrent * reset * (1.0f - reset);
        store_part(inputs_gradient + j, d_reset, n);
        store_part(inputs_gradient + width + j, d_update, n);
        store_part(inputs_gradient + 2 * width + j, d_fresh, n);
        store_part(sums_gradient + j, d_reset, n);
        store_part(sums_gradient + width + j, d_update, n);
        store_part(sums_gradient + 2 * width + j, d_fresh * reset, n);
        store_part(hidden_gradient + j, dh * update, n);
    }
}
