import Autograd
import Parameters
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What all layers of a Conformer see of a batch: how long its sequences are, positions, and the mode.
struct ConformerPass {
    /// Frames of each sequence.
    let lengths: [Int]
    /// Frames of the longest.
    let time: Int
    let mode: Mode
    let dropout: Float
    /// New running statistics of batch norms.
    var updates: BufferUpdates
    /// -∞ for keys that only fill up the batch; nil where there are none.
    let mask: Tensor?
    private let cosines: Tensor
    private let sines: Tensor

    init(
        _ configuration: ConformerConfiguration, lengths: [Int], time: Int, mode: Mode, dropout: Float,
        updates: BufferUpdates
    ) {
        (self.lengths, self.time, self.mode) = (lengths, time, mode)
        (self.dropout, self.updates) = (dropout, updates)
        mask =
            lengths.allSatisfy { $0 == time }
            ? nil
            : Tensor(
                lengths.flatMap { length in (0..<time).map { $0 < length ? 0 : -Float.infinity } },
                shape: [lengths.count, time])
        let half = configuration.width / configuration.heads / 2
        let frequencies = (0..<half).map { pow(configuration.rotaryBase, -Double($0) / Double(half)) }
        let angles = (0..<time).flatMap { position in frequencies.map { Double(position) * $0 } }
        cosines = Tensor(angles.map { Float(cos($0)) }, shape: [time, half])
        sines = Tensor(angles.map { Float(sin($0)) }, shape: [time, half])
    }

    /// Whether there are frames that only fill up the batch.
    var isPadded: Bool { mask != nil }

    /// `x` turned by the positions of its frames. Shapes: `[batch, time, width]`, and the same.
    func rotated(_ x: Tensor, heads: Int) -> Tensor {
        rotaryEmbedding(
            x, cosines: cosines, sines: sines, heads: heads, offsets: Array(repeating: 0, count: lengths.count))
    }

    /// `x` with zeros in frames that only fill up the batch.
    func masked(_ x: Tensor) -> Tensor { maskSequences(x, lengths: lengths) }

    /// - Parameter stream: another one for every place that drops.
    func dropped(_ x: Tensor, stream: UInt64) -> Tensor {
        Autograd.dropout(x, probability: dropout, mode: mode.split(stream))
    }
}
