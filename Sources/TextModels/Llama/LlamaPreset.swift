/// Sizes to train a model from nothing with, on one machine.
public enum LlamaPreset: String, Sendable, CaseIterable {
    case small1M = "1m"
    case small5M = "5m"
    case small15M = "15m"
    case small50M = "50m"

    /// The preset called `name`.
    public init(named name: String) throws(TextModelError) {
        guard let preset = Self(rawValue: name.lowercased()) else {
            throw .unknownPreset(name, known: Self.allCases.map(\.rawValue))
        }
        self = preset
    }

    /// Tokens of a vocabulary that fits the size.
    public var vocabularySize: Int {
        switch self {
        case .small1M: 2048
        case .small5M: 4096
        case .small15M: 6144
        case .small50M: 8192
        }
    }

    /// The model's configuration: tied embeddings, two heads of queries to one of keys, widths that vectors divide.
    ///
    /// - Parameters:
    ///   - vocabularySize: of the tokenizer; ``vocabularySize`` where nil.
    ///   - positions: tokens of context; the preset's own number where nil.
    public func configuration(vocabularySize: Int? = nil, positions: Int? = nil) -> LlamaConfiguration {
        let vocabulary = vocabularySize ?? self.vocabularySize
        var configuration =
            switch self {
            case .small1M:
                LlamaConfiguration(
                    width: 128, feedForward: 352, layers: 4, heads: 4, keyHeads: 2, vocabularySize: vocabulary,
                    positions: positions ?? 256)
            case .small5M:
                LlamaConfiguration(
                    width: 256, feedForward: 704, layers: 6, heads: 8, keyHeads: 4, vocabularySize: vocabulary,
                    positions: positions ?? 512)
            case .small15M:
                LlamaConfiguration(
                    width: 384, feedForward: 1024, layers: 8, heads: 6, keyHeads: 3, vocabularySize: vocabulary,
                    positions: positions ?? 512)
            case .small50M:
                LlamaConfiguration(
                    width: 640, feedForward: 1728, layers: 10, heads: 10, keyHeads: 5, vocabularySize: vocabulary,
                    positions: positions ?? 1024)
            }
        configuration.tiesEmbedding = true
        configuration.normEpsilon = 1e-5
        return configuration
    }
}
