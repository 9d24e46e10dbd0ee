import Checkpoints

/// The sizes of a Whisper model, as in the `config.json` of its Hugging Face folder.
public struct WhisperConfiguration: Codable, Sendable, Equatable {
    /// `d_model`.
    public var width: Int
    public var encoderLayers: Int
    public var encoderHeads: Int
    public var encoderFeedForward: Int
    public var decoderLayers: Int
    public var decoderHeads: Int
    public var decoderFeedForward: Int
    public var vocabularySize: Int
    /// 80, or 128 from large-v3 on.
    public var melBins: Int
    /// Encoder positions: half the number of spectrogram frames in a window.
    public var sourcePositions: Int
    /// Decoder positions.
    public var targetPositions: Int
    /// Multiply token embeddings by √width; no published Whisper does.
    public var scalesEmbedding: Bool?
    /// Whether logits are products with the token embedding, as in every published Whisper; else with `proj_out`.
    public var tiesEmbedding: Bool?
    /// `gelu` in every published Whisper.
    public var activation: String?

    enum CodingKeys: String, CodingKey {
        case width = "d_model"
        case encoderLayers = "encoder_layers"
        case encoderHeads = "encoder_attention_heads"
        case encoderFeedForward = "encoder_ffn_dim"
        case decoderLayers = "decoder_layers"
        case decoderHeads = "decoder_attention_heads"
        case decoderFeedForward = "decoder_ffn_dim"
        case vocabularySize = "vocab_size"
        case melBins = "num_mel_bins"
        case sourcePositions = "max_source_positions"
        case targetPositions = "max_target_positions"
        case scalesEmbedding = "scale_embedding"
        case tiesEmbedding = "tie_word_embeddings"
        case activation = "activation_function"
    }

    /// Whisper windows are 30 s long.
    public var framesPerWindow: Int { 2 * sourcePositions }

    /// Throws when a size is out of any sensible range, so that nothing is built for a damaged or hostile file.
    ///
    /// - Parameter file: what errors call the configuration.
    public func validate(file: String = "config.json") throws {
        let limits = ConfigurationLimits<CodingKeys, SpeechModelError>(file: file)
        try limits.check(.width, width, 1...16_384)
        try limits.check(.encoderLayers, encoderLayers, 1...256)
        try limits.check(.decoderLayers, decoderLayers, 1...256)
        try limits.check(.encoderHeads, encoderHeads, 1...256)
        try limits.check(.decoderHeads, decoderHeads, 1...256)
        try limits.check(.encoderFeedForward, encoderFeedForward, 1...131_072)
        try limits.check(.decoderFeedForward, decoderFeedForward, 1...131_072)
        try limits.check(.vocabularySize, vocabularySize, 8...1_000_000)
        try limits.check(.melBins, melBins, 1...512)
        try limits.check(.sourcePositions, sourcePositions, 1...1_500)
        try limits.check(.targetPositions, targetPositions, 8...65_536)
        for (name, heads) in [(CodingKeys.encoderHeads, encoderHeads), (.decoderHeads, decoderHeads)]
        where !width.isMultiple(of: heads) {
            throw limits.invalid(name, "\(heads)", "a divisor of d_model, which is \(width)")
        }
        guard scalesEmbedding != true else { throw limits.invalid(.scalesEmbedding, "true", "false") }
        if let activation, activation != "gelu" { throw limits.invalid(.activation, activation, "gelu") }
    }
}
