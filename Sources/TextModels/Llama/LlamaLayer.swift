import Autograd
import Kernels
public import Layers
import Parameters
import Tensors

/// Causal self-attention and a gated feed-forward network, each after a norm and added to its input (Touvron et al. 2023,
/// "LLaMA", section 2.2).
public struct LlamaLayer: Sendable {
    public let attentionNorm: RMSNorm
    public let attention: LlamaAttention
    public let feedForwardNorm: RMSNorm
    public let feedForward: LlamaFeedForward

    init(_ configuration: LlamaConfiguration, in scope: ParameterScope) {
        let (width, epsilon) = (configuration.width, configuration.normEpsilon)
        attentionNorm = RMSNorm(width, epsilon: epsilon, in: scope / "input_layernorm")
        attention = LlamaAttention(configuration, in: scope / "self_attn")
        feedForwardNorm = RMSNorm(width, epsilon: epsilon, in: scope / "post_attention_layernorm")
        feedForward = LlamaFeedForward(configuration, in: scope / "mlp")
    }
}

/// Attention whose positions are told by rotation (Su et al. 2021), with groups of heads that share keys and values
/// (Ainslie et al. 2023).
///
/// Shapes: `[sequences, time, width]` → the same.
public struct LlamaAttention: Sendable {
    public let queryProjection: Linear
    public let keyProjection: Linear
    public let valueProjection: Linear
    public let outputProjection: Linear
    let heads: Int
    let keyHeads: Int

    init(_ configuration: LlamaConfiguration, in scope: ParameterScope) {
        (heads, keyHeads) = (configuration.heads, configuration.keyHeads)
        let (width, headWidth) = (configuration.width, configuration.headWidth)
        func projection(_ inputs: Int, _ outputs: Int, _ initializer: Initializer, _ name: String) -> Linear {
            Linear(
                inputs, outputs, bias: configuration.hasAttentionBias, initializer: initializer, in: scope / name)
        }
        let initializer = Initializer.normal(deviation: configuration.initialDeviation)
        queryProjection = projection(width, heads * headWidth, initializer, "q_proj")
        keyProjection = projection(width, keyHeads * headWidth, initializer, "k_proj")
        valueProjection = projection(width, keyHeads * headWidth, initializer, "v_proj")
        outputProjection = projection(heads * headWidth, width, configuration.residualInitializer, "o_proj")
    }

    /// Over whole sequences, each position seeing itself and those before it.
    func callAsFunction(_ x: Tensor, rotation: RotaryTable) -> Tensor {
        let (queries, keys) = rotated(x, rotation, offsets: Array(repeating: 0, count: x.shape[0]))
        return Autograd.attention(
            queries, keys, valueProjection(x), heads: heads, keyHeads: keyHeads, isCausal: true)
    }

    /// Over new positions, each seeing itself, those before it, and what `past` holds; appends them to it.
    func callAsFunction(_ x: Tensor, extending past: LanguageModelPast, layer: Int) -> Tensor {
        let (queries, keys) = rotated(x, past.rotations[0], offsets: Array(past.cache.lengths.prefix(x.shape[0])))
        return Autograd.attention(
            queries, keys, valueProjection(x), extending: past.cache, layer: layer, heads: heads, keyHeads: keyHeads)
    }

    private func rotated(_ x: Tensor, _ rotation: RotaryTable, offsets: [Int]) -> (queries: Tensor, keys: Tensor) {
        func rotate(_ x: Tensor, heads: Int) -> Tensor {
            rotaryEmbedding(x, cosines: rotation.cosines, sines: rotation.sines, heads: heads, offsets: offsets)
        }
        return (rotate(queryProjection(x), heads: heads), rotate(keyProjection(x), heads: keyHeads))
    }
}

/// W₃ (silu(W₁ x) · W₂ x) (Shazeer 2020, "GLU Variants Improve Transformer", equation 6).
///
/// Shapes: `[…, width]` → the same.
public struct LlamaFeedForward: Sendable {
    public let gate: Linear
    public let up: Linear
    public let down: Linear

    init(_ configuration: LlamaConfiguration, in scope: ParameterScope) {
        let (width, inner, bias) = (configuration.width, configuration.feedForward, configuration.hasFeedForwardBias)
        let initializer = Initializer.normal(deviation: configuration.initialDeviation)
        gate = Linear(width, inner, bias: bias, initializer: initializer, in: scope / "gate_proj")
        up = Linear(width, inner, bias: bias, initializer: initializer, in: scope / "up_proj")
        down = Linear(
            inner, width, bias: bias, initializer: configuration.residualInitializer, in: scope / "down_proj")
    }

    /// What ``down`` is then applied to.
    func inner(_ x: Tensor) -> Tensor { gatedSiLU(gate(x), up(x)) }
}

extension LlamaConfiguration {
    /// Of the projections that are added to the residual stream: smaller the more of them there are (Radford et al. 2019,
    /// section 2.3).
    var residualInitializer: Initializer {
        .normal(deviation: initialDeviation / Float(2 * layers).squareRoot())
    }
}
