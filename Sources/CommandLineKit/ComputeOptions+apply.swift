import Kernels

extension ComputeOptions {
    /// Sets up the computation as asked, and tells of environment variables that cannot be followed.
    public func apply(on console: Console) {
        for error in [KernelLevel.environmentError, threads == nil ? Threads.environmentError : nil] {
            if let error { console.error("\(error)") }
        }
        if let threads { Threads.setCount(threads) }
    }
}
