public import Kernels
public import Tensors

/// activation(x · weightᵀ + bias) + residual, in one pass over the result.
///
/// Shapes: `x` `[…, inputs]`, `weight` `[outputs, inputs]` (PyTorch layout; `[inputs, outputs]` where it is transposed),
/// `bias` `[outputs]`, `residual` and result `[…, outputs]`.
public func linear(
    _ x: Tensor, _ weight: Weight, bias: Tensor? = nil, activation: Activation = .none, residual: Tensor? = nil
) -> Tensor {
    let (outputs, inputs) = weight.matrixExtents
    precondition(
        x.rank >= 1 && x.shape[x.rank - 1] == inputs,
        "linear: an input of shape \(x.shape) does not fit a weight of shape \(weight.shape)")
    precondition(bias.map { $0.shape == [outputs] } ?? true, "linear: the bias must have the shape [\(outputs)]")
    let shape = Shape(x.shape.dropLast() + [outputs])
    precondition(residual.map { $0.shape == shape } ?? true, "linear: the residual must have the shape \(shape)")
    let inputTensors = [x, weight.recorded] + [bias, residual].compactMap { $0 }
    // The slope of an activation is a function of what goes into it, which then has to be kept.
    let function = Tape.isTracking(inputTensors) ? activation.function : nil
    func product(_ result: UnsafeMutablePointer<Float>, arguments: UnsafeMutablePointer<Float>?) {
        x.withFloats { xPointer in
            withOptionalFloats(bias) { biasPointer in
                withOptionalFloats(residual) { residualPointer in
                    MatrixProduct.multiply(
                        xPointer, rows: x.elementCount / max(1, inputs), rowStride: inputs, by: weight.matrix,
                        bias: biasPointer, activation: activation, residual: residualPointer, arguments: arguments,
                        into: result, rowStride: outputs)
                }
            }
        }
    }
    let result: Tensor
    var argument: Tensor?
    if function == nil {
        result = Tensor(shape: shape, initializingFloats: { product($0, arguments: nil) })
    } else {
        (result, argument) = Arithmetic.pair(shape, shape) { product($0, arguments: $1) }
    }
    return Tape.record(
        result, inputs: inputTensors,
        LinearOperation(
            // What a frozen weight is applied to need not be kept.
            x: Tape.isTracking([weight.recorded]) ? x : nil, inputShape: x.shape, weight: weight,
            hasBias: bias != nil, hasResidual: residual != nil, function: function, argument: argument))
}

/// op(a) · op(b) of two matrices.
///
/// Shapes: `a` `[m, k]`, or `[k, m]` when transposed; `b` `[k, n]`, or `[n, k]` when transposed; result `[m, n]`.
public func matrixProduct(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false
) -> Tensor {
    precondition(
        a.rank == 2 && b.rank == 2 && a.shape[transposeA ? 0 : 1] == b.shape[transposeB ? 1 : 0],
        "matrixProduct: shapes \(a.shape) and \(b.shape) do not fit, transposed: \(transposeA), \(transposeB)")
    let result = Arithmetic.matrixProduct(a, b, transposeA: transposeA, transposeB: transposeB)
    return Tape.record(
        result, inputs: [a, b],
        MatrixProductOperation(a: a, b: b, transposeA: transposeA, transposeB: transposeB))
}

func withOptionalFloats<Result>(
    _ tensor: Tensor?, _ body: (UnsafePointer<Float>?) throws -> Result
) rethrows -> Result {
    guard let tensor else { return try body(nil) }
    return try tensor.withFloats { try body($0) }
}

struct LinearOperation: Operation {
    let name = "linear"
    /// Nil where the weight needs no gradient.
    let x: Tensor?
    let inputShape: Shape
    let weight: Weight
    let hasBias: Bool
    let hasResidual: Bool
    let function: Elementwise.Function?
    /// What goes into the function.
    let argument: Tensor?

    // With Z = X Wᵀ + b: dX = dZ · W, dW = dZᵀ · X, and db is the sum of dZ's rows. A transposed W has the transposed dW.
    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let isTransposed = weight.isTransposed
        let (outputs, inputs) = weight.matrixExtents
        let rows = inputShape.elementCount / max(1, inputs)
        let inner = argumentGradient(gradient).viewed(as: [rows, outputs])
        var gradients: [Tensor?] = [nil, nil]
        if wanted[0] {
            let dense = weight.tensor.converted(to: .float32)
            gradients[0] = Arithmetic.matrixProduct(inner, dense, transposeA: false, transposeB: isTransposed)
                .viewed(as: inputShape)
        }
        if wanted[1], let x {
            let x = x.viewed(as: [rows, inputs])
            gradients[1] = Arithmetic.matrixProduct(
                isTransposed ? x : inner, isTransposed ? inner : x, transposeA: true, transposeB: false)
        }
        if hasBias { gradients.append(wanted[2] ? Broadcasting.reduce(inner, to: [outputs]) : nil) }
        if hasResidual { gradients.append(gradient) }
        return gradients
    }

    private func argumentGradient(_ gradient: Tensor) -> Tensor {
        guard let function, let argument else { return gradient }
        // These slopes are functions of the value, which is made again rather than kept.
        let value = function.gradientNeedsResult ? Arithmetic.value(of: function, argument) : nil
        return Arithmetic.gradient(of: function, input: argument, result: value, gradient)
    }
}

struct MatrixProductOperation: Operation {
    let name = "matrixProduct"
    let a: Tensor
    let b: Tensor
    let transposeA: Bool
    let transposeB: Bool

    // With C = A · B: dA = dC · Bᵀ and dB = Aᵀ · dC; where a factor came in transposed, so does its gradient.
    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let aGradient =
            transposeA
            ? { Arithmetic.matrixProduct(self.b, gradient, transposeA: self.transposeB, transposeB: true) }
            : { Arithmetic.matrixProduct(gradient, self.b, transposeA: false, transposeB: !self.transposeB) }
        let bGradient =
            transposeB
            ? { Arithmetic.matrixProduct(gradient, self.a, transposeA: true, transposeB: self.transposeA) }
            : { Arithmetic.matrixProduct(self.a, gradient, transposeA: !self.transposeA, transposeB: false) }
        return [wanted[0] ? aGradient() : nil, wanted[1] ? bGradient() : nil]
    }
}
