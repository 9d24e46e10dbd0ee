import Audio
import Checkpoints
import FoundationEssentials
import Parameters
import Tokenizers

/// What the folder of a network that spells holds, found to fit together.
struct CTCFiles {
    let folder: String
    let tokenizer: any Tokenizer
    let spectrogram: LogMelSpectrogram
    let weights: any TensorSource
    /// The network on a store that reads ``weights``.
    let makeNetwork: (ParameterStore) throws -> any CTCNetwork

    /// Whether a model that `config.json` calls so spells frame by frame.
    static func isOne(_ modelType: String?) -> Bool {
        modelType == ConformerConfiguration.modelType || modelType == WhisperCTCConfiguration.modelType
    }

    /// What `config.json` calls the kind of model.
    static func modelType(_ model: ModelFolder) throws -> String? {
        struct Kind: Decodable {
            let modelType: String?

            enum CodingKeys: String, CodingKey { case modelType = "model_type" }
        }
        return try model.decode(Kind.self, from: "config.json")?.modelType
    }

    static func whisperConfiguration(_ model: ModelFolder) throws -> WhisperCTCConfiguration {
        guard let configuration = try model.decode(WhisperCTCConfiguration.self, from: "config.json") else {
            throw SpeechModelError.unsupportedArchitecture(
                name: "unknown", folder: model.url.path(percentEncoded: false))
        }
        try configuration.validate(file: model.url.appending(path: "config.json").path(percentEncoded: false))
        return configuration
    }

    init(_ model: ModelFolder) throws {
        guard try Self.modelType(model) == WhisperCTCConfiguration.modelType else {
            let files = try ConformerFiles(model)
            (folder, tokenizer, spectrogram, weights) = (
                files.folder, files.tokenizer, files.spectrogram, files.weights
            )
            makeNetwork = { try ConformerModel(files.configuration, in: $0) }
            return
        }
        folder = model.url.path(percentEncoded: false)
        let configuration = try Self.whisperConfiguration(model)
        weights = try model.openWeights()
        tokenizer = try loadTokenizer(folder: folder)
        guard tokenizer.vocabularySize == configuration.vocabularySize else {
            throw SpeechModelError.vocabularyMismatch(
                tokenizer: tokenizer.vocabularySize, model: configuration.vocabularySize)
        }
        spectrogram = LogMelSpectrogram(try WhisperFiles.features(model, melBins: configuration.melBins))
        makeNetwork = { try WhisperCTCModel(configuration, in: $0) }
    }
}
