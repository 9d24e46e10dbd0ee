int triptych_kernels_version(void) { return 1; }
