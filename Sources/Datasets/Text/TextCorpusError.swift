public import JSON

/// What is wrong with a text corpus, or with one row of it.
public struct TextCorpusError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case unreadable(String)
        /// A folder without a file of a known kind.
        case noTextFiles
        case notUTF8
        case json(JSONError)
        case missingField(String)
        case emptyText
        /// The first of more bad rows than were allowed.
        indirect case tooManyBadRows(allowed: Int, first: Reason)
        /// Nothing but empty files.
        case noText
        /// A row with none of the forms that have answers.
        case noConversation
        case missingKey(String)
        /// A message, counted from 1, without the strings `role` and `content`.
        case incompleteMessage(number: Int)
        /// A row in which nothing is to be learnt.
        case noAnswer
        /// A row of more tokens than the model sees.
        case tooLong(tokens: Int, limit: Int)
        /// What the model's chat template says against a row.
        case template(String)
        /// Fewer tokens than one block and its last target.
        case tooShort(tokens: Int, needed: Int)
    }

    public let path: String
    /// Counted from 1; nil where the fault is the whole file's.
    public let line: Int?
    public let reason: Reason

    public init(path: String, line: Int? = nil, _ reason: Reason) {
        self.path = path
        self.line = line
        self.reason = reason
    }

    /// `corpus.jsonl:17`, or the path alone.
    public var place: String { line.map { "\(path):\($0)" } ?? path }

    public var description: String { "\(place): \(Self.text(reason))" }

    private static func text(_ reason: Reason) -> String {
        switch reason {
        case .unreadable(let message): "cannot be read: \(message)"
        case .noTextFiles:
            "this folder holds no text (\(TextCorpus.extensions.map { "." + $0 }.joined(separator: ", ")))"
        case .notUTF8: "not valid UTF-8 text"
        case .json(let error): "not a JSON object: \(error)"
        case .missingField(let name): "the object lacks the string \"\(name)\"; --field names another"
        case .emptyText: "the text is empty"
        case .tooManyBadRows(let allowed, let first): "\(text(first)) (bad rows beyond the \(allowed) to be skipped)"
        case .noText: "there is no text in it"
        case .noConversation:
            "the object is no row with answers; expected \"messages\", or \"prompt\" and \"completion\", or "
                + "\"instruction\" and \"output\""
        case .missingKey(let key): "the object lacks the string \"\(key)\""
        case .incompleteMessage(let number):
            "message \(number) is none; expected an object with the strings \"role\" and \"content\""
        case .noAnswer: "there is no answer to learn; expected a message of the role \"assistant\" that says something"
        case .tooLong(let tokens, let limit):
            "\(tokens) tokens, more than the \(limit) that fit; shorten it, --truncate cuts its end"
        case .template(let message): "the chat template refuses it: \(message)"
        case .tooShort(let tokens, let needed):
            "\(tokens) tokens are fewer than one block of training (\(needed)); give more text or a smaller block"
        }
    }
}
