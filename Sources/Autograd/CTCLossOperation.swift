import Kernels
public import Tensors

/// The losses of connectionist temporal classification (Graves et al. 2006), one per sequence: -log of the probability
/// that the frames spell the target.
///
/// Shapes: `logProbabilities` `[batch, frames, classes]`, logarithms of probabilities; `targets` `[batch, labels]` of
/// `int32`, padded with anything; result `[batch]`. The gradient is minus the share of each class in the alignments;
/// through ``logSoftmax(_:)`` it is the same as PyTorch's.
///
/// - Parameters:
///   - inputLengths: frames of each sequence.
///   - targetLengths: labels of each target; none is allowed.
///   - blank: the class between labels; no label.
///   - zeroInfinity: whether a target without any alignment counts as 0, without gradient; else its loss is infinite.
public func ctcLosses(
    _ logProbabilities: Tensor, targets: Tensor, inputLengths: [Int], targetLengths: [Int], blank: Int = 0,
    zeroInfinity: Bool = false
) -> Tensor {
    let spelling = CTCTargets(logProbabilities, targets, inputLengths, targetLengths, blank: blank)
    let scales = [Float](repeating: 1, count: inputLengths.count)
    let (losses, gradient) = spelling.losses(logProbabilities, scales: scales, zeroInfinity: zeroInfinity)
    let result = Tensor(losses.map { Float($0) }, shape: [losses.count])
    guard let gradient else { return result }
    return Tape.record(result, inputs: [logProbabilities], CTCLossOperation(inputGradient: gradient))
}

/// The losses of ``ctcLosses(_:targets:inputLengths:targetLengths:blank:zeroInfinity:)`` as one: their sum, or the mean of
/// loss / (labels of the target, at least 1).
public func ctcLoss(
    _ logProbabilities: Tensor, targets: Tensor, inputLengths: [Int], targetLengths: [Int], blank: Int = 0,
    reduction: Reduction = .mean, zeroInfinity: Bool = false
) -> Tensor {
    let spelling = CTCTargets(logProbabilities, targets, inputLengths, targetLengths, blank: blank)
    let scales = targetLengths.map { length -> Float in
        switch reduction {
        case .mean: 1 / (Float(max(1, length)) * Float(targetLengths.count))
        case .sum: 1
        }
    }
    let (losses, gradient) = spelling.losses(logProbabilities, scales: scales, zeroInfinity: zeroInfinity)
    let total = zip(losses, scales).reduce(0) { $0 + $1.0 * Double($1.1) }
    let result = Tensor([Float(total)], shape: [])
    guard let gradient else { return result }
    return Tape.record(result, inputs: [logProbabilities], CTCLossOperation(inputGradient: gradient))
}

/// Checked targets.
private struct CTCTargets {
    let frames: [Int]
    let labels: [[Int]]
    let blank: Int

    init(_ x: Tensor, _ targets: Tensor, _ inputLengths: [Int], _ targetLengths: [Int], blank: Int) {
        precondition(
            x.rank == 3 && targets.rank == 2 && targets.shape[0] == x.shape[0] && inputLengths.count == x.shape[0]
                && targetLengths.count == x.shape[0],
            "ctcLoss: targets \(targets.shape) do not fit log-probabilities \(x.shape)")
        precondition(
            inputLengths.allSatisfy { (0...x.shape[1]).contains($0) }
                && targetLengths.allSatisfy { (0...targets.shape[1]).contains($0) }
                && (0..<x.shape[2]).contains(blank),
            "ctcLoss: a length exceeds \(x.shape) or \(targets.shape), or the blank \(blank) is not a class")
        let values = targets.integers()
        frames = inputLengths
        labels = targetLengths.enumerated().map { row, length in
            values[row * targets.shape[1]..<row * targets.shape[1] + length].map { label in
                precondition(
                    (0..<x.shape[2]).contains(Int(label)) && Int(label) != blank, "ctcLoss: \(label) is not a label")
                return Int(label)
            }
        }
        self.blank = blank
    }

    /// The losses, and their gradient times `scales` if somebody wants it.
    func losses(_ x: Tensor, scales: [Float], zeroInfinity: Bool) -> (losses: [Double], gradient: Tensor?) {
        var losses = [Double](repeating: 0, count: frames.count)
        let (time, classes) = (x.shape[1], x.shape[2])
        func fill(_ gradient: UnsafeMutablePointer<Float>?) {
            x.withFloats { source in
                losses.withUnsafeMutableBufferPointer { losses in
                    // Each chunk has a sequence and a loss of its own.
                    nonisolated(unsafe) let losses = losses
                    Threads.parallelFor(frames.count) { sequence in
                        let offset = sequence * time * classes
                        let target = gradient.map { $0 + offset }
                        let loss = ConnectionistTemporalClassification.loss(
                            source + offset, frames: frames[sequence], classes: classes, target: labels[sequence],
                            blank: blank, gradient: target)
                        let counts = loss.isFinite || !zeroInfinity
                        losses[sequence] = counts ? loss : 0
                        guard let target else { return }
                        let used = frames[sequence] * classes
                        for index in 0..<used { target[index] = counts ? target[index] * scales[sequence] : 0 }
                        (target + used).initialize(repeating: 0, count: time * classes - used)
                    }
                }
            }
        }
        guard Tape.isTracking([x]) else {
            fill(nil)
            return (losses, nil)
        }
        let gradient = Tensor(shape: x.shape, initializingFloats: { fill($0) })
        return (losses, gradient)
    }
}

struct CTCLossOperation: Operation {
    let name = "ctcLoss"
    /// Of each sequence's own loss, scaled as it counts in the result.
    let inputGradient: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        if gradient.rank == 0 { return [Arithmetic.scaled(inputGradient, by: gradient.scalar)] }
        let count = inputGradient.elementCount / max(1, gradient.elementCount)
        let scales = gradient.floats()
        return [
            Tensor(
                shape: inputGradient.shape,
                initializingFloats: { result in
                    inputGradient.withFloats { source in
                        for (sequence, scale) in scales.enumerated() {
                            Elementwise.combine(
                                .multiply, source + sequence * count, scalar: scale, into: result + sequence * count,
                                count: count)
                        }
                    }
                })
        ]
    }
}
