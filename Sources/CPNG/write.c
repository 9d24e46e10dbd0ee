#include "failure.h"

#include <stdlib.h>

typedef struct {
    png_bytes *result;
    size_t capacity;
} Writer;

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

static void set_text(png_structp png, png_infop info, const png_entry *entries, int count) {
    for (int i = 0; i < count; i++) {
        // libpng copies both and changes neither; its struct lacks const.
        png_text text = {
            .compression = entries[i].is_ascii ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE,
            .key = (char *)entries[i].keyword,
            .text = (char *)entries[i].text,
        };
        if (entries[i].is_ascii) text.text_length = strlen(entries[i].text);
        else text.itxt_length = strlen(entries[i].text);
        png_set_text(png, info, &text, 1);
    }
}

bool encode_png(
    const uint8_t *pixels, uint32_t width, uint32_t height, int channels, const png_entry *entries, int entry_count,
    png_bytes *result, png_failure *failure) {
    static const int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGBA};
    memset(result, 0, sizeof *result);
    memset(failure, 0, sizeof *failure);
    Writer writer = {.result = result};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, failure, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_write_struct(&png, NULL);
        return out_of_memory(failure);
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
    set_text(png, info, entries, entry_count);
    png_write_info(png, info);
    size_t stride = (size_t)width * channels;
    for (uint32_t row = 0; row < height; row++) png_write_row(png, pixels + row * stride);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return true;
}
