import Kernels
public import Tensors

/// a + b, elementwise. Shapes: those that NumPy broadcasts.
public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
    Tape.record(Broadcasting.combine(.add, a, b), inputs: [a, b], SumOperation(a: a.shape, b: b.shape))
}

/// a - b, elementwise. Shapes: those that NumPy broadcasts.
public func subtract(_ a: Tensor, _ b: Tensor) -> Tensor {
    Tape.record(Broadcasting.combine(.subtract, a, b), inputs: [a, b], DifferenceOperation(a: a.shape, b: b.shape))
}

/// a · b, elementwise. Shapes: those that NumPy broadcasts.
public func multiply(_ a: Tensor, _ b: Tensor) -> Tensor {
    Tape.record(Broadcasting.combine(.multiply, a, b), inputs: [a, b], ProductOperation(a: a, b: b))
}

/// a / b, elementwise. Shapes: those that NumPy broadcasts.
public func divide(_ a: Tensor, _ b: Tensor) -> Tensor {
    let quotient = Broadcasting.combine(.divide, a, b)
    return Tape.record(quotient, inputs: [a, b], QuotientOperation(quotient: quotient, a: a.shape, b: b))
}

/// x · factor.
public func scale(_ x: Tensor, by factor: Float) -> Tensor {
    Tape.record(Arithmetic.scaled(x, by: factor), inputs: [x], ScaleOperation(factor: factor))
}

struct SumOperation: Operation {
    let name = "add"
    let a: Shape
    let b: Shape

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [
            wanted[0] ? Broadcasting.reduce(gradient, to: a) : nil,
            wanted[1] ? Broadcasting.reduce(gradient, to: b) : nil,
        ]
    }
}

struct DifferenceOperation: Operation {
    let name = "subtract"
    let a: Shape
    let b: Shape

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [
            wanted[0] ? Broadcasting.reduce(gradient, to: a) : nil,
            wanted[1] ? Arithmetic.scaled(Broadcasting.reduce(gradient, to: b), by: -1) : nil,
        ]
    }
}

struct ProductOperation: Operation {
    let name = "multiply"
    let a: Tensor
    let b: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [
            wanted[0] ? Broadcasting.reduce(Broadcasting.combine(.multiply, gradient, b), to: a.shape) : nil,
            wanted[1] ? Broadcasting.reduce(Broadcasting.combine(.multiply, gradient, a), to: b.shape) : nil,
        ]
    }
}

struct QuotientOperation: Operation {
    let name = "divide"
    let quotient: Tensor
    let a: Shape
    let b: Tensor

    // d(a/b)/da = 1/b and d(a/b)/db = -(a/b)/b
    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let aGradient = Broadcasting.combine(.divide, gradient, b)
        return [
            wanted[0] ? Broadcasting.reduce(aGradient, to: a) : nil,
            wanted[1]
                ? Arithmetic.scaled(
                    Broadcasting.reduce(Arithmetic.product(aGradient, quotient), to: b.shape), by: -1) : nil,
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
