import Autograd
public import Kernels
public import Parameters
public import Tensors

/// Transposed convolution over time, which makes sequences longer.
///
/// Shapes: `[batch, time, channels]` →
/// `[batch, (time - 1) · stride - 2 · padding + dilation · (taps - 1) + outputPadding + 1, outputs]`; `weight`
/// `[channels, outputs / groups, taps]` (PyTorch layout), `bias` `[outputs]`.
public struct TransposedConvolution1d: Sendable {
    public let weight: Parameter
    public let bias: Parameter?
    public let stride: Int
    public let padding: Int
    public let outputPadding: Int
    public let dilation: Int
    public let groups: Int

    public init(
        _ channels: Int, _ outputs: Int, taps: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
        dilation: Int = 1, groups: Int = 1, bias: Bool = true, in scope: ParameterScope
    ) {
        let fanIn = outputs / groups * taps
        weight = scope.parameter(
            "weight", [channels, outputs / groups, taps], .kaimingUniform(fanIn: fanIn), precision: .asStored)
        self.bias = bias ? scope.parameter("bias", [outputs], .kaimingUniform(fanIn: fanIn)) : nil
        self.stride = stride
        self.padding = padding
        self.outputPadding = outputPadding
        self.dilation = dilation
        self.groups = groups
    }

    public func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
        transposedConvolution1d(
            x, weight.weight, bias: bias?.value, stride: stride, padding: padding, outputPadding: outputPadding,
            dilation: dilation, groups: groups, activation: activation)
    }
}

/// Transposed convolution of pictures, which makes them larger.
///
/// Shapes: `[batch, height, width, channels]` → `[batch, output height, output width, outputs]`, where an output extent is
/// (extent - 1) · stride - 2 · padding + dilation · (kernel - 1) + outputPadding + 1; `weight`
/// `[channels, outputs / groups, kernel height, kernel width]` (PyTorch layout), `bias` `[outputs]`.
public struct TransposedConvolution2d: Sendable {
    public let weight: Parameter
    public let bias: Parameter?
    public let stride: Extent2d
    public let padding: Extent2d
    public let outputPadding: Extent2d
    public let dilation: Extent2d
    public let groups: Int

    public init(
        _ channels: Int, _ outputs: Int, kernel: Extent2d, stride: Extent2d = 1, padding: Extent2d = 0,
        outputPadding: Extent2d = 0, dilation: Extent2d = 1, groups: Int = 1, bias: Bool = true,
        in scope: ParameterScope
    ) {
        let fanIn = outputs / groups * kernel.count
        weight = scope.parameter(
            "weight", [channels, outputs / groups, kernel.height, kernel.width], .kaimingUniform(fanIn: fanIn),
            precision: .asStored)
        self.bias = bias ? scope.parameter("bias", [outputs], .kaimingUniform(fanIn: fanIn)) : nil
        self.stride = stride
        self.padding = padding
        self.outputPadding = outputPadding
        self.dilation = dilation
        self.groups = groups
    }

    public func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
        transposedConvolution2d(
            x, weight.weight, bias: bias?.value, stride: stride, padding: padding, outputPadding: outputPadding,
            dilation: dilation, groups: groups, activation: activation)
    }
}
