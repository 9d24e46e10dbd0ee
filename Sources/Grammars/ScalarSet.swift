/// A set of Unicode scalars, as ranges.
public struct ScalarSet: Sendable, Hashable {
    /// Ascending, disjoint, none touching the next; surrogates are never among them.
    public let ranges: [ClosedRange<UInt32>]

    /// - Parameter ranges: in any order, overlapping or not; surrogates and what lies above U+10FFFF are left out.
    public init(_ ranges: [ClosedRange<UInt32>]) {
        var joined: [ClosedRange<UInt32>] = []
        for range in ranges.flatMap(Self.scalars).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = joined.last, range.lowerBound <= last.upperBound + 1 {
                joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                joined.append(range)
            }
        }
        // Ranges on either side of the surrogates do not touch, though nothing that is a scalar lies between them.
        self.ranges = joined
    }

    public init(_ text: String) { self.init(text.unicodeScalars.map { $0.value...$0.value }) }

    public static let all = ScalarSet([0...0x10FFFF])
    static let ascii = ScalarSet([0...0x7F])
    static let digits = ScalarSet([0x30...0x39])

    public var isEmpty: Bool { ranges.isEmpty }

    public var complement: ScalarSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return ScalarSet(gaps)
    }

    public func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }
    public func intersection(_ other: ScalarSet) -> ScalarSet { complement.union(other.complement).complement }
    public func subtracting(_ other: ScalarSet) -> ScalarSet { intersection(other.complement) }
    public func contains(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(scalar.value) } }

    private static func scalars(_ range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
        var parts: [ClosedRange<UInt32>] = []
        for valid: ClosedRange<UInt32> in [0...0xD7FF, 0xE000...0x10FFFF] where valid.overlaps(range) {
            parts.append(range.clamped(to: valid))
        }
        return parts
    }
}
