/// What can be wrong with a speech model or with what is asked of it.
public enum SpeechModelError: Error, Sendable, Equatable, CustomStringConvertible {
    case invalidConfiguration(key: String, value: String, expected: String)
    case unsupportedArchitecture(name: String, folder: String)
    case vocabularyMismatch(tokenizer: Int, model: Int)
    case unknownLanguage(String, known: [String])
    case languageNotSupported(String)
    case cannotTranslate

    public var description: String {
        switch self {
        case .invalidConfiguration(let key, let value, let expected):
            "the model's configuration has \(key) = \(value); expected \(expected)"
        case .unsupportedArchitecture(let name, let folder):
            "\(folder): a model of the architecture \(name) cannot transcribe; expected WhisperForConditionalGeneration"
        case .vocabularyMismatch(let tokenizer, let model):
            "the tokenizer has \(tokenizer) tokens, the model \(model); they do not belong together, fetch the model again"
        case .unknownLanguage(let language, let known):
            "the language '\(language)' is not known to this model; expected one of: \(known.joined(separator: " "))"
        case .languageNotSupported(let language):
            "this model transcribes English only, not '\(language)'; use a multilingual model (without .en in its name)"
        case .cannotTranslate:
            "this model knows English only and cannot translate; use a multilingual model (without .en in its name)"
        }
    }
}
