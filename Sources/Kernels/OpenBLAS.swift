import COpenBLAS

extension MatrixProduct {
    /// The same as `multiply(m:n:k:…)` by OpenBLAS on the calling thread: the tests' reference.
    public static func multiplyWithOpenBLAS(
        m: Int, n: Int, k: Int, alpha: Float = 1, a: UnsafePointer<Float>, aStride: Int, transposeA: Bool = false,
        b: UnsafePointer<Float>, bStride: Int, transposeB: Bool = false, beta: Float = 0,
        c: UnsafeMutablePointer<Float>, cStride: Int
    ) {
        if m <= 0 || n <= 0 { return }
        _ = singleThread
        cblas_sgemm(
            CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, Int32(m),
            Int32(n), Int32(k), alpha, a, Int32(aStride), b, Int32(bStride), beta, c, Int32(cStride))
    }

    /// OpenBLAS' own threads collapse when another thread holds a core, and the pool splits the work already.
    private static let singleThread: Void = openblas_set_num_threads(1)
}
