import Autograd
import Kernels
public import Layers
public import Parameters
public import Tensors

/// Turns a log-mel spectrogram into one vector per 20 ms.
///
/// Shapes: `[batch, frames, mel bins]` → `[batch, frames / 2, width]`. Radford et al. 2022, figure 1.
public struct WhisperEncoder: Sendable {
    public let firstConvolution: Convolution1d
    public let secondConvolution: Convolution1d
    public let positions: Parameter
    public let layers: [WhisperEncoderLayer]
    public let norm: LayerNorm

    public init(_ configuration: WhisperConfiguration, in scope: ParameterScope) {
        let width = configuration.width
        firstConvolution = Convolution1d(configuration.melBins, width, taps: 3, padding: 1, in: scope / "conv1")
        secondConvolution = Convolution1d(width, width, taps: 3, stride: 2, padding: 1, in: scope / "conv2")
        positions = (scope / "embed_positions")
            .parameter("weight", [configuration.sourcePositions, width], .normal(deviation: 0.02), role: .buffer)
        layers = (0..<configuration.encoderLayers).map {
            WhisperEncoderLayer(configuration, in: scope / "layers" / $0)
        }
        norm = LayerNorm(width, in: scope / "layer_norm")
    }

    public func callAsFunction(_ features: Tensor) -> Tensor {
        var x = firstConvolution(features, activation: .gelu)
        x = secondConvolution(x, activation: .gelu)
        x = addPositions(x)
        for layer in layers { x = layer(x) }
        return norm(x)
    }

    /// The same for sequences that are no whole windows: each as if it stood alone, its positions cut to its length.
    ///
    /// - Parameter lengths: frames of each; what lies beyond has no effect.
    func callAsFunction(_ features: Tensor, lengths: [Int]) -> Tensor {
        // A sequence that stands alone has zeros beyond its end.
        var x = firstConvolution(maskSequences(features, lengths: lengths), activation: .gelu)
        x = secondConvolution(maskSequences(x, lengths: lengths), activation: .gelu)
        x = addPositions(x)
        let mask = Tensor.paddingMask(lengths: lengths.map { ($0 + 1) / 2 }, time: x.shape[1])
        for layer in layers { x = layer(x, mask: mask) }
        return norm(x)
    }

    private func addPositions(_ x: Tensor) -> Tensor {
        let (batch, time, width) = (x.shape[0], x.shape[1], x.shape[2])
        let row = reshape(slice(positions.value, 0..<time), [time * width])
        return reshape(add(reshape(x, [batch, time * width]), row), [batch, time, width])
    }
}

/// Self-attention and a feed-forward network, each after a norm and added to its input.
public struct WhisperEncoderLayer: Sendable {
    public let attentionNorm: LayerNorm
    public let attention: MultiHeadAttention
    public let feedForward: WhisperFeedForward

    public init(_ configuration: WhisperConfiguration, in scope: ParameterScope) {
        attentionNorm = LayerNorm(configuration.width, in: scope / "self_attn_layer_norm")
        attention = MultiHeadAttention(
            configuration.width, heads: configuration.encoderHeads, keyBias: false, in: scope / "self_attn")
        feedForward = WhisperFeedForward(
            configuration.width, inner: configuration.encoderFeedForward, in: scope)
    }

    /// - Parameter mask: added to the scores of attention; `[batch, time]`.
    public func callAsFunction(_ x: Tensor, mask: Tensor? = nil) -> Tensor {
        feedForward(attention(attentionNorm(x), residual: x, mask: mask))
    }
}

/// x + W₂ gelu(W₁ norm(x)), with the exact GELU.
public struct WhisperFeedForward: Sendable {
    public let norm: LayerNorm
    public let up: Linear
    public let down: Linear

    public init(_ width: Int, inner: Int, in scope: ParameterScope) {
        norm = LayerNorm(width, in: scope / "final_layer_norm")
        up = Linear(width, inner, in: scope / "fc1")
        down = Linear(inner, width, in: scope / "fc2")
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        down(up(norm(x), activation: .gelu), residual: x)
    }
}
