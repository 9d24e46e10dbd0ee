// What both directions share: libpng's complaints become a png_failure.

#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

static void fail(png_structp png, png_const_charp message) {
    png_failure *failure = png_get_error_ptr(png);
    strncpy(failure->message, message, sizeof failure->message - 1);
    longjmp(png_jmpbuf(png), 1);
}

static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static bool out_of_memory(png_failure *failure) {
    failure->kind = PNG_FAILURE_OUT_OF_MEMORY;
    strcpy(failure->message, "out of memory");
    return false;
}
