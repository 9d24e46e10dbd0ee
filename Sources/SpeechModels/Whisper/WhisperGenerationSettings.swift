import Tokenizers

/// How a Whisper model wants to be decoded, as in the `generation_config.json` of its Hugging Face folder.
public struct WhisperGenerationSettings: Codable, Sendable, Equatable {
    /// Tokens that must never come: speaker names, sound descriptions, control tokens. Nil: control tokens only.
    public var suppressedTokens: [Int]?
    /// Tokens that must not come first.
    public var initiallySuppressedTokens: [Int]?
    /// `<|en|>` and its like, with their ids; absent in English-only models.
    public var languageTokens: [String: Int]?
    public var isMultilingual: Bool?
    /// How far into a window its first timestamp may lie, in steps of 20 ms.
    public var maximumInitialTimestampIndex: Int?
    /// Decoder layer and head of each attention map that follows the sound.
    public var alignmentHeads: [[Int]]?

    enum CodingKeys: String, CodingKey {
        case suppressedTokens = "suppress_tokens"
        case initiallySuppressedTokens = "begin_suppress_tokens"
        case languageTokens = "lang_to_id"
        case isMultilingual = "is_multilingual"
        case maximumInitialTimestampIndex = "max_initial_timestamp_index"
        case alignmentHeads = "alignment_heads"
    }

    /// Throws when a number lies outside the vocabulary.
    ///
    /// - Parameter file: what errors call the settings.
    public func validate(vocabularySize: Int, file: String) throws {
        func check(_ key: CodingKeys, _ values: [Int]?, _ range: Range<Int>) throws {
            if let value = values?.first(where: { !range.contains($0) }) {
                throw SpeechModelError.invalidConfiguration(
                    file: file, key: key.rawValue, value: String(value),
                    expected: "\(range.lowerBound) to \(range.upperBound - 1)")
            }
        }
        // -1 stands for "nothing" in some published files.
        try check(.suppressedTokens, suppressedTokens, -1..<vocabularySize)
        try check(.initiallySuppressedTokens, initiallySuppressedTokens, -1..<vocabularySize)
        try check(.languageTokens, languageTokens?.values.sorted(), 0..<vocabularySize)
        try check(
            .maximumInitialTimestampIndex, maximumInitialTimestampIndex.map { [$0] }, 0..<WhisperTokens.timestampCount)
    }

    public init(
        suppressedTokens: [Int]? = nil, initiallySuppressedTokens: [Int]? = nil, languageTokens: [String: Int]? = nil,
        isMultilingual: Bool? = nil, maximumInitialTimestampIndex: Int? = nil, alignmentHeads: [[Int]]? = nil
    ) {
        self.suppressedTokens = suppressedTokens
        self.initiallySuppressedTokens = initiallySuppressedTokens
        self.languageTokens = languageTokens
        self.isMultilingual = isMultilingual
        self.maximumInitialTimestampIndex = maximumInitialTimestampIndex
        self.alignmentHeads = alignmentHeads
    }
}

extension WhisperGenerationSettings {
    /// The heads that follow the sound; where nobody has named them, all of the upper half of the layers.
    func alignmentHeads(of configuration: WhisperConfiguration) -> [AlignmentHead] {
        if let alignmentHeads, !alignmentHeads.isEmpty {
            return alignmentHeads.map { AlignmentHead(layer: $0[0], head: $0[1]) }
        }
        return (configuration.decoderLayers / 2..<configuration.decoderLayers).flatMap { layer in
            (0..<configuration.decoderHeads).map { AlignmentHead(layer: layer, head: $0) }
        }
    }

    /// Throws when an alignment head is not one of the decoder's.
    ///
    /// - Parameter file: what errors call the settings.
    func validateAlignmentHeads(of configuration: WhisperConfiguration, file: String) throws {
        let (layers, heads) = (configuration.decoderLayers, configuration.decoderHeads)
        let other = alignmentHeads?.first {
            $0.count != 2 || !(0..<layers).contains($0[0]) || !(0..<heads).contains($0[1])
        }
        if let other {
            throw SpeechModelError.invalidConfiguration(
                file: file, key: CodingKeys.alignmentHeads.rawValue, value: "\(other)",
                expected: "pairs of a layer below \(layers) and a head below \(heads)")
        }
    }
}
