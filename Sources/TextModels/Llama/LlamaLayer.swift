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
    /// Of what attention gives, in the families that have it.
    public let attentionResultNorm: RMSNorm?
    public let feedForwardNorm: RMSNorm
    public let feedForward: LlamaFeedForward
    public let feedForwardResultNorm: RMSNorm?

    init(_ configuration: LlamaConfiguration, index: Int, in scope: ParameterScope) {
        func norm(_ name: String) -> RMSNorm { configuration.norm(configuration.width, in: scope / name) }
        attentionNorm = norm("input_layernorm")
        attention = LlamaAttention(configuration, index: index, in: scope / "self_attn")
        if configuration.family.normalizesResults {
            attentionResultNorm = norm("post_attention_layernorm")
            feedForwardNorm = norm("pre_feedforward_layernorm")
            feedForwardResultNorm = norm("post_feedforward_layernorm")
        } else {
            feedForwardNorm = norm("post_attention_layernorm")
            (attentionResultNorm, feedForwardResultNorm) = (nil, nil)
        }
        feedForward = LlamaFeedForward(configuration, in: scope / "mlp")
    }
}

/// Attention whose positions are told by rotation (Su et al. 2021), with groups of heads that share keys and values
/// (Ainslie et al. 2023).
///
/// Shapes: `[sequences, time, width]` → `[sequences, time, heads · width of a head]`, for ``outputProjection``.
public struct LlamaAttention: Sendable {
    public let queryProjection: Linear
    public let keyProjection: Linear
    public let valueProjection: Linear
    public let outputProjection: Linear
    /// Of each head's queries, and of its keys, in the families that have it.
    public let queryNorm: RMSNorm?
    public let keyNorm: RMSNorm?
    let heads: Int
    let keyHeads: Int
    let window: Int?
    private let scale: Float?
    private let softCap: Float?
    /// Which of the rotations is this layer's.
    private let rotation: Int

    init(_ configuration: LlamaConfiguration, index: Int, in scope: ParameterScope) {
        (heads, keyHeads) = (configuration.heads, configuration.keyHeads)
        let (width, headWidth) = (configuration.width, configuration.headWidth)
        func projection(
            _ inputs: Int, _ outputs: Int, bias: Bool, _ initializer: Initializer, _ name: String
        ) -> Linear {
            Linear(inputs, outputs, bias: bias, initializer: initializer, in: scope / name)
        }
        let (initializer, bias) = (
            Initializer.normal(deviation: configuration.initialDeviation), configuration.hasInputBias
        )
        queryProjection = projection(width, heads * headWidth, bias: bias, initializer, "q_proj")
        keyProjection = projection(width, keyHeads * headWidth, bias: bias, initializer, "k_proj")
        valueProjection = projection(width, keyHeads * headWidth, bias: bias, initializer, "v_proj")
        outputProjection = projection(
            heads * headWidth, width, bias: configuration.hasOutputBias, configuration.residualInitializer, "o_proj")
        let hasNorms = configuration.family.normalizesHeads
        queryNorm = hasNorms ? configuration.norm(headWidth, in: scope / "q_norm") : nil
        keyNorm = hasNorms ? configuration.norm(headWidth, in: scope / "k_norm") : nil
        window = configuration.window(ofLayer: index)
        scale = configuration.attentionDivisor.map { Float(1 / $0.squareRoot()) }
        softCap = configuration.attentionSoftCap
        rotation = configuration.localRotaryBase != nil && window != nil ? 1 : 0
    }

    /// Over whole sequences, each position seeing itself and those before it.
    func callAsFunction(_ x: Tensor, rotations: [RotaryTable]) -> Tensor {
        let (queries, keys) = rotated(x, rotations[rotation], offsets: Array(repeating: 0, count: x.shape[0]))
        return Autograd.attention(
            queries, keys, valueProjection(x), heads: heads, keyHeads: keyHeads, isCausal: true, scale: scale,
            window: window, softCap: softCap)
    }

    /// Over new positions, each seeing itself, those before it, and what `past` holds; appends them to it.
    func callAsFunction(_ x: Tensor, extending past: LanguageModelPast, layer: Int) -> Tensor {
        let offsets = Array(past.cache.lengths.prefix(x.shape[0]))
        let (queries, keys) = rotated(x, past.rotations[rotation], offsets: offsets)
        return Autograd.attention(
            queries, keys, valueProjection(x), extending: past.cache, layer: layer, heads: heads, keyHeads: keyHeads,
            scale: scale, window: window, softCap: softCap)
    }

    private func rotated(_ x: Tensor, _ rotation: RotaryTable, offsets: [Int]) -> (queries: Tensor, keys: Tensor) {
        func rotate(_ x: Tensor, _ norm: RMSNorm?, heads: Int) -> Tensor {
            rotaryEmbedding(
                norm.map { $0.byHead(x, heads: heads) } ?? x, cosines: rotation.cosines, sines: rotation.sines,
                heads: heads, offsets: offsets)
        }
        return (
            rotate(queryProjection(x), queryNorm, heads: heads), rotate(keyProjection(x), keyNorm, heads: keyHeads)
        )
    }
}

extension RMSNorm {
    /// Each head for itself. Shapes: `[sequences, time, heads · width]` → the same.
    fileprivate func byHead(_ x: Tensor, heads: Int) -> Tensor {
        let shape = x.shape
        return reshape(self(reshape(x, [shape[0], shape[1], heads, shape[2] / heads])), shape)
    }
}

/// W₃ (silu(W₁ x) · W₂ x), or with GELU in its place (Shazeer 2020, "GLU Variants Improve Transformer", equation 6).
///
/// Shapes: `[…, width]` → the same.
public struct LlamaFeedForward: Sendable {
    public let gate: Linear
    public let up: Linear
    public let down: Linear
    private let isGELU: Bool

    init(_ configuration: LlamaConfiguration, in scope: ParameterScope) {
        let (width, inner, bias) = (configuration.width, configuration.feedForward, configuration.hasFeedForwardBias)
        let initializer = Initializer.normal(deviation: configuration.initialDeviation)
        isGELU = configuration.family.isGemma
        gate = Linear(width, inner, bias: bias, initializer: initializer, in: scope / "gate_proj")
        up = Linear(width, inner, bias: bias, initializer: initializer, in: scope / "up_proj")
        down = Linear(
            inner, width, bias: bias, initializer: configuration.residualInitializer, in: scope / "down_proj")
    }

    /// What ``down`` is then applied to.
    func inner(_ x: Tensor) -> Tensor {
        isGELU ? multiply(gate(x, activation: .geluTanh), up(x)) : gatedSiLU(gate(x), up(x))
    }
}

extension LlamaConfiguration {
    func norm(_ width: Int, in scope: ParameterScope) -> RMSNorm {
        RMSNorm(width, epsilon: normEpsilon, addsOne: family.isGemma, in: scope)
    }

    /// Of the projections that are added to the residual stream: smaller the more of them there are (Radford et al. 2019,
    /// section 2.3).
    var residualInitializer: Initializer {
        .normal(deviation: initialDeviation / Float(2 * layers).squareRoot())
    }
}
