import JSON

/// A message of a conversation.
public struct ConversationMessage: Sendable, Hashable {
    /// `system`, `user`, `assistant`, or what else the model's template knows.
    public var role: String
    public var content: String

    public init(role: String, content: String) { (self.role, self.content) = (role, content) }
}

/// Something with answers in it, of which a model is to learn the answers alone.
public enum AnswerRow: Sendable, Hashable {
    /// Ends with an answer, the content of a message of the role `assistant`.
    case conversation([ConversationMessage])
    /// A text and how it goes on, without anything between them or around them.
    case continuation(prompt: String, completion: String)
}

extension AnswerRow {
    /// The role of who answers.
    public static let answeringRole = "assistant"

    /// Whether a row of JSON Lines has the keys of one of the three forms.
    static func hasKeys(_ row: JSONValue) -> Bool {
        ["messages", "completion", "output"].contains { row[$0] != nil }
    }

    /// A row of JSON Lines: `{"messages": [{"role", "content"}, …]}`, `{"prompt", "completion"}`, or
    /// `{"instruction", "output"}`, where an `input` belongs to the instruction. Other keys are ignored.
    init(_ row: JSONValue) throws(TextCorpusError.Reason) {
        if let messages = row["messages"] {
            self = .conversation(try Self.answered(try Self.messages(messages)))
        } else if let completion = row["completion"] {
            guard case .string(let prompt)? = row["prompt"] else { throw .missingKey("prompt") }
            guard case .string(let completion) = completion else { throw .missingKey("completion") }
            guard !completion.isEmpty else { throw .noAnswer }
            self = .continuation(prompt: prompt, completion: completion)
        } else if let output = row["output"] {
            guard case .string(let instruction)? = row["instruction"] else { throw .missingKey("instruction") }
            guard case .string(let output) = output else { throw .missingKey("output") }
            guard !output.isEmpty else { throw .noAnswer }
            var question = instruction
            if case .string(let input)? = row["input"], !input.isEmpty { question += "\n\n" + input }
            self = .conversation([
                ConversationMessage(role: "user", content: question),
                ConversationMessage(role: Self.answeringRole, content: output),
            ])
        } else {
            throw .noConversation
        }
    }

    private static func messages(_ value: JSONValue) throws(TextCorpusError.Reason) -> [ConversationMessage] {
        guard case .array(let values) = value else { throw .noConversation }
        var messages: [ConversationMessage] = []
        for (index, value) in values.enumerated() {
            guard case .string(let role)? = value["role"], case .string(let content)? = value["content"] else {
                throw .incompleteMessage(number: index + 1)
            }
            messages.append(ConversationMessage(role: role, content: content))
        }
        return messages
    }

    /// Up to the last answer: what comes after it teaches nothing.
    private static func answered(_ messages: [ConversationMessage]) throws(TextCorpusError.Reason)
        -> [ConversationMessage]
    {
        guard let last = messages.lastIndex(where: { $0.role == Self.answeringRole && !$0.content.isEmpty }) else {
            throw .noAnswer
        }
        return Array(messages[...last])
    }
}
