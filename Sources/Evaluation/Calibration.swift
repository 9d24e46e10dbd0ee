/// Whether a model is right as often as it says: the expected calibration error (Guo et al. 2017, equation 3).
///
/// Answers are put into bins by the probability p that the model gives them, (i/n, (i+1)/n]. With the number, the accuracy
/// and the mean probability of each bin, the error is Σ count / N · |accuracy − probability|.
public struct Calibration: Sendable, Hashable {
    public struct Bin: Sendable, Hashable {
        public fileprivate(set) var count = 0
        public fileprivate(set) var hits = 0
        public fileprivate(set) var probabilitySum = 0.0
    }

    public private(set) var bins: [Bin]

    /// - Precondition: there is a bin.
    public init(binCount: Int = 15) {
        precondition(binCount > 0, "calibration in \(binCount) bins")
        bins = [Bin](repeating: Bin(), count: binCount)
    }

    /// - Parameter probability: of the answer, from 0 to 1.
    public mutating func add(probability: Double, isRight: Bool) {
        let place = Int((probability * Double(bins.count)).rounded(.up)) - 1
        let index = min(max(place, 0), bins.count - 1)
        bins[index].count += 1
        bins[index].hits += isRight ? 1 : 0
        bins[index].probabilitySum += probability
    }

    /// Nil where there are no answers.
    public var error: Double? {
        let total = bins.reduce(0) { $0 + $1.count }
        guard total > 0 else { return nil }
        return bins.reduce(0) { $0 + abs(Double($1.hits) - $1.probabilitySum) } / Double(total)
    }
}
