import Autograd
import Kernels
import Layers
import Parameters
import Tensors

/// A block of a Conformer (Gulati et al. 2020, section 2.4): half a feed-forward network, attention, convolution, the other
/// half, each added to its input, and a norm.
struct ConformerLayer: Sendable {
    let firstHalf: ConformerFeedForward
    let attention: ConformerAttention
    let convolution: ConformerConvolution
    let secondHalf: ConformerFeedForward
    let norm: LayerNorm

    init(_ configuration: ConformerConfiguration, in scope: ParameterScope) {
        firstHalf = ConformerFeedForward(configuration, in: scope / "feed_forward_1")
        attention = ConformerAttention(configuration, in: scope / "attention")
        convolution = ConformerConvolution(configuration, in: scope / "convolution")
        secondHalf = ConformerFeedForward(configuration, in: scope / "feed_forward_2")
        norm = LayerNorm(configuration.width, in: scope / "norm")
    }

    /// - Parameter stream: the first of eight that this layer draws from.
    func callAsFunction(_ input: Tensor, _ pass: inout ConformerPass, stream: UInt64) -> Tensor {
        var x = firstHalf(input, pass, stream: stream)
        x = attention(x, pass, stream: stream + 2)
        x = convolution(x, &pass, stream: stream + 3)
        return norm(secondHalf(x, pass, stream: stream + 4))
    }
}

/// x + ½ W₂ silu(W₁ norm(x)).
struct ConformerFeedForward: Sendable {
    let norm: LayerNorm
    let up: Linear
    let down: Linear

    init(_ configuration: ConformerConfiguration, in scope: ParameterScope) {
        norm = LayerNorm(configuration.width, in: scope / "norm")
        up = Linear(configuration.width, configuration.feedForward, in: scope / "linear_1")
        down = Linear(configuration.feedForward, configuration.width, in: scope / "linear_2")
    }

    func callAsFunction(_ x: Tensor, _ pass: ConformerPass, stream: UInt64) -> Tensor {
        let inner = pass.dropped(up(norm(x), activation: .silu), stream: stream)
        return add(x, scale(pass.dropped(down(inner), stream: stream + 1), by: 0.5))
    }
}

/// x + attention of every frame to every one of its sequence, which know their distance by rotation (Su et al. 2021).
struct ConformerAttention: Sendable {
    let norm: LayerNorm
    let queries: Linear
    let keys: Linear
    let values: Linear
    let output: Linear
    let heads: Int

    init(_ configuration: ConformerConfiguration, in scope: ParameterScope) {
        let width = configuration.width
        heads = configuration.heads
        norm = LayerNorm(width, in: scope / "norm")
        queries = Linear(width, width, in: scope / "q_proj")
        keys = Linear(width, width, in: scope / "k_proj")
        values = Linear(width, width, in: scope / "v_proj")
        output = Linear(width, width, in: scope / "out_proj")
    }

    func callAsFunction(_ x: Tensor, _ pass: ConformerPass, stream: UInt64) -> Tensor {
        let normed = norm(x)
        let attended = Autograd.attention(
            pass.rotated(queries(normed), heads: heads), pass.rotated(keys(normed), heads: heads), values(normed),
            heads: heads, mask: pass.mask)
        return add(x, pass.dropped(output(attended), stream: stream))
    }
}

/// x + W₂ silu(batch norm(depthwise convolution(glu(W₁ norm(x))))), of the frames of a sequence alone: those that only fill
/// up a batch are zeros to the convolution and stand in no statistics.
struct ConformerConvolution: Sendable {
    let norm: LayerNorm
    let first: Linear
    let depthwise: Convolution1d
    /// Frames of silence before the first: taps of a convolution that sees nothing that comes later.
    private let causalPadding: Int
    let batchNorm: BatchNorm
    let second: Linear

    init(_ configuration: ConformerConfiguration, in scope: ParameterScope) {
        let width = configuration.width
        norm = LayerNorm(width, in: scope / "norm")
        first = Linear(width, 2 * width, in: scope / "pointwise_1")
        let isCausal = configuration.streaming != nil
        causalPadding = isCausal ? configuration.taps - 1 : 0
        // What a bias adds, the norm takes away.
        depthwise = Convolution1d(
            width, width, taps: configuration.taps, padding: isCausal ? 0 : configuration.taps / 2, groups: width,
            bias: false, in: scope / "depthwise")
        batchNorm = BatchNorm(width, in: scope / "batch_norm")
        second = Linear(width, width, in: scope / "pointwise_2")
    }

    func callAsFunction(_ x: Tensor, _ pass: inout ConformerPass, stream: UInt64) -> Tensor {
        var gated = pass.masked(glu(first(norm(x))))
        if causalPadding > 0 { gated = pad(gated, axis: 1, before: causalPadding, after: 0) }
        let inner = depthwise(gated)
        return add(x, pass.dropped(second(silu(normed(inner, &pass))), stream: stream))
    }

    private func normed(_ x: Tensor, _ pass: inout ConformerPass) -> Tensor {
        guard case .training = pass.mode, pass.isPadded else {
            return batchNorm(x, mode: pass.mode, updates: &pass.updates)
        }
        let rows = batchNorm(
            packSequences(x, lengths: pass.lengths), mode: pass.mode, updates: &pass.updates)
        return unpackSequences(rows, lengths: pass.lengths, time: pass.time)
    }
}
