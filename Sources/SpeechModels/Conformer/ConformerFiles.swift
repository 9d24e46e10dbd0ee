import Audio
import Checkpoints
import FoundationEssentials
import Parameters
public import Tokenizers
public import Training

/// What the folder of a Conformer holds, found to fit together.
struct ConformerFiles {
    let folder: String
    let configuration: ConformerConfiguration
    let tokenizer: any Tokenizer
    let spectrogram: LogMelSpectrogram
    let weights: any TensorSource

    init(_ model: ModelFolder) throws {
        folder = model.url.path(percentEncoded: false)
        guard let configuration = try model.decode(ConformerConfiguration.self, from: "config.json") else {
            throw SpeechModelError.unsupportedArchitecture(name: "unknown", folder: folder)
        }
        try configuration.validate(file: model.url.appending(path: "config.json").path(percentEncoded: false))
        self.configuration = configuration
        weights = try model.openWeights()
        tokenizer = try loadTokenizer(folder: folder)
        guard tokenizer.vocabularySize == configuration.vocabularySize else {
            throw SpeechModelError.vocabularyMismatch(
                tokenizer: tokenizer.vocabularySize, model: configuration.vocabularySize)
        }
        spectrogram = LogMelSpectrogram(try WhisperFiles.features(model, melBins: configuration.melBins))
    }
}

extension ConformerConfiguration {
    /// The small files of a model with this configuration.
    public func files(_ tokenizer: TrainedTokenizer) throws -> ModelFiles {
        try ModelFiles(spelling: json(), melBins: melBins, tokenizer)
    }
}

extension ModelFiles {
    /// Those of a network that spells.
    init(spelling configuration: Data, melBins: Int, _ tokenizer: TrainedTokenizer) {
        let whisper = LogMelConfiguration.whisper(bandCount: melBins)
        let features = """
            {
              "chunk_length" : \(whisper.windowSeconds),
              "feature_size" : \(melBins),
              "hop_length" : \(whisper.hop),
              "n_fft" : \(whisper.frameSize),
              "sampling_rate" : \(whisper.sampleRate)
            }

            """
        self.init(
            configuration: configuration,
            others: [
                "tokenizer.json": Data(tokenizer.json().utf8),
                "tokenizer_config.json": Data(tokenizer.configurationJSON().utf8),
                "preprocessor_config.json": Data(features.utf8),
            ])
    }
}
