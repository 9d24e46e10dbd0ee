import Autograd
public import Parameters
public import Tensors

/// Division by the root of the mean square over the last axis (Zhang and Sennrich 2019).
///
/// Shapes: `[…, width]` → `[…, width]`.
public struct RMSNorm: Sendable {
    public let weight: Parameter
    public let epsilon: Float

    public init(_ width: Int, epsilon: Float = 1e-6, in scope: ParameterScope) {
        weight = scope.parameter("weight", [width], .ones)
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { rmsNorm(x, weight: weight.value, epsilon: epsilon) }
}
