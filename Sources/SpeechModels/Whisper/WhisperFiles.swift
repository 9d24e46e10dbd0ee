import Audio
import Checkpoints
import FoundationEssentials
import Parameters
import Tokenizers

/// What the files of a Whisper folder say, found to fit together.
struct WhisperFiles {
    let folder: String
    let configuration: WhisperConfiguration
    let settings: WhisperGenerationSettings
    let weights: any TensorSource
    let vocabulary: WhisperVocabulary
    let spectrogram: LogMelSpectrogram

    private struct Architecture: Decodable {
        let architectures: [String]?
        let modelType: String?

        enum CodingKeys: String, CodingKey {
            case architectures
            case modelType = "model_type"
        }
    }

    init(_ model: ModelFolder) throws {
        folder = model.url.path(percentEncoded: false)
        let architecture = try model.decode(Architecture.self, from: "config.json")
        let names = [architecture?.modelType, architecture?.architectures?.first].compactMap { $0 }
        if let other = (names.isEmpty ? ["unknown"] : names).first(where: { !$0.lowercased().hasPrefix("whisper") }) {
            throw SpeechModelError.unsupportedArchitecture(name: other, folder: folder)
        }
        guard let configuration = try model.decode(WhisperConfiguration.self, from: "config.json") else {
            preconditionFailure("a model folder without config.json was opened")
        }
        try configuration.validate(file: model.url.appending(path: "config.json").path(percentEncoded: false))
        self.configuration = configuration
        // Early folders keep these settings in config.json.
        settings =
            try model.decode(WhisperGenerationSettings.self, from: "generation_config.json")
            ?? model.decode(WhisperGenerationSettings.self, from: "config.json") ?? WhisperGenerationSettings()
        let settingsFile = model.url.appending(path: "generation_config.json").path(percentEncoded: false)
        try settings.validate(vocabularySize: configuration.vocabularySize, file: settingsFile)
        try settings.validateAlignmentHeads(of: configuration, file: settingsFile)
        weights = try model.openWeights()
        vocabulary = try WhisperVocabulary(
            tokens: WhisperTokens(ByteLevelBPE(folder: folder)), settings: settings,
            modelSize: configuration.vocabularySize)
        spectrogram = LogMelSpectrogram(try Self.features(model, melBins: configuration.melBins))
    }

    /// The features that a model of so many bands was trained on.
    static func features(
        _ model: ModelFolder, melBins: Int
    ) throws -> LogMelConfiguration {
        let name = "preprocessor_config.json"
        guard let contents = try model.contents(of: name) else {
            return .whisper(bandCount: melBins)
        }
        let file = model.url.appending(path: name).path(percentEncoded: false)
        let features = try LogMelConfiguration(preprocessorConfiguration: Array(contents), file: file)
        let expected = [
            ("feature_size", features.bandCount, melBins),
            ("sampling_rate", features.sampleRate, Transcriber.sampleRate),
        ]
        for (key, value, expected) in expected where value != expected {
            throw SpeechModelError.invalidConfiguration(
                file: file, key: key, value: String(value), expected: String(expected))
        }
        return features
    }
}
