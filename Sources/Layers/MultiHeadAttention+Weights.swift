import Autograd
public import Tensors

extension MultiHeadAttention {
    /// How much each position of `x` attends to each position of `source`, in the heads of `chosen`:
    /// softmax(q kᵀ / √width).
    ///
    /// Shapes: `x` `[1, time, width]`; for each head, in the order of `chosen`, `[time, source time]`.
    public func weights(_ x: Tensor, to source: AttentionSource, heads chosen: [Int]) -> [Tensor] {
        if chosen.isEmpty { return [] }
        let (time, width) = (x.shape[1], x.shape[2] / heads)
        let queries = byHead(scale(queryProjection(x), by: 1 / Float(width).squareRoot()), heads: heads)
        let sourceTime = source.keys.shape[1]
        return chosen.map { head in
            let ofHead = reshape(slice(queries, head..<head + 1), [time, width])
            let keys = reshape(slice(source.keys, head..<head + 1), [sourceTime, width])
            return softmax(matrixProduct(ofHead, keys, transposeB: true))
        }
    }
}
