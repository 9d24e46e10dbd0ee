public import Audio
public import Checkpoints
import Optimizers
public import Parameters
public import Tensors
public import Tokenizers
public import Training

/// The encoder of a pretrained Whisper with a new layer that spells, made ready to learn.
public struct WhisperCTCTuning: Sendable {
    public let model: WhisperCTCModel
    public let parameters: ParameterStore
    /// Of the spectrograms that it hears.
    public let features: LogMelConfiguration

    /// Loads the encoder; throws with every reason why the model's files do not fit together.
    ///
    /// - Parameters:
    ///   - vocabularySize: tokens of the new layer, the blank among them.
    ///   - random: of the new layer.
    ///   - isEncoderFrozen: whether the new layer learns alone.
    public init(
        _ folder: ModelFolder, vocabularySize: Int, spelling: TargetSpelling, random: RandomSource,
        isEncoderFrozen: Bool = false
    ) throws {
        let files = try WhisperFiles(folder)
        var configuration = WhisperCTCConfiguration(files.configuration, vocabularySize: vocabularySize)
        configuration.spelling = spelling
        features = files.spectrogram.configuration
        parameters = ParameterStore(
            reading: EncoderTensors(files.weights),
            renewing: ["weight", "bias"].reduce(into: []) { $0.insert("\(WhisperCTCModel.headName).\($1)") },
            random: random, freezing: { isEncoderFrozen && $0.hasPrefix(EncoderTensors.prefix) })
        do {
            model = try WhisperCTCModel(configuration, in: parameters)
        } catch let mismatch as ParameterMismatch {
            throw SpeechModelError.weightsDoNotFit(folder: files.folder, mismatch)
        }
    }

    /// What a model can learn from one recording.
    public var limits: PreparedRecordings.Limits {
        PreparedRecordings.Limits(
            longest: Double(model.configuration.frameLimit * features.hop) / Double(features.sampleRate),
            encodedLength: { WhisperCTCConfiguration.encodedLength($0) })
    }

    /// The small files of the model.
    public func files(_ tokenizer: TrainedTokenizer) throws -> ModelFiles {
        try ModelFiles(
            spelling: model.configuration.json(), .whisper(bandCount: model.configuration.melBins), tokenizer)
    }

    // MARK: How it is trained where nothing else is asked for

    /// - Parameter stepsPerEpoch: steps of a pass over the data, from which evaluations follow.
    public static func trainingSettings(stepsPerEpoch: Int) -> TrainingSettings {
        var settings = TrainingSettings()
        settings.epochs = 8
        settings.schedule = LearningRateSchedule(.cosine, peak: 1e-4, warmUpSteps: 30, finalFraction: 0.02)
        settings.optimizer = .adamW(AdamW.Settings(beta2: 0.98, weightDecay: 0.01))
        settings.gradientNormLimit = 5
        settings.averageDecay = 0.99
        settings.evaluationInterval = max(1, stepsPerEpoch / 2)
        return settings
    }

    public static let batchSize = 8
    public static let dropout: Float = 0.1
    /// The new layer's learning rate over that of the encoder.
    public static let headRate: Float = 20
    /// Steps in which the new layer learns alone.
    public static let headSteps = 30
}

/// The tensors of a Whisper that are its encoder's.
private struct EncoderTensors: TensorSource {
    static let prefix = "model.encoder."

    private let base: any TensorSource

    init(_ base: any TensorSource) { self.base = base }

    var names: [String] { base.names.filter { $0.hasPrefix(Self.prefix) } }

    func shape(of name: String) -> Shape? { name.hasPrefix(Self.prefix) ? base.shape(of: name) : nil }

    func tensor(named name: String) throws -> Tensor? {
        name.hasPrefix(Self.prefix) ? try base.tensor(named: name) : nil
    }

    func releasePages() { base.releasePages() }
}
