import Checkpoints
public import FoundationEssentials

/// The sizes of a Conformer that spells by connectionist temporal classification (Gulati et al. 2020; Graves et al. 2006),
/// as in its `config.json`.
public struct ConformerConfiguration: Codable, Sendable, Equatable {
    /// What `config.json` calls the kind of model.
    public static let modelType = "conformer_ctc"

    public var modelType = Self.modelType
    /// Bands of the log-mel spectrogram.
    public var melBins = 80
    /// Channels of the two convolutions that make four frames one.
    public var subsamplingChannels: Int
    public var width: Int
    public var layers: Int
    public var heads: Int
    /// Inner width of the feed-forward halves.
    public var feedForward: Int
    /// Taps of the depthwise convolutions; odd.
    public var taps: Int
    /// Tokens, the blank among them.
    public var vocabularySize: Int
    /// The token that stands for none.
    public var blank = 0
    /// Layers, counted from 1, after which the text is read as well, in training (Lee and Watanabe 2021).
    public var intermediateLayers: [Int] = []
    public var rotaryBase = 10_000.0
    /// For models that can hear while somebody speaks: their convolutions over frames see nothing that comes later.
    public var streaming: ConformerChunks?
    /// How the texts are written that the model learnt from.
    public var spelling = TargetSpelling.words

    public init(
        subsamplingChannels: Int, width: Int, layers: Int, heads: Int, feedForward: Int, taps: Int, vocabularySize: Int
    ) {
        (self.subsamplingChannels, self.width, self.layers) = (subsamplingChannels, width, layers)
        (self.heads, self.feedForward, self.taps) = (heads, feedForward, taps)
        self.vocabularySize = vocabularySize
    }

    enum CodingKeys: String, CodingKey {
        case modelType = "model_type"
        case melBins = "num_mel_bins"
        case subsamplingChannels = "subsampling_channels"
        case width = "hidden_size"
        case layers = "num_hidden_layers"
        case heads = "num_attention_heads"
        case feedForward = "intermediate_size"
        case taps = "conv_kernel_size"
        case vocabularySize = "vocab_size"
        case blank = "blank_token_id"
        case intermediateLayers = "intermediate_ctc_layers"
        case rotaryBase = "rope_theta"
        case streaming
        case spelling = "target_spelling"
    }

    /// Frames of a spectrogram for each frame that the layers see.
    public static let subsampling = 4

    /// Seconds of a frame that the layers see.
    public static let frameSeconds = 0.04

    /// Frames that the layers see of a spectrogram of so many: each convolution takes every second one, the first too.
    public static func encodedLength(_ frames: Int) -> Int { ((frames + 1) / 2 + 1) / 2 }

    /// Throws when a size is out of any sensible range, so that nothing is built for a damaged or hostile file.
    ///
    /// - Parameter file: what errors call the configuration.
    public func validate(file: String = "config.json") throws(SpeechModelError) {
        let limits = ConfigurationLimits<CodingKeys, SpeechModelError>(file: file)
        guard modelType == Self.modelType else { throw limits.invalid(.modelType, modelType, Self.modelType) }
        try limits.check(.melBins, melBins, 4...512)
        try limits.check(.subsamplingChannels, subsamplingChannels, 1...4_096)
        try limits.check(.width, width, 2...16_384)
        try limits.check(.layers, layers, 1...256)
        try limits.check(.heads, heads, 1...256)
        try limits.check(.feedForward, feedForward, 1...131_072)
        try limits.check(.taps, taps, 1...1_023)
        try limits.check(.vocabularySize, vocabularySize, 2...1_000_000)
        try limits.check(.blank, blank, 0...vocabularySize - 1)
        try limits.check(.rotaryBase, rotaryBase, 1...1e9)
        guard width.isMultiple(of: 2 * heads) else {
            throw limits.invalid(.heads, "\(heads)", "a number that divides half of hidden_size, which is \(width)")
        }
        guard !taps.isMultiple(of: 2) else { throw limits.invalid(.taps, "\(taps)", "an odd number") }
        if let streaming {
            // A minute and ten minutes: no more is of any use, and memory grows with it.
            let isSensible = (1...1_500).contains(streaming.size) && (0...15_000).contains(streaming.leftCount)
            guard isSensible, streaming.leftFrames <= 15_000 else {
                throw limits.invalid(
                    .streaming, "\(streaming.leftCount) chunks before one of \(streaming.size) frames",
                    "chunk_size from 1 to 1500, and at most 15000 frames before it")
            }
        }
        guard intermediateLayers == Set(intermediateLayers).sorted(),
            intermediateLayers.allSatisfy({ (1..<max(2, layers)).contains($0) })
        else {
            throw limits.invalid(
                .intermediateLayers, "\(intermediateLayers)", "rising numbers from 1 to \(layers - 1)")
        }
    }

    /// What `config.json` holds.
    public func json() throws -> Data { try configurationJSON(self) }
}
