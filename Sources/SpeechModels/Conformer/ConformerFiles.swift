public import Audio
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
        let features = try WhisperFiles.features(model, melBins: configuration.melBins)
        guard configuration.streaming == nil || LogMelStream.isPossible(features) else {
            throw SpeechModelError.invalidConfiguration(
                file: model.url.appending(path: "preprocessor_config.json").path(percentEncoded: false),
                key: "log_mel_floor", value: features.floor.map { "\($0)" } ?? "missing",
                expected:
                    "a floor, and frames of at most four hops, since config.json says that the model hears streams")
        }
        spectrogram = LogMelSpectrogram(features)
    }
}

extension ConformerConfiguration {
    /// What the model hears: where it can hear a stream, without regard to what is still to come.
    public var features: LogMelConfiguration {
        .whisper(bandCount: melBins, floor: streaming == nil ? nil : LogMelConfiguration.streamingFloor)
    }

    /// Samples of silence that are heard after the end of sound.
    public var tailLength: Int {
        streaming == nil ? 0 : Int(ConformerChunks.tail * Double(Transcriber.sampleRate))
    }

    /// The small files of a model with this configuration.
    public func files(_ tokenizer: TrainedTokenizer) throws -> ModelFiles {
        try ModelFiles(spelling: json(), features, tokenizer)
    }
}

extension ModelFiles {
    /// Those of a network that spells.
    init(spelling configuration: Data, _ features: LogMelConfiguration, _ tokenizer: TrainedTokenizer) {
        let floor = features.floor.map { "\n  \"log_mel_floor\" : \($0)," } ?? ""
        let text = """
            {
              "chunk_length" : \(features.windowSeconds),
              "feature_size" : \(features.bandCount),
              "hop_length" : \(features.hop),\(floor)
              "n_fft" : \(features.frameSize),
              "sampling_rate" : \(features.sampleRate)
            }

            """
        self.init(
            configuration: configuration,
            others: [
                "tokenizer.json": Data(tokenizer.json().utf8),
                "tokenizer_config.json": Data(tokenizer.configurationJSON().utf8),
                "preprocessor_config.json": Data(text.utf8),
            ])
    }
}
