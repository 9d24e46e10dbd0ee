public import Tensors

extension Tensor {
    /// Uniform in ±1, the same for the same seed.
    public static func random(_ shape: Shape, seed: UInt64 = 1) -> Tensor {
        var random = RandomSource(seed: seed)
        return Tensor((0..<shape.elementCount).map { _ in 2 * random.uniform() - 1 }, shape: shape)
    }
}
