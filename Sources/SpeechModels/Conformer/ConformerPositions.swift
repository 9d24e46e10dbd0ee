import Autograd
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The angles by which frames are turned so that attention knows their distance.
struct ConformerPositions: Sendable {
    private let cosines: Tensor
    private let sines: Tensor

    init(_ configuration: ConformerConfiguration, count: Int) {
        let half = configuration.width / configuration.heads / 2
        let frequencies = (0..<half).map { pow(configuration.rotaryBase, -Double($0) / Double(half)) }
        let angles = (0..<count).flatMap { position in frequencies.map { Double(position) * $0 } }
        cosines = Tensor(angles.map { Float(cos($0)) }, shape: [count, half])
        sines = Tensor(angles.map { Float(sin($0)) }, shape: [count, half])
    }

    /// `x` turned by the positions of its frames, of which the first has that of `first`. Shapes: `[batch, time, width]`, and
    /// the same.
    func rotated(_ x: Tensor, heads: Int, from first: Int = 0) -> Tensor {
        rotaryEmbedding(
            x, cosines: cosines, sines: sines, heads: heads, offsets: Array(repeating: first, count: x.shape[0]))
    }
}
