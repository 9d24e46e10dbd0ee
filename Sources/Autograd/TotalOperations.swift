public import Tensors

/// The sum of all elements, a scalar of shape `[]`.
public func sum(_ x: Tensor) -> Tensor {
    let total = x.withFloats { Arithmetic.total($0, count: x.elementCount) }
    return Tape.record(Tensor([total], shape: []), inputs: [x], TotalOperation(shape: x.shape))
}

/// The mean of all elements, a scalar of shape `[]`; NaN of no element.
public func mean(_ x: Tensor) -> Tensor {
    scale(sum(x), by: 1 / Float(x.elementCount))
}

struct TotalOperation: Operation {
    let name = "sum"
    let shape: Shape

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [Tensor(repeating: gradient.scalar, shape: shape)]
    }
}
