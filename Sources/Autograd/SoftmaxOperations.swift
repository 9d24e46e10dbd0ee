import Kernels
public import Tensors

/// exp(x) / Σ exp(x) over the last axis.
public func softmax(_ x: Tensor) -> Tensor {
    let result = rowwise(x) { Rows.softmax($0, rows: $1, columns: $2, into: $3) }
    return Tape.record(result, inputs: [x], SoftmaxOperation(result: result))
}

/// log(softmax(x)) over the last axis.
public func logSoftmax(_ x: Tensor) -> Tensor {
    let result = rowwise(x) { Rows.logSoftmax($0, rows: $1, columns: $2, into: $3) }
    return Tape.record(result, inputs: [x], LogSoftmaxOperation(result: result))
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

struct SoftmaxOperation: Operation {
    let name = "softmax"
    let result: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [
            rowwise(gradient) { dy, rows, columns, dx in
                result.withFloats {
                    RowGradients.softmax(result: $0, resultGradient: dy, rows: rows, columns: columns, into: dx)
                }
            }
        ]
    }
}

struct LogSoftmaxOperation: Operation {
    let name = "logSoftmax"
    let result: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [
            rowwise(gradient) { dy, rows, columns, dx in
                result.withFloats {
                    RowGradients.logSoftmax(result: $0, resultGradient: dy, rows: rows, columns: columns, into: dx)
                }
            }
        ]
    }
}
