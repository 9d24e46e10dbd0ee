import Autograd
import Kernels
public import Layers
import Parameters
import Tensors

/// Causal self-attention and a feed-forward network, each after a norm and added to its input.
public struct GPT2Layer: Sendable {
    public let attentionNorm: LayerNorm
    public let attention: GPT2Attention
    public let feedForwardNorm: LayerNorm
    public let feedForward: GPT2FeedForward

    init(_ configuration: GPT2Configuration, index: Int, in scope: ParameterScope) {
        let (width, epsilon) = (configuration.width, configuration.normEpsilon)
        attentionNorm = LayerNorm(width, epsilon: epsilon, in: scope / "ln_1")
        attention = GPT2Attention(configuration, index: index, in: scope / "attn")
        feedForwardNorm = LayerNorm(width, epsilon: epsilon, in: scope / "ln_2")
        feedForward = GPT2FeedForward(configuration, in: scope / "mlp")
    }
}

/// Attention whose queries, keys and values come out of one product.
///
/// Shapes: `[sequences, time, width]` → the same, for ``outputProjection``.
public struct GPT2Attention: Sendable {
    /// To queries, keys and values behind each other.
    public let projection: Linear
    public let outputProjection: Linear
    private let heads: Int
    private let scale: Float

    init(_ configuration: GPT2Configuration, index: Int, in scope: ParameterScope) {
        let width = configuration.width
        heads = configuration.heads
        scale = configuration.scoreScale(layer: index)
        projection = Linear(
            width, 3 * width, initializer: .normal(deviation: configuration.initialDeviation), isTransposed: true,
            in: scope / "c_attn")
        outputProjection = Linear(
            width, width, initializer: configuration.residualInitializer, isTransposed: true, in: scope / "c_proj")
    }

    /// Over whole sequences, each position seeing itself and those before it.
    func callAsFunction(_ x: Tensor) -> Tensor {
        let parts = parts(of: x)
        return Autograd.attention(parts[0], parts[1], parts[2], heads: heads, isCausal: true, scale: scale)
    }

    /// Over new positions, each seeing itself, those before it, and what `cache` holds; appends them to it.
    func callAsFunction(_ x: Tensor, extending cache: KeyValueCache, layer: Int) -> Tensor {
        let parts = parts(of: x)
        return Autograd.attention(
            parts[0], parts[1], parts[2], extending: cache, layer: layer, heads: heads, scale: scale)
    }

    private func parts(of x: Tensor) -> [Tensor] {
        let width = x.shape[2]
        return split(projection(x), extents: [width, width, width], axis: 2)
    }
}

/// W₂ activation(W₁ x + b₁) + b₂.
///
/// Shapes: `[…, width]` → the same.
public struct GPT2FeedForward: Sendable {
    public let up: Linear
    public let down: Linear
    private let activation: Activation

    init(_ configuration: GPT2Configuration, in scope: ParameterScope) {
        let (width, inner) = (configuration.width, configuration.feedForward)
        activation = configuration.activation
        up = Linear(
            width, inner, initializer: .normal(deviation: configuration.initialDeviation), isTransposed: true,
            in: scope / "c_fc")
        down = Linear(
            inner, width, initializer: configuration.residualInitializer, isTransposed: true, in: scope / "c_proj")
    }

    /// What ``down`` is then applied to.
    func inner(_ x: Tensor) -> Tensor { up(x, activation: activation) }
}

extension GPT2Configuration {
    /// Of the projections that are added to the residual stream: smaller the more of them there are (section 2.3).
    var residualInitializer: Initializer {
        .normal(deviation: initialDeviation / Float(2 * layers).squareRoot())
    }
}
