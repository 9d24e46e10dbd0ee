import Kernels
public import Tensors

/// softmax(scale · q kᵀ) v, per head, fused: the matrix of weights never exists as a whole.
///
/// Shapes: `queries` `[batch, queryTime, heads · width]`; `keys` and `values` `[batch, keyTime, keyHeads · width]`, or
/// with a batch of 1 that all share; result as `queries`. With fewer key heads than heads, neighbouring heads share
/// one (grouped-query attention). Vaswani et al. 2017, equation 1.
///
/// - Parameters:
///   - isCausal: a query sees the keys up to its own position, the last query seeing all.
///   - scale: 1/√width unless given.
public func attention(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, heads: Int, keyHeads: Int? = nil, isCausal: Bool = false,
    scale: Float? = nil
) -> Tensor {
    let keyHeads = keyHeads ?? heads
    let (batch, queryTime, width) = (queries.shape[0], queries.shape[1], queries.shape[2] / heads)
    let keyTime = keys.shape[1]
    precondition(
        queries.rank == 3 && keys.shape == values.shape && keys.shape[2] == keyHeads * width
            && (keys.shape[0] == batch || keys.shape[0] == 1),
        "attention: queries \(queries.shape), keys \(keys.shape) and values \(values.shape) do not fit \(heads) heads")
    let result = Tensor(
        shape: queries.shape,
        initializingFloats: { result in
            queries.withFloats { queryPointer in
                keys.withFloats { keyPointer in
                    values.withFloats { valuePointer in
                        Attention.forward(
                            queries: queryPointer, queryCount: queryTime, queryStride: heads * width, keys: keyPointer,
                            values: valuePointer, keyStride: keyHeads * width,
                            keySequenceStride: keys.shape[0] == 1 ? 0 : keyTime * keyHeads * width,
                            keyCounts: Array(repeating: keyTime, count: batch),
                            causalOffsets: isCausal ? Array(repeating: keyTime - queryTime, count: batch) : nil,
                            heads: heads, keyHeads: keyHeads, width: width,
                            scale: scale ?? 1 / Float(width).squareRoot(), output: result, outputStride: heads * width)
                    }
                }
            }
        })
    return Tape.recordConstant(
        "attention", result, inputs: [queries, keys, values], reason: "it has no backward yet")
}

/// Causal attention over the past that `cache` holds and the positions of `keys` and `values`, which it appends.
///
/// Shapes: `queries`, `keys`, `values` `[sequences, time, …]`. Decoding only: a cache passes no gradients.
public func attention(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, extending cache: KeyValueCache, layer: Int, heads: Int,
    keyHeads: Int? = nil, scale: Float? = nil
) -> Tensor {
    let keyHeads = keyHeads ?? heads
    let (sequences, time, width) = (queries.shape[0], queries.shape[1], queries.shape[2] / heads)
    cache.write(keys: keys, values: values, layer: layer)
    let past = cache.lengths.prefix(sequences)
    let result = Tensor(
        shape: queries.shape,
        initializingFloats: { result in
            queries.withFloats { queryPointer in
                Attention.forward(
                    queries: queryPointer, queryCount: time, queryStride: heads * width, keys: cache.keys(layer: layer),
                    values: cache.values(layer: layer), keyStride: cache.width, keySequenceStride: cache.sequenceStride,
                    keyCounts: past.map { $0 + time }, causalOffsets: Array(past), heads: heads, keyHeads: keyHeads,
                    width: width, scale: scale ?? 1 / Float(width).squareRoot(), output: result,
                    outputStride: heads * width)
            }
        })
    return Tape.recordConstant(
        "attention", result, inputs: [queries, keys, values], reason: "a key/value cache is for decoding only")
}

/// The positions of one head behind each other, where `x` has the heads of one position behind each other.
///
/// Shapes: `[1, time, heads · width]` → `[heads, time, width]`. For keys and values that are read again and again by few
/// queries at a time: memory then streams them.
public func byHead(_ x: Tensor, heads: Int) -> Tensor {
    precondition(
        x.rank == 3 && x.shape[0] == 1 && x.shape[2].isMultiple(of: heads),
        "byHead: a shape of \(x.shape) does not divide into \(heads) heads")
    let (time, width) = (x.shape[1], x.shape[2] / heads)
    let result = Tensor(
        shape: [heads, time, width],
        initializingFloats: { result in
            x.withFloats { source in
                for head in 0..<heads {
                    for position in 0..<time {
                        (result + (head * time + position) * width).update(
                            from: source + (position * heads + head) * width, count: width)
                    }
                }
            }
        })
    return Tape.recordConstant("byHead", result, inputs: [x], reason: "it has no backward yet")
}

/// Attention of every query to the same keys and values, which lie head by head (``byHead(_:heads:)``).
///
/// Shapes: `queries` `[sequences, time, heads · width]`; `keys` and `values` `[heads, keyTime, width]`; result as
/// `queries`.
public func attention(_ queries: Tensor, keysByHead keys: Tensor, valuesByHead values: Tensor) -> Tensor {
    let (heads, keyTime, width) = (keys.shape[0], keys.shape[1], keys.shape[2])
    precondition(
        queries.rank == 3 && keys.shape == values.shape && queries.shape[2] == heads * width,
        "attention: queries \(queries.shape), keys \(keys.shape) and values \(values.shape) by head do not fit")
    let result = Tensor(
        shape: queries.shape,
        initializingFloats: { result in
            queries.withFloats { queryPointer in
                keys.withFloats { keyPointer in
                    values.withFloats { valuePointer in
                        // To the kernel each head is a sequence of its own, with all positions as its queries, so that
                        // keys and values are read once for all of them.
                        Attention.forward(
                            queries: queryPointer, queryCount: queries.shape[0] * queries.shape[1],
                            queryStride: heads * width, sequenceStride: width, keys: keyPointer, values: valuePointer,
                            keyStride: width, keySequenceStride: keyTime * width,
                            keyCounts: Array(repeating: keyTime, count: heads), heads: 1, keyHeads: 1, width: width,
                            scale: 1 / Float(width).squareRoot(), output: result, outputStride: heads * width)
                    }
                }
            }
        })
    return Tape.recordConstant(
        "attention", result, inputs: [queries, keys, values], reason: "it has no backward yet")
}
