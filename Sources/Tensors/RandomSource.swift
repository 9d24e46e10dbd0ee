#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A counter-based generator: its whole state is two integers, so saving and resuming it is exact.
///
/// Philox4x32-10 of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011).
public struct RandomSource: Sendable, Hashable, Codable, RandomNumberGenerator {
    public let seed: UInt64
    /// How many 64-bit numbers have been drawn.
    public private(set) var counter: UInt64

    public init(seed: UInt64, counter: UInt64 = 0) {
        self.seed = seed
        self.counter = counter
    }

    /// An independent source, the same one for the same `stream`: a parameter's name or a sample's index.
    public func split(_ stream: UInt64) -> RandomSource {
        let block = Self.philox(counter: (stream, 0x5EED), key: seed)
        return RandomSource(seed: block.0 ^ block.1)
    }

    public mutating func next() -> UInt64 {
        let block = Self.philox(counter: (counter / 2, 0), key: seed)
        defer { counter += 1 }
        return counter % 2 == 0 ? block.0 : block.1
    }

    /// A number in [0, 1) with 24 random bits.
    public mutating func uniform() -> Float {
        Float(next() >> 40) * 0x1p-24
    }

    /// A normally distributed number with mean 0 and deviation 1 (Box and Muller).
    public mutating func normal() -> Float {
        let radius = (-2 * log(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
        let angle = 2 * Double.pi * Double(next() >> 11) * 0x1p-53
        return Float(radius * cos(angle))
    }

    private static func philox(counter: (UInt64, UInt64), key: UInt64) -> (UInt64, UInt64) {
        var x0 = UInt32(truncatingIfNeeded: counter.0)
        var x1 = UInt32(truncatingIfNeeded: counter.0 >> 32)
        var x2 = UInt32(truncatingIfNeeded: counter.1)
        var x3 = UInt32(truncatingIfNeeded: counter.1 >> 32)
        var key0 = UInt32(truncatingIfNeeded: key)
        var key1 = UInt32(truncatingIfNeeded: key >> 32)
        for _ in 0..<10 {
            let product0 = 0xD251_1F53 * UInt64(x0)
            let product1 = 0xCD9E_8D57 * UInt64(x2)
            (x0, x1, x2, x3) = (
                UInt32(truncatingIfNeeded: product1 >> 32) ^ x1 ^ key0, UInt32(truncatingIfNeeded: product1),
                UInt32(truncatingIfNeeded: product0 >> 32) ^ x3 ^ key1, UInt32(truncatingIfNeeded: product0)
            )
            key0 &+= 0x9E37_79B9
            key1 &+= 0xBB67_AE85
        }
        return (UInt64(x1) << 32 | UInt64(x0), UInt64(x3) << 32 | UInt64(x2))
    }
}
