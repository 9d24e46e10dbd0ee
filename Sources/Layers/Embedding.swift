import Autograd
public import Parameters
public import Tensors

/// A table of vectors, one per index.
///
/// Shapes: indices `[…]` → `[…, width]`; `weight` `[count, width]`.
public struct Embedding: Sendable {
    public let weight: Parameter

    public init(_ count: Int, _ width: Int, deviation: Float = 0.02, in scope: ParameterScope) {
        weight = scope.parameter("weight", [count, width], .normal(deviation: deviation), precision: .asStored)
    }

    public func callAsFunction(_ indices: Tensor) -> Tensor { embedding(indices, weight.weight) }

    /// The product with the transposed table: logits of a model whose output is tied to its input.
    ///
    /// Shapes: `[…, width]` → `[…, count]`.
    public func logits(_ x: Tensor) -> Tensor { linear(x, weight.weight) }
}
