#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    png_bytes *result;
    size_t capacity;
} Writer;

static void fail(png_structp png, png_const_charp message) {
    png_bytes *result = png_get_error_ptr(png);
    strncpy(result->message, message, sizeof result->message - 1);
    longjmp(png_jmpbuf(png), 1);
}

static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void append(png_structp png, png_bytep data, size_t count) {
    Writer *writer = png_get_io_ptr(png);
    png_bytes *result = writer->result;
    if (count > writer->capacity - result->count) {
        size_t capacity = 2 * writer->capacity + count + 4096;
        uint8_t *bytes = realloc(result->bytes, capacity);
        if (!bytes) png_error(png, "out of memory");
        result->bytes = bytes;
        writer->capacity = capacity;
    }
    memcpy(result->bytes + result->count, data, count);
    result->count += count;
}

static void flush(png_structp png) { (void)png; }

bool encode_png(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, png_bytes *result) {
    static const int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGBA};
    memset(result, 0, sizeof *result);
    Writer writer = {.result = result};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, result, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_write_struct(&png, NULL);
        strcpy(result->message, "out of memory");
        return false;
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        free(result->bytes);
        result->bytes = NULL;
        result->count = 0;
        return false;
    }
    png_set_write_fn(png, &writer, append, flush);
    png_set_IHDR(
        png, info, width, height, 8, types[channels - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
        PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    size_t stride = (size_t)width * channels;
    for (uint32_t row = 0; row < height; row++) png_write_row(png, pixels + row * stride);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return true;
}
