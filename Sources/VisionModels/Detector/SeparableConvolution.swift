import Autograd
import Kernels
import Parameters
import Tensors

/// One filter for each channel, then 1 × 1 across the channels, both normalised (Howard et al. 2017, "MobileNets").
///
/// Shapes: `[batch, height, width, channels]` → `[batch, height / stride, width / stride, channels]`.
struct SeparableConvolution: Sendable {
    private var depthwise: NormalizedConvolution
    private var pointwise: NormalizedConvolution

    /// Five by five cost little more than three by three where there is one filter for each channel, and see further
    /// (Yu et al. 2021, "PP-PicoDet", section 3.2).
    private static let kernel = 5

    init(_ channels: Int, _ outputs: Int, stride: Int = 1, in scope: ParameterScope) {
        depthwise = NormalizedConvolution(
            channels, channels, kernel: Self.kernel, stride: stride, groups: channels, activation: .silu,
            convolution: scope / "depthwise", norm: scope / "depthwise_norm")
        pointwise = NormalizedConvolution(
            channels, outputs, kernel: 1, activation: .silu, convolution: scope / "pointwise",
            norm: scope / "pointwise_norm")
    }

    func callAsFunction(_ x: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        pointwise(depthwise(x, mode: mode, updates: &updates), mode: mode, updates: &updates)
    }

    func folding() -> SeparableConvolution {
        var convolution = self
        (convolution.depthwise, convolution.pointwise) = (depthwise.folding(), pointwise.folding())
        return convolution
    }
}
