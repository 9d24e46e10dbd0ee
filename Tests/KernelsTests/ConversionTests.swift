import Kernels
import Testing

@Suite struct ConversionTests {
    @Test(arguments: KernelLevel.supported)
    func everyHalfWidens(level: KernelLevel) {
        KernelLevel.force(level) {
            let bits = (0...UInt16.max).map { $0 }
            var y = [Float](repeating: 0, count: bits.count)
            Conversion.convert(bits, .float16, to: &y, .float32, count: bits.count)
            for (half, value) in zip(bits, y) {
                let expected = Float(Float16(bitPattern: half))
                #expect(value == expected || (value.isNaN && expected.isNaN), "\(half)")
            }
            Conversion.convert(bits, .bfloat16, to: &y, .float32, count: bits.count)
            for (half, value) in zip(bits, y) { #expect(value.bitPattern == UInt32(half) << 16) }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func narrowingRoundsToNearestEven(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 12)
            // Random bit patterns, every half's neighbourhood, and the ties between them.
            var x = (0..<100_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: numbers.next())) }
            for half in stride(from: UInt16(0), through: 0x7c00, by: 1) {
                let value = Float(Float16(bitPattern: half))
                let next = Float(Float16(bitPattern: min(half + 1, 0x7c00)))
                x += [value, value.nextUp, value.nextDown, (value + next) / 2, -(value + next) / 2]
            }
            x += [
                65519, 65520, 65504, 1e30, -1e30, .infinity, .nan, Float(bitPattern: 71362), 2.98e-8, 2.9802322e-8,
                2.99e-8,
            ]
            var halves = [UInt16](repeating: 0, count: x.count)
            Conversion.convert(x, .float32, to: &halves, .float16, count: x.count)
            for (value, half) in zip(x, halves) {
                let expected = Float16(value)
                let actual = Float16(bitPattern: half)
                #expect(
                    half == expected.bitPattern || (actual.isNaN && expected.isNaN), "\(value): \(actual), \(expected)")
            }
            Conversion.convert(x, .float32, to: &halves, .bfloat16, count: x.count)
            for (value, half) in zip(x, halves) {
                let widened = Float(bitPattern: UInt32(half) << 16)
                if value.isNaN {
                    #expect(widened.isNaN)
                } else {
                    let lower = value.bitPattern & 0xffff_0000
                    let (below, rest) = (UInt32(half) << 16 == lower, value.bitPattern & 0xffff)
                    let roundsDown = rest < 0x8000 || (rest == 0x8000 && lower >> 16 & 1 == 0)
                    #expect(below == roundsDown, "\(value)")
                }
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func everyPairOnOddCountsAndAddresses(level: KernelLevel) {
        KernelLevel.force(level) {
            let types: [ElementType] = [.float32, .float16, .bfloat16]
            for count in [0] + oddSizes {
                // Small whole numbers are exact in every type.
                let x = (0..<count).map { Float($0 % 100) - 50 }
                for from in types {
                    for to in types {
                        var source = [UInt8](repeating: 0, count: 4 * count + 1)
                        var destination = source
                        var y = x
                        source.withUnsafeMutableBytes { source in
                            destination.withUnsafeMutableBytes { destination in
                                let (s, d) = (source.baseAddress! + 1, destination.baseAddress! + 1)
                                Conversion.convert(x, .float32, to: s, from, count: count)
                                Conversion.convert(s, from, to: d, to, count: count)
                                Conversion.convert(d, to, to: &y, .float32, count: count)
                            }
                        }
                        #expect(x == y, "\(from) to \(to), \(count)")
                    }
                }
            }
        }
    }

    @Test(arguments: KernelLevel.supported, [ElementType.float32, .float16, .bfloat16])
    func gatherWidensRows(level: KernelLevel, type: ElementType) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 13)
            for columns in oddSizes {
                let table = Stored(numbers.array(9 * columns), type)
                let identifiers: [Int32] = [8, 0, 3, 3, 7]
                var y = [Float](repeating: 0, count: identifiers.count * columns)
                Gather.rows(
                    of: table.bytes, type, rowCount: 9, columns: columns, identifiers: identifiers,
                    count: identifiers.count, into: &y)
                #expect(y == identifiers.flatMap { table.exact[Int($0) * columns..<(Int($0) + 1) * columns] })
            }
        }
    }
}
