/// A headline number of an evaluation, with how sure it is.
public struct Figure: Sendable, Hashable, Codable {
    /// Where the figure would lie on other samples of the same kind.
    public struct Interval: Sendable, Hashable, Codable {
        public var lower: Double
        public var upper: Double
        /// The share of resamples inside: 0.95.
        public var level: Double
        /// How it was found: `percentile bootstrap over items`.
        public var method: String
        public var resamples: Int
        public var seed: UInt64
    }

    /// Its key in reports: `word_error_rate`.
    public var name: String
    /// Nil where it is undefined, as the error rate of no words.
    public var value: Double?
    /// `fraction`, or what the number counts.
    public var unit: String
    public var lowerIsBetter: Bool
    public var interval: Interval?
    /// Items that it stands over; those that failed are not among them.
    public var itemCount: Int
    /// What it was made from: counts of substitutions and the like.
    public var parts: [String: Double]

    public init(
        name: String, value: Double?, unit: String, lowerIsBetter: Bool, interval: Interval? = nil, itemCount: Int,
        parts: [String: Double] = [:]
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.lowerIsBetter = lowerIsBetter
        self.interval = interval
        self.itemCount = itemCount
        self.parts = parts
    }

    /// A ratio of sums over items, with its bootstrap interval.
    public init(
        name: String, ratios: [Ratio], unit: String = "fraction", lowerIsBetter: Bool, bootstrap: Bootstrap,
        parts: [String: Double] = [:]
    ) {
        let sum = Ratio(
            ratios.reduce(0) { $0 + $1.numerator }, over: ratios.reduce(0) { $0 + $1.denominator })
        let interval = bootstrap.interval(of: ratios).map {
            Interval(
                lower: $0.lowerBound, upper: $0.upperBound, level: bootstrap.level,
                method: "percentile bootstrap over items", resamples: bootstrap.resamples, seed: bootstrap.seed)
        }
        self.init(
            name: name, value: sum.value, unit: unit, lowerIsBetter: lowerIsBetter, interval: interval,
            itemCount: ratios.count, parts: parts)
    }

    /// An error rate over texts: the counts are among the parts.
    public init(name: String, counts: [ErrorCounts], bootstrap: Bootstrap) {
        let sum = counts.reduce(ErrorCounts(), +)
        self.init(
            name: name, ratios: counts.map(Ratio.init), lowerIsBetter: true, bootstrap: bootstrap,
            parts: sum.parts)
    }
}

extension ErrorCounts {
    /// The counts as a report has them.
    public var parts: [String: Double] {
        [
            "hits": Double(hits), "substitutions": Double(substitutions), "insertions": Double(insertions),
            "deletions": Double(deletions), "reference_count": Double(referenceCount),
        ]
    }
}

extension Ratio {
    /// Errors over the length of the reference.
    public init(_ counts: ErrorCounts) {
        self.init(Double(counts.errors), over: Double(counts.referenceCount))
    }
}
