import Autograd
import Parameters
import Tensors

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
    /// Whether there are frames that only fill up the batch.
    let isPadded: Bool
    /// -∞ for keys that must not be seen, because they only fill up the batch or come later; nil where there are none.
    let mask: Tensor?
    private let positions: ConformerPositions

    init(
        _ configuration: ConformerConfiguration, lengths: [Int], time: Int, mode: Mode, dropout: Float,
        chunks: ConformerChunks? = nil, updates: BufferUpdates
    ) {
        (self.lengths, self.time, self.mode) = (lengths, time, mode)
        (self.dropout, self.updates) = (dropout, updates)
        isPadded = !lengths.allSatisfy { $0 == time }
        mask = Self.mask(lengths: lengths, time: time, isPadded: isPadded, chunks: chunks)
        positions = ConformerPositions(configuration, count: time)
    }

    private static func mask(lengths: [Int], time: Int, isPadded: Bool, chunks: ConformerChunks?) -> Tensor? {
        func values(_ length: Int, _ isSeen: (Int) -> Bool) -> [Float] {
            (0..<time).map { $0 < length && isSeen($0) ? 0 : -.infinity }
        }
        guard let chunks else {
            return isPadded
                ? Tensor(lengths.flatMap { values($0) { _ in true } }, shape: [lengths.count, time]) : nil
        }
        let different = isPadded ? lengths : [time]
        return Tensor(
            different.flatMap { length in
                (0..<time).flatMap { query in values(length) { chunks.isSeen($0, by: query) } }
            }, shape: [different.count, 1, time, time])
    }

    /// `x` turned by the positions of its frames. Shapes: `[batch, time, width]`, and the same.
    func rotated(_ x: Tensor, heads: Int) -> Tensor { positions.rotated(x, heads: heads) }

    /// `x` with zeros in frames that only fill up the batch.
    func masked(_ x: Tensor) -> Tensor { maskSequences(x, lengths: lengths) }

    /// - Parameter stream: another one for every place that drops.
    func dropped(_ x: Tensor, stream: UInt64) -> Tensor {
        Autograd.dropout(x, probability: dropout, mode: mode.split(stream))
    }
}
