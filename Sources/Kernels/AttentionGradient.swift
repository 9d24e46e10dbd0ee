#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What is added to the scores of an attention before the softmax; -∞ hides a key.
public struct AttentionMask {
    /// The value of sequence s, head h, query t and key k stands at
    /// s · `sequenceStride` + h · `headStride` + t · `queryStride` + k.
    public let values: UnsafePointer<Float>
    public let sequenceStride: Int
    public let headStride: Int
    public let queryStride: Int

    public init(values: UnsafePointer<Float>, sequenceStride: Int, headStride: Int, queryStride: Int) {
        self.values = values
        self.sequenceStride = sequenceStride
        self.headStride = headStride
        self.queryStride = queryStride
    }
}

extension Attention {
    /// The gradients of `forward` for queries, keys and values without gaps; see docs/derivations/attention.md.
    ///
    /// - Parameters:
    ///   - keySequenceStride: 0 for keys and values that all sequences share: their gradients are then sums.
    ///   - causalOffset: query t sees the keys 0...causalOffset + t; nil lets it see all.
    ///   - output: what `forward` gave, like `logSums`.
    ///   - queryGradient: laid out as the queries; `keyGradient` and `valueGradient` as the keys.
    public static func backward(
        queries: UnsafePointer<Float>, queryCount: Int, keys: UnsafePointer<Float>, values: UnsafePointer<Float>,
        keyCount: Int, keySequenceStride: Int, sequences: Int, causalOffset: Int?, heads: Int, keyHeads: Int,
        width: Int, scale: Float, mask: AttentionMask?, output: UnsafePointer<Float>, logSums: UnsafePointer<Float>,
        outputGradient: UnsafePointer<Float>, queryGradient: UnsafeMutablePointer<Float>,
        keyGradient: UnsafeMutablePointer<Float>, valueGradient: UnsafeMutablePointer<Float>
    ) {
        let group = heads / keyHeads
        let isShared = keySequenceStride == 0
        let keyElements = (isShared ? 1 : sequences) * keyCount * keyHeads * width
        keyGradient.initialize(repeating: 0, count: keyElements)
        valueGradient.initialize(repeating: 0, count: keyElements)
        // A chunk owns one key head, of one sequence or of all that share it.
        Threads.parallelFor(isShared ? keyHeads : sequences * keyHeads) { chunk in
            let keyHead = chunk % keyHeads
            for sequence in isShared ? 0..<sequences : chunk / keyHeads..<chunk / keyHeads + 1 {
                for head in keyHead * group..<(keyHead + 1) * group {
                    for t in 0..<queryCount {
                        let row = (sequence * queryCount + t) * heads + head
                        let (q, dq) = (queries + row * width, queryGradient + row * width)
                        let (o, dO) = (output + row * width, outputGradient + row * width)
                        dq.initialize(repeating: 0, count: width)
                        var inner: Float = 0
                        for i in 0..<width { inner += o[i] * dO[i] }
                        let visible = max(0, min(keyCount, causalOffset.map { $0 + t + 1 } ?? keyCount))
                        for key in 0..<visible {
                            let place = sequence * keySequenceStride + (key * keyHeads + keyHead) * width
                            let (k, v) = (keys + place, values + place)
                            var score: Float = 0
                            var weightGradient: Float = 0
                            for i in 0..<width {
                                score += q[i] * k[i]
                                weightGradient += dO[i] * v[i]
                            }
                            score *= scale
                            if let mask {
                                score +=
                                    mask.values[
                                        sequence * mask.sequenceStride + head * mask.headStride + t * mask.queryStride
                                            + key]
                            }
                            let weight = exp(score - logSums[row])
                            let scoreGradient = weight * (weightGradient - inner) * scale
                            for i in 0..<width {
                                dq[i] += scoreGradient * k[i]
                                keyGradient[place + i] += scoreGradient * q[i]
                                valueGradient[place + i] += weight * dO[i]
                            }
                        }
                    }
                }
            }
        }
    }
}
