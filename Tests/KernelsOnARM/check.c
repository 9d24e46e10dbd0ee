// Compares the levels of this build with plain loops in double precision. `run` builds it for aarch64 and emulates it,
// because the Swift tests run on the machine's own processor only.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

static long checks, failures;

static void expect(double actual, double expected, double tolerance, const char *what, int level) {
    checks++;
    if (fabs(actual - expected) <= tolerance) return;
    if (failures++ < 10) printf("level %d, %s: %g, expected %g\n", level, what, actual, expected);
}

static float *numbers(long count) {
    float *values = kernels_allocate((size_t)count * sizeof(float));
    for (long i = 0; i < count; i++) values[i] = (float)(rand() % 2001 - 1000) / 1000;
    return values;
}

static void check_product(const kernels_table *table, int level, int type, long rows, long outputs, long inputs) {
    const long size = type == KERNELS_FLOAT32 ? 4 : 2, panels = (outputs + 31) / 32 * 2, panel_bytes = inputs * 16 * size;
    float *a = numbers(rows * inputs), *weight = numbers(outputs * inputs), *c = numbers(rows * outputs);
    char *stored = kernels_allocate((size_t)(outputs * inputs * size));
    char *packed = kernels_allocate((size_t)(panels * panel_bytes));
    table->convert(weight, KERNELS_FLOAT32, stored, type, outputs * inputs);
    table->convert(stored, type, weight, KERNELS_FLOAT32, outputs * inputs);
    for (long panel = 0; panel < panels; panel++) {
        long first = panel * 16 < outputs ? panel * 16 : outputs;
        long columns = outputs - first < 16 ? outputs - first : 16;
        table->pack_panel(
            stored + first * inputs * size, type, inputs, false, columns, inputs, packed + panel * panel_bytes);
    }
    kernels_product product = {
        .a = a, .a_stride = inputs, .rows = rows, .inputs = inputs, .outputs = outputs, .panels = packed,
        .element_type = type, .alpha = 1, .activation = KERNELS_ACTIVATION_GELU, .c = c, .c_stride = outputs,
    };
    table->product(&product, 0, rows, 0, (outputs + 15) / 16);
    for (long i = 0; i < rows; i++)
        for (long j = 0; j < outputs; j++) {
            double sum = 0;
            for (long l = 0; l < inputs; l++) sum += (double)a[i * inputs + l] * weight[j * inputs + l];
            expect(c[i * outputs + j], sum * 0.5 * (1 + erf(sum / sqrt(2))), 1e-4, "product", level);
        }
    free(a);
    free(weight);
    free(c);
    free(stored);
    free(packed);
}

static void check_attention(const kernels_table *table, int level, long rows, long key_count, long width, bool packs) {
    float *queries = numbers(rows * width), *output = numbers(rows * width);
    float *keys = numbers(key_count * width), *values = numbers(key_count * width);
    float *packed = numbers(2 * key_count * width);
    kernels_attention attention = {
        .queries = queries, .query_stride = width, .query_count = rows, .group = 1, .keys = keys, .values = values,
        .element_type = KERNELS_FLOAT32, .key_stride = width, .key_count = key_count, .width = width, .scale = 0.5f,
        .output = output, .output_stride = width,
    };
    if (packs) {
        table->attention_pack(&attention, packed, packed + key_count * width);
        attention.packed_keys = packed;
        attention.packed_values = packed + key_count * width;
    }
    long step = packs ? table->attention_rows : rows;
    for (long row = 0; row < rows; row += step)
        table->attention(&attention, row, row + step < rows ? row + step : rows);
    double *weights = calloc((size_t)key_count, sizeof(double));
    for (long row = 0; row < rows; row++) {
        double total = 0;
        for (long key = 0; key < key_count; key++) {
            double score = 0;
            for (long i = 0; i < width; i++) score += (double)queries[row * width + i] * keys[key * width + i];
            total += weights[key] = exp(0.5 * score);
        }
        for (long i = 0; i < width; i++) {
            double sum = 0;
            for (long key = 0; key < key_count; key++) sum += weights[key] * values[key * width + i];
            expect(output[row * width + i], sum / total, 1e-4, "attention", level);
        }
    }
    free(queries);
    free(output);
    free(keys);
    free(values);
    free(packed);
    free(weights);
}

static void check_rows_and_functions(const kernels_table *table, int level) {
    enum { COUNT = 99 };
    float x[COUNT], y[COUNT];
    for (int i = 0; i < COUNT; i++) x[i] = (float)(i - 50) * 0.3f;
    table->unary(KERNELS_EXP, x, y, COUNT);
    for (int i = 0; i < COUNT; i++) expect(y[i], exp(x[i]), 1e-6 * exp(x[i]), "exp", level);
    table->unary(KERNELS_ACTIVATION_TANH, x, y, COUNT);
    for (int i = 0; i < COUNT; i++) expect(y[i], tanh(x[i]), 1e-6, "tanh", level);
    double total = 0, mean = 0, variance = 0;
    for (int i = 0; i < COUNT; i++) {
        total += exp(x[i]);
        mean += x[i] / (double)COUNT;
    }
    for (int i = 0; i < COUNT; i++) variance += (x[i] - mean) * (x[i] - mean) / COUNT;
    table->softmax(x, 1, COUNT, y);
    for (int i = 0; i < COUNT; i++) expect(y[i], exp(x[i]) / total, 1e-6, "softmax", level);
    table->layer_norm(x, 1, COUNT, NULL, NULL, 1e-5f, y, NULL, NULL);
    for (int i = 0; i < COUNT; i++) expect(y[i], (x[i] - mean) / sqrt(variance + 1e-5), 1e-5, "layer_norm", level);
}

static void check_halves(const kernels_table *table, int level) {
    enum { COUNT = 0x7c01 };
    static uint16_t halves[COUNT], again[COUNT];
    static float wide[COUNT];
    for (int i = 0; i < COUNT; i++) halves[i] = (uint16_t)i;
    table->convert(halves, KERNELS_FLOAT16, wide, KERNELS_FLOAT32, COUNT);
    table->convert(wide, KERNELS_FLOAT32, again, KERNELS_FLOAT16, COUNT);
    for (int i = 0; i < 0x7c00; i++) {
        expect(wide[i], i < 0x400 ? ldexp(i, -24) : ldexp(1024 + (i & 0x3ff), (i >> 10) - 25), 0, "half", level);
        expect(again[i], halves[i], 0, "half again", level);
    }
    expect(isinf(wide[0x7c00]), 1, 0, "infinite half", level);
}

int main(void) {
    int levels = 0;
    for (int level = KERNELS_LEVEL_PORTABLE; level <= KERNELS_LEVEL_AVX512; level++) {
        const kernels_table *table = kernels_table_for_level(level);
        if (!table) continue;
        levels++;
        for (int type = KERNELS_FLOAT32; type <= KERNELS_BFLOAT16; type++)
            for (long rows = 1; rows < 40; rows += rows < 8 ? 1 : 5)
                for (long outputs = 1; outputs < 50; outputs += 7)
                    for (long inputs = 1; inputs < 40; inputs += 6)
                        check_product(table, level, type, rows, outputs, inputs);
        for (long rows = 1; rows < 40; rows += 12)
            for (long keys = 1; keys < 50; keys += 16)
                for (long width = 3; width < 70; width += 20)
                    for (int packs = 0; packs < 2; packs++) check_attention(table, level, rows, keys, width, packs);
        check_rows_and_functions(table, level);
        check_halves(table, level);
    }
    printf("%d levels, %ld checks, %ld failures\n", levels, checks, failures);
    return failures != 0;
}
