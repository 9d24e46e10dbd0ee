#ifndef TRIPTYCH_CPNG_H
#define TRIPTYCH_CPNG_H

// libpng reports errors by longjmp, which must not cross Swift: all of it stays behind these functions.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PNG_FAILURE_DAMAGED, PNG_FAILURE_TRUNCATED, PNG_FAILURE_OUT_OF_MEMORY };

// Why a picture could not be read or written.
typedef struct {
    int kind;
    char message[128];
} png_failure;

// Reads the picture as 8-bit RGB, row-major, into `pixels` (width * height * 3 bytes). `width` and `height` are those of
// the header, which the caller has judged. 16-bit values are scaled, gamma and profiles are ignored, and transparency
// is laid over `background` as the values are stored. Beside `pixels`, only rows are allocated, except that a picture
// that is interlaced and transparent takes another 4 bytes per pixel.
bool decode_png(
    const uint8_t *_Nonnull bytes, size_t count, uint32_t width, uint32_t height, const uint8_t *_Nonnull background,
    uint8_t *_Nonnull pixels, png_failure *_Nonnull failure);

// Bytes that encode_png made, for the caller to free.
typedef struct {
    uint8_t *_Nullable bytes;
    size_t count;
} png_bytes;

// A keyword (1 to 79 bytes of printable ASCII) and a text in UTF-8, written as tEXt where the text is ASCII, else as iTXt.
typedef struct {
    const char *_Nonnull keyword;
    const char *_Nonnull text;
    bool is_ascii;
} png_entry;

// Encodes 8-bit pixels, row-major and interleaved, of 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) channels.
bool encode_png(
    const uint8_t *_Nonnull pixels, uint32_t width, uint32_t height, int channels, const png_entry *_Nullable entries,
    int entry_count, png_bytes *_Nonnull result, png_failure *_Nonnull failure);

#endif
