import Autograd
import Layers
public import Parameters
public import Tensors

/// Whisper: an encoder-decoder Transformer from log-mel spectrograms to text (Radford et al. 2022, "Robust Speech
/// Recognition via Large-Scale Weak Supervision"). All sizes, English-only and multilingual.
public struct WhisperModel: Sendable {
    public let configuration: WhisperConfiguration
    public let encoder: WhisperEncoder
    public let decoder: WhisperDecoder
    /// Turns the decoder's vectors into logits; the token embedding itself in published models.
    public let projection: Parameter

    /// Builds the model on `store`, whose names are those of a Hugging Face folder, and verifies that all of them fit.
    public init(_ configuration: WhisperConfiguration, in store: ParameterStore) throws {
        try configuration.validate()
        self.configuration = configuration
        encoder = WhisperEncoder(configuration, in: store.root / "model" / "encoder")
        decoder = WhisperDecoder(configuration, in: store.root / "model" / "decoder")
        if configuration.tiesEmbedding ?? true {
            projection = decoder.embedding.weight
            // Some files store it twice.
            store.root.expectUnused("proj_out.weight")
        } else {
            projection = (store.root / "proj_out").parameter(
                "weight", [configuration.vocabularySize, configuration.width], .normal(deviation: 0.02),
                precision: .asStored)
        }
        try store.verify()
    }

    /// Logits over the vocabulary. Shapes: `[…, width]` → `[…, vocabulary]`.
    public func logits(_ x: Tensor) -> Tensor { linear(x, projection.weight) }

    /// A cache for decoding one window with up to `sequences` hypotheses.
    public func makeCache(sequences: Int = 1) -> KeyValueCache {
        KeyValueCache(
            layerCount: configuration.decoderLayers, sequenceCapacity: sequences,
            positionCapacity: configuration.targetPositions, width: configuration.width)
    }
}
