import Kernels
public import Tensors

/// The positions of one head behind each other, where `x` has the heads of one position behind each other.
///
/// Shapes: `[1, time, heads · width]` → `[heads, time, width]`. For keys and values that are read again and again by few
/// queries at a time: memory then streams them.
public func byHead(_ x: Tensor, heads: Int) -> Tensor {
    precondition(
        x.rank == 3 && x.shape[0] == 1 && x.shape[2].isMultiple(of: heads),
        "byHead: a shape of \(x.shape) does not divide into \(heads) heads")
    let (time, width) = (x.shape[1], x.shape[2] / heads)
    return permute(reshape(x, [time, heads, width]), [1, 0, 2])
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
    if Tape.isTracking([queries, keys, values]) {
        func merged(_ x: Tensor) -> Tensor { reshape(permute(x, [1, 0, 2]), [1, keyTime, heads * width]) }
        return attention(queries, merged(keys), merged(values), heads: heads)
    }
    return Tensor(
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
}
