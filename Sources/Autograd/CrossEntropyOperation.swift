import Kernels
public import Tensors

/// How the losses of several targets become one.
public enum Reduction: Sendable {
    /// Divided by the number of targets that count; 0 if none does.
    case mean
    case sum
}

/// The cross-entropy of softmax(logits) with integer targets, a scalar.
///
/// Shapes: `logits` `[…, classes]`, `targets` `[…]` of `int32`, each in `0..<classes` or `ignoredIndex`.
/// The gradient is computed in the same pass, so that nothing of the logits' size is kept beside it.
/// See docs/derivations/cross-entropy.md.
///
/// - Parameters:
///   - ignoredIndex: targets of this value are left out.
///   - labelSmoothing: the share of the probability that is spread evenly over all classes.
public func crossEntropy(
    _ logits: Tensor, _ targets: Tensor, ignoring ignoredIndex: Int32? = nil, labelSmoothing: Float = 0,
    reduction: Reduction = .mean
) -> Tensor {
    let classes = logits.rank > 0 ? logits.shape[logits.rank - 1] : 0
    precondition(
        logits.rank > 0 && targets.elementCount * classes == logits.elementCount,
        "crossEntropy: targets \(targets.shape) do not fit logits \(logits.shape)")
    let labels = ClassTargets(targets, ignoring: ignoredIndex)
    let scale = labels.scale(reduction)
    func losses(_ gradient: UnsafeMutablePointer<Float>?) -> Float {
        logits.withFloats { labels.loss(of: $0, rows: 0..<labels.count, classes, labelSmoothing, scale, gradient) }
    }
    guard Tape.isTracking([logits]) else { return Tensor([losses(nil) * scale], shape: []) }
    var loss: Float = 0
    let gradient = Tensor(shape: logits.shape, initializingFloats: { loss = losses($0) * scale })
    return Tape.record(
        Tensor([loss], shape: []), inputs: [logits], CrossEntropyOperation(logitGradient: gradient))
}

/// Targets with -1 for those that are left out.
struct ClassTargets {
    let values: [Int32]
    /// Those that are not left out.
    let counted: Int

    var count: Int { values.count }

    init(_ targets: Tensor, ignoring ignoredIndex: Int32?) {
        values = targets.integers().map { value in
            if value == ignoredIndex { return -1 }
            precondition(value >= 0, "crossEntropy: the target \(value) is not a class")
            return value
        }
        counted = values.count { $0 >= 0 }
    }

    func scale(_ reduction: Reduction) -> Float {
        switch reduction {
        case .mean: 1 / Float(max(1, counted))
        case .sum: 1
        }
    }

    /// The sum of the losses of `rows`, whose logits begin at `logits`; their gradient is multiplied by `scale`.
    func loss(
        of logits: UnsafePointer<Float>, rows: Range<Int>, _ classes: Int, _ labelSmoothing: Float, _ scale: Float,
        _ gradient: UnsafeMutablePointer<Float>?
    ) -> Float {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, rows.count)) { losses in
            let losses = losses.baseAddress!  // not empty
            values.withUnsafeBufferPointer { targets in
                guard let targets = targets.baseAddress else { return }
                CrossEntropy.forward(
                    logits, rows: rows.count, classes: classes, targets: targets + rows.lowerBound,
                    labelSmoothing: labelSmoothing, scale: scale, losses: losses, gradient: gradient)
            }
            return Arithmetic.total(losses, count: rows.count)
        }
    }
}

struct CrossEntropyOperation: Operation {
    let name = "crossEntropy"
    let logitGradient: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [gradient.scalar == 1 ? logitGradient : Arithmetic.scaled(logitGradient, by: gradient.scalar)]
    }
}
