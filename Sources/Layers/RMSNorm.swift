import Autograd
public import Parameters
public import Tensors

/// Division by the root of the mean square over the last axis (Zhang and Sennrich 2019).
///
/// Shapes: `[…, width]` → `[…, width]`.
public struct RMSNorm: Sendable {
    public let weight: Parameter
    public let epsilon: Float
    /// Whether the factor is one more than the weight, which then begins with zeros.
    public let addsOne: Bool

    public init(_ width: Int, epsilon: Float = 1e-6, addsOne: Bool = false, in scope: ParameterScope) {
        weight = scope.parameter("weight", [width], addsOne ? .zeros : .ones)
        (self.epsilon, self.addsOne) = (epsilon, addsOne)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        rmsNorm(x, weight: addsOne ? add(weight.value, Self.one) : weight.value, epsilon: epsilon)
    }

    private static let one = Tensor([Float(1)], shape: [1])
}
