public import Tensors

/// The cross-entropy of softmax(logits) with targets that are spread over the classes, a scalar: −Σ w · log softmax(x).
///
/// Shapes: `logits` and `weights` `[rows, classes]`; every row of the weights sums to 1.
///
/// - Parameter labelSmoothing: the share of the probability that is spread evenly over all classes.
public func crossEntropy(
    _ logits: Tensor, weights: Tensor, labelSmoothing: Float = 0, reduction: Reduction = .mean
) -> Tensor {
    precondition(
        logits.rank == 2 && logits.shape == weights.shape,
        "crossEntropy: weights \(weights.shape) do not fit logits \(logits.shape)")
    let even = labelSmoothing / Float(max(1, logits.shape[1]))
    let smoothed =
        labelSmoothing == 0
        ? weights : Tensor(weights.floats().map { $0 * (1 - labelSmoothing) + even }, shape: weights.shape)
    let rows = Float(max(1, logits.shape[0]))
    let factor: Float = if case .mean = reduction { -1 / rows } else { -1 }
    return scale(sum(multiply(logSoftmax(logits), smoothed)), by: factor)
}
