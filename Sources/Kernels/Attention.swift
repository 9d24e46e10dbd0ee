import CKernels

/// Scaled dot-product attention.
public enum Attention {
    /// output = softmax(scale · q kᵀ) v for every sequence and head, without storing the scores
    /// (Vaswani et al. 2017, equation 1).
    ///
    /// A key that a query must not see gets the weight 0; a query that sees no key gives zeros. With fewer key heads
    /// than heads, `heads / keyHeads` neighbouring heads share one (grouped-query attention, Ainslie et al. 2023).
    ///
    /// - Parameters:
    ///   - queries: `[sequences, queryCount, heads · width]`, a position every `queryStride` elements.
    ///   - sequenceStride: elements from one sequence's queries to the next one's, and from its output to the next
    ///     one's; nil where sequences follow each other without a gap (`queryCount` strides).
    ///   - keys: `[sequences, keyCount, keyHeads · width]` of `keyValueType`, a position every `keyStride` elements, a
    ///     sequence every `keySequenceStride`. 16-bit keys and values are widened on the way.
    ///   - values: laid out as the keys.
    ///   - keyCounts: the keys of each sequence, `[sequences]`.
    ///   - causalOffsets: query t of sequence s sees its keys 0...causalOffsets[s] + t; nil lets it see all.
    ///   - window: a causal query sees the last so many of those keys; nil lets it see all.
    ///   - softCap: a score s becomes softCap · tanh(s / softCap), before the mask.
    ///   - mask: added to the scores.
    ///   - logSums: receives the logarithm of Σ exp(score) of each query, `[sequences, queryCount, heads]`; ∞ for one that
    ///     sees no key.
    ///   - output: laid out as the queries, with its own stride; may be `queries` only if the strides agree.
    public static func forward(
        queries: UnsafePointer<Float>, queryCount: Int, queryStride: Int, sequenceStride: Int? = nil,
        keys: UnsafeRawPointer, values: UnsafeRawPointer, keyValueType: ElementType = .float32, keyStride: Int,
        keySequenceStride: Int, keyCounts: [Int], causalOffsets: [Int]? = nil, heads: Int, keyHeads: Int, width: Int,
        scale: Float, window: Int? = nil, softCap: Float? = nil, mask: AttentionMask? = nil,
        output: UnsafeMutablePointer<Float>, outputStride: Int,
        logSums: UnsafeMutablePointer<Float>? = nil
    ) {
        precondition(
            keyHeads > 0 && heads % keyHeads == 0, "Attention: \(keyHeads) key heads do not divide \(heads) heads")
        precondition(keyValueType != .int32, "Attention: keys and values are floating-point numbers")
        precondition(
            causalOffsets.map { $0.count == keyCounts.count } ?? true,
            "Attention: \(causalOffsets?.count ?? 0) offsets for \(keyCounts.count) sequences")
        if queryCount <= 0 || width <= 0 { return }
        let group = heads / keyHeads
        let rows = queryCount * group
        let pairs = keyCounts.count * keyHeads
        let longest = keyCounts.max() ?? 0
        let table = KernelTable.current

        func description(_ pair: Int) -> kernels_attention {
            let sequence = pair / keyHeads
            let head = pair % keyHeads
            let keyOffset = (sequence * keySequenceStride + head * width) * keyValueType.byteCount
            return kernels_attention(
                queries: queries + sequence * (sequenceStride ?? queryCount * queryStride) + head * group * width,
                query_stride: queryStride, query_count: queryCount, group: group, keys: keys + keyOffset,
                values: values + keyOffset, element_type: Int32(keyValueType.rawValue), key_stride: keyStride,
                key_count: keyCounts[sequence], width: width, scale: scale, causal: causalOffsets != nil,
                causal_offset: causalOffsets?[sequence] ?? 0, window: window ?? 0, soft_cap: softCap ?? 0,
                mask: mask.map { $0.values + sequence * $0.sequenceStride + head * group * $0.headStride },
                mask_query_stride: mask?.queryStride ?? 0, mask_head_stride: mask?.headStride ?? 0,
                packed_keys: nil, packed_values: nil,
                output: output + sequence * (sequenceStride ?? queryCount * outputStride) + head * group * width,
                output_stride: outputStride,
                log_sums: logSums.map { $0 + sequence * queryCount * heads + head * group }, log_sum_stride: heads)
        }

        // Packing pays off once several rows share it.
        if rows < 20 {
            let work = max(1, rows * longest * width)
            Threads.parallelRanges(pairs, chunk: max(1, (16 << 10) / work)) { range in
                for pair in range {
                    var attention = description(pair)
                    table.pointee.attention(&attention, 0, rows)
                }
            }
            return
        }

        let packedCount = table.pointee.attention_packed_count(longest, width)
        let blockRows = table.pointee.attention_rows
        let blocks = (rows + blockRows - 1) / blockRows
        func run(_ attention: inout kernels_attention, block: Int) {
            table.pointee.attention(&attention, block * blockRows, min(rows, (block + 1) * blockRows))
        }
        func packed(_ pair: Int, _ memory: UnsafeMutablePointer<Float>) -> kernels_attention {
            var attention = description(pair)
            attention.packed_keys = UnsafePointer(memory)
            attention.packed_values = UnsafePointer(memory + packedCount)
            return attention
        }

        if rows * longest * width < 1 << 20 {
            // Small heads: a chunk packs and computes several of them.
            Threads.parallelRanges(pairs, chunk: max(1, (1 << 18) / max(1, rows * longest * width))) { range in
                let memory = kernels_scratch(4, max(64, 2 * packedCount * 4)).assumingMemoryBound(to: Float.self)
                for pair in range {
                    var attention = packed(pair, memory)
                    table.pointee.attention_pack(&attention, memory, memory + packedCount)
                    for block in 0..<blocks { run(&attention, block: block) }
                }
            }
            return
        }
        // Large heads: as many at a time as 16 MiB hold are packed, then their blocks of rows are the chunks.
        let pairsAtOnce = max(1, (16 << 20) / max(1, 2 * packedCount * 4))
        let memory = kernels_scratch(5, max(64, min(pairs, pairsAtOnce) * 2 * packedCount * 4))
            .assumingMemoryBound(to: Float.self)
        for first in stride(from: 0, to: pairs, by: pairsAtOnce) {
            let count = min(pairsAtOnce, pairs - first)
            Threads.parallelFor(count) { index in
                let place = memory + index * 2 * packedCount
                var attention = description(first + index)
                table.pointee.attention_pack(&attention, place, place + packedCount)
            }
            Threads.parallelFor(count * blocks) { chunk in
                var attention = packed(first + chunk / blocks, memory + chunk / blocks * 2 * packedCount)
                run(&attention, block: chunk % blocks)
            }
        }
    }
}
