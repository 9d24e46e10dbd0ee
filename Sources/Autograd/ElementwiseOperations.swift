import Kernels
public import Tensors

/// a + b, elementwise.
///
/// Shapes: equal, or `b` is `[columns]` and is added to every row of `a` `[…, columns]`.
public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
    if a.shape == b.shape {
        return Tape.record(Arithmetic.sum(a, b), inputs: [a, b], SumOperation(broadcastsRow: false))
    }
    precondition(
        b.rank == 1 && a.rank >= 1 && a.shape[a.rank - 1] == b.shape[0],
        "add: shapes \(a.shape) and \(b.shape) do not fit")
    return Tape.record(Arithmetic.sum(a, row: b), inputs: [a, b], SumOperation(broadcastsRow: true))
}

/// a - b, elementwise, for equal shapes.
public func subtract(_ a: Tensor, _ b: Tensor) -> Tensor {
    requireEqualShapes("subtract", a, b)
    return Tape.record(Arithmetic.difference(a, b), inputs: [a, b], DifferenceOperation())
}

/// a · b, elementwise, for equal shapes.
public func multiply(_ a: Tensor, _ b: Tensor) -> Tensor {
    requireEqualShapes("multiply", a, b)
    return Tape.record(Arithmetic.product(a, b), inputs: [a, b], ProductOperation(a: a, b: b))
}

/// x · factor.
public func scale(_ x: Tensor, by factor: Float) -> Tensor {
    Tape.record(Arithmetic.scaled(x, by: factor), inputs: [x], ScaleOperation(factor: factor))
}

/// The sum of all elements, a scalar of shape `[]`.
public func sum(_ x: Tensor) -> Tensor {
    // Rows first, then the rows' sums in double: the order depends on the shape alone.
    let total = x.withFloats { pointer in
        UnsafeBufferPointer(start: pointer, count: x.elementCount).reduce(0.0) { $0 + Double($1) }
    }
    return Tape.record(Tensor([Float(total)], shape: []), inputs: [x], TotalOperation(shape: x.shape))
}

private func requireEqualShapes(_ operation: String, _ a: Tensor, _ b: Tensor) {
    precondition(a.shape == b.shape, "\(operation): shapes \(a.shape) and \(b.shape) differ")
}

struct SumOperation: Operation {
    let name = "add"
    let broadcastsRow: Bool

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [gradient, wanted[1] ? (broadcastsRow ? Arithmetic.rowSum(gradient) : gradient) : nil]
    }
}

struct DifferenceOperation: Operation {
    let name = "subtract"

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [gradient, wanted[1] ? Arithmetic.scaled(gradient, by: -1) : nil]
    }
}

struct ProductOperation: Operation {
    let name = "multiply"
    let a: Tensor
    let b: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [
            wanted[0] ? Arithmetic.product(gradient, b) : nil,
            wanted[1] ? Arithmetic.product(gradient, a) : nil,
        ]
    }
}

struct ScaleOperation: Operation {
    let name = "scale"
    let factor: Float

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [Arithmetic.scaled(gradient, by: factor)]
    }
}

struct TotalOperation: Operation {
    let name = "sum"
    let shape: Shape

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [Tensor(repeating: gradient.scalar, shape: shape)]
    }
}
