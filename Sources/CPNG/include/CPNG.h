#ifndef TRIPTYCH_CPNG_H
#define TRIPTYCH_CPNG_H

// libpng reports errors by longjmp, which must not cross Swift: all of it stays behind these functions.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes that encode_png made; `message` says why it failed.
typedef struct {
    uint8_t *_Nullable bytes;
    size_t count;
    char message[128];
} png_bytes;

// Encodes 8-bit pixels, row-major and interleaved, of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) channels.
// On success `result->bytes` is for the caller to free.
bool encode_png(
    const uint8_t *_Nonnull pixels, uint32_t width, uint32_t height, int channels, png_bytes *_Nonnull result);

#endif
