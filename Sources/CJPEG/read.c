#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

// More scans than any encoder makes; each costs a pass over the whole picture, so a small file could cost hours.
enum { LARGEST_SCAN_NUMBER = 500 };

typedef struct {
    struct jpeg_error_mgr manager;
    jmp_buf leave;
    jpeg_failure *failure;
    bool reached_end;
    // Once the header has told.
    bool has_multiple_scans;
} Errors;

// The manager is the first member of Errors.
static Errors *errors_of(j_common_ptr decoder) { return (Errors *)decoder->err; }

static void leave(j_common_ptr decoder, int kind) {
    Errors *errors = errors_of(decoder);
    errors->failure->kind = kind;
    decoder->err->format_message(decoder, errors->failure->message);
    longjmp(errors->leave, 1);
}

static void fail(j_common_ptr decoder) {
    switch (decoder->err->msg_code) {
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_NOT_COMPILED: leave(decoder, JPEG_FAILURE_UNSUPPORTED);
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF: leave(decoder, JPEG_FAILURE_TRUNCATED);
    default: leave(decoder, errors_of(decoder)->reached_end ? JPEG_FAILURE_TRUNCATED : JPEG_FAILURE_DAMAGED);
    }
}

// What libjpeg warns of and goes on from. Where pixels are lost, this is an error here.
static void warn(j_common_ptr decoder, int level) {
    if (level >= 0) return;
    Errors *errors = errors_of(decoder);
    switch (decoder->err->msg_code) {
    case JWRN_JPEG_EOF:
        errors->reached_end = true;
        // A missing mark of the end alone does no harm to a picture that came in one scan.
        if (errors->has_multiple_scans) leave(decoder, JPEG_FAILURE_TRUNCATED);
        return;
    case JWRN_HIT_MARKER: leave(decoder, errors->reached_end ? JPEG_FAILURE_TRUNCATED : JPEG_FAILURE_DAMAGED);
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC: leave(decoder, JPEG_FAILURE_DAMAGED);
    }
}

static void be_silent(j_common_ptr decoder) { (void)decoder; }

static void limit_scans(j_common_ptr decoder) {
    if (((j_decompress_ptr)decoder)->input_scan_number <= LARGEST_SCAN_NUMBER) return;
    Errors *errors = errors_of(decoder);
    errors->failure->kind = JPEG_FAILURE_DAMAGED;
    snprintf(errors->failure->message, sizeof errors->failure->message, "more than %d scans", LARGEST_SCAN_NUMBER);
    longjmp(errors->leave, 1);
}

static void prepare(Errors *errors, jpeg_failure *failure, struct jpeg_decompress_struct *decoder) {
    memset(failure, 0, sizeof *failure);
    memset(decoder, 0, sizeof *decoder);
    decoder->err = jpeg_std_error(&errors->manager);
    errors->manager.error_exit = fail;
    errors->manager.emit_message = warn;
    errors->manager.output_message = be_silent;
    errors->failure = failure;
    errors->reached_end = errors->has_multiple_scans = false;
}

bool inspect_jpeg(const uint8_t *bytes, size_t count, jpeg_header *header, jpeg_failure *failure) {
    struct jpeg_decompress_struct decoder;
    Errors errors;
    prepare(&errors, failure, &decoder);
    if (setjmp(errors.leave)) {
        jpeg_destroy_decompress(&decoder);
        return false;
    }
    jpeg_create_decompress(&decoder);
    jpeg_mem_src(&decoder, bytes, count);
    jpeg_read_header(&decoder, TRUE);
    *header = (jpeg_header){
        .width = decoder.image_width, .height = decoder.image_height, .components = (uint32_t)decoder.num_components};
    if (jpeg_has_multiple_scans(&decoder))
        for (int i = 0; i < decoder.num_components; i++)
            header->working_bytes +=
                (uint64_t)decoder.comp_info[i].width_in_blocks * decoder.comp_info[i].height_in_blocks * sizeof(JBLOCK);
    jpeg_destroy_decompress(&decoder);
    return true;
}

static uint8_t product(unsigned a, unsigned b) { return (uint8_t)((a * b + 127) / 255); }

// Ink covers light: what is left is (1 - ink)(1 - black).
static void convert_cmyk(const uint8_t *cmyk, bool is_inverted, size_t count, uint8_t *rgb) {
    const uint8_t flip = is_inverted ? 0 : 255;
    for (size_t i = 0; i < count; i++, cmyk += 4, rgb += 3)
        for (int channel = 0; channel < 3; channel++) rgb[channel] = product(cmyk[channel] ^ flip, cmyk[3] ^ flip);
}

bool decode_jpeg(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, uint8_t *pixels, jpeg_failure *failure) {
    struct jpeg_decompress_struct decoder;
    struct jpeg_progress_mgr progress = {.progress_monitor = limit_scans};
    Errors errors;
    prepare(&errors, failure, &decoder);
    if (setjmp(errors.leave)) {
        jpeg_destroy_decompress(&decoder);
        return false;
    }
    jpeg_create_decompress(&decoder);
    decoder.progress = &progress;
    jpeg_mem_src(&decoder, bytes, count);
    jpeg_read_header(&decoder, TRUE);
    errors.has_multiple_scans = jpeg_has_multiple_scans(&decoder);
    const bool is_cmyk = decoder.num_components == 4;
    decoder.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(&decoder);
    if (decoder.output_width != width || decoder.output_height != height) ERREXIT(&decoder, JERR_BAD_STATE);
    JSAMPARRAY inks = NULL;
    if (is_cmyk) inks = decoder.mem->alloc_sarray((j_common_ptr)&decoder, JPOOL_IMAGE, width * 4, 1);
    while (decoder.output_scanline < height) {
        JSAMPROW row = pixels + (size_t)decoder.output_scanline * width * 3;
        jpeg_read_scanlines(&decoder, is_cmyk ? inks : &row, 1);
        if (is_cmyk) convert_cmyk(inks[0], decoder.saw_Adobe_marker, width, row);
    }
    jpeg_destroy_decompress(&decoder);
    return true;
}
