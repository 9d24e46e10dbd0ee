import Foundation
import Kernels
import Testing

@Suite struct AttentionGradientTests {
    struct Shape {
        var queries = 1
        var keys = 1
        var sequences = 1
        var heads = 1
        var keyHeads = 1
        var width = 8
        var causalOffset: Int?
        var isShared = false
        /// Strides of the mask's sequences, heads and queries, in keys.
        var mask: (Int, Int, Int)?
        var window: Int?
        var softCap: Float?
    }

    static let shapes: [Shape] = [
        Shape(),
        Shape(queries: 3, keys: 5, sequences: 2, heads: 2, keyHeads: 2, width: 3),
        Shape(queries: 7, keys: 7, heads: 4, keyHeads: 2, width: 17, causalOffset: 0),
        Shape(queries: 33, keys: 40, sequences: 2, heads: 2, keyHeads: 1, width: 9, causalOffset: 7),
        Shape(queries: 9, keys: 4, sequences: 2, heads: 2, keyHeads: 2, width: 5, causalOffset: -5),
        Shape(queries: 70, keys: 31, heads: 3, keyHeads: 3, width: 64),
        Shape(queries: 75, keys: 75, heads: 2, keyHeads: 2, width: 33, causalOffset: 0),
        Shape(queries: 10, keys: 13, sequences: 3, heads: 4, keyHeads: 2, width: 16, isShared: true),
        Shape(queries: 5, keys: 19, sequences: 2, heads: 2, keyHeads: 2, width: 8, mask: (1, 0, 0)),
        Shape(
            queries: 40, keys: 19, sequences: 2, heads: 4, keyHeads: 2, width: 8, causalOffset: 0, mask: (160, 40, 1)),
        Shape(queries: 33, keys: 40, sequences: 2, heads: 2, keyHeads: 1, width: 9, causalOffset: 7, window: 5),
        Shape(queries: 90, keys: 90, heads: 2, keyHeads: 2, width: 33, causalOffset: 0, window: 21, softCap: 0.7),
        Shape(queries: 7, keys: 30, heads: 4, keyHeads: 2, width: 17, softCap: 2),
    ]

    @Test(arguments: KernelLevel.supported, shapes)
    func agreesWithDoubleSums(level: KernelLevel, shape: Shape) {
        var numbers = Numbers(seed: 11)
        let (heads, keyHeads, width, sequences) = (shape.heads, shape.keyHeads, shape.width, shape.sequences)
        let queryElements = sequences * shape.queries * heads * width
        let keyElements = (shape.isShared ? 1 : sequences) * shape.keys * keyHeads * width
        let q = numbers.array(queryElements, scale: 2)
        let k = numbers.array(keyElements, scale: 2)
        let v = numbers.array(keyElements)
        let dO = numbers.array(queryElements)
        var maskValues = numbers.array(sequences * heads * shape.queries * shape.keys)
        // Some keys are hidden, for one row all of them.
        for index in maskValues.indices where numbers.next() % 4 == 0 || index < shape.keys {
            maskValues[index] = -.infinity
        }
        let strides = shape.mask.map { ($0.0 * shape.keys, $0.1 * shape.keys, $0.2 * shape.keys) }
        let keySequenceStride = shape.isShared ? 0 : shape.keys * keyHeads * width

        var output = [Float](repeating: 7, count: queryElements)
        var logSums = [Float](repeating: 7, count: sequences * shape.queries * heads)
        var (dQ, dK, dV) = (q, k, v)
        KernelLevel.force(level) {
            maskValues.withUnsafeBufferPointer { values in
                let mask = strides.map {
                    AttentionMask(
                        values: values.baseAddress!, sequenceStride: $0.0, headStride: $0.1, queryStride: $0.2)
                }
                Attention.forward(
                    queries: q, queryCount: shape.queries, queryStride: heads * width, keys: k, values: v,
                    keyStride: keyHeads * width, keySequenceStride: keySequenceStride,
                    keyCounts: Array(repeating: shape.keys, count: sequences),
                    causalOffsets: shape.causalOffset.map { Array(repeating: $0, count: sequences) }, heads: heads,
                    keyHeads: keyHeads, width: width, scale: 0.3, window: shape.window, softCap: shape.softCap,
                    mask: mask,
                    output: &output,
                    outputStride: heads * width, logSums: &logSums)
                Attention.backward(
                    queries: q, queryCount: shape.queries, keys: k, values: v, keyCount: shape.keys,
                    keySequenceStride: keySequenceStride, sequences: sequences, causalOffset: shape.causalOffset,
                    heads: heads, keyHeads: keyHeads, width: width, scale: 0.3, window: shape.window,
                    softCap: shape.softCap, mask: mask, output: output, logSums: logSums, outputGradient: dO,
                    queryGradient: &dQ, keyGradient: &dK, valueGradient: &dV)
            }
        }

        var expected = (
            output: [Double](repeating: 0, count: queryElements), logSums: [Double](repeating: 0, count: logSums.count),
            dQ: [Double](repeating: 0, count: queryElements), dK: [Double](repeating: 0, count: keyElements),
            dV: [Double](repeating: 0, count: keyElements)
        )
        for sequence in 0..<sequences {
            for t in 0..<shape.queries {
                for head in 0..<heads {
                    let row = (sequence * shape.queries + t) * heads + head
                    let keyHead = head / (heads / keyHeads)
                    func place(_ key: Int) -> Int { sequence * keySequenceStride + (key * keyHeads + keyHead) * width }
                    func dot(_ a: [Float], _ aPlace: Int, _ b: [Float], _ bPlace: Int) -> Double {
                        (0..<width).reduce(0.0) { $0 + Double(a[aPlace + $1]) * Double(b[bPlace + $1]) }
                    }
                    let visible = max(0, min(shape.keys, shape.causalOffset.map { $0 + t + 1 } ?? shape.keys))
                    let dots = (0..<visible).map { 0.3 * dot(q, row * width, k, place($0)) }
                    let slopes = dots.map { dot in
                        shape.softCap.map { 1 - pow(tanh(dot / Double($0)), 2) } ?? 1
                    }
                    let scores = dots.enumerated().map { key, dot in
                        if let window = shape.window, key <= shape.causalOffset! + t - window {
                            return -Double.infinity
                        }
                        return (shape.softCap.map { Double($0) * tanh(dot / Double($0)) } ?? dot)
                            + (strides.map { Double(maskValues[sequence * $0.0 + head * $0.1 + t * $0.2 + key]) } ?? 0)
                    }
                    let total = scores.reduce(0) { $0 + exp($1) }
                    expected.logSums[row] = total > 0 ? log(total) : .infinity
                    let weights = scores.map { total > 0 ? exp($0) / total : 0 }
                    let weightGradients = (0..<visible).map { dot(dO, row * width, v, place($0)) }
                    let inner = zip(weights, weightGradients).reduce(0) { $0 + $1.0 * $1.1 }
                    for key in 0..<visible {
                        let scoreGradient = weights[key] * (weightGradients[key] - inner) * 0.3 * slopes[key]
                        for i in 0..<width {
                            expected.output[row * width + i] += weights[key] * Double(v[place(key) + i])
                            expected.dQ[row * width + i] += scoreGradient * Double(k[place(key) + i])
                            expected.dK[place(key) + i] += scoreGradient * Double(q[row * width + i])
                            expected.dV[place(key) + i] += weights[key] * Double(dO[row * width + i])
                        }
                    }
                }
            }
        }
        #expect(relativeDifference(output, expected.output) < 1e-5)
        #expect(relativeDifference(logSums, expected.logSums) < 1e-5)
        #expect(relativeDifference(dQ, expected.dQ) < 1e-5)
        #expect(relativeDifference(dK, expected.dK) < 1e-5)
        #expect(relativeDifference(dV, expected.dV) < 1e-5)
    }
}
