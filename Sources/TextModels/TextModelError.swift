import ChatTemplates
public import Checkpoints
public import Parameters

/// What can be wrong with a language model or with what is asked of it.
public enum TextModelError: ConfigurationValueError, Sendable, Equatable, CustomStringConvertible {
    case invalidConfiguration(file: String, key: String, value: String, expected: String)
    case unsupportedArchitecture(name: String, folder: String, known: [String])
    /// A setting that GGUF files have no words for, or llama.cpp does not follow.
    case notForGGUF(file: String, key: String, value: String, supported: String)
    case vocabularyMismatch(tokenizer: Int, model: Int)
    case weightsDoNotFit(folder: String, ParameterMismatch)
    case adapter(folder: String, AdaptationError)
    case notFinite(model: String)
    case noPrompt(model: String)
    case noChatTemplate(model: String)
    /// A prompt that leaves no room for one token more.
    case promptTooLong(tokenCount: Int, limit: Int)
    case tokenOutOfRange(Int, vocabularySize: Int)
    case contextOutOfRange(Int, limit: Int)
    case strideOutOfRange(Int, window: Int)
    case questionTooLong(tokenCount: Int, limit: Int)
    case unknownPreset(String, known: [String])
    /// A text that was held to a grammar and ended before the grammar could.
    case unfinishedText(Generation)

    public var description: String {
        switch self {
        case .invalidConfiguration(let file, let key, let value, let expected):
            "\(file): \(key) is \(value); expected \(expected)"
        case .unsupportedArchitecture(let name, let folder, let known):
            "\(folder): the architecture \(name) is not one that writes text here; known are "
                + known.joined(separator: ", ")
        case .notForGGUF(let file, let key, let value, let supported):
            "\(file): \(key) is \(value), which a GGUF file cannot say (it can: \(supported)); export the model as a Hugging "
                + "Face folder"
        case .vocabularyMismatch(let tokenizer, let model):
            "the tokenizer has \(tokenizer) tokens, the model \(model); they do not belong together, take both from one "
                + "place"
        case .weightsDoNotFit(let folder, let mismatch): "\(folder): \(mismatch)"
        case .adapter(let folder, let error): "\(folder): \(error)"
        case .notFinite(let model):
            "\(model): the model computes numbers that are not finite; its weights are damaged, fetch it again"
        case .noPrompt(let model):
            "\(model): this model has no token to begin a text with, so the prompt cannot be empty; give it some words"
        case .noChatTemplate(let model):
            "\(model): this model has no chat template, so it is not known how it wants to be shown a conversation; name one "
                + "with --chat-template: \(BuiltInTemplate.allCases.map(\.rawValue).joined(separator: ", ")), or a file"
        case .promptTooLong(let tokenCount, let limit):
            "the prompt has \(tokenCount) tokens, but the model sees \(limit) at most, and one more is to be written; "
                + "shorten it, or drop its beginning with --truncate"
        case .tokenOutOfRange(let token, let vocabularySize):
            "there is no token \(token); the model has those from 0 to \(vocabularySize - 1)"
        case .contextOutOfRange(let context, let limit):
            "a window of \(context) tokens is not possible; this model sees 2 to \(limit)"
        case .strideOutOfRange(let stride, let window):
            "a stride of \(stride) tokens is not possible; with windows of \(window) it is 1 to \(window - 1)"
        case .questionTooLong(let tokenCount, let limit):
            "the prompt with this choice has \(tokenCount) tokens; at most \(limit) are possible"
        case .unfinishedText(let generation):
            "the text ended (\(generation.finish.rawValue)) after \(generation.tokens.count) tokens, before it was what it has "
                + "to be; allow more tokens (--max-tokens), or demand less of it"
        case .unknownPreset(let name, let known):
            "there is no preset called '\(name)'; known are \(known.joined(separator: ", "))"
        }
    }
}
