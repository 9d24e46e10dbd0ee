public import Kernels
public import Tensors

/// x Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016).
public func gelu(_ x: Tensor) -> Tensor { apply(.gelu, x) }

/// The approximation of ``gelu(_:)`` by 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).
public func geluTanh(_ x: Tensor) -> Tensor { apply(.geluTanh, x) }

/// x sigmoid(x)
public func silu(_ x: Tensor) -> Tensor { apply(.silu, x) }

/// max(x, 0)
public func relu(_ x: Tensor) -> Tensor { apply(.relu, x) }

/// min(max(x, 0), 6) (Krizhevsky 2010)
public func relu6(_ x: Tensor) -> Tensor { apply(.relu6, x) }

public func tanh(_ x: Tensor) -> Tensor { apply(.tanh, x) }

/// 1 / (1 + exp(-x))
public func sigmoid(_ x: Tensor) -> Tensor { apply(.sigmoid, x) }

/// The natural exponential.
public func exp(_ x: Tensor) -> Tensor { apply(.exp, x) }

/// The natural logarithm.
public func log(_ x: Tensor) -> Tensor { apply(.log, x) }

public func sqrt(_ x: Tensor) -> Tensor { apply(.sqrt, x) }

/// 1 / √x
public func reciprocalSquareRoot(_ x: Tensor) -> Tensor { apply(.reciprocalSquareRoot, x) }

public func square(_ x: Tensor) -> Tensor { apply(.square, x) }

/// |x|, with the slope 0 at 0.
public func absolute(_ x: Tensor) -> Tensor { apply(.absolute, x) }

public func negate(_ x: Tensor) -> Tensor { apply(.negate, x) }

/// 1 / x
public func reciprocal(_ x: Tensor) -> Tensor { apply(.reciprocal, x) }

/// The activation of each element.
public func activate(_ x: Tensor, _ activation: Activation) -> Tensor {
    activation.function.map { apply($0, x) } ?? x
}

/// silu(gate) · up, elementwise, in one pass. Shapes: equal.
public func gatedSiLU(_ gate: Tensor, _ up: Tensor) -> Tensor {
    precondition(gate.shape == up.shape, "gatedSiLU: shapes \(gate.shape) and \(up.shape) differ")
    let result = Tensor(
        shape: gate.shape,
        initializingFloats: { result in
            gate.withFloats { gatePointer in
                up.withFloats {
                    GatedSiLU.forward(gate: gatePointer, up: $0, into: result, count: gate.elementCount)
                }
            }
        })
    return Tape.record(result, inputs: [gate, up], GatedSiLUOperation(gate: gate, up: up))
}

private func apply(_ function: Elementwise.Function, _ x: Tensor) -> Tensor {
    let result = Arithmetic.value(of: function, x)
    return Tape.record(
        result, inputs: [x],
        FunctionOperation(
            function: function, input: function.gradientNeedsInput ? x : nil,
            result: function.gradientNeedsResult ? result : nil))
}

extension Activation {
    /// The same as a function of one number; nil for none.
    var function: Elementwise.Function? {
        switch self {
        case .none: nil
        case .relu: .relu
        case .gelu: .gelu
        case .geluTanh: .geluTanh
        case .silu: .silu
        case .sigmoid: .sigmoid
        case .tanh: .tanh
        case .relu6: .relu6
        }
    }
}

/// One of `Elementwise.Function`, under its name.
struct FunctionOperation: Operation {
    var name: String { "\(function)" }
    let function: Elementwise.Function
    let input: Tensor?
    let result: Tensor?

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        [Arithmetic.gradient(of: function, input: input, result: result, gradient)]
    }
}

struct GatedSiLUOperation: Operation {
    let name = "gatedSiLU"
    let gate: Tensor
    let up: Tensor

    func backward(_ gradient: Tensor, wanted: WantedGradients) -> [Tensor?] {
        let (gateGradient, upGradient) = Arithmetic.pair(gate.shape, up.shape) { gateResult, upResult in
            gate.withFloats { gatePointer in
                up.withFloats { upPointer in
                    gradient.withFloats {
                        GatedSiLU.gradient(
                            gate: gatePointer, up: upPointer, resultGradient: $0, gateGradient: gateResult,
                            upGradient: upResult, count: gate.elementCount)
                    }
                }
            }
        }
        return [gateGradient, upGradient]
    }
}
