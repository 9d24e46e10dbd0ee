public import Audio
public import Checkpoints
import FoundationEssentials
import Optimizers
public import Parameters
public import Tensors
public import Tokenizers
public import Training

/// A network that spells, made ready to learn more: as another training left it, with a new layer for other tokens, or as a new
/// layer on the encoder of a pretrained Whisper.
public struct CTCTuning: Sendable {
    public let model: any CTCNetwork
    public let parameters: ParameterStore
    /// Of the spectrograms that it hears.
    public let features: LogMelConfiguration
    /// Samples of silence that are heard after the end of sound.
    public let tailLength: Int
    /// What it can learn from one recording.
    public let limits: PreparedRecordings.Limits
    /// How it is trained where nothing else is asked for.
    public let recipe: Recipe
    /// The tokens of a model that goes on with its own.
    public let tokenizer: (any Tokenizer)?
    private let configuration: Data
    /// Files of the model that stay as they are, where its tokens do.
    private let kept: [String: Data]

    /// The tokens of a new layer.
    public struct NewLayer: Sendable {
        public var vocabularySize: Int
        public var spelling: TargetSpelling
        /// What its weights begin with.
        public var random: RandomSource

        public init(vocabularySize: Int, spelling: TargetSpelling, random: RandomSource) {
            (self.vocabularySize, self.spelling, self.random) = (vocabularySize, spelling, random)
        }

        static let names: Set<String> = ["\(WhisperCTCModel.headName).weight", "\(WhisperCTCModel.headName).bias"]
    }

    /// Whether the model of a folder spells already.
    public static func spells(_ folder: ModelFolder) throws -> Bool { try CTCFiles.isOne(CTCFiles.modelType(folder)) }

    /// Loads a model that spells, or the encoder of a Whisper; throws with every reason why the files do not fit together.
    ///
    /// - Parameters:
    ///   - layer: nil for a model that spells and goes on with its own tokens.
    ///   - isEncoderFrozen: whether the layer that spells learns alone.
    public init(_ folder: ModelFolder, layer: NewLayer?, isEncoderFrozen: Bool = false) throws {
        let random = layer?.random ?? RandomSource(seed: 0)
        let renewed = layer == nil ? [] : NewLayer.names
        func store(_ weights: any TensorSource) -> ParameterStore {
            ParameterStore(
                reading: weights, renewing: renewed, random: random,
                freezing: { isEncoderFrozen && !NewLayer.names.contains($0) })
        }
        let path = folder.url.path(percentEncoded: false)
        do {
            switch try CTCFiles.modelType(folder) {
            case ConformerConfiguration.modelType:
                let files = try ConformerFiles(folder)
                var configuration = files.configuration
                if let layer {
                    (configuration.vocabularySize, configuration.spelling) = (layer.vocabularySize, layer.spelling)
                }
                parameters = store(files.weights)
                model = try ConformerModel(configuration, in: parameters)
                features = files.spectrogram.configuration
                (tailLength, limits, recipe) = (configuration.tailLength, .conformer, .conformer)
                (tokenizer, self.configuration) = (files.tokenizer, try configuration.json())
            case WhisperCTCConfiguration.modelType:
                let files = try CTCFiles(folder)
                parameters = store(files.weights)
                var configuration = try CTCFiles.whisperConfiguration(folder)
                if let layer {
                    (configuration.vocabularySize, configuration.spelling) = (layer.vocabularySize, layer.spelling)
                }
                model = try WhisperCTCModel(configuration, in: parameters)
                features = files.spectrogram.configuration
                (tailLength, recipe) = (0, .whisper)
                limits = Self.limits(configuration, features)
                (tokenizer, self.configuration) = (files.tokenizer, try configuration.json())
            default:
                guard let layer else { throw SpeechModelError.unsupportedArchitecture(name: "whisper", folder: path) }
                let files = try WhisperFiles(folder)
                var configuration = WhisperCTCConfiguration(files.configuration, vocabularySize: layer.vocabularySize)
                configuration.spelling = layer.spelling
                parameters = store(EncoderTensors(files.weights))
                model = try WhisperCTCModel(configuration, in: parameters)
                features = files.spectrogram.configuration
                (tailLength, recipe) = (0, .whisper)
                limits = Self.limits(configuration, features)
                (tokenizer, self.configuration) = (nil, try configuration.json())
            }
        } catch let mismatch as ParameterMismatch {
            throw SpeechModelError.weightsDoNotFit(folder: path, mismatch)
        }
        let names = ["tokenizer.json", "tokenizer_config.json", "preprocessor_config.json"]
        kept = try layer == nil ? names.reduce(into: [:]) { $0[$1] = try folder.contents(of: $1) } : [:]
    }

    /// Whether all that a training changes of the encoder are its weights: norms over batches keep statistics besides.
    public var canFreezeEncoder: Bool { model.modelType == WhisperCTCConfiguration.modelType }

    private static func limits(
        _ configuration: WhisperCTCConfiguration, _ features: LogMelConfiguration
    ) -> PreparedRecordings.Limits {
        PreparedRecordings.Limits(
            longest: Double(configuration.frameLimit * features.hop) / Double(features.sampleRate),
            encodedLength: { WhisperCTCConfiguration.encodedLength($0) })
    }

    /// The small files of the model.
    ///
    /// - Parameter trained: the tokens of a new layer.
    public func files(_ trained: TrainedTokenizer?) -> ModelFiles {
        guard let trained else { return ModelFiles(configuration: configuration, others: kept) }
        return ModelFiles(spelling: configuration, features, trained)
    }
}

extension CTCTuning {
    /// How a network learns more where nothing else is asked for.
    public struct Recipe: Sendable {
        public let batchSize: Int
        public let dropout: Float
        /// The learning rate of a new layer over that of the others.
        public let headRate: Float
        /// Steps in which a new layer learns alone.
        public let headSteps: Int
        private let epochs: Int
        private let peak: Double
        private let warmUpSteps: Int
        private let evaluationsPerEpoch: Int

        static let whisper = Recipe(
            batchSize: 8, dropout: 0.1, headRate: 20, headSteps: 30, epochs: 8, peak: 1e-4, warmUpSteps: 30,
            evaluationsPerEpoch: 2)
        static let conformer = Recipe(
            batchSize: ConformerPreset.batchSize, dropout: ConformerPreset.dropout, headRate: 4, headSteps: 50,
            epochs: 20,
            peak: 5e-4, warmUpSteps: 50, evaluationsPerEpoch: 1)

        /// - Parameter stepsPerEpoch: steps of a pass over the data, from which evaluations follow.
        public func trainingSettings(stepsPerEpoch: Int) -> TrainingSettings {
            var settings = TrainingSettings()
            settings.epochs = epochs
            settings.schedule = LearningRateSchedule(.cosine, peak: peak, warmUpSteps: warmUpSteps, finalFraction: 0.02)
            settings.optimizer = .adamW(AdamW.Settings(beta2: 0.98, weightDecay: 0.01))
            settings.gradientNormLimit = 5
            settings.averageDecay = 0.99
            settings.evaluationInterval = max(1, stepsPerEpoch / evaluationsPerEpoch)
            return settings
        }
    }
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
