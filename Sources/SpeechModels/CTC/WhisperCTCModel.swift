public import Autograd
import Layers
public import Parameters
public import Tensors

/// Whisper's encoder, and a linear layer that tells for every 20 ms which token is spelled, or none.
///
/// Unlike in Whisper, the encoder hears an utterance and no window: its positions are cut to the utterance's length.
public struct WhisperCTCModel: CTCNetwork {
    public let configuration: WhisperCTCConfiguration
    private let encoder: WhisperEncoder
    private let head: Linear

    /// Where the layer on top is stored.
    static let headName = "ctc_head"

    /// Builds the model on `store` and verifies that all stored names and shapes fit.
    public init(_ configuration: WhisperCTCConfiguration, in store: ParameterStore) throws {
        try configuration.validate()
        self.configuration = configuration
        encoder = WhisperEncoder(configuration.encoder, in: store.root / "model" / "encoder")
        head = Linear(configuration.width, configuration.vocabularySize, in: store.root / Self.headName)
        try store.verify()
    }

    public var modelType: String { WhisperCTCConfiguration.modelType }
    public var vocabularySize: Int { configuration.vocabularySize }
    public var blank: Int { configuration.blank }
    public var spelling: TargetSpelling { configuration.spelling }
    public var frameStride: Int { WhisperCTCConfiguration.subsampling }
    public var frameLimit: Int? { configuration.frameLimit }

    public func encodedLength(_ frames: Int) -> Int { WhisperCTCConfiguration.encodedLength(frames) }

    public func callAsFunction(
        _ features: Tensor, lengths: [Int], mode: Mode, dropout: Float, updates: inout BufferUpdates
    ) -> CTCOutput {
        precondition(
            features.rank == 3 && features.shape[2] == configuration.melBins && lengths.count == features.shape[0]
                && lengths.allSatisfy { (1...features.shape[1]).contains($0) }
                && features.shape[1] <= configuration.frameLimit,
            "WhisperCTCModel: features \(features.shape) of the lengths \(lengths) do not fit \(configuration)")
        let encoded = Autograd.dropout(encoder(features, lengths: lengths), probability: dropout, mode: mode)
        return CTCOutput(logits: head(encoded), lengths: lengths.map(encodedLength))
    }
}
