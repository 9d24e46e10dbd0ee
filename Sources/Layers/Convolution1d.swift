import Autograd
public import Kernels
public import Parameters
public import Tensors

/// Convolution over time.
///
/// Shapes: `[batch, time, channels]` → `[batch, (time + 2 · padding - taps) / stride + 1, outputs]`; `weight`
/// `[outputs, channels, taps]` (PyTorch layout).
public struct Convolution1d: Sendable {
    public let weight: Parameter
    public let bias: Parameter
    public let stride: Int
    public let padding: Int

    public init(
        _ channels: Int, _ outputs: Int, taps: Int, stride: Int = 1, padding: Int = 0, in scope: ParameterScope
    ) {
        let fanIn = channels * taps
        weight = scope.parameter(
            "weight", [outputs, channels, taps], .kaimingUniform(fanIn: fanIn), precision: .asStored)
        bias = scope.parameter("bias", [outputs], .kaimingUniform(fanIn: fanIn))
        self.stride = stride
        self.padding = padding
    }

    public func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
        convolution1d(
            x, weight.weight, bias: bias.value, stride: stride, padding: padding, activation: activation)
    }
}
