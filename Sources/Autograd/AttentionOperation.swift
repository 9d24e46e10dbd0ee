import Kernels
public import Tensors

/// softmax(scale · q kᵀ + mask) v, per head, fused: the matrix of weights never exists as a whole.
///
/// Shapes: `queries` `[batch, queryTime, heads · width]`; `keys` and `values` `[batch, keyTime, keyHeads · width]`, or
/// with a batch of 1 that all share; result as `queries`. With fewer key heads than heads, neighbouring heads share
/// one (grouped-query attention). Vaswani et al. 2017, equation 1; backward: docs/derivations/attention.md.
///
/// - Parameters:
///   - isCausal: a query sees the keys up to its own position, the last query seeing all.
///   - scale: 1/√width unless given.
///   - window: a causal query sees its own position and those before it, so many together; all where nil (Beltagy et al.
///     2020, "Longformer", section 3.1).
///   - softCap: a score s becomes softCap · tanh(s / softCap), before the mask (Gemma 2, section 2).
///   - mask: added to the scores, -∞ where a key must not be seen; a constant. `[batch, keyTime]` for keys that no query
///     of a sequence sees (padding), or `[batch or 1, heads or 1, queryTime, keyTime]`. A query that sees no key gives
///     zeros.
public func attention(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, heads: Int, keyHeads: Int? = nil, isCausal: Bool = false,
    scale: Float? = nil, window: Int? = nil, softCap: Float? = nil, mask: Tensor? = nil
) -> Tensor {
    let keyHeads = keyHeads ?? heads
    let (batch, width) = (queries.shape[0], queries.shape[2] / heads)
    precondition(
        queries.rank == 3 && keys.shape == values.shape && keys.shape[2] == keyHeads * width
            && (keys.shape[0] == batch || keys.shape[0] == 1),
        "attention: queries \(queries.shape), keys \(keys.shape) and values \(values.shape) do not fit \(heads) heads")
    let geometry = AttentionGeometry(
        batch: batch, queryTime: queries.shape[1], keyTime: keys.shape[1], keysAreShared: keys.shape[0] == 1,
        heads: heads, keyHeads: keyHeads, width: width, isCausal: isCausal,
        scale: scale ?? 1 / Float(width).squareRoot(), window: window, softCap: softCap, mask: mask)
    precondition(!Tape.isTracking([mask].compactMap { $0 }), "attention: the mask must be a constant")
    let (result, logSums) = geometry.forward(queries, keys, values)
    return Tape.record(
        result, inputs: [queries, keys, values],
        AttentionOperation(
            geometry: geometry, queries: queries, keys: keys, values: values, result: result, logSums: logSums))
}

/// The extents of an attention and what is done to its scores.
struct AttentionGeometry: Sendable {
    let batch: Int
    let queryTime: Int
    let keyTime: Int
    let keysAreShared: Bool
    let heads: Int
    let keyHeads: Int
    let width: Int
    let isCausal: Bool
    let scale: Float
    let window: Int?
    let softCap: Float?
    let mask: Tensor?

    var keySequenceStride: Int { keysAreShared ? 0 : keyTime * keyHeads * width }
    var causalOffset: Int? { isCausal ? keyTime - queryTime : nil }

    /// The result and each query's logarithm of the sum of exponentials, `[batch, queryTime, heads]`.
    func forward(_ queries: Tensor, _ keys: Tensor, _ values: Tensor) -> (Tensor, Tensor) {
        Arithmetic.pair(queries.shape, [batch, queryTime, heads]) { result, logSums in
            queries.withFloats { queryPointer in
                keys.withFloats { keyPointer in
                    values.withFloats { valuePointer in
                        withMask { mask in
                            Attention.forward(
                                queries: queryPointer, queryCount: queryTime, queryStride: heads * width,
                                keys: keyPointer, values: valuePointer, keyStride: keyHeads * width,
                                keySequenceStride: keySequenceStride,
                                keyCounts: Array(repeating: keyTime, count: batch),
                                causalOffsets: causalOffset.map { Array(repeating: $0, count: batch) },
                                heads: heads, keyHeads: keyHeads, width: width, scale: scale, window: window,
                                softCap: softCap, mask: mask,
                                output: result, outputStride: heads * width, logSums: logSums)
                        }
                    }
                }
            }
        }
    }

    /// The mask by strides, which are 0 along axes that it does not have.
    func withMask<Result>(_ body: (AttentionMask?) -> Result) -> Result {
        guard let mask else { return body(nil) }
        let shape = mask.shape
        let isPadding = shape == [batch, keyTime]
        precondition(
            isPadding
                || shape.count == 4 && (shape[0] == batch || shape[0] == 1) && (shape[1] == heads || shape[1] == 1)
                    && shape[2] == queryTime && shape[3] == keyTime,
            "attention: a mask \(shape) does not fit \(batch) x \(heads) x \(queryTime) x \(keyTime)")
        return mask.withFloats { values in
            if isPadding {
                return body(AttentionMask(values: values, sequenceStride: keyTime, headStride: 0, queryStride: 0))
            }
            let square = queryTime * keyTime
            return body(
                AttentionMask(
                    values: values, sequenceStride: shape[0] == 1 ? 0 : shape[1] * square,
                    headStride: shape[1] == 1 ? 0 : square, queryStride: keyTime))
        }
    }
}

struct AttentionOperation: Operation {
    let name = "attention"
    let geometry: AttentionGeometry
    let queries: Tensor
    let keys: Tensor
    let values: Tensor
    let result: Tensor
    let logSums: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let g = geometry
        var queryGradient: Tensor?
        let (keyGradient, valueGradient) = Arithmetic.pair(keys.shape, values.shape) { keyResult, valueResult in
            queryGradient = Tensor(
                shape: queries.shape,
                initializingFloats: { queryResult in
                    withPointers(gradient) { queries, keys, values, result, logSums, gradient in
                        g.withMask { mask in
                            Attention.backward(
                                queries: queries, queryCount: g.queryTime, keys: keys, values: values,
                                keyCount: g.keyTime, keySequenceStride: g.keySequenceStride, sequences: g.batch,
                                causalOffset: g.causalOffset, heads: g.heads, keyHeads: g.keyHeads, width: g.width,
                                scale: g.scale, window: g.window, softCap: g.softCap, mask: mask, output: result,
                                logSums: logSums,
                                outputGradient: gradient, queryGradient: queryResult, keyGradient: keyResult,
                                valueGradient: valueResult)
                        }
                    }
                })
        }
        return [queryGradient, keyGradient, valueGradient]
    }

    private func withPointers(
        _ gradient: Tensor,
        _ body: (
            UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>,
            UnsafePointer<Float>, UnsafePointer<Float>
        ) -> Void
    ) {
        queries.withFloats { queries in
            keys.withFloats { keys in
                values.withFloats { values in
                    result.withFloats { result in
                        logSums.withFloats { logSums in
                            gradient.withFloats { body(queries, keys, values, result, logSums, $0) }
                        }
                    }
                }
            }
        }
    }
}
