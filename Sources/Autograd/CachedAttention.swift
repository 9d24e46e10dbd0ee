import Kernels
public import Tensors

/// Causal attention over the past that `cache` holds and the positions of `keys` and `values`, which it appends.
///
/// Shapes: `queries`, `keys`, `values` `[sequences, time, …]`. Decoding only: a cache passes no gradients.
///
/// - Parameters:
///   - scale: 1/√width unless given.
///   - window: a position sees itself and those before it, so many together; all where nil.
///   - softCap: a score s becomes softCap · tanh(s / softCap).
public func attention(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, extending cache: KeyValueCache, layer: Int, heads: Int,
    keyHeads: Int? = nil, scale: Float? = nil, window: Int? = nil, softCap: Float? = nil
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
                    width: width, scale: scale ?? 1 / Float(width).squareRoot(), window: window, softCap: softCap,
                    output: result,
                    outputStride: heads * width)
            }
        })
    return Tape.recordConstant(
        "attention", result, inputs: [queries, keys, values], reason: "a key/value cache is for decoding only")
}
