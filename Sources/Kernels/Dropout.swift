import CKernels

/// Dropout whose mask is a function of the element's index, so that the gradient makes it again.
public enum Dropout {
    /// y = x / (1 - probability) where an element is kept, else 0 (Srivastava et al. 2014).
    ///
    /// The random bits are Philox4x32-10 of the counters (index, stream) under `key`, the same at every kernel level.
    public static func apply(
        _ x: UnsafePointer<Float>, probability: Float, key: UInt64, stream: UInt64,
        into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        precondition((0..<1).contains(probability), "Dropout: a probability of \(probability) is not in 0..<1")
        let table = KernelTable.current
        let threshold = UInt32((Double(probability) * 0x1p32).rounded(.down))
        Threads.parallelRanges(count, chunk: 16 << 10) { range in
            table.pointee.dropout(
                x + range.lowerBound, y + range.lowerBound, range.lowerBound, range.count, key, stream, threshold,
                1 / (1 - probability))
        }
    }
}
