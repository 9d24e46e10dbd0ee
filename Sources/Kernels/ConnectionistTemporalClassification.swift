#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The negative logarithm of the probability that a sequence of frames spells a target, over all alignments with repeats
/// and blanks (Graves et al. 2006), and its gradient. Forward and backward variables are logarithms in double precision.
public enum ConnectionistTemporalClassification {
    /// - Parameters:
    ///   - logProbabilities: `[frames, classes]`.
    ///   - gradient: receives the derivative of the loss by each logarithm, minus the class' share of the alignments;
    ///     `[frames, classes]`; NaN where no alignment exists.
    /// - Returns: infinity where no alignment exists.
    public static func loss(
        _ logProbabilities: UnsafePointer<Float>, frames: Int, classes: Int, target: [Int], blank: Int,
        gradient: UnsafeMutablePointer<Float>?
    ) -> Double {
        let states = 2 * target.count + 1
        if frames == 0 { return target.isEmpty ? 0 : .infinity }
        // Blank, first label, blank, second label, …, blank.
        let labels = (0..<states).map { $0 % 2 == 0 ? blank : target[$0 / 2] }
        /// A label may follow the one before it without a blank, if they differ.
        let skips = labels.indices.map { $0 % 2 == 1 && $0 > 1 && labels[$0] != labels[$0 - 2] }
        func emission(_ frame: Int, _ state: Int) -> Double {
            Double(logProbabilities[frame * classes + labels[state]])
        }
        /// States that can both have been reached and still reach the end.
        func range(_ frame: Int) -> Range<Int> {
            let first = max(0, states - 2 * (frames - frame))
            return first..<max(first, min(states, 2 * frame + 2))
        }

        var forward = [Double](repeating: -.infinity, count: frames * states)
        for frame in 0..<frames {
            let before = (frame - 1) * states
            for state in range(frame) {
                let reached: Double
                if frame == 0 {
                    reached = 0
                } else {
                    reached = logarithmOfSum(
                        forward[before + state], state > 0 ? forward[before + state - 1] : -.infinity,
                        skips[state] ? forward[before + state - 2] : -.infinity)
                }
                forward[frame * states + state] = reached + emission(frame, state)
            }
        }
        let last = (frames - 1) * states
        let total = logarithmOfSum(
            forward[last + states - 1], states > 1 ? forward[last + states - 2] : -.infinity, -.infinity)
        guard let gradient else { return -total }
        gradient.initialize(repeating: total == -.infinity ? .nan : 0, count: frames * classes)
        if total == -.infinity { return .infinity }

        // The probability of the rest, the emission of the frame itself left out.
        var rest = [Double](repeating: -.infinity, count: states)
        rest[states - 1] = 0
        if states > 1 { rest[states - 2] = 0 }
        let distinct = Set(labels)
        var shares = [Double](repeating: 0, count: classes)
        for frame in (0..<frames).reversed() {
            if frame < frames - 1 {
                let after = rest.indices.map {
                    rest[$0] == -.infinity ? -.infinity : rest[$0] + emission(frame + 1, $0)
                }
                for state in 0..<states {
                    rest[state] = logarithmOfSum(
                        after[state], state + 1 < states ? after[state + 1] : -.infinity,
                        state + 2 < states && skips[state + 2] ? after[state + 2] : -.infinity)
                }
            }
            let row = gradient + frame * classes
            for state in range(frame) {
                let path = forward[frame * states + state] + rest[state] - total
                if path > -.infinity { shares[labels[state]] += exp(path) }
            }
            for label in distinct {
                row[label] = Float(-shares[label])
                shares[label] = 0
            }
        }
        return -total
    }

    private static func logarithmOfSum(_ a: Double, _ b: Double, _ c: Double) -> Double {
        let largest = max(a, max(b, c))
        if largest == -.infinity { return largest }
        // exp(-∞) is exactly 0.
        let sum = exp(a - largest) + exp(b - largest) + exp(c - largest)
        return sum == 1 ? largest : largest + log(sum)
    }
}
