import Autograd
public import Kernels
public import Parameters
public import Tensors

/// Affine map `y = x Wᵀ + b`.
///
/// Shapes: input `[…, inputs]` → output `[…, outputs]`; `weight` `[outputs, inputs]`, `bias` `[outputs]` (PyTorch
/// layout).
public struct Linear: Sendable {
    public let weight: Parameter
    public let bias: Parameter?

    /// - Parameter initializer: of the weight, where it begins at random, with a bias of zeros; PyTorch's where nil.
    public init(
        _ inputs: Int, _ outputs: Int, bias: Bool = true, initializer: Initializer? = nil, in scope: ParameterScope
    ) {
        weight = scope.parameter(
            "weight", [outputs, inputs], initializer ?? .kaimingUniform(fanIn: inputs), precision: .asStored)
        self.bias =
            bias
            ? scope.parameter("bias", [outputs], initializer == nil ? .kaimingUniform(fanIn: inputs) : .zeros) : nil
    }

    /// - Parameter residual: added after the activation, in the same pass.
    public func callAsFunction(
        _ x: Tensor, activation: Activation = .none, residual: Tensor? = nil
    ) -> Tensor {
        linear(x, weight.weight, bias: bias?.value, activation: activation, residual: residual)
    }
}
