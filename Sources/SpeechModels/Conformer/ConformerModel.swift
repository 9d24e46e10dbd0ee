public import Autograd
import Layers
public import Parameters
public import Tensors

/// A Conformer that spells by connectionist temporal classification: for every 40 ms a token or none.
public struct ConformerModel: Sendable {
    public let configuration: ConformerConfiguration
    private let subsampling: ConformerSubsampling
    private let layers: [ConformerLayer]
    private let head: Linear

    /// What the model makes of a batch.
    public struct Output: Sendable {
        /// Shape `[batch, frames, tokens]`.
        public let logits: Tensor
        /// Frames of each sequence; those beyond are of no meaning.
        public let lengths: [Int]
        /// In training, logits as well after the configuration's intermediate layers, in their order.
        public let intermediateLogits: [Tensor]
    }

    /// Builds the model on `store` and verifies that all stored names and shapes fit.
    public init(_ configuration: ConformerConfiguration, in store: ParameterStore) throws {
        try configuration.validate()
        self.configuration = configuration
        subsampling = ConformerSubsampling(configuration, in: store.root / "subsampling")
        layers = (0..<configuration.layers).map { ConformerLayer(configuration, in: store.root / "layers" / $0) }
        head = Linear(configuration.width, configuration.vocabularySize, in: store.root / "ctc_head")
        try store.verify()
    }

    /// The logits of inference: those of each sequence as if it stood alone.
    ///
    /// - Parameter features: `[batch, frames, bands]`.
    public func callAsFunction(_ features: Tensor, lengths: [Int]) -> Output {
        var updates = BufferUpdates()
        return self(features, lengths: lengths, mode: .inference, updates: &updates)
    }

    /// The same; in training with the statistics of the batch, with dropout, and with intermediate logits.
    ///
    /// - Parameters:
    ///   - features: `[batch, frames, bands]`; what lies beyond a sequence's length has no effect.
    ///   - lengths: frames of each sequence's spectrogram, at least 1.
    ///   - dropout: the probability with which an element is dropped in training.
    ///   - updates: receives the new running statistics of batch norms.
    public func callAsFunction(
        _ features: Tensor, lengths: [Int], mode: Mode, dropout: Float = 0, updates: inout BufferUpdates
    ) -> Output {
        precondition(
            features.rank == 3 && features.shape[2] == configuration.melBins && lengths.count == features.shape[0]
                && lengths.allSatisfy { (1...features.shape[1]).contains($0) },
            "ConformerModel: features \(features.shape) of the lengths \(lengths) do not fit \(configuration.melBins) bands"
        )
        let encodedLengths = lengths.map(ConformerConfiguration.encodedLength)
        var x = subsampling(maskSequences(features, lengths: lengths), lengths: lengths)
        var pass = ConformerPass(
            configuration, lengths: encodedLengths, time: x.shape[1], mode: mode, dropout: dropout, updates: updates)
        x = pass.dropped(x, stream: 0)
        var intermediate: [Tensor] = []
        for (index, layer) in layers.enumerated() {
            x = layer(x, &pass, stream: 8 * UInt64(index + 1))
            if case .training = mode, configuration.intermediateLayers.contains(index + 1) {
                intermediate.append(head(x))
            }
        }
        updates = pass.updates
        return Output(logits: head(x), lengths: encodedLengths, intermediateLogits: intermediate)
    }
}
