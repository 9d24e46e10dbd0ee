import Kernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Probabilities in the logarithm from logits, over plain arrays.
public enum LogProbabilities {
    /// log Σ exp(logits) over `range`; -∞ where it is empty or all of it is forbidden.
    public static func logSumExp(_ logits: [Float], in range: Range<Int>) -> Float {
        let largest = maximum(logits, in: range)
        guard largest > -.infinity else { return -.infinity }
        let shifted = logits[range].map { $0 - largest }
        let sum = shifted.withUnsafeBufferPointer { source in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: source.count + 1) { scratch in
                // Neither buffer is empty: a maximum was found.
                let exponentials = scratch.baseAddress!
                Elementwise.apply(.exp, source.baseAddress!, into: exponentials, count: source.count)
                let sum = exponentials + source.count
                Rows.sum(exponentials, rows: 1, columns: source.count, into: sum)
                return sum.pointee
            }
        }
        return largest + log(sum)
    }

    /// The probability of one token among all.
    public static func probability(of token: Int, _ logits: [Float]) -> Float {
        exp(logits[token] - logSumExp(logits, in: 0..<logits.count))
    }

    /// The largest logit in `range`; -∞ for an empty range.
    public static func maximum(_ logits: [Float], in range: Range<Int>) -> Float {
        var largest = -Float.infinity
        logits[range].withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress, !buffer.isEmpty else { return }
            Rows.max(start, rows: 1, columns: buffer.count, into: &largest)
        }
        return largest
    }

    /// The index of the largest logit, the first of equals.
    ///
    /// - Precondition: there is a logit.
    public static func argumentOfMaximum(_ logits: [Float]) -> Int {
        var index: Int32 = 0
        logits.withUnsafeBufferPointer { buffer in
            // Not empty, by the precondition.
            Rows.argmax(buffer.baseAddress!, rows: 1, columns: buffer.count, into: &index)
        }
        return Int(index)
    }
}
