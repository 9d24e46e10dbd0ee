public import Checkpoints
public import Parameters

/// What can be wrong with a speech model or with what is asked of it.
public enum SpeechModelError: ConfigurationValueError, Sendable, Equatable, CustomStringConvertible {
    case invalidConfiguration(file: String, key: String, value: String, expected: String)
    case unsupportedArchitecture(name: String, folder: String)
    case vocabularyMismatch(tokenizer: Int, model: Int)
    case controlTokensOutOfOrder(file: String)
    case unknownLanguage(String, known: [String])
    case languageNotSupported(String)
    case cannotTranslate
    case unknownToken(Int, vocabularySize: Int)
    case weightsDoNotFit(folder: String, ParameterMismatch)
    case notFinite(model: String)
    case noSamples(source: String)
    case unknownPreset(String, known: [String])
    /// Something that is asked of a model that spells frame by frame, and that only others can do.
    case notForSpelling(String)
    /// A language model beside a model that has one in it.
    case noLanguageModel
    /// A multilingual model that is to be trained for a language that nobody has named.
    case languageMissing
    case adapter(folder: String, AdaptationError)
    /// An adapter beside a model that takes none.
    case noAdapter(model: String)

    public var description: String {
        switch self {
        case .invalidConfiguration(let file, let key, let value, let expected):
            "\(file): \(key) is \(value); expected \(expected)"
        case .unsupportedArchitecture(let name, let folder):
            "\(folder): a model of the architecture \(name) cannot transcribe; expected WhisperForConditionalGeneration, whisper_ctc or conformer_ctc"
        case .vocabularyMismatch(let tokenizer, let model):
            "the tokenizer has \(tokenizer) tokens, the model \(model); they do not belong together, fetch the model again"
        case .controlTokensOutOfOrder(let file):
            "\(file): <|notimestamps|> stands before <|endoftext|>, which no Whisper tokenizer has; fetch the model again"
        case .unknownLanguage(let language, let known):
            "the language '\(language)' is not known to this model; expected one of: \(known.joined(separator: " "))"
        case .unknownToken(let token, let size):
            "the token \(token) to be suppressed is not known to this model; expected 0 to \(size - 1), or -1 for its own list"
        case .languageNotSupported(let language):
            "this model transcribes English only, not '\(language)'; use a multilingual model (without .en in its name)"
        case .weightsDoNotFit(let folder, let mismatch): "\(folder): \(mismatch)"
        case .notFinite(let model):
            "\(model): the model computes numbers that are not finite; its weights are damaged, fetch it again"
        case .noSamples(let source):
            "\(source): holds no sound at all (0 samples)"
        case .noLanguageModel:
            "a language model is for models that spell what they hear; this one has its own, leave --language-model out"
        case .languageMissing:
            "a multilingual model is trained in one language; name that of the recordings with --language"
        case .adapter(let folder, let error): "\(folder): \(error)"
        case .noAdapter(let model): "\(model): only Whisper models take adapters; leave --adapter out"
        case .notForSpelling(let what):
            "this model spells what it hears in the language that it was trained on; \(what) is for Whisper models"
        case .unknownPreset(let name, let known):
            "the preset '\(name)' is unknown; known are \(known.joined(separator: ", "))"
        case .cannotTranslate:
            "this model knows English only and cannot translate; use a multilingual model (without .en in its name)"
        }
    }
}
