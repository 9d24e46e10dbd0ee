public import JSON

/// What is wrong with a tokenizer's files, where, and how to mend it.
public struct TokenizerError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        /// The folder holds none of the known tokenizer files.
        case noTokenizer
        case cannotRead(String)
        case tooLarge(byteCount: Int, limit: Int)
        case invalidJSON(JSONError)
        case missing(setting: String)
        case wrongType(setting: String, expected: String)
        /// A setting that would change the ids and that this module does not know.
        case unsupported(setting: String, value: String, supported: String)
        /// Something in a GGUF file that stands for what the Hugging Face folder of the model spells out.
        case unknownInGGUF(setting: String, value: String, known: String)
        /// What GGUF files cannot say, or not so that it would mean the same.
        case notForGGUF(setting: String, value: String, supported: String)
        /// A tokenizer.model that is none of SentencePiece, or a damaged one.
        case invalidSentencePiece(String)
        /// A regular expression with a part that this module does not know.
        case unsupportedPattern(setting: String, part: String, reason: String)
        /// A regular expression that goes back too often on a text.
        case patternTooSlow
        case emptyVocabulary
        case duplicateToken(String)
        case duplicateID(Int, first: String, second: String)
        case idOutOfRange(Int, token: String, limit: Int)
        /// An added token that the vocabulary lists under another id.
        case conflictingID(token: String, declared: Int, vocabulary: Int)
        case addedTokenTooLong(byteCount: Int, limit: Int)
        /// `number` counts the merges from 1.
        case invalidMerge(number: Int, text: String)
        case mergeOutsideVocabulary(number: Int, token: String)
        case missingToken(String)
        case misplacedTimestamp(token: String, id: Int, expected: Int)
    }

    /// The path of the file or folder, or what the caller named the bytes.
    public let file: String
    public let reason: Reason

    public init(file: String, _ reason: Reason) {
        self.file = file
        self.reason = reason
    }

    public var description: String { "\(Self.quoted(file)): \(reasonText)" }

    private var reasonText: String {
        switch reason {
        case .noTokenizer:
            "there is no tokenizer.json here, nor vocab.json with merges.txt, nor tokenizer.model; copy them from the "
                + "model's origin"
        case .cannotRead(let cause): "cannot be read: \(cause)"
        case .tooLarge(let byteCount, let limit):
            "has \(byteCount) bytes, more than the \(limit) that a tokenizer file may have"
        case .invalidJSON(let error): "not valid JSON, \(error); fetch or copy the file again"
        case .missing(let setting): "\(setting) is missing; this is not a complete tokenizer file"
        case .wrongType(let setting, let expected): "\(setting) should be \(expected)"
        case .unsupported(let setting, let value, let supported):
            "\(setting) is \(Self.quoted(value)), which is not supported (supported: \(supported))"
        case .unknownInGGUF(let setting, let value, let known):
            "\(setting) is \(Self.quoted(value)), which is not known (known: \(known)); use the model's Hugging Face folder"
        case .notForGGUF(let setting, let value, let supported):
            "\(setting) is \(Self.quoted(value)), which a GGUF file cannot say (it can: \(supported)); export the model as a "
                + "Hugging Face folder"
        case .invalidSentencePiece(let reason):
            "not a whole model of SentencePiece: \(reason); fetch or copy the file again"
        case .unsupportedPattern(let setting, let part, let reason):
            "\(setting) has \(Self.quoted(part)), which is not supported: \(Self.quoted(reason))"
        case .patternTooSlow:
            "a pattern of its pre_tokenizer or normalizer takes too long on this text, which may be made so on purpose"
        case .emptyVocabulary: "the vocabulary is empty"
        case .duplicateToken(let token): "the token \(Self.quoted(token)) is listed twice"
        case .duplicateID(let id, let first, let second):
            "the tokens \(Self.quoted(first)) and \(Self.quoted(second)) share the id \(id)"
        case .idOutOfRange(let id, let token, let limit):
            "the token \(Self.quoted(token)) has the id \(id); ids of this file must lie in 0..<\(limit)"
        case .conflictingID(let token, let declared, let vocabulary):
            "the added token \(Self.quoted(token)) has the id \(declared), but \(vocabulary) in the vocabulary"
        case .addedTokenTooLong(let byteCount, let limit):
            "an added token has \(byteCount) bytes; at most \(limit) are allowed"
        case .invalidMerge(let number, let text):
            "merge \(number), \(Self.quoted(text)), should be two tokens with one space between"
        case .mergeOutsideVocabulary(let number, let token):
            "merge \(number) needs the token \(Self.quoted(token)), which the vocabulary lacks"
        case .missingToken(let token):
            "the token \(Self.quoted(token)) is missing; is this the tokenizer of another kind of model?"
        case .misplacedTimestamp(let token, let id, let expected):
            "the timestamp token \(Self.quoted(token)) has the id \(id) where Whisper has \(expected)"
        }
    }

    /// On one line, control characters escaped and long texts cut: a file must not write on somebody's terminal.
    private static func quoted(_ text: String) -> String {
        text.unicodeScalars.count <= 160
            ? text.debugDescription : (String(text.unicodeScalars.prefix(160)) + "…").debugDescription
    }
}
