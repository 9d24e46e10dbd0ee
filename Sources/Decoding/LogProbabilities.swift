import Kernels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Probabilities in the logarithm from logits, over plain arrays.
public enum LogProbabilities {
    /// log Σ exp(logits) over `range`; -∞ where all of them are forbidden.
    public static func logSumExp(_ logits: [Float], in range: Range<Int>) -> Float {
        guard let maximum = maximum(logits, in: range), maximum > -.infinity else { return -.infinity }
        var exponentials = [Float](repeating: 0, count: range.count)
        logits.withUnsafeBufferPointer { source in
            exponentials.withUnsafeMutableBufferPointer { target in
                for index in range { target[index - range.lowerBound] = source[index] - maximum }
                // Neither buffer is empty: a maximum was found.
                Elementwise.exp(target.baseAddress!, into: target.baseAddress!, count: range.count)
            }
        }
        return maximum + Float(log(exponentials.reduce(into: 0.0) { $0 += Double($1) }))
    }

    /// The largest logit in `range`; nil for an empty range.
    public static func maximum(_ logits: [Float], in range: Range<Int>) -> Float? {
        logits[range].max()
    }

    /// The index of the largest logit, the first of equals.
    public static func argumentOfMaximum(_ logits: [Float]) -> Int {
        logits.withUnsafeBufferPointer { buffer in
            var best = 0
            for index in 1..<max(1, buffer.count) where buffer[index] > buffer[best] { best = index }
            return best
        }
    }
}
