public import Autograd
public import Kernels
public import Layers
public import Parameters
public import Tensors

/// A convolution without bias, batch norm, and an activation: what convolutional networks are made of.
///
/// In inference the norm is an affine map of each channel, and folds into the convolution:
/// w′ = w · γ / √(σ² + ε), b′ = β - μ · γ / √(σ² + ε).
///
/// Shapes: `[batch, height, width, channels]` → `[batch, output height, output width, outputs]`.
public struct NormalizedConvolution: Sendable {
    public enum Padding: Sendable, Hashable {
        /// Half of the kernel on every side.
        case half
        /// TensorFlow's "same": as much as makes the result ⌈extent / stride⌉ large; the odd row and column come last.
        case same
    }

    public let weight: Parameter
    public let norm: BatchNorm
    public let stride: Int
    public let padding: Padding
    public let groups: Int
    public let activation: Activation
    /// What stands for weight and norm in inference.
    private var folded: (weight: Weight, bias: Tensor)?

    /// - Parameters:
    ///   - convolution: where the weight `[outputs, channels / groups, kernel, kernel]` is.
    ///   - norm: where the norm is.
    public init(
        _ channels: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Padding = .half, groups: Int = 1,
        activation: Activation, epsilon: Float = 1e-5, momentum: Float = 0.1, convolution: ParameterScope,
        norm: ParameterScope
    ) {
        // He et al. 2015, section 2.2, for the backward pass, as is the custom for networks of this kind.
        let fanOut = outputs / groups * kernel * kernel
        weight = convolution.parameter(
            "weight", [outputs, channels / groups, kernel, kernel],
            .normal(deviation: (2 / Float(max(1, fanOut))).squareRoot()), precision: .asStored)
        self.norm = BatchNorm(outputs, epsilon: epsilon, momentum: momentum, in: norm)
        self.stride = stride
        self.padding = padding
        self.groups = groups
        self.activation = activation
    }

    public func callAsFunction(_ x: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        if case .inference = mode, let folded {
            return convolved(x, folded.weight, bias: folded.bias, activation: activation)
        }
        return activate(norm(convolved(x, weight.weight), mode: mode, updates: &updates), activation)
    }

    /// With the norm folded into the convolution, and that packed.
    func folding() -> NormalizedConvolution {
        let deviations = zip(norm.weight.value.floats(), norm.runningVariance.value.floats())
        let scales = deviations.map { $0 / ($1 + norm.epsilon).squareRoot() }
        let means = zip(norm.bias.value.floats(), norm.runningMean.value.floats())
        let bias = zip(means, scales).map { $0.0 - $0.1 * $1 }
        var result = self
        let weights = multiply(
            weight.value.converted(to: .float32), Tensor(scales, shape: [scales.count, 1, 1, 1]))
        result.folded = (Weight(weights), Tensor(bias, shape: [bias.count]))
        return result
    }

    private func convolved(_ x: Tensor, _ weight: Weight, bias: Tensor? = nil, activation: Activation = .none) -> Tensor
    {
        let kernel = self.weight.shape[2]
        let (leading, trailing) = margins(Extent2d(height: x.shape[1], width: x.shape[2]), kernel: kernel)
        return convolution2d(
            x, weight, bias: bias, stride: Extent2d(stride), padding: leading, trailingPadding: trailing,
            groups: groups,
            activation: activation)
    }

    private func margins(_ input: Extent2d, kernel: Int) -> (leading: Extent2d, trailing: Extent2d) {
        switch padding {
        case .half: return (Extent2d(kernel / 2), Extent2d(kernel / 2))
        case .same:
            func total(_ extent: Int) -> Int {
                let outputs = (extent + stride - 1) / stride
                return max(0, (outputs - 1) * stride + kernel - extent)
            }
            let all = Extent2d(height: total(input.height), width: total(input.width))
            let leading = Extent2d(height: all.height / 2, width: all.width / 2)
            return (leading, Extent2d(height: all.height - leading.height, width: all.width - leading.width))
        }
    }
}
