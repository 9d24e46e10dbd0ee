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

    init(_ model: ModelFolder) throws {
        struct Kind: Decodable {
            let modelType: String?

            enum CodingKeys: String, CodingKey { case modelType = "model_type" }
        }
        guard try model.decode(Kind.self, from: "config.json")?.modelType == WhisperCTCConfiguration.modelType else {
            let files = try ConformerFiles(model)
            (folder, tokenizer, spectrogram, weights) = (
                files.folder, files.tokenizer, files.spectrogram, files.weights
            )
            makeNetwork = { try ConformerModel(files.configuration, in: $0) }
            return
        }
        folder = model.url.path(percentEncoded: false)
        guard let configuration = try model.decode(WhisperCTCConfiguration.self, from: "config.json") else {
            throw SpeechModelError.unsupportedArchitecture(name: "unknown", folder: folder)
        }
        try configuration.validate(file: model.url.appending(path: "config.json").path(percentEncoded: false))
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
