/// The percentile bootstrap (Efron 1979): the spread that a figure has when its items are drawn again and again, with
/// replacement, from those at hand.
public struct Bootstrap: Sendable, Hashable {
    public let resamples: Int
    public let seed: UInt64
    /// The share of resamples inside the interval.
    public let level: Double

    /// - Precondition: at least 2 resamples, a level between 0 and 1.
    public init(resamples: Int = 1000, seed: UInt64 = 0, level: Double = 0.95) {
        precondition(resamples >= 2 && level > 0 && level < 1, "bootstrap of \(resamples) at level \(level)")
        self.resamples = resamples
        self.seed = seed
        self.level = level
    }

    /// The interval of any figure of `count` items.
    ///
    /// - Parameters:
    ///   - count: items; fewer than two have no spread, and the result is nil.
    ///   - figure: the figure over the items with these indices (`count` of them, repeated ones included); nil where
    ///     it is undefined, which leaves that resample out.
    public func interval(count: Int, figure: ([Int]) -> Double?) -> ClosedRange<Double>? {
        guard count >= 2 else { return nil }
        var indices = [Int](repeating: 0, count: count)
        var values: [Double] = []
        values.reserveCapacity(resamples)
        for resample in 0..<resamples {
            for draw in 0..<count {
                indices[draw] = index(below: count, draw: UInt64(resample) &* UInt64(count) &+ UInt64(draw))
            }
            if let value = figure(indices) { values.append(value) }
        }
        guard !values.isEmpty else { return nil }
        values.sort()
        return quantile((1 - level) / 2, of: values)...quantile((1 + level) / 2, of: values)
    }

    /// The interval of a ratio of sums, such as errors over words.
    public func interval(of ratios: [Ratio]) -> ClosedRange<Double>? {
        interval(count: ratios.count) { indices in
            var numerator = 0.0
            var denominator = 0.0
            for index in indices {
                numerator += ratios[index].numerator
                denominator += ratios[index].denominator
            }
            return denominator > 0 ? numerator / denominator : nil
        }
    }

    /// Between neighbouring order statistics in proportion (type 7 of Hyndman and Fan 1996).
    private func quantile(_ share: Double, of sorted: [Double]) -> Double {
        let position = share * Double(sorted.count - 1)
        let lower = Int(position)
        guard lower + 1 < sorted.count else { return sorted[sorted.count - 1] }
        return sorted[lower] + (position - Double(lower)) * (sorted[lower + 1] - sorted[lower])
    }

    /// A random index that depends on seed and draw alone (SplitMix64, Steele et al. 2014, used as a counter).
    private func index(below count: Int, draw: UInt64) -> Int {
        var bits = seed &+ (draw &+ 1) &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return Int(bits.multipliedFullWidth(by: UInt64(count)).high)
    }
}

/// One item's share in a ratio of sums.
public struct Ratio: Sendable, Hashable, Codable {
    public let numerator: Double
    public let denominator: Double

    public init(_ numerator: Double, over denominator: Double) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// Nil where the denominator is 0.
    public var value: Double? { denominator != 0 ? numerator / denominator : nil }
}
