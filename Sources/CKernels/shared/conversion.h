INLINE void store_elements(void *p, Floats v, int element_type) {
    if (element_type == KERNELS_FLOAT32) {
        store(p, v);
    } else {
        HalfWords halves = element_type == KERNELS_FLOAT16 ? halves_of_floats(v) : upper_halves_of_floats(v);
        __builtin_memcpy(p, &halves, sizeof halves);
    }
}

INLINE void convert_loop(const char *source, int source_type, char *destination, int destination_type, long count) {
    long from = element_bytes(source_type), to = element_bytes(destination_type), i = 0;
    for (; i + LANES <= count; i += LANES)
        store_elements(destination + i * to, load_elements(source + i * from, source_type), destination_type);
    if (i < count) {
        char lanes[LANES * 4];
        store_elements(lanes, load_first_elements(source + i * from, source_type, count - i), destination_type);
        __builtin_memcpy(destination + i * to, lanes, (size_t)((count - i) * to));
    }
}

static void convert(const void *source, int source_type, void *destination, int destination_type, long count) {
    if (source_type == destination_type) {
        memmove(destination, source, (size_t)(count * element_bytes(source_type)));
        return;
    }
    switch (source_type * 3 + destination_type) {
#define PAIR(FROM, TO) \
    case FROM * 3 + TO: convert_loop(source, FROM, destination, TO, count); break;
        PAIR(KERNELS_FLOAT32, KERNELS_FLOAT16)
        PAIR(KERNELS_FLOAT32, KERNELS_BFLOAT16)
        PAIR(KERNELS_FLOAT16, KERNELS_FLOAT32)
        PAIR(KERNELS_FLOAT16, KERNELS_BFLOAT16)
        PAIR(KERNELS_BFLOAT16, KERNELS_FLOAT32)
        PAIR(KERNELS_BFLOAT16, KERNELS_FLOAT16)
#undef PAIR
    }
}
