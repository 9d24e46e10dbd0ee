/// Conformers to train from nothing, on one machine, by their number of parameters.
public enum ConformerPreset: String, Sendable, CaseIterable {
    case small1M = "1m"
    case small4M = "4m"
    case small13M = "13m"

    /// The preset called `name`.
    public init(named name: String) throws(SpeechModelError) {
        guard let preset = Self(rawValue: name.lowercased()) else {
            throw .unknownPreset(name, known: Self.allCases.map(\.rawValue))
        }
        self = preset
    }

    /// - Parameter vocabularySize: tokens, the blank among them.
    public func configuration(vocabularySize: Int) -> ConformerConfiguration {
        switch self {
        case .small1M:
            ConformerConfiguration(
                subsamplingChannels: 32, width: 96, layers: 4, heads: 4, feedForward: 384, taps: 15,
                vocabularySize: vocabularySize)
        case .small4M:
            ConformerConfiguration(
                subsamplingChannels: 64, width: 144, layers: 8, heads: 4, feedForward: 576, taps: 31,
                vocabularySize: vocabularySize)
        case .small13M:
            ConformerConfiguration(
                subsamplingChannels: 96, width: 256, layers: 8, heads: 4, feedForward: 1_024, taps: 31,
                vocabularySize: vocabularySize)
        }
    }
}
