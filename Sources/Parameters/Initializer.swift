import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// How a parameter begins where no stored value is given.
public enum Initializer: Sendable, Hashable {
    case zeros
    case ones
    case constant(Float)
    case normal(deviation: Float)
    /// Uniform in ±`bound`.
    case uniform(bound: Float)

    /// Uniform in ±1/√fanIn, PyTorch's default for linear and convolution layers (He et al. 2015 with a = √5).
    public static func kaimingUniform(fanIn: Int) -> Initializer {
        .uniform(bound: 1 / Float(max(1, fanIn)).squareRoot())
    }

    func makeTensor(_ shape: Shape, _ random: RandomSource) -> Tensor {
        var random = random
        switch self {
        case .zeros: return Tensor(repeating: 0, shape: shape)
        case .ones: return Tensor(repeating: 1, shape: shape)
        case .constant(let value): return Tensor(repeating: value, shape: shape)
        case .normal(let deviation):
            return Tensor((0..<shape.elementCount).map { _ in deviation * random.normal() }, shape: shape)
        case .uniform(let bound):
            return Tensor(
                (0..<shape.elementCount).map { _ in bound * (2 * random.uniform() - 1) }, shape: shape)
        }
    }
}
