public import Autograd
public import Parameters
public import Tensors

/// Batch normalisation over the last axis (Ioffe and Szegedy 2015), with running statistics named as in PyTorch.
///
/// Shapes: `[…, channels]` → `[…, channels]`.
public struct BatchNorm: Sendable {
    public let weight: Parameter
    public let bias: Parameter
    public let runningMean: Parameter
    public let runningVariance: Parameter
    public let epsilon: Float
    /// How much of the running statistics a batch replaces.
    public let momentum: Float

    public init(_ channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1, in scope: ParameterScope) {
        weight = scope.parameter("weight", [channels], .ones)
        bias = scope.parameter("bias", [channels], .zeros)
        runningMean = scope.parameter("running_mean", [channels], .zeros, role: .buffer)
        runningVariance = scope.parameter("running_var", [channels], .ones, role: .buffer)
        // A counter that PyTorch stores.
        scope.expectUnused("num_batches_tracked")
        self.epsilon = epsilon
        self.momentum = momentum
    }

    /// With the running statistics.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        batchNorm(
            x, mean: runningMean.value, variance: runningVariance.value, weight: weight.value, bias: bias.value,
            epsilon: epsilon)
    }

    /// In training with the statistics of the batch, which move the running ones in `updates`; else, and where the norm is
    /// frozen, with those.
    public func callAsFunction(_ x: Tensor, mode: Mode, updates: inout BufferUpdates) -> Tensor {
        guard case .training = mode, weight.role != .frozen else { return self(x) }
        let (result, mean, variance) = batchNorm(x, weight: weight.value, bias: bias.value, epsilon: epsilon)
        for (buffer, new) in [(runningMean, mean), (runningVariance, variance)] {
            updates.set(
                buffer, to: add(scale(updates.value(of: buffer), by: 1 - momentum), scale(new, by: momentum)))
        }
        return result
    }
}
