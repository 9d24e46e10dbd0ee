/// The right side of a product with a weight, in whichever form the weight is held.
public enum WeightMatrix: Sendable {
    case packed(PackedMatrix)
    case quantized(QuantizedMatrix)

    public var outputs: Int {
        switch self {
        case .packed(let matrix): matrix.outputs
        case .quantized(let matrix): matrix.outputs
        }
    }

    public var inputs: Int {
        switch self {
        case .packed(let matrix): matrix.inputs
        case .quantized(let matrix): matrix.inputs
        }
    }
}

extension MatrixProduct {
    /// c = activation(a · weightᵀ + bias) + residual, for any form of the weight.
    ///
    /// The parameters are those of the product with a ``PackedMatrix``.
    public static func multiply(
        _ a: UnsafePointer<Float>, rows: Int, rowStride aStride: Int, by weight: WeightMatrix,
        bias: UnsafePointer<Float>? = nil, activation: Activation = .none, residual: UnsafePointer<Float>? = nil,
        arguments: UnsafeMutablePointer<Float>? = nil, into c: UnsafeMutablePointer<Float>, rowStride cStride: Int
    ) {
        switch weight {
        case .packed(let matrix):
            multiply(
                a, rows: rows, rowStride: aStride, by: matrix, bias: bias, activation: activation, residual: residual,
                arguments: arguments, into: c, rowStride: cStride)
        case .quantized(let matrix):
            multiply(
                a, rows: rows, rowStride: aStride, by: matrix, bias: bias, activation: activation, residual: residual,
                arguments: arguments, into: c, rowStride: cStride)
        }
    }
}
