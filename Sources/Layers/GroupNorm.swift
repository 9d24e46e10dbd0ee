import Autograd
public import Parameters
public import Tensors

/// Group normalisation (Wu and He 2018); with as many groups as channels, instance normalisation.
///
/// Shapes: `[batch, …, channels]` → `[batch, …, channels]`.
public struct GroupNorm: Sendable {
    public let weight: Parameter
    public let bias: Parameter
    public let groups: Int
    public let epsilon: Float

    public init(_ channels: Int, groups: Int, epsilon: Float = 1e-5, in scope: ParameterScope) {
        weight = scope.parameter("weight", [channels], .ones)
        bias = scope.parameter("bias", [channels], .zeros)
        self.groups = groups
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        groupNorm(x, groups: groups, weight: weight.value, bias: bias.value, epsilon: epsilon)
    }
}
