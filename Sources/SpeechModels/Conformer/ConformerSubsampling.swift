import Autograd
import Kernels
import Layers
import Parameters
import Tensors

/// Two convolutions over time and bands, each of which takes every second place of both, and a linear map of what is left
/// (Gulati et al. 2020, section 2).
struct ConformerSubsampling: Sendable {
    private let first: Convolution2d
    private let second: Convolution2d
    private let projection: Linear

    init(_ configuration: ConformerConfiguration, in scope: ParameterScope) {
        let channels = configuration.subsamplingChannels
        first = Convolution2d(1, channels, kernel: 3, stride: 2, padding: 1, in: scope / "conv_1")
        second = Convolution2d(channels, channels, kernel: 3, stride: 2, padding: 1, in: scope / "conv_2")
        projection = Linear(
            ConformerConfiguration.encodedLength(configuration.melBins) * channels, configuration.width,
            in: scope / "projection")
    }

    /// Shapes: `features` `[batch, frames, bands]`, zeros beyond a sequence's length → `[batch, frames / 4, width]`, both
    /// halves rounded up.
    func callAsFunction(_ features: Tensor, lengths: [Int]) -> Tensor {
        let (batch, time, bands) = (features.shape[0], features.shape[1], features.shape[2])
        var x = first(reshape(features, [batch, time, bands, 1]), activation: .relu)
        // A sequence that stands alone has zeros beyond its end.
        x = second(maskSequences(x, lengths: lengths.map { ($0 + 1) / 2 }), activation: .relu)
        return projection(reshape(x, [batch, x.shape[1], x.shape[2] * x.shape[3]]))
    }
}
