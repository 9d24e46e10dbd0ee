import Foundation
import Kernels
import Testing

@Suite struct TransformerKernelTests {
    @Test(arguments: KernelLevel.supported)
    func gatedSiLU(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 31)
            for count in [0] + oddSizes + [40_000] {
                let gate = numbers.array(count, scale: 5)
                let up = numbers.array(count)
                let dy = numbers.array(count)
                var (y, dGate, dUp) = (gate, gate, gate)
                GatedSiLU.forward(gate: gate, up: up, into: &y, count: count)
                GatedSiLU.gradient(
                    gate: gate, up: up, resultGradient: dy, gateGradient: &dGate, upGradient: &dUp, count: count)
                func sigmoid(_ x: Float) -> Double { 1 / (1 + exp(-Double(x))) }
                let places = 0..<count
                #expect(
                    relativeDifference(y, places.map { Double(gate[$0]) * sigmoid(gate[$0]) * Double(up[$0]) }) < 1e-6)
                #expect(
                    relativeDifference(dUp, places.map { Double(gate[$0]) * sigmoid(gate[$0]) * Double(dy[$0]) })
                        < 1e-6)
                let slopes = places.map { place in
                    let s = sigmoid(gate[place])
                    return s + Double(gate[place]) * s * (1 - s)
                }
                #expect(
                    relativeDifference(dGate, places.map { slopes[$0] * Double(up[$0]) * Double(dy[$0]) }) < 1e-6)
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func rotary(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 32)
            for (heads, half) in product([1, 3], [1, 2, 7, 8, 16, 17, 33]) {
                let (time, offsets, width) = (3, [4, 0], 2 * half)
                let x = numbers.array(2 * time * heads * width)
                let angles = numbers.array(7 * half, scale: 3)
                let (cosines, sines) = (angles.map { cos($0) }, angles.map { sin($0) })
                var (y, back) = (x, x)
                Rotary.rotate(
                    x, time: time, heads: heads, width: width, cosines: cosines, sines: sines, positionCount: 7,
                    offsets: offsets, into: &y)
                Rotary.rotate(
                    y, time: time, heads: heads, width: width, cosines: cosines, sines: sines, positionCount: 7,
                    offsets: offsets, back: true, into: &back)
                var expected = x.map(Double.init)
                for (sequence, offset) in offsets.enumerated() {
                    for (t, head) in product(Array(0..<time), Array(0..<heads)) {
                        let start = ((sequence * time + t) * heads + head) * width
                        for i in 0..<half {
                            let (a, b) = (Double(x[start + i]), Double(x[start + half + i]))
                            let place = (offset + t) * half + i
                            expected[start + i] = a * Double(cosines[place]) - b * Double(sines[place])
                            expected[start + half + i] = b * Double(cosines[place]) + a * Double(sines[place])
                        }
                    }
                }
                #expect(relativeDifference(y, expected) < 1e-6)
                #expect(relativeDifference(back, x.map(Double.init)) < 1e-6)
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func dropoutIsPhilox(level: KernelLevel) {
        KernelLevel.force(level) {
            // Past the chunk, and a tail that fills no vector.
            let count = (16 << 10) + 77
            let x = [Float](repeating: 3, count: count)
            var y = x
            Dropout.apply(x, probability: 0.25, key: 0x1234_5678_9ABC_DEF0, stream: 42, into: &y, count: count)
            let expected = (0..<count).map { element -> Float in
                let block = UInt64(element / 64 * 16 + element % 16)
                let words = philox(counter: (block, 42), key: 0x1234_5678_9ABC_DEF0)
                return words[element % 64 / 16] >= 1 << 30 ? 4 : 0
            }
            #expect(y == expected)
            let share = Double(y.count { $0 == 0 }) / Double(count)
            #expect(abs(share - 0.25) < 0.02)
        }
    }

    /// The published vectors of Random123 (kat_vectors, philox4x32-10), for the twin itself.
    @Test func philoxAgreesWithItsAuthors() {
        #expect(philox(counter: (0, 0), key: 0) == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
        #expect(
            philox(counter: (.max, .max), key: .max) == [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD])
    }

    @Test(arguments: KernelLevel.supported)
    func rowsAreAdded(level: KernelLevel) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 33)
            for columns in oddSizes + [300] {
                let identifiers: [Int32] = [2, 0, 2, 2, 4, 0]
                let y = numbers.array(identifiers.count * columns)
                var table = numbers.array(5 * columns)
                var expected = table.map(Double.init)
                for (index, row) in identifiers.enumerated() {
                    for column in 0..<columns {
                        expected[Int(row) * columns + column] += Double(y[index * columns + column])
                    }
                }
                Gather.addRows(
                    y, identifiers: identifiers, count: identifiers.count, rowCount: 5, columns: columns, to: &table)
                #expect(relativeDifference(table, expected) < 1e-6)
            }
        }
    }

    private func philox(counter: (UInt64, UInt64), key: UInt64) -> [UInt32] {
        var x = [counter.0, counter.1].flatMap {
            [UInt32(truncatingIfNeeded: $0), UInt32(truncatingIfNeeded: $0 >> 32)]
        }
        var (key0, key1) = (UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32))
        for _ in 0..<10 {
            let first = UInt64(x[0]) * 0xD251_1F53
            let second = UInt64(x[2]) * 0xCD9E_8D57
            x = [
                UInt32(second >> 32) ^ x[1] ^ key0, UInt32(truncatingIfNeeded: second),
                UInt32(first >> 32) ^ x[3] ^ key1, UInt32(truncatingIfNeeded: first),
            ]
            key0 &+= 0x9E37_79B9
            key1 &+= 0xBB67_AE85
        }
        return x
    }
}
