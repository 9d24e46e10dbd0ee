import Autograd
public import Kernels
public import Parameters
public import Tensors

/// Affine map `y = x Wᵀ + b`, to which an adapter of its store adds (``LowRankAdaptation``).
///
/// Shapes: input `[…, inputs]` → output `[…, outputs]`; `weight` `[outputs, inputs]` (PyTorch's layout; `[inputs, outputs]`
/// where it is transposed), `bias` `[outputs]`.
public struct Linear: Sendable {
    public let weight: Parameter
    public let bias: Parameter?
    private let adapter: LowRankFactors?

    /// - Parameters:
    ///   - initializer: of the weight, where it begins at random, with a bias of zeros; PyTorch's where nil.
    ///   - isTransposed: whether checkpoints have the weight the other way round, as GPT-2's do.
    public init(
        _ inputs: Int, _ outputs: Int, bias: Bool = true, initializer: Initializer? = nil, isTransposed: Bool = false,
        in scope: ParameterScope
    ) {
        weight = scope.parameter(
            "weight", isTransposed ? [inputs, outputs] : [outputs, inputs],
            initializer ?? .kaimingUniform(fanIn: inputs), precision: .asStored, isTransposed: isTransposed)
        self.bias =
            bias
            ? scope.parameter("bias", [outputs], initializer == nil ? .kaimingUniform(fanIn: inputs) : .zeros) : nil
        adapter = scope.lowRankFactors(inputs: inputs, outputs: outputs, isTransposed: isTransposed)
    }

    /// - Parameter residual: added after the activation, in the same pass.
    public func callAsFunction(
        _ x: Tensor, activation: Activation = .none, residual: Tensor? = nil
    ) -> Tensor {
        guard let adapter else {
            return linear(x, weight.weight, bias: bias?.value, activation: activation, residual: residual)
        }
        let inner = adapter.inner(x)
        guard activation != .none else {
            let base = linear(x, weight.weight, bias: bias?.value, residual: residual)
            return linear(inner, adapter.up.weight, residual: base)
        }
        let sum = linear(inner, adapter.up.weight, residual: linear(x, weight.weight, bias: bias?.value))
        let result = activate(sum, activation)
        return residual.map { add(result, $0) } ?? result
    }
}
