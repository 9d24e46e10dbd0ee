int triptych_kernels_version(void);
