public import Tensors

/// Spectrograms as a network takes them, and what is said in them.
public struct SpeechBatch: Sendable {
    /// Shape `[utterances, frames, bands]`; zeros beyond an utterance's end.
    public let features: Tensor
    /// Frames of each utterance.
    public let lengths: [Int]
    /// Tokens of each utterance.
    public let targets: [[Int]]

    public init(features: Tensor, lengths: [Int], targets: [[Int]]) {
        precondition(
            features.rank == 3 && features.shape[0] == lengths.count && targets.count == lengths.count,
            "\(targets.count) texts of spectrograms of the shape \(features.shape)")
        (self.features, self.lengths, self.targets) = (features, lengths, targets)
    }

    /// Shape `[utterances, longest]`, `int32`.
    var targetTensor: Tensor {
        let width = max(1, targets.map(\.count).max() ?? 0)
        return Tensor(
            targets.flatMap { target in (0..<width).map { $0 < target.count ? Int32(target[$0]) : 0 } },
            shape: [targets.count, width])
    }
}
