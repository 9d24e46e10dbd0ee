import Autograd
public import Kernels
public import Parameters
public import Tensors

/// Convolution over time.
///
/// Shapes: `[batch, time, channels]` → `[batch, (time + 2 · padding - dilation · (taps - 1) - 1) / stride + 1, outputs]`;
/// `weight` `[outputs, channels / groups, taps]` (PyTorch layout), `bias` `[outputs]`.
public struct Convolution1d: Sendable {
    public let weight: Parameter
    public let bias: Parameter?
    public let stride: Int
    public let padding: Int
    public let dilation: Int
    public let groups: Int

    public init(
        _ channels: Int, _ outputs: Int, taps: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
        groups: Int = 1, bias: Bool = true, in scope: ParameterScope
    ) {
        let fanIn = channels / groups * taps
        weight = scope.parameter(
            "weight", [outputs, channels / groups, taps], .kaimingUniform(fanIn: fanIn), precision: .asStored)
        self.bias = bias ? scope.parameter("bias", [outputs], .kaimingUniform(fanIn: fanIn)) : nil
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }

    public func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
        convolution1d(
            x, weight.weight, bias: bias?.value, stride: stride, padding: padding, dilation: dilation, groups: groups,
            activation: activation)
    }
}
