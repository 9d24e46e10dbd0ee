import CKernels

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
    ///   - window: as in `forward`, like `softCap`.
    ///   - output: what `forward` gave, like `logSums`.
    ///   - queryGradient: laid out as the queries; `keyGradient` and `valueGradient` as the keys.
    public static func backward(
        queries: UnsafePointer<Float>, queryCount: Int, keys: UnsafePointer<Float>, values: UnsafePointer<Float>,
        keyCount: Int, keySequenceStride: Int, sequences: Int, causalOffset: Int?, heads: Int, keyHeads: Int,
        width: Int, scale: Float, window: Int? = nil, softCap: Float? = nil, mask: AttentionMask?,
        output: UnsafePointer<Float>, logSums: UnsafePointer<Float>,
        outputGradient: UnsafePointer<Float>, queryGradient: UnsafeMutablePointer<Float>,
        keyGradient: UnsafeMutablePointer<Float>, valueGradient: UnsafeMutablePointer<Float>
    ) {
        let group = heads / keyHeads
        let isShared = keySequenceStride == 0
        let table = KernelTable.current
        // A chunk owns one key head, of one sequence or of all that share it.
        Threads.parallelFor(isShared ? keyHeads : sequences * keyHeads) { chunk in
            let keyHead = chunk % keyHeads
            for sequence in isShared ? 0..<sequences : chunk / keyHeads..<chunk / keyHeads + 1 {
                let rows = (sequence * queryCount * heads + keyHead * group) * width
                let place = sequence * keySequenceStride + keyHead * width
                let forward = kernels_attention(
                    queries: queries + rows, query_stride: heads * width, query_count: queryCount, group: group,
                    keys: keys + place, values: values + place, element_type: Int32(ElementType.float32.rawValue),
                    key_stride: keyHeads * width, key_count: keyCount, width: width, scale: scale,
                    causal: causalOffset != nil, causal_offset: causalOffset ?? 0, window: window ?? 0,
                    soft_cap: softCap ?? 0,
                    mask: mask.map { $0.values + sequence * $0.sequenceStride + keyHead * group * $0.headStride },
                    mask_query_stride: mask?.queryStride ?? 0, mask_head_stride: mask?.headStride ?? 0,
                    packed_keys: nil, packed_values: nil,
                    output: UnsafeMutablePointer(mutating: output + rows),  // only read
                    output_stride: heads * width,
                    log_sums: UnsafeMutablePointer(
                        mutating: logSums + sequence * queryCount * heads + keyHead * group),  // only read
                    log_sum_stride: heads)
                var gradient = kernels_attention_gradient(
                    forward: forward, output_gradient: outputGradient + rows, query_gradient: queryGradient + rows,
                    key_gradient: keyGradient + place, value_gradient: valueGradient + place,
                    accumulates: isShared && sequence > 0)
                table.pointee.attention_gradient(&gradient)
            }
        }
    }
}
