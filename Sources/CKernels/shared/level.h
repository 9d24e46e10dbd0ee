// Compiled once per level, which defines LEVEL_NAME, LANES (floats per vector), TILE_ROWS, TILE_VECTORS,
// HAS_HALF_CONVERSION, WIDENS_PANELS (whether 16-bit weights are widened before many rows use them, or in each tile) and
// HAS_BYTE_PRODUCTS (an instruction that sums products of bytes).
// Included in a file of its own instruction set, so everything here is static.

#pragma clang fp contract(fast)

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

#include "vector.h"
#include "functions.h"
#include "elementwise.h"
#include "rows.h"
#include "gradients.h"
#include "transformer.h"
#include "conversion.h"
#include "product.h"
#include "quantized.h"
#include "attention.h"
#include "attention_gradient.h"
#include "optimizer.h"
#include "channels.h"
#include "recurrence.h"
#include "pixels.h"

#define TABLE_NAME_OF(name) kernels_table_##name
#define TABLE_NAME(name) TABLE_NAME_OF(name)

const kernels_table TABLE_NAME(LEVEL_NAME) = {
    .tile_rows = TILE_ROWS,
    .attention_rows = ATTENTION_ROWS,
    .unary = unary,
    .unary_gradient = unary_gradient,
    .binary = binary,
    .binary_scalar = binary_scalar,
    .add_scaled = add_scaled,
    .softmax = softmax,
    .log_softmax = log_softmax,
    .layer_norm = layer_norm,
    .rms_norm = rms_norm,
    .row_sum = row_sum,
    .row_maximum = row_maximum,
    .row_argmax = row_argmax,
    .column_sum = column_sum,
    .dot = dot,
    .softmax_gradient = softmax_gradient,
    .log_softmax_gradient = log_softmax_gradient,
    .norm_gradient = norm_gradient,
    .cross_entropy = cross_entropy,
    .gated_silu = gated_silu,
    .gated_silu_gradient = gated_silu_gradient,
    .rotate_pairs = rotate_pairs,
    .dropout = dropout,
    .convert = convert,
    .pack_left = pack_left,
    .pack_panel = pack_panel,
    .product = product,
    .quantized_row_count = quantized_row_count,
    .quantized_pack_row = quantized_pack_row,
    .quantized_product = quantized_product,
    .dequantize = dequantize,
    .pack_tap_panel = pack_tap_panel,
    .unpack_taps = unpack_taps,
    .depthwise = depthwise,
    .depthwise_weight_gradient = depthwise_weight_gradient,
    .column_products = column_products,
    .column_squares = column_squares,
    .column_affine = column_affine,
    .window_maximum = window_maximum,
    .add_where_place = add_where_place,
    .lstm_gates = lstm_gates,
    .lstm_gradient = lstm_gradient,
    .gru_gates = gru_gates,
    .gru_gradient = gru_gradient,
    .attention_packed_count = attention_packed_count,
    .attention_pack = attention_pack,
    .attention = attention,
    .attention_gradient = attention_gradient,
    .adamw = adamw,
    .sgd = sgd,
    .interpolate = interpolate,
    .sum_of_squares = sum_of_squares,
    .resample_row = resample_row,
    .combine_rows = combine_rows,
    .resample_row_wide = resample_row_wide,
    .combine_rows_wide = combine_rows_wide,
    .gather_pixels = gather_pixels,
    .warp_row = warp_row,
    .map_bytes = map_bytes,
    .blend_bytes = blend_bytes,
    .grey_pixels = grey_pixels,
    .saturate_pixels = saturate_pixels,
    .turn_hue = turn_hue,
    .smooth_row = smooth_row,
    .scale_pixels = scale_pixels,
};
