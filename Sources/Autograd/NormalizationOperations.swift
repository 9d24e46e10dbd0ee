import Kernels
public import Tensors

/// (x - mean) / √(variance + epsilon) · weight + bias over the last axis (Ba, Kiros, Hinton 2016).
///
/// Shapes: `x` `[…, width]`, `weight` and `bias` `[width]`.
public func layerNorm(_ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Float = 1e-5) -> Tensor {
    let width = weight.elementCount
    precondition(
        x.rank >= 1 && x.shape[x.rank - 1] == width && bias.elementCount == width,
        "layerNorm: an input of shape \(x.shape) does not fit a weight of shape \(weight.shape)")
    let result = Tensor(
        shape: x.shape,
        initializingFloats: { result in
            x.withFloats { xPointer in
                weight.withFloats { weightPointer in
                    bias.withFloats { biasPointer in
                        Rows.layerNorm(
                            xPointer, rows: x.elementCount / max(1, width), columns: width, weight: weightPointer,
                            bias: biasPointer, epsilon: epsilon, into: result)
                    }
                }
            }
        })
    return Tape.recordConstant(
        "layerNorm", result, inputs: [x, weight, bias], reason: "it has no backward yet")
}

/// exp(x) / Σ exp(x) over the last axis.
public func softmax(_ x: Tensor) -> Tensor {
    let result = rowwise(x) { Rows.softmax($0, rows: $1, columns: $2, into: $3) }
    return Tape.recordConstant("softmax", result, inputs: [x], reason: "it has no backward yet")
}

/// log(softmax(x)) over the last axis.
public func logSoftmax(_ x: Tensor) -> Tensor {
    let result = rowwise(x) { Rows.logSoftmax($0, rows: $1, columns: $2, into: $3) }
    return Tape.recordConstant("logSoftmax", result, inputs: [x], reason: "it has no backward yet")
}

private func rowwise(
    _ x: Tensor, _ body: (UnsafePointer<Float>, Int, Int, UnsafeMutablePointer<Float>) -> Void
) -> Tensor {
    precondition(x.rank >= 1, "a scalar has no last axis")
    let columns = x.shape[x.rank - 1]
    return Tensor(
        shape: x.shape,
        initializingFloats: { result in
            x.withFloats { body($0, x.elementCount / max(1, columns), columns, result) }
        })
}
