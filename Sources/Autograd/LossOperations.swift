import Kernels
public import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// (x - target)². Shapes: equal; the result is a scalar, or has their shape if `reduction` is nil. The mean is over all
/// elements, here and in the losses below.
public func meanSquaredError(_ x: Tensor, _ target: Tensor, reduction: Reduction? = .mean) -> Tensor {
    elementwiseLoss(.squared, x, target, reduction)
}

/// (x - target)² / (2 · beta) where the distance is below `beta`, else distance - beta / 2 (Girshick 2015).
public func smoothL1Loss(
    _ x: Tensor, _ target: Tensor, beta: Float = 1, reduction: Reduction? = .mean
) -> Tensor {
    precondition(beta >= 0, "smoothL1Loss: beta is \(beta), expected 0 or more")
    return elementwiseLoss(.smoothL1(beta: beta), x, target, reduction)
}

/// (x - target)² / 2 where the distance is up to `delta`, else delta · (distance - delta / 2) (Huber 1964).
public func huberLoss(_ x: Tensor, _ target: Tensor, delta: Float = 1, reduction: Reduction? = .mean) -> Tensor {
    precondition(delta > 0, "huberLoss: delta is \(delta), expected more than 0")
    return elementwiseLoss(.huber(delta: delta), x, target, reduction)
}

/// -(weight · target · log σ(x) + (1 - target) · log(1 - σ(x))), computed without overflow.
///
/// - Parameter positiveWeight: the weight of positive targets, one per column of the last axis; 1 unless given.
public func binaryCrossEntropy(
    withLogits x: Tensor, _ target: Tensor, positiveWeight: Tensor? = nil, reduction: Reduction? = .mean
) -> Tensor {
    precondition(
        positiveWeight.map { x.rank > 0 && $0.shape == [x.shape[x.rank - 1]] } ?? true,
        "binaryCrossEntropy: a weight of shape \(positiveWeight.map { "\($0.shape)" } ?? "none") does not fit \(x.shape)"
    )
    return elementwiseLoss(.binaryCrossEntropy(positiveWeights: positiveWeight?.floats() ?? [1]), x, target, reduction)
}

/// target · (log target - x): the divergence of the distribution whose logarithm is `x` from `target`.
///
/// For the mean over distributions, divide the sum by their number.
public func klDivergence(
    _ logProbabilities: Tensor, _ target: Tensor, reduction: Reduction? = .mean
) -> Tensor {
    elementwiseLoss(.klDivergence, logProbabilities, target, reduction)
}

private func elementwiseLoss(
    _ loss: ElementwiseLoss, _ x: Tensor, _ target: Tensor, _ reduction: Reduction?
) -> Tensor {
    precondition(x.shape == target.shape, "\(loss): shapes \(x.shape) and \(target.shape) differ")
    let losses = loss.values(x, target)
    let result = Tape.record(
        losses, inputs: [x, target], ElementwiseLossOperation(loss: loss, x: x, target: target))
    switch reduction {
    case .mean: return mean(result)
    case .sum: return sum(result)
    case nil: return result
    }
}

/// A loss of each element and its target.
enum ElementwiseLoss: Sendable {
    case squared
    case smoothL1(beta: Float)
    case huber(delta: Float)
    /// The weights repeat along the elements.
    case binaryCrossEntropy(positiveWeights: [Float])
    case klDivergence

    func values(_ x: Tensor, _ target: Tensor) -> Tensor {
        byElement(x, target) { index, x, target in
            let distance = abs(x - target)
            switch self {
            case .squared:
                return distance * distance
            case .smoothL1(let beta):
                return distance < beta ? 0.5 * distance * distance / beta : distance - 0.5 * beta
            case .huber(let delta):
                return distance <= delta ? 0.5 * distance * distance : delta * (distance - 0.5 * delta)
            case .binaryCrossEntropy(let weights):
                // log(1 + exp(-x)) = max(-x, 0) + log(1 + exp(-|x|))
                let softplus = max(-x, 0) + log1p(exp(-abs(x)))
                return (1 - target) * x + (1 + (weights[index % weights.count] - 1) * target) * softplus
            case .klDivergence:
                return (target > 0 ? target * log(target) : 0) - target * x
            }
        }
    }

    /// The derivative by x times `factor`.
    func inputSlopes(_ x: Tensor, _ target: Tensor, _ factor: Tensor) -> Tensor {
        factor.withFloats { factor in
            byElement(x, target) { index, x, target in
                let distance = x - target
                switch self {
                case .squared: return factor[index] * 2 * distance
                case .smoothL1(let beta):
                    return factor[index] * (abs(distance) < beta ? distance / beta : sign(distance))
                case .huber(let delta):
                    return factor[index] * (abs(distance) <= delta ? distance : delta * sign(distance))
                case .binaryCrossEntropy(let weights):
                    let below = 1 / (1 + exp(x))
                    return factor[index] * (1 - target - (1 + (weights[index % weights.count] - 1) * target) * below)
                case .klDivergence: return -factor[index] * target
                }
            }
        }
    }

    /// The derivative by the target times `factor`.
    func targetSlopes(_ x: Tensor, _ target: Tensor, _ factor: Tensor) -> Tensor {
        switch self {
        case .squared, .smoothL1, .huber: return Arithmetic.scaled(inputSlopes(x, target, factor), by: -1)
        case .binaryCrossEntropy(let weights):
            return factor.withFloats { factor in
                byElement(x, target) { index, x, _ in
                    let softplus = max(-x, 0) + log1p(exp(-abs(x)))
                    return factor[index] * ((weights[index % weights.count] - 1) * softplus - x)
                }
            }
        case .klDivergence:
            return factor.withFloats { factor in
                byElement(x, target) { index, x, target in
                    target > 0 ? factor[index] * (log(target) + 1 - x) : 0
                }
            }
        }
    }

    private func sign(_ value: Float) -> Float { value > 0 ? 1 : value < 0 ? -1 : 0 }

    private func byElement(_ x: Tensor, _ target: Tensor, _ body: (Int, Float, Float) -> Float) -> Tensor {
        let (count, chunk) = (x.elementCount, 4096)
        return Tensor(
            shape: x.shape,
            initializingFloats: { result in
                x.withFloats { xPointer in
                    target.withFloats { targetPointer in
                        Threads.parallelFor((count + chunk - 1) / chunk) { part in
                            for index in part * chunk..<min(count, (part + 1) * chunk) {
                                result[index] = body(index, xPointer[index], targetPointer[index])
                            }
                        }
                    }
                }
            })
    }
}

struct ElementwiseLossOperation: Operation {
    let name = "elementwiseLoss"
    let loss: ElementwiseLoss
    let x: Tensor
    let target: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [
            wanted[0] ? loss.inputSlopes(x, target, gradient) : nil,
            wanted[1] ? loss.targetSlopes(x, target, gradient) : nil,
        ]
    }
}
