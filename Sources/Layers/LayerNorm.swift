import Autograd
public import Parameters
public import Tensors

/// Layer normalisation over the last axis (Ba, Kiros, Hinton 2016).
///
/// Shapes: `[…, width]` → `[…, width]`.
public struct LayerNorm: Sendable {
    public let weight: Parameter
    public let bias: Parameter
    public let epsilon: Float

    public init(_ width: Int, epsilon: Float = 1e-5, in scope: ParameterScope) {
        weight = scope.parameter("weight", [width], .ones)
        bias = scope.parameter("bias", [width], .zeros)
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        layerNorm(x, weight: weight.value, bias: bias.value, epsilon: epsilon)
    }
}
