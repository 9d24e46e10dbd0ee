#ifndef TRIPTYCH_CJPEG_H
#define TRIPTYCH_CJPEG_H

// libjpeg leaves by longjmp where an error occurs, which must not cross Swift: all of it stays behind these functions.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JPEG_FAILURE_DAMAGED, JPEG_FAILURE_TRUNCATED, JPEG_FAILURE_UNSUPPORTED };

// Why a picture could not be read. `message` has room for libjpeg's longest.
typedef struct {
    int kind;
    char message[200];
} jpeg_failure;

typedef struct {
    uint32_t width, height;
    // Components of a pixel: 1 grey, 3 colour, 4 ink.
    uint32_t components;
    // What the decoder keeps of the whole picture beside its pixels: all coefficients, where they come in several scans.
    uint64_t working_bytes;
} jpeg_header;

// Reads as far as the header of the first scan.
bool inspect_jpeg(
    const uint8_t *_Nonnull bytes, size_t count, jpeg_header *_Nonnull header, jpeg_failure *_Nonnull failure);

// Reads the picture as RGB, row-major, into `pixels` (width * height * 3 bytes), as it is stored: turning it upright is
// the caller's. `width` and `height` are what inspect_jpeg told. Four channels are taken for CMYK, inverted where Adobe's
// marker is present. Data that end early or are damaged are a failure, whatever could be read of them.
bool decode_jpeg(
    const uint8_t *_Nonnull bytes, size_t count, uint32_t width, uint32_t height, uint8_t *_Nonnull pixels,
    jpeg_failure *_Nonnull failure);

#endif
