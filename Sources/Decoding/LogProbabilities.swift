import Kernels
public import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// base to the power of exponent; named apart from C's function, which it is.
func power(_ base: Float, _ exponent: Float) -> Float { powf(base, exponent) }

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

    /// exp of each number.
    static func exponentials(_ numbers: [Float]) -> [Float] {
        Array(unsafeUninitializedCapacity: numbers.count) { result, count in
            count = numbers.count
            numbers.withUnsafeBufferPointer { source in
                guard let start = source.baseAddress, let target = result.baseAddress else { return }
                Elementwise.apply(.exp, start, into: target, count: source.count)
            }
        }
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

    /// The indices of the `count` largest logits, largest first, the first of equals before the others; fewer where all
    /// others are forbidden.
    public static func largest(_ count: Int, _ logits: [Float]) -> [Int] {
        var best: [(index: Int, logit: Float)] = []
        best.reserveCapacity(count + 1)
        var bar = -Float.infinity
        logits.withUnsafeBufferPointer { logits in
            for index in logits.indices where logits[index] > bar {
                let logit = logits[index]
                let place = best.firstIndex { $0.logit < logit } ?? best.count
                best.insert((index, logit), at: place)
                if best.count > count { best.removeLast() }
                if best.count == count { bar = best[count - 1].logit }
            }
        }
        return best.map(\.index)
    }

    /// An index drawn with the probabilities of softmax(logits / temperature).
    ///
    /// - Precondition: there is a logit that is not -∞.
    public static func draw(_ logits: [Float], temperature: Float, using random: inout RandomSource) -> Int {
        let largest = maximum(logits, in: 0..<logits.count)
        var weights = logits.map { ($0 - largest) / temperature }
        weights.withUnsafeMutableBufferPointer { buffer in
            // Not empty, by the precondition.
            Elementwise.apply(.exp, buffer.baseAddress!, into: buffer.baseAddress!, count: buffer.count)
        }
        let total = weights.reduce(0.0) { $0 + Double($1) }
        var rest = total * Double(random.next() >> 11) * 0x1p-53
        var last = 0
        for (index, weight) in weights.enumerated() where weight > 0 {
            rest -= Double(weight)
            last = index
            if rest < 0 { break }
        }
        return last
    }
}
