/// What the bytes of a range of scalars look like in UTF-8.
enum UTF8Sequences {
    /// Sequences of byte ranges; together they match the encodings of `set` and nothing else.
    static func of(_ set: ScalarSet) -> [[ClosedRange<UInt8>]] {
        var sequences: [[ClosedRange<UInt8>]] = []
        // Encodings of one length each.
        let lengths: [ClosedRange<UInt32>] = [0...0x7F, 0x80...0x7FF, 0x800...0xFFFF, 0x10000...0x10FFFF]
        for range in set.ranges {
            for length in lengths where length.overlaps(range) {
                appendSequences(of: range.clamped(to: length), to: &sequences)
            }
        }
        return sequences
    }

    /// Cuts a range of scalars of one length until the bytes of its ends describe all between them: every byte after the
    /// first that differs must run over all of 80…BF.
    private static func appendSequences(of range: ClosedRange<UInt32>, to sequences: inout [[ClosedRange<UInt8>]]) {
        let (low, high) = (range.lowerBound, range.upperBound)
        for byte in 1..<max(encoding(high).count, 1) {
            let mask = UInt32(1) << UInt32(6 * byte) - 1
            guard low & ~mask != high & ~mask else { continue }
            if low & mask != 0 {
                appendSequences(of: low...(low | mask), to: &sequences)
                appendSequences(of: ((low | mask) + 1)...high, to: &sequences)
                return
            }
            if high & mask != mask {
                appendSequences(of: low...((high & ~mask) - 1), to: &sequences)
                appendSequences(of: (high & ~mask)...high, to: &sequences)
                return
            }
        }
        sequences.append(zip(encoding(low), encoding(high)).map { $0...$1 })
    }

    private static func encoding(_ scalar: UInt32) -> [UInt8] {
        let tail = { (shift: UInt32) in UInt8(0x80 | scalar >> shift & 0x3F) }
        return switch scalar {
        case 0...0x7F: [UInt8(scalar)]
        case 0x80...0x7FF: [UInt8(0xC0 | scalar >> 6), tail(0)]
        case 0x800...0xFFFF: [UInt8(0xE0 | scalar >> 12), tail(6), tail(0)]
        default: [UInt8(0xF0 | scalar >> 18), tail(12), tail(6), tail(0)]
        }
    }
}
