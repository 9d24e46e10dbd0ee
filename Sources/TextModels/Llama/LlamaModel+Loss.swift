public import Autograd
import Parameters
public import Tensors

extension LlamaModel {
    /// The cross-entropy of each position's next token, in nats: what training makes small.
    ///
    /// Shapes: `tokens` and `targets` `[sequences, time]` of `int32` → a scalar.
    ///
    /// - Parameters:
    ///   - targets: the token that follows at each position.
    ///   - ignoredTarget: positions with this target are left out.
    ///   - reduction: over all positions that count.
    public func loss(
        _ tokens: Tensor, targets: Tensor, ignoring ignoredTarget: Int32? = nil, mode: Mode = .inference,
        dropout: Float = 0, labelSmoothing: Float = 0, reduction: Reduction = .mean
    ) -> Tensor {
        let states = self(tokens, mode: mode, dropout: dropout)
        return linearCrossEntropy(
            states, head.weight, targets, ignoring: ignoredTarget, labelSmoothing: labelSmoothing,
            reduction: reduction)
    }
}
