import Autograd
public import Kernels
public import Parameters
public import Tensors

/// Convolution of pictures.
///
/// Shapes: `[batch, height, width, channels]` → `[batch, output height, output width, outputs]`, where an output extent is
/// (extent + 2 · padding - dilation · (kernel - 1) - 1) / stride + 1; `weight`
/// `[outputs, channels / groups, kernel height, kernel width]` (PyTorch layout), `bias` `[outputs]`.
public struct Convolution2d: Sendable {
    public let weight: Parameter
    public let bias: Parameter?
    public let stride: Extent2d
    public let padding: Extent2d
    public let dilation: Extent2d
    public let groups: Int

    /// - Parameter initialBias: of the bias, where it begins at random; PyTorch's where nil.
    public init(
        _ channels: Int, _ outputs: Int, kernel: Extent2d, stride: Extent2d = 1, padding: Extent2d = 0,
        dilation: Extent2d = 1, groups: Int = 1, bias: Bool = true, initialBias: Initializer? = nil,
        in scope: ParameterScope
    ) {
        let fanIn = channels / groups * kernel.count
        weight = scope.parameter(
            "weight", [outputs, channels / groups, kernel.height, kernel.width], .kaimingUniform(fanIn: fanIn),
            precision: .asStored)
        self.bias = bias ? scope.parameter("bias", [outputs], initialBias ?? .kaimingUniform(fanIn: fanIn)) : nil
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }

    public func callAsFunction(_ x: Tensor, activation: Activation = .none) -> Tensor {
        convolution2d(
            x, weight.weight, bias: bias?.value, stride: stride, padding: padding, dilation: dilation, groups: groups,
            activation: activation)
    }
}
