#ifndef TRIPTYCH_CKERNELS_TABLE_H
#define TRIPTYCH_CKERNELS_TABLE_H

#include <stdbool.h>
#include <stdint.h>

// The raw values are those of Swift's ElementType.
enum { KERNELS_FLOAT32 = 0, KERNELS_FLOAT16 = 1, KERNELS_BFLOAT16 = 2 };

// Types of blocks of weights under ggml's numbers, which are the raw values of Swift's BlockType.
enum {
    KERNELS_Q4_0 = 2,
    KERNELS_Q4_1 = 3,
    KERNELS_Q5_0 = 6,
    KERNELS_Q5_1 = 7,
    KERNELS_Q8_0 = 8,
    KERNELS_Q4_K = 12,
    KERNELS_Q5_K = 13,
    KERNELS_Q6_K = 14,
};

// A weight is packed into panels of this many outputs: [output / 16][input][16], padded with zeros to an even number
// of panels. The same at every level, so that a packed weight can be used by each of them.
enum { KERNELS_PANEL = 16 };

// The raw values are those of Swift's Activation.
enum {
    KERNELS_ACTIVATION_NONE,
    KERNELS_ACTIVATION_RELU,
    KERNELS_ACTIVATION_GELU,
    KERNELS_ACTIVATION_GELU_TANH,
    KERNELS_ACTIVATION_SILU,
    KERNELS_ACTIVATION_SIGMOID,
    KERNELS_ACTIVATION_TANH,
    KERNELS_ACTIVATION_RELU6,
};

// Functions of one variable; the first eight are the activations.
enum {
    KERNELS_EXP = 8,
    KERNELS_LOG,
    KERNELS_SQRT,
    KERNELS_RECIPROCAL_SQRT,
    KERNELS_SQUARE,
    KERNELS_ABSOLUTE,
    KERNELS_NEGATE,
    KERNELS_RECIPROCAL,
};

enum { KERNELS_ADD, KERNELS_SUBTRACT, KERNELS_MULTIPLY, KERNELS_DIVIDE, KERNELS_MAXIMUM, KERNELS_MINIMUM };

// The patches of pictures under a convolution's taps. Result (image, y, x) reads, for each run of neighbouring numbers,
// source[image * image_stride + y * row_stride + x * column_stride + run_offset + 0 ..< run_length].
typedef struct {
    const float *_Nonnull source;
    long image_stride, row_stride, column_stride;
    // Extents of the result.
    long height, width;
    long run_count, run_length;
    const long *_Nonnull run_offsets;
} kernels_patches;

// One filter per channel. The runs are taps, each [channels].
typedef struct {
    kernels_patches patches;
    // [taps][channels]
    const float *_Nonnull weights;
    const float *_Nullable bias;
    int activation;
    long channels;
    long y_image_stride, y_row_stride, y_column_stride;
    float *_Nonnull y;
} kernels_depthwise;

// c[rows, outputs] = activation(alpha * a * panels + bias) + residual + beta * c
typedef struct {
    // Row-major [rows, inputs], or [inputs, rows] when a_transposed.
    const float *_Nonnull a;
    long a_stride;
    bool a_transposed;
    // Not null: the rows are patches from first_patch on, and a is not read. When a_transposed, the rows are the
    // elements of a patch and the inputs are the patches.
    const kernels_patches *_Nullable patches;
    long first_patch;
    // All rows packed by pack_left, or null: each chunk then packs its own.
    const float *_Nullable packed_a;
    long rows, inputs, outputs;
    const void *_Nonnull panels;
    int element_type;
    float alpha, beta;
    const float *_Nullable bias;
    int activation;
    const float *_Nullable residual;
    // Receives what goes into the activation unless null.
    float *_Nullable arguments;
    // Of c, of the residual and of the arguments.
    long c_stride;
    float *_Nonnull c;
} kernels_product;

// Attention of one sequence and one key head. The query rows are (position, head in group) pairs, group fastest.
typedef struct {
    const float *_Nonnull queries;
    long query_stride, query_count, group;
    const void *_Nonnull keys;
    const void *_Nonnull values;
    int element_type;
    long key_stride, key_count;
    long width;
    float scale;
    bool causal;
    // Query t sees the keys 0 ... causal_offset + t.
    long causal_offset;
    // So many keys, the last of those, a causal query sees; all where 0.
    long window;
    // A score s becomes soft_cap tanh(s / soft_cap), before the mask; nothing happens where 0.
    float soft_cap;
    // Added to the scores unless null: query t, head h of the group and key k at t * query stride + h * head stride + k.
    const float *_Nullable mask;
    long mask_query_stride, mask_head_stride;
    // Null for the direct path; else made by attention_pack.
    const float *_Nullable packed_keys;
    const float *_Nullable packed_values;
    float *_Nonnull output;
    long output_stride;
    // Receives log sum exp of each row's scores unless null, a query every `log_sum_stride`, the group's heads together;
    // infinity for a row that sees no key.
    float *_Nullable log_sums;
    long log_sum_stride;
} kernels_attention;

// The gradients of an attention, float32 throughout, whose description has the output and the log sums of the forward
// pass. Gradients are laid out as what they are gradients of.
typedef struct {
    kernels_attention forward;
    const float *_Nonnull output_gradient;
    float *_Nonnull query_gradient;
    float *_Nonnull key_gradient;
    float *_Nonnull value_gradient;
    // Whether the gradients of keys and values are added to.
    bool accumulates;
} kernels_attention_gradient;

// One step of AdamW (Loshchilov and Hutter 2019) on all elements of a parameter:
// m' = m + (f g - m) (1 - beta1);  v' = beta2 v + (1 - beta2) (f g)^2;  w' = decay w - step_size m' / (second_scale sqrt(v') + epsilon)
typedef struct {
    const float *_Nonnull weight;
    const float *_Nonnull gradient;
    const float *_Nonnull first;
    const float *_Nonnull second;
    float *_Nonnull new_weight;
    float *_Nonnull new_first;
    float *_Nonnull new_second;
    // f: what the gradient is multiplied by before anything else.
    float gradient_factor;
    float beta1, beta2, epsilon;
    // 1 - learning rate * weight decay; learning rate / (1 - beta1^t); 1 / sqrt(1 - beta2^t).
    float decay, step_size, second_scale;
} kernels_adamw;

// One step of stochastic gradient descent: g' = f g + weight_decay w;  b' = momentum b + (1 - dampening) g', or g' in the
// first step;  w' = w - learning_rate d, where d is g' without momentum, g' + momentum b' with Nesterov's, else b'.
typedef struct {
    const float *_Nonnull weight;
    const float *_Nonnull gradient;
    // Null in the first step, and without momentum.
    const float *_Nullable velocity;
    float *_Nonnull new_weight;
    // Null without momentum.
    float *_Nullable new_velocity;
    float gradient_factor, learning_rate, momentum, dampening, weight_decay;
    bool nesterov, is_first;
} kernels_sgd;

// The pixel (x, y) of the result, at its centre, shows the picture at (m[0] x + m[1] y + m[2], m[3] x + m[4] y + m[5]), all
// of them integers over 2^32 (the halves of the centre are in m[2] and m[5]), between its four nearest pixels or the nearest
// one; what lies outside the picture is `fill`, a value per channel.
typedef struct {
    const uint8_t *_Nonnull pixels;
    long width, height, channels;
    int64_t matrix[6];
    uint8_t fill[4];
    bool is_bilinear;
    // Of the result.
    long columns;
} kernels_warp;

typedef struct {
    // Rows of a tile, and query rows of an attention block.
    long tile_rows, attention_rows;

    void (*_Nonnull unary)(int function, const float *_Nonnull x, float *_Nonnull y, long count);
    // dx = dy * f'(x), where y = f(x); functions that need only one of x and y accept either null.
    void (*_Nonnull unary_gradient)(
        int function, const float *_Nullable x, const float *_Nullable y, const float *_Nonnull dy,
        float *_Nonnull dx, long count);
    void (*_Nonnull binary)(
        int function, const float *_Nonnull a, const float *_Nonnull b, float *_Nonnull c, long count);
    // c = a op scalar, or scalar op a when reversed.
    void (*_Nonnull binary_scalar)(
        int function, const float *_Nonnull a, float scalar, bool reversed, float *_Nonnull c, long count);
    // y += scale * x
    void (*_Nonnull add_scaled)(const float *_Nonnull x, float scale, float *_Nonnull y, long count);

    void (*_Nonnull softmax)(const float *_Nonnull x, long rows, long columns, float *_Nonnull y);
    void (*_Nonnull log_softmax)(const float *_Nonnull x, long rows, long columns, float *_Nonnull y);
    void (*_Nonnull layer_norm)(
        const float *_Nonnull x, long rows, long columns, const float *_Nullable weight, const float *_Nullable bias,
        float epsilon, float *_Nonnull y, float *_Nullable means, float *_Nullable reciprocal_deviations);
    void (*_Nonnull rms_norm)(
        const float *_Nonnull x, long rows, long columns, const float *_Nullable weight, float epsilon,
        float *_Nonnull y, float *_Nullable reciprocal_deviations);
    void (*_Nonnull row_sum)(const float *_Nonnull x, long rows, long columns, float *_Nonnull y);
    void (*_Nonnull row_maximum)(const float *_Nonnull x, long rows, long columns, float *_Nonnull y);
    void (*_Nonnull row_argmax)(const float *_Nonnull x, long rows, long columns, int32_t *_Nonnull y);
    // y[column] = sum over the rows; one chunk of columns at a time.
    void (*_Nonnull column_sum)(
        const float *_Nonnull x, long rows, long stride, long columns, float *_Nonnull y);
    float (*_Nonnull dot)(const float *_Nonnull a, const float *_Nonnull b, long count);

    void (*_Nonnull softmax_gradient)(
        const float *_Nonnull y, const float *_Nonnull dy, long rows, long columns, float *_Nonnull dx);
    void (*_Nonnull log_softmax_gradient)(
        const float *_Nonnull y, const float *_Nonnull dy, long rows, long columns, float *_Nonnull dx);
    // Of layer_norm, or of rms_norm without `means`. The gradients of weight and bias are added to.
    void (*_Nonnull norm_gradient)(
        const float *_Nonnull x, const float *_Nonnull dy, long rows, long columns, const float *_Nullable weight,
        const float *_Nullable means, const float *_Nonnull reciprocal_deviations, float *_Nonnull dx,
        float *_Nullable weight_gradient, float *_Nullable bias_gradient);
    // A target of -1 is left out. dx may be x.
    void (*_Nonnull cross_entropy)(
        const float *_Nonnull x, long rows, long columns, const int32_t *_Nonnull targets, float smoothing, float scale,
        float *_Nonnull losses, float *_Nullable dx);

    void (*_Nonnull gated_silu)(const float *_Nonnull gate, const float *_Nonnull up, float *_Nonnull y, long count);
    void (*_Nonnull gated_silu_gradient)(
        const float *_Nonnull gate, const float *_Nonnull up, const float *_Nonnull dy, float *_Nonnull gate_gradient,
        float *_Nonnull up_gradient, long count);
    // One position of rotary embedding.
    void (*_Nonnull rotate_pairs)(
        const float *_Nonnull x, long heads, long width, const float *_Nonnull cosines, const float *_Nonnull sines,
        float direction, float *_Nonnull y);
    // The elements first ..< first + count of a tensor; `first` is a multiple of 64.
    void (*_Nonnull dropout)(
        const float *_Nonnull x, float *_Nonnull y, long first, long count, uint64_t key, uint64_t stream,
        uint32_t threshold, float scale);

    void (*_Nonnull convert)(
        const void *_Nonnull source, int source_type, void *_Nonnull destination, int destination_type, long count);

    // Packs rows of the left side in blocks of nearly equal height.
    void (*_Nonnull pack_left)(
        const kernels_product *_Nonnull product, long row_begin, long rows, float *_Nonnull packed);
    // Packs one panel: `columns` (at most 16) rows of a [outputs, inputs] weight, or columns of [inputs, outputs].
    void (*_Nonnull pack_panel)(
        const void *_Nonnull weight, int element_type, long stride, bool transposed, long columns, long inputs,
        void *_Nonnull panel);
    // Rows [row_begin, row_end) (from a multiple of tile_rows) and panels [panel_begin, panel_end), panel_begin even.
    void (*_Nonnull product)(
        const kernels_product *_Nonnull product, long row_begin, long row_end, long panel_begin, long panel_end);

    // Floats of a row of the left side as quantized_pack_row writes it, for weights of one block type.
    long (*_Nonnull quantized_row_count)(int block_type, long inputs);
    void (*_Nonnull quantized_pack_row)(int block_type, const float *_Nonnull a, long inputs, float *_Nonnull packed);
    // The product with a weight whose rows are blocks, of its outputs [begin, end), with the rows both in a and packed one
    // after another in packed_a; `panels` is not read.
    void (*_Nonnull quantized_product)(
        const kernels_product *_Nonnull product, int block_type, const void *_Nonnull blocks, long begin, long end);
    // The weights of `count` blocks.
    void (*_Nonnull dequantize)(int block_type, const void *_Nonnull blocks, long count, float *_Nonnull y);

    // panel[(tap, channel)][column] = weight[column, channel, taps[tap]]
    void (*_Nonnull pack_tap_panel)(
        const float *_Nonnull weight, long column_stride, long channel_stride, const long *_Nonnull taps,
        long tap_count, long channels, long columns, float *_Nonnull panel);
    // weight[output, channel, tap] = product[tap, channel, output] for the outputs [begin, end).
    void (*_Nonnull unpack_taps)(
        const float *_Nonnull product, long tap_count, long channels, long outputs, long begin, long end,
        float *_Nonnull weight);
    // Rows [begin, end) of image · height.
    void (*_Nonnull depthwise)(const kernels_depthwise *_Nonnull convolution, long begin, long end);
    void (*_Nonnull depthwise_weight_gradient)(
        const kernels_patches *_Nonnull patches, const float *_Nonnull gradient, long channels, long begin, long end,
        float *_Nonnull sums);

    // sums[column] = Σ a; products[column] = Σ a (b - center) unless b is null.
    void (*_Nonnull column_products)(
        const float *_Nonnull a, const float *_Nullable b, const float *_Nullable center, long rows, long columns,
        float *_Nonnull sums, float *_Nullable products);
    void (*_Nonnull column_squares)(
        const float *_Nonnull x, const float *_Nonnull center, long rows, long columns, float *_Nonnull squares);
    // y = a x + b z + shift, a, b and shift per column; z may be null.
    void (*_Nonnull column_affine)(
        const float *_Nonnull x, const float *_Nonnull a, const float *_Nullable z, const float *_Nullable b,
        const float *_Nonnull shift, long rows, long columns, float *_Nonnull y);
    // The largest of a window per channel, and where: place_offset + row · place_stride + column.
    void (*_Nonnull window_maximum)(
        const float *_Nonnull x, long row_stride, long rows, long columns, long channels, int32_t place_offset,
        int32_t place_stride, float *_Nonnull y, int32_t *_Nullable places);
    void (*_Nonnull add_where_place)(
        const float *_Nonnull dy, const int32_t *_Nonnull places, int32_t place, long channels, float *_Nonnull dx);

    // One step of one sequence; see recurrence.h.
    void (*_Nonnull lstm_gates)(
        float *_Nonnull sums, const float *_Nonnull cell_before, long width, float *_Nonnull cell,
        float *_Nonnull hidden);
    void (*_Nonnull lstm_gradient)(
        const float *_Nonnull gates, const float *_Nonnull cell_before, const float *_Nonnull cell,
        const float *_Nonnull hidden_gradient, long width, float *_Nonnull cell_gradient,
        float *_Nonnull sums_gradient);
    void (*_Nonnull gru_gates)(
        const float *_Nonnull inputs, const float *_Nonnull sums, const float *_Nonnull hidden_before, long width,
        float *_Nonnull gates, float *_Nonnull hidden);
    void (*_Nonnull gru_gradient)(
        const float *_Nonnull gates, const float *_Nonnull hidden_before, long width, float *_Nonnull hidden_gradient,
        float *_Nonnull inputs_gradient, float *_Nonnull sums_gradient);

    // Floats that attention_pack writes for the keys (and as many at most for the values).
    long (*_Nonnull attention_packed_count)(long key_count, long width);
    void (*_Nonnull attention_pack)(
        const kernels_attention *_Nonnull attention, float *_Nonnull keys, float *_Nonnull values);
    // Query rows [row_begin, row_end): at most attention_rows when packed, any number on the direct path.
    void (*_Nonnull attention)(const kernels_attention *_Nonnull attention, long row_begin, long row_end);
    void (*_Nonnull attention_gradient)(const kernels_attention_gradient *_Nonnull gradient);

    // Elements [begin, end) of a parameter.
    void (*_Nonnull adamw)(const kernels_adamw *_Nonnull step, long begin, long end);
    void (*_Nonnull sgd)(const kernels_sgd *_Nonnull step, long begin, long end);
    // c = a + (b - a) * fraction
    void (*_Nonnull interpolate)(
        const float *_Nonnull a, const float *_Nonnull b, float fraction, float *_Nonnull c, long count);
    double (*_Nonnull sum_of_squares)(const float *_Nonnull x, long count);

    // One row of a picture to another width; see pixels.h.
    void (*_Nonnull resample_row)(
        const uint8_t *_Nonnull x, long channels, const int32_t *_Nonnull starts, const int32_t *_Nonnull tap_counts,
        const int32_t *_Nonnull weights, long weight_stride, long count, uint8_t *_Nonnull y);
    // y[i] = sum of weights[tap] * x[tap * stride + i]
    void (*_Nonnull combine_rows)(
        const uint8_t *_Nonnull x, long stride, const int32_t *_Nonnull weights, long tap_count, long count,
        uint8_t *_Nonnull y);
    // The same with numbers between the two axes that are not limited to bytes: integers over 2^6.
    void (*_Nonnull resample_row_wide)(
        const uint8_t *_Nonnull x, long channels, const int32_t *_Nonnull starts, const int32_t *_Nonnull tap_counts,
        const int32_t *_Nonnull weights, long weight_stride, long count, int16_t *_Nonnull y);
    void (*_Nonnull combine_rows_wide)(
        const int16_t *_Nonnull x, long stride, const int32_t *_Nonnull weights, long tap_count, long count,
        uint8_t *_Nonnull y);
    // Every pixel `step` bytes behind the one before, or in front of it.
    void (*_Nonnull gather_pixels)(
        const uint8_t *_Nonnull x, long step, long channels, long count, uint8_t *_Nonnull y);
    void (*_Nonnull warp_row)(const kernels_warp *_Nonnull warp, long row, uint8_t *_Nonnull y);
    // y = tables[channel][x], 256 bytes for each channel
    void (*_Nonnull map_bytes)(
        const uint8_t *_Nonnull x, long pixels, long channels, const uint8_t *_Nonnull tables, uint8_t *_Nonnull y);
    // y = a + (b - a) * factor / 2^16
    void (*_Nonnull blend_bytes)(
        const uint8_t *_Nonnull a, const uint8_t *_Nonnull b, int32_t factor, long count, uint8_t *_Nonnull y);
    // Pixels of three bytes; see pixels.h.
    void (*_Nonnull grey_pixels)(const uint8_t *_Nonnull x, long pixels, uint8_t *_Nonnull y);
    void (*_Nonnull saturate_pixels)(const uint8_t *_Nonnull x, long pixels, int32_t factor, uint8_t *_Nonnull y);
    void (*_Nonnull turn_hue)(const uint8_t *_Nonnull x, long pixels, uint8_t shift, uint8_t *_Nonnull y);
    void (*_Nonnull smooth_row)(
        const uint8_t *_Nonnull x, long stride, long channels, long count, uint8_t *_Nonnull y);
    // y = x * scale[channel] + shift[channel]
    void (*_Nonnull scale_pixels)(
        const uint8_t *_Nonnull x, long pixels, long channels, const float *_Nonnull scale,
        const float *_Nonnull shift, float *_Nonnull y);
} kernels_table;

enum { KERNELS_LEVEL_PORTABLE, KERNELS_LEVEL_NEON, KERNELS_LEVEL_AVX2, KERNELS_LEVEL_AVX512, KERNELS_LEVEL_AVX512VNNI };

// The functions of a level, or null when the processor (or this build) lacks it.
const kernels_table *_Nullable kernels_table_for_level(int level);

// The level of the calling thread inside a test's `force`, or -1.
int kernels_forced_level(void);
void kernels_set_forced_level(int level);

#endif
