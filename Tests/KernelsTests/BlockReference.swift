import Kernels

/// Blocks decoded one weight at a time, in the words of their definition.
enum BlockReference {
    static func weights(_ type: BlockType, _ block: ArraySlice<UInt8>) -> [Float] {
        let b = Array(block)
        func half(_ offset: Int) -> Float {
            let bits = UInt16(b[offset]) | UInt16(b[offset + 1]) << 8
            let (sign, exponent, fraction) = (bits >> 15, Int(bits >> 10 & 31), Float(bits & 1023))
            let magnitude: Float =
                switch exponent {
                case 0: fraction * 0x1p-24
                case 31: fraction == 0 ? .infinity : .nan
                default: (1 + fraction * 0x1p-10) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
                }
            return sign == 1 ? -magnitude : magnitude
        }
        func nibble(_ start: Int, _ i: Int) -> Int {
            i < 16 ? Int(b[start + i]) & 15 : Int(b[start + i - 16]) >> 4
        }
        func fifthBit(_ start: Int, _ i: Int) -> Int { Int(b[start + i / 8]) >> (i % 8) & 1 }
        switch type {
        case .q80: return (0..<32).map { half(0) * Float(Int8(bitPattern: b[2 + $0])) }
        case .q40: return (0..<32).map { half(0) * Float(nibble(2, $0) - 8) }
        case .q41:
            return (0..<32).map { i in
                let product = half(0) * Float(nibble(4, i))
                return product + half(2)
            }
        case .q50: return (0..<32).map { half(0) * Float(nibble(6, $0) + 16 * fifthBit(2, $0) - 16) }
        case .q51:
            return (0..<32).map { i in
                let product = half(0) * Float(nibble(8, i) + 16 * fifthBit(4, i))
                return product + half(2)
            }
        case .q4K, .q5K:
            return (0..<256).map { i in
                let part = i / 32
                func sixBits(_ first: Int) -> Int {
                    part < 4
                        ? Int(b[4 + first + part]) & 63
                        : (first == 0 ? Int(b[8 + part]) & 15 : Int(b[8 + part]) >> 4)
                            | (Int(b[first + part]) >> 6) << 4
                }
                let low = type == .q4K ? 16 : 48
                var q = Int(b[low + i / 64 * 32 + i % 32]) >> (i / 32 % 2 * 4) & 15
                if type == .q5K { q |= (Int(b[16 + i % 32]) >> part & 1) << 4 }
                let scale = half(0) * Float(sixBits(0))
                let minimum = half(2) * Float(sixBits(4))
                let product = scale * Float(q)
                return product - minimum
            }
        case .q6K:
            return (0..<256).map { i in
                let (side, quarter, l) = (i / 128, i % 128 / 32, i % 32)
                let low = Int(b[64 * side + 32 * (quarter % 2) + l]) >> (quarter / 2 * 4) & 15
                let high = Int(b[128 + 32 * side + l]) >> (2 * quarter) & 3
                let scale = half(208) * Float(Int8(bitPattern: b[192 + i / 16]))
                return scale * Float(low + 16 * high - 32)
            }
        }
    }

    /// Random blocks whose scales are of a usual size.
    static func blocks(_ type: BlockType, count: Int, _ numbers: inout Numbers) -> [UInt8] {
        var bytes = (0..<count * type.byteCount).map { _ in UInt8(truncatingIfNeeded: numbers.next() >> 24) }
        let offsets: [Int] =
            switch type {
            case .q40, .q50, .q80: [0]
            case .q41, .q51, .q4K, .q5K: [0, 2]
            case .q6K: [208]
            }
        for block in 0..<count {
            // Exponents from 2⁻¹⁰ to 2⁻⁷.
            for offset in offsets {
                bytes[block * type.byteCount + offset + 1] = bytes[block * type.byteCount + offset + 1] & 0x8F | 0x10
            }
        }
        return bytes
    }
}

/// Memory that a matrix of blocks views.
final class BlockBytes: Sendable {
    // Written in `init` only.
    nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

    /// One byte off, because files align nothing.
    init(_ contents: [UInt8]) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: contents.count + 1, alignment: 16)
        let place = UnsafeMutableRawBufferPointer(rebasing: memory[1...])
        place.copyBytes(from: contents)
        bytes = UnsafeRawBufferPointer(place)
    }

    deinit { (bytes.baseAddress! - 1).deallocate() }  // where `init` allocated
}

extension QuantizedMatrix {
    /// Random blocks, and the weights that they hold.
    static func random(
        _ type: BlockType, outputs: Int, inputs: Int, _ numbers: inout Numbers
    ) -> (matrix: QuantizedMatrix, weights: [Float]) {
        let count = outputs * inputs / type.weightCount
        let contents = BlockReference.blocks(type, count: count, &numbers)
        let owner = BlockBytes(contents)
        let weights = (0..<count).flatMap {
            BlockReference.weights(type, contents[$0 * type.byteCount..<($0 + 1) * type.byteCount])
        }
        return (QuantizedMatrix(type, outputs: outputs, inputs: inputs, viewing: owner.bytes, owner: owner), weights)
    }
}
