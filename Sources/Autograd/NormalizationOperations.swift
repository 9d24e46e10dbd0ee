import Kernels
public import Tensors

/// (x - mean) / √(variance + epsilon) · weight + bias over the last axis (Ba, Kiros, Hinton 2016).
///
/// Shapes: `x` `[…, width]`, `weight` and `bias` `[width]`. Backward: docs/derivations/normalization.md.
public func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor? = nil, epsilon: Float = 1e-5) -> Tensor {
    let width = weight.elementCount
    precondition(
        x.rank >= 1 && x.shape[x.rank - 1] == width && (bias?.elementCount ?? width) == width,
        "layerNorm: an input of shape \(x.shape) does not fit a weight of shape \(weight.shape)")
    let rows = x.elementCount / max(1, width)
    let (result, statistics) = Arithmetic.pair(x.shape, [2, rows]) { result, statistics in
        x.withFloats { xPointer in
            weight.withFloats { weightPointer in
                withOptionalFloats(bias) { biasPointer in
                    Rows.layerNorm(
                        xPointer, rows: rows, columns: width, weight: weightPointer, bias: biasPointer,
                        epsilon: epsilon, into: result, means: statistics, reciprocalDeviations: statistics + rows)
                }
            }
        }
    }
    return Tape.record(
        result, inputs: [x, weight] + [bias].compactMap { $0 },
        LayerNormOperation(
            x: x, weight: weight, hasBias: bias != nil, means: statistics.leadingSlice(0..<1),
            reciprocalDeviations: statistics.leadingSlice(1..<2)))
}

/// x / √(mean of x² + epsilon) · weight over the last axis (Zhang and Sennrich 2019).
///
/// Shapes: `x` `[…, width]`, `weight` `[width]`.
public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float) -> Tensor {
    let width = weight.elementCount
    precondition(
        x.rank >= 1 && x.shape[x.rank - 1] == width,
        "rmsNorm: an input of shape \(x.shape) does not fit a weight of shape \(weight.shape)")
    let rows = x.elementCount / max(1, width)
    let (result, reciprocalDeviations) = Arithmetic.pair(x.shape, [rows]) { result, reciprocalDeviations in
        x.withFloats { xPointer in
            weight.withFloats {
                Rows.rmsNorm(
                    xPointer, rows: rows, columns: width, weight: $0, epsilon: epsilon, into: result,
                    reciprocalDeviations: reciprocalDeviations)
            }
        }
    }
    return Tape.record(
        result, inputs: [x, weight],
        RMSNormOperation(x: x, weight: weight, reciprocalDeviations: reciprocalDeviations))
}

struct LayerNormOperation: Operation {
    let name = "layerNorm"
    let x: Tensor
    let weight: Tensor
    let hasBias: Bool
    let means: Tensor
    let reciprocalDeviations: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let (xGradient, parameterGradients) = normGradients(
            x, weight: weight, means: means, reciprocalDeviations: reciprocalDeviations, gradient)
        let gradients = [xGradient, parameterGradients.leadingSlice(0..<1).viewed(as: weight.shape)]
        return hasBias ? gradients + [parameterGradients.leadingSlice(1..<2).viewed(as: weight.shape)] : gradients
    }
}

struct RMSNormOperation: Operation {
    let name = "rmsNorm"
    let x: Tensor
    let weight: Tensor
    let reciprocalDeviations: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let (xGradient, parameterGradients) = normGradients(
            x, weight: weight, means: nil, reciprocalDeviations: reciprocalDeviations, gradient)
        return [xGradient, parameterGradients.leadingSlice(0..<1).viewed(as: weight.shape)]
    }
}

/// The gradients of x and, `[2, width]`, of weight and bias.
private func normGradients(
    _ x: Tensor, weight: Tensor, means: Tensor?, reciprocalDeviations: Tensor, _ gradient: Tensor
) -> (Tensor, Tensor) {
    let width = weight.elementCount
    return Arithmetic.pair(x.shape, [2, width]) { result, parameters in
        x.withFloats { xPointer in
            weight.withFloats { weightPointer in
                withOptionalFloats(means) { meanPointer in
                    reciprocalDeviations.withFloats { deviationPointer in
                        gradient.withFloats {
                            RowGradients.norm(
                                xPointer, resultGradient: $0, rows: x.elementCount / max(1, width), columns: width,
                                weight: weightPointer, means: meanPointer, reciprocalDeviations: deviationPointer,
                                into: result, weightGradient: parameters, biasGradient: parameters + width)
                        }
                    }
                }
            }
        }
    }
}
