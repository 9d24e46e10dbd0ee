import Foundation
import Kernels
import Testing

@Suite struct AttentionTests {
    struct Shape {
        var queries = 1
        var keyCounts = [1]
        var heads = 1
        var keyHeads = 1
        var width = 8
        var causal = false
        var window: Int?
        var softCap: Float?
    }

    static let shapes: [Shape] = [
        Shape(),
        Shape(queries: 3, keyCounts: [5, 2], heads: 2, keyHeads: 2, width: 3),
        Shape(queries: 1, keyCounts: [100, 33, 1, 0], heads: 6, keyHeads: 6, width: 64),
        Shape(queries: 7, keyCounts: [7, 9], heads: 4, keyHeads: 2, width: 17, causal: true),
        Shape(queries: 33, keyCounts: [33, 40, 0], heads: 2, keyHeads: 1, width: 9, causal: true),
        Shape(queries: 100, keyCounts: [31], heads: 3, keyHeads: 3, width: 64),
        Shape(queries: 150, keyCounts: [150], heads: 6, keyHeads: 6, width: 64, causal: true),
        Shape(queries: 130, keyCounts: [517, 300], heads: 2, keyHeads: 2, width: 80),
        Shape(queries: 2, keyCounts: [65], heads: 8, keyHeads: 1, width: 128, causal: true),
        Shape(queries: 1, keyCounts: [100, 33, 1, 0], heads: 4, keyHeads: 2, width: 64, causal: true, window: 34),
        Shape(queries: 3, keyCounts: [41], heads: 2, keyHeads: 2, width: 5, causal: true, window: 1, softCap: 2),
        Shape(queries: 33, keyCounts: [33, 90], heads: 2, keyHeads: 1, width: 9, causal: true, window: 7),
        Shape(queries: 150, keyCounts: [150], heads: 6, keyHeads: 6, width: 64, causal: true, window: 50, softCap: 3),
        Shape(queries: 30, keyCounts: [517], heads: 2, keyHeads: 2, width: 80, softCap: 1.5),
    ]

    @Test(arguments: KernelLevel.supported, [ElementType.float32, .float16, .bfloat16])
    func agreesWithDoubleSums(level: KernelLevel, type: ElementType) {
        KernelLevel.force(level) {
            var numbers = Numbers(seed: 5)
            for shape in Self.shapes {
                let (heads, keyHeads, width) = (shape.heads, shape.keyHeads, shape.width)
                let sequences = shape.keyCounts.count
                let queryStride = heads * width + 5
                let keyStride = keyHeads * width + 3
                let sequenceStride = (shape.keyCounts.max()! + 2) * keyStride
                let queries = numbers.array(sequences * shape.queries * queryStride, scale: 2)
                let keys = Stored(numbers.array(sequences * sequenceStride), type)
                let values = Stored(numbers.array(sequences * sequenceStride), type)
                let outputStride = heads * width + 1
                let offsets = shape.causal ? shape.keyCounts.map { $0 - shape.queries } : nil
                var output = [Float](repeating: 7, count: sequences * shape.queries * outputStride)
                Attention.forward(
                    queries: queries, queryCount: shape.queries, queryStride: queryStride, keys: keys.bytes,
                    values: values.bytes, keyValueType: type, keyStride: keyStride, keySequenceStride: sequenceStride,
                    keyCounts: shape.keyCounts, causalOffsets: offsets, heads: heads, keyHeads: keyHeads,
                    width: width, scale: 0.3, window: shape.window, softCap: shape.softCap, output: &output,
                    outputStride: outputStride)

                var expected = [Double](repeating: 7, count: output.count)
                for sequence in 0..<sequences {
                    for t in 0..<shape.queries {
                        for head in 0..<heads {
                            let keyHead = head / (heads / keyHeads)
                            let query = (sequence * shape.queries + t) * queryStride + head * width
                            let visible = max(
                                0, min(shape.keyCounts[sequence], offsets.map { $0[sequence] + t + 1 } ?? .max))
                            let scores = (0..<visible).map { key in
                                if let window = shape.window, key <= offsets![sequence] + t - window {
                                    return -Double.infinity
                                }
                                let score =
                                    0.3
                                    * (0..<width).reduce(0.0) { sum, i in
                                        let place = sequence * sequenceStride + key * keyStride + keyHead * width + i
                                        return sum + Double(queries[query + i]) * Double(keys.exact[place])
                                    }
                                return shape.softCap.map { Double($0) * tanh(score / Double($0)) } ?? score
                            }
                            let largest = scores.max() ?? 0
                            let weights = scores.map { exp($0 - largest) }
                            let total = weights.reduce(0, +)
                            for i in 0..<width {
                                let sum = (0..<visible).reduce(0.0) { sum, key in
                                    let place = sequence * sequenceStride + key * keyStride + keyHead * width + i
                                    return sum + weights[key] * Double(values.exact[place])
                                }
                                expected[(sequence * shape.queries + t) * outputStride + head * width + i] =
                                    visible == 0 ? 0 : sum / total
                            }
                        }
                    }
                }
                #expect(relativeDifference(output, expected) < 1e-5, "\(shape)")
            }
        }
    }

    @Test(arguments: KernelLevel.supported)
    func hugeScoresStayFinite(level: KernelLevel) {
        KernelLevel.force(level) {
            let (count, width) = (40, 8)
            for queries in [1, count] {
                let q = [Float](repeating: 1000, count: queries * width)
                let k = (0..<count * width).map { Float($0 / width) }
                var output = [Float](repeating: 0, count: queries * width)
                Attention.forward(
                    queries: q, queryCount: queries, queryStride: width, keys: k, values: k, keyStride: width,
                    keySequenceStride: 0, keyCounts: [count], heads: 1, keyHeads: 1, width: width, scale: 1,
                    output: &output, outputStride: width)
                #expect(output.allSatisfy { $0 == Float(count - 1) })
            }
        }
    }
}

/// Numbers in a stored type, and what they are after the rounding.
struct Stored {
    var bytes: [UInt8]
    var exact: [Float]

    init(_ numbers: [Float], _ type: ElementType) {
        bytes = [UInt8](repeating: 0, count: numbers.count * type.byteCount)
        exact = numbers
        Conversion.convert(numbers, .float32, to: &bytes, type, count: numbers.count)
        Conversion.convert(bytes, type, to: &exact, .float32, count: numbers.count)
    }
}
