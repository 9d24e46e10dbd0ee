public import Checkpoints
import FoundationEssentials
import Kernels
public import Parameters
import Tensors
public import Tokenizers
public import Training

/// A pretrained Whisper made ready to learn more: all of it, one of its halves, or adapters beside it.
public struct WhisperFineTuning: Sendable {
    /// A half of the model.
    public enum Part: String, Sendable, CaseIterable {
        case encoder, decoder

        /// Whether a parameter is one of this part's. The table of tokens, which gives the logits too, is the decoder's.
        func contains(_ name: String) -> Bool {
            name.hasPrefix("model.\(rawValue).") || self == .decoder && name.hasPrefix("proj_out.")
        }
    }

    public let model: WhisperModel
    /// What is trained: the model's own parameters, or its adapters'.
    public let parameters: ParameterStore
    public let format: WindowFormat
    /// What makes a checkpoint a model that others can open, or an adapter.
    public let files: ModelFiles
    /// Writes down what validation windows say.
    let decoder: WhisperWindowDecoder
    let language: String

    /// What turns texts into tokens.
    public var tokenizer: any Tokenizer { format.tokens.tokenizer }

    /// Layers that get adapters where nobody names others, as PEFT has it for Whisper.
    public static let standardTargets = ["q_proj", "v_proj"]

    /// Loads a model; throws with every reason why its files do not fit together.
    ///
    /// - Parameters:
    ///   - language: that of the recordings, as a code or an English name; multilingual models need it.
    ///   - frozen: stays as it is.
    ///   - adaptation: adapters to be trained instead of the model's weights.
    ///   - baseModel: what the adapters' configuration calls the model.
    public init(
        _ folder: ModelFolder, language: String? = nil, freezing frozen: Part? = nil,
        adaptation: LowRankAdaptation? = nil, baseModel: String? = nil
    ) throws {
        precondition(frozen == nil || adaptation == nil, "adapters freeze all of a model")
        let files = try WhisperFiles(folder)
        let store =
            frozen.map { part in
                ParameterStore(
                    reading: files.weights, renewing: [], random: RandomSource(seed: 0),
                    freezing: { part.contains($0) })
            } ?? ParameterStore(reading: files.weights, adaptation: adaptation)
        do {
            model = try WhisperModel(files.configuration, in: store)
        } catch let mismatch as ParameterMismatch {
            throw SpeechModelError.weightsDoNotFit(folder: files.folder, mismatch)
        } catch let error as AdaptationError {
            throw SpeechModelError.adapter(folder: files.folder, error)
        }
        parameters = adaptation?.parameters ?? store
        let vocabulary = files.vocabulary
        guard let code = try vocabulary.code(of: language) else { throw SpeechModelError.languageMissing }
        self.language = code
        decoder = WhisperWindowDecoder(
            model: model, vocabulary: vocabulary, settings: files.settings, folder: files.folder)
        let start = decoder.prompt(for: WhisperWindowDecoder.Request(language: code))
        format = WindowFormat(
            tokens: vocabulary.tokens, spectrogram: files.spectrogram,
            frameCount: files.configuration.framesPerWindow, tokenLimit: files.configuration.targetPositions / 2,
            start: start)
        if let adaptation {
            // PEFT's tasks name classes that give a model tokens first, which Whisper takes second.
            self.files = ModelFiles(
                configuration: try AdapterFolder.configuration(adaptation.settings, baseModel: baseModel, task: nil),
                names: .adapter)
        } else {
            self.files = ModelFiles(
                configuration: try folder.configuration(elementType: .float32),
                others: try folder.companionFiles().filter { $0.key != ModelCard.fileName })
        }
    }
}
