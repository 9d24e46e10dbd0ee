#pragma once
#include <stddef.h>
#include <stdint.h>

/// The entry of libFuzzer for programs that have a `main` of their own (compiler-rt, FuzzerDriver.cpp).
/// It stands in libclang_rt.fuzzer_no_main, which Package.swift links when FUZZ is set.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
