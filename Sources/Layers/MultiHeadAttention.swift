import Autograd
public import Parameters
public import Tensors

/// Multi-head attention with four projections, named as in BART and Whisper (`q_proj`, `k_proj`, `v_proj`,
/// `out_proj`).
///
/// Shapes: `[batch, time, width]` → `[batch, time, width]`.
public struct MultiHeadAttention: Sendable {
    public let queryProjection: Linear
    public let keyProjection: Linear
    public let valueProjection: Linear
    public let outputProjection: Linear
    public let heads: Int

    public init(_ width: Int, heads: Int, keyBias: Bool, in scope: ParameterScope) {
        self.heads = heads
        queryProjection = Linear(width, width, in: scope / "q_proj")
        keyProjection = Linear(width, width, bias: keyBias, in: scope / "k_proj")
        valueProjection = Linear(width, width, in: scope / "v_proj")
        outputProjection = Linear(width, width, in: scope / "out_proj")
    }

    /// Every position attends to every position of `x`.
    ///
    /// - Parameter mask: added to the scores; `[batch, time]`.
    public func callAsFunction(_ x: Tensor, residual: Tensor, mask: Tensor? = nil) -> Tensor {
        let (keys, values) = keysAndValues(of: x)
        let attended = attention(queryProjection(x), keys, values, heads: heads, mask: mask)
        return outputProjection(attended, residual: residual)
    }

    /// Every position attends to itself and to those before it.
    public func attendCausally(_ x: Tensor, residual: Tensor) -> Tensor {
        let (keys, values) = keysAndValues(of: x)
        let attended = attention(queryProjection(x), keys, values, heads: heads, isCausal: true)
        return outputProjection(attended, residual: residual)
    }

    /// Every position attends to every position of another sequence, each sequence to its own.
    ///
    /// Shapes: `x` `[batch, time, width]`, `others` `[batch, otherTime, width]`.
    public func attend(_ x: Tensor, over others: Tensor, residual: Tensor) -> Tensor {
        let (keys, values) = keysAndValues(of: others)
        let attended = attention(queryProjection(x), keys, values, heads: heads)
        return outputProjection(attended, residual: residual)
    }

    /// What other positions attend to, made once and read for every one of them. Shapes: `x` `[1, time, width]`.
    public func source(of x: Tensor) -> AttentionSource {
        let (keys, values) = keysAndValues(of: x)
        return AttentionSource(keys: byHead(keys, heads: heads), values: byHead(values, heads: heads))
    }

    /// Every position attends to every position of `source`.
    public func attend(_ x: Tensor, to source: AttentionSource, residual: Tensor) -> Tensor {
        let attended = attention(queryProjection(x), keysByHead: source.keys, valuesByHead: source.values)
        return outputProjection(attended, residual: residual)
    }

    /// Each position attends to those before it, in `cache` and in `x`, and is appended to the cache.
    public func attend(_ x: Tensor, extending cache: KeyValueCache, layer: Int, residual: Tensor) -> Tensor {
        let (keys, values) = keysAndValues(of: x)
        let attended = attention(
            queryProjection(x), keys, values, extending: cache, layer: layer, heads: heads)
        return outputProjection(attended, residual: residual)
    }

    public func keysAndValues(of x: Tensor) -> (keys: Tensor, values: Tensor) {
        (keyProjection(x), valueProjection(x))
    }
}

/// Keys and values of a sequence that others attend to, head by head: `[heads, time, width of a head]`.
public struct AttentionSource: Sendable {
    let keys: Tensor
    let values: Tensor
}
