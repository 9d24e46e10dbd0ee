#include "failure.h"

#include <stdlib.h>

// What has to outlive a jump; `with_alpha` (rows with alpha, or numbers of colours) is for whoever made the reader to
// free.
typedef struct {
    const uint8_t *next;
    size_t left;
    uint8_t *with_alpha;
} Reader;

static void take(png_structp png, png_bytep data, size_t count) {
    Reader *reader = png_get_io_ptr(png);
    if (count > reader->left) {
        png_failure *failure = png_get_error_ptr(png);
        failure->kind = PNG_FAILURE_TRUNCATED;
        png_error(png, "the data end early");
    }
    memcpy(data, reader->next, count);
    reader->next += count;
    reader->left -= count;
}

static uint8_t blend(unsigned front, unsigned back, unsigned alpha) {
    return (uint8_t)((front * alpha + back * (255 - alpha) + 127) / 255);
}

static void compose(const uint8_t *rgba, const uint8_t *background, size_t count, uint8_t *rgb) {
    for (size_t i = 0; i < count; i++, rgba += 4, rgb += 3)
        for (int channel = 0; channel < 3; channel++)
            rgb[channel] = blend(rgba[channel], background[channel], rgba[3]);
}

// Chunks that do not change the pixels as read here are skipped without unpacking them.
static void skip_ancillary_chunks(png_structp png) {
    static const png_byte names[] = "bKGD\0cHRM\0eXIf\0gAMA\0hIST\0iCCP\0iTXt\0oFFs\0pCAL\0pHYs\0sBIT\0sCAL\0sPLT\0sRGB\0"
                                    "tEXt\0tIME\0zTXt";
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, (int)(sizeof names / 5));
}

static void read_rows(
    png_structp png, png_infop info, Reader *reader, size_t width, size_t height, const uint8_t *background,
    uint8_t *pixels) {
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const size_t channels = png_get_channels(png, info);
    if (png_get_bit_depth(png, info) != 8 || (channels != 3 && channels != 4)
        || png_get_rowbytes(png, info) != width * channels)
        png_error(png, "an unknown kind of pixels");
    if (channels == 3) {
        for (int pass = 0; pass < passes; pass++)
            for (size_t row = 0; row < height; row++) png_read_row(png, pixels + row * width * 3, NULL);
        return;
    }
    // Alpha counts only once all passes are in.
    reader->with_alpha = malloc(width * 4 * (passes > 1 ? height : 1));
    if (!reader->with_alpha) {
        ((png_failure *)png_get_error_ptr(png))->kind = PNG_FAILURE_OUT_OF_MEMORY;
        png_error(png, "out of memory");
    }
    if (passes == 1) {
        for (size_t row = 0; row < height; row++) {
            png_read_row(png, reader->with_alpha, NULL);
            compose(reader->with_alpha, background, width, pixels + row * width * 3);
        }
        return;
    }
    for (int pass = 0; pass < passes; pass++)
        for (size_t row = 0; row < height; row++) png_read_row(png, reader->with_alpha + row * width * 4, NULL);
    compose(reader->with_alpha, background, width * height, pixels);
}

// Pixels that are numbers of colours. libpng would take a number without a colour for black.
static void read_indices(
    png_structp png, png_infop info, Reader *reader, size_t width, size_t height, const uint8_t *background,
    uint8_t *pixels) {
    png_colorp palette = NULL;
    png_bytep alphas = NULL;
    int colors = 0, alpha_count = 0;
    if (!png_get_PLTE(png, info, &palette, &colors)) png_error(png, "there is no palette");
    if (!png_get_tRNS(png, info, &alphas, &alpha_count, NULL)) alpha_count = 0;
    png_set_packing(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != width) png_error(png, "an unknown kind of pixels");
    reader->with_alpha = malloc(width * (passes > 1 ? height : 1));
    if (!reader->with_alpha) {
        ((png_failure *)png_get_error_ptr(png))->kind = PNG_FAILURE_OUT_OF_MEMORY;
        png_error(png, "out of memory");
    }
    for (int pass = 0; pass + 1 < passes; pass++)
        for (size_t row = 0; row < height; row++) png_read_row(png, reader->with_alpha + row * width, NULL);
    for (size_t row = 0; row < height; row++) {
        uint8_t *indices = reader->with_alpha + (passes > 1 ? row * width : 0);
        png_read_row(png, indices, NULL);
        for (size_t x = 0; x < width; x++, pixels += 3) {
            const int index = indices[x];
            if (index >= colors) png_error(png, "a pixel's colour is not in the palette");
            const png_color color = palette[index];
            const unsigned alpha = index < alpha_count ? alphas[index] : 255;
            pixels[0] = blend(color.red, background[0], alpha);
            pixels[1] = blend(color.green, background[1], alpha);
            pixels[2] = blend(color.blue, background[2], alpha);
        }
    }
}

static bool read_picture(
    Reader *reader, uint32_t width, uint32_t height, const uint8_t *background, uint8_t *pixels, png_failure *failure) {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, failure, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        return out_of_memory(failure);
    }
    if (setjmp(png_jmpbuf(png))) {
        png_destroy_read_struct(&png, &info, NULL);
        return false;
    }
    png_set_read_fn(png, reader, take);
    png_set_user_limits(png, width, height);
    skip_ancillary_chunks(png);
    png_read_info(png, info);
    if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height)
        png_error(png, "two sizes");
    if (png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE) {
        read_indices(png, info, reader, width, height, background, pixels);
    } else {
        png_set_expand(png);
        png_set_scale_16(png);
        png_set_gray_to_rgb(png);
        read_rows(png, info, reader, width, height, background, pixels);
    }
    png_destroy_read_struct(&png, &info, NULL);
    return true;
}

bool decode_png(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, const uint8_t *background, uint8_t *pixels,
    png_failure *failure) {
    memset(failure, 0, sizeof *failure);
    Reader reader = {.next = bytes, .left = count};
    const bool is_read = read_picture(&reader, width, height, background, pixels, failure);
    free(reader.with_alpha);
    return is_read;
}
