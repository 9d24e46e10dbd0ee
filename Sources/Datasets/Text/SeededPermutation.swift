import Tensors

/// The numbers below `count` in an order that depends on seed and stream alone, each found without the others.
///
/// A Feistel network of six rounds over the next power of four, walked until it leads below `count` (Black and Rogaway 2002):
/// any epoch's order can be asked at any place, so there is nothing to store and nothing to draw again after a resume.
public struct SeededPermutation: Sendable {
    public let count: Int
    private let halfBits: UInt64
    private let keys: [UInt64]

    /// - Precondition: `count` is at least 1.
    public init(count: Int, seed: UInt64, stream: UInt64) {
        precondition(count >= 1, "a permutation of \(count) numbers")
        self.count = count
        var bits: UInt64 = 1
        while 1 << (2 * bits) < count { bits += 1 }
        halfBits = bits
        var source = RandomSource(seed: seed).split(stream)
        keys = (0..<6).map { _ in source.next() }
    }

    /// - Precondition: `index` is below `count`.
    public subscript(index: Int) -> Int {
        precondition((0..<count).contains(index), "place \(index) of \(count)")
        var value = UInt64(index)
        repeat { value = permuted(value) } while value >= UInt64(count)
        return Int(value)
    }

    private func permuted(_ value: UInt64) -> UInt64 {
        let mask: UInt64 = 1 << halfBits - 1
        var (left, right) = (value >> halfBits, value & mask)
        for key in keys { (left, right) = (right, left ^ (Self.mixed(right ^ key) & mask)) }
        return left << halfBits | right
    }

    /// The finalizer of SplitMix64 (Steele et al. 2014).
    private static func mixed(_ value: UInt64) -> UInt64 {
        var bits = value &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
