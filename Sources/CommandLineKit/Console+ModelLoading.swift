import Kernels

extension Console {
    /// Tells, with `--verbose`, how long loading a model took, and which kernels it runs on.
    public func tellModelIsLoaded(in seconds: Double) {
        detail("model loaded in \(Int((seconds * 1000).rounded())) ms, kernels \(KernelLevel.current.rawValue)")
    }
}
