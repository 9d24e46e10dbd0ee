/// Where in a text no control token is meant, whatever is written there: what people have typed, between what a program has
/// put around it.
public struct PlainText: Sendable, Equatable {
    /// In bytes of UTF-8, in the order of the text, without overlaps.
    public let ranges: [Range<Int>]
    /// Ids of tokens that steer a model.
    public let controlTokens: Set<Int>

    public init(_ ranges: [Range<Int>], controlTokens: Set<Int>) {
        self.ranges = ranges
        self.controlTokens = controlTokens
    }

    /// The number of the first range that ends behind `offset`.
    private func firstRange(endingAfter offset: Int) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Up to where a control token that begins at `offset` may reach: `offset` itself where none may begin.
    func endOfControl(from offset: Int, limit: Int) -> Int {
        let number = firstRange(endingAfter: offset)
        guard number < ranges.count else { return limit }
        return min(limit, max(offset, ranges[number].lowerBound))
    }

    func overlaps(_ range: Range<Int>) -> Bool {
        let number = firstRange(endingAfter: range.lowerBound)
        return number < ranges.count && ranges[number].lowerBound < range.upperBound
    }
}
