import Checkpoints
public import FoundationEssentials

/// The sizes of Whisper's encoder with a layer on top that spells, as in its `config.json`; those of the encoder under the
/// names that Whisper's have.
public struct WhisperCTCConfiguration: Codable, Sendable, Equatable {
    /// What `config.json` calls the kind of model.
    public static let modelType = "whisper_ctc"

    public var modelType = Self.modelType
    /// `d_model`.
    public var width: Int
    public var layers: Int
    public var heads: Int
    public var feedForward: Int
    /// Bands of the log-mel spectrogram.
    public var melBins: Int
    /// Frames that spell at once at most: 30 s in every published Whisper.
    public var sourcePositions: Int
    /// Tokens, the blank among them.
    public var vocabularySize: Int
    /// The token that stands for none.
    public var blank = 0
    /// How the texts are written that the model learnt from.
    public var spelling = TargetSpelling.words

    /// The encoder of `whisper` with a layer for so many tokens.
    public init(_ whisper: WhisperConfiguration, vocabularySize: Int) {
        (width, layers, heads) = (whisper.width, whisper.encoderLayers, whisper.encoderHeads)
        (feedForward, melBins) = (whisper.encoderFeedForward, whisper.melBins)
        (sourcePositions, self.vocabularySize) = (whisper.sourcePositions, vocabularySize)
    }

    enum CodingKeys: String, CodingKey {
        case modelType = "model_type"
        case width = "d_model"
        case layers = "encoder_layers"
        case heads = "encoder_attention_heads"
        case feedForward = "encoder_ffn_dim"
        case melBins = "num_mel_bins"
        case sourcePositions = "max_source_positions"
        case vocabularySize = "vocab_size"
        case blank = "blank_token_id"
        case spelling = "target_spelling"
    }

    /// Frames of a spectrogram for each frame that spells.
    public static let subsampling = 2

    /// The frames that spell, of a spectrogram of so many: the second convolution takes every second one, the first too.
    public static func encodedLength(_ frames: Int) -> Int { (frames + 1) / 2 }

    /// Frames of a spectrogram that are heard at once at most.
    public var frameLimit: Int { sourcePositions * Self.subsampling }

    /// Throws when a size is out of any sensible range, so that nothing is built for a damaged or hostile file.
    ///
    /// - Parameter file: what errors call the configuration.
    public func validate(file: String = "config.json") throws(SpeechModelError) {
        let limits = ConfigurationLimits<CodingKeys, SpeechModelError>(file: file)
        guard modelType == Self.modelType else { throw limits.invalid(.modelType, modelType, Self.modelType) }
        try limits.check(.width, width, 1...16_384)
        try limits.check(.layers, layers, 1...256)
        try limits.check(.heads, heads, 1...256)
        try limits.check(.feedForward, feedForward, 1...131_072)
        try limits.check(.melBins, melBins, 1...512)
        try limits.check(.sourcePositions, sourcePositions, 1...1_500)
        try limits.check(.vocabularySize, vocabularySize, 2...1_000_000)
        try limits.check(.blank, blank, 0...vocabularySize - 1)
        guard width.isMultiple(of: heads) else {
            throw limits.invalid(.heads, "\(heads)", "a divisor of d_model, which is \(width)")
        }
    }

    /// What `config.json` holds.
    public func json() throws -> Data { try configurationJSON(self) }

    /// That of the encoder, as a Whisper has it.
    var encoder: WhisperConfiguration {
        WhisperConfiguration(
            width: width, encoderLayers: layers, encoderHeads: heads, encoderFeedForward: feedForward, decoderLayers: 0,
            decoderHeads: heads, decoderFeedForward: 0, vocabularySize: vocabularySize, melBins: melBins,
            sourcePositions: sourcePositions, targetPositions: 0)
    }
}
