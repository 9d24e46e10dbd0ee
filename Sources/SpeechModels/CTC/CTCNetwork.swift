public import Autograd
public import Parameters
public import Tensors

/// A network that tells for every frame which token it spells, or that it spells none (Graves et al. 2006).
public protocol CTCNetwork: Sendable {
    /// What `config.json` calls the kind of model.
    var modelType: String { get }
    /// Tokens, the blank among them.
    var vocabularySize: Int { get }
    /// The token that stands for none.
    var blank: Int { get }
    /// How the texts are written that the model learnt from.
    var spelling: TargetSpelling { get }
    /// Frames of a spectrogram for each frame that spells.
    var frameStride: Int { get }
    /// Frames of a spectrogram that are heard at once at most; nil for any number.
    var frameLimit: Int? { get }

    /// The frames that spell, of a spectrogram of so many.
    func encodedLength(_ frames: Int) -> Int

    /// Logits of a batch; in training with dropout, with the statistics of the batch, and with intermediate logits.
    ///
    /// - Parameters:
    ///   - features: `[batch, frames, bands]`; what lies beyond a sequence's length has no effect.
    ///   - lengths: frames of each sequence's spectrogram, at least 1.
    ///   - dropout: the probability with which an element is dropped in training.
    ///   - updates: receives new running statistics.
    func callAsFunction(
        _ features: Tensor, lengths: [Int], mode: Mode, dropout: Float, updates: inout BufferUpdates
    ) -> CTCOutput
}

extension CTCNetwork {
    public var frameLimit: Int? { nil }

    /// The logits of inference: those of each sequence as if it stood alone.
    ///
    /// - Parameter features: `[batch, frames, bands]`.
    public func callAsFunction(_ features: Tensor, lengths: [Int]) -> CTCOutput {
        var updates = BufferUpdates()
        return self(features, lengths: lengths, mode: .inference, dropout: 0, updates: &updates)
    }
}

/// What a network that spells makes of a batch.
public struct CTCOutput: Sendable {
    /// Shape `[batch, frames, tokens]`.
    public let logits: Tensor
    /// Frames of each sequence; those beyond are of no meaning.
    public let lengths: [Int]
    /// In training, logits as well after the layers in the midst that a configuration names, in their order.
    public let intermediateLogits: [Tensor]

    init(logits: Tensor, lengths: [Int], intermediateLogits: [Tensor] = []) {
        (self.logits, self.lengths, self.intermediateLogits) = (logits, lengths, intermediateLogits)
    }
}
