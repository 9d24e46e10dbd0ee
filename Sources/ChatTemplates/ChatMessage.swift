/// One contribution to a conversation.
public struct ChatMessage: Sendable, Equatable {
    /// `system`, `user`, `assistant`, `tool`: what the template knows.
    public let role: String
    /// What the template sees beside the role: `content`, and for some `tool_calls` and others.
    public var fields: [TemplateValue.Entry]

    public init(role: String, content: String) {
        self.role = role
        fields = [TemplateValue.Entry("content", .text(content))]
    }

    /// A message as JSON has it: an object with a `role`, and a `content` or something else.
    ///
    /// - Throws: ``ChatMessageError`` where it is none. A role is a short word, for a template may build special tokens
    ///   from it.
    public init(_ value: TemplateValue) throws(ChatMessageError) {
        guard case .object(let entries) = value else { throw .notAnObject }
        guard case .text(let role)? = value["role"] else { throw .noRole }
        guard (1...32).contains(role.utf8.count),
            role.utf8.allSatisfy({
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
                    || $0 == UInt8(ascii: "-")
            })
        else { throw .invalidRole(role) }
        self.role = role
        fields = entries.filter { $0.key != "role" }
        // None stands for a field that is absent, which templates ask for.
        fields.removeAll { $0.value == .none }
        guard !fields.isEmpty else { throw .noContent(role: role) }
    }

    /// As JSON on one line.
    public var json: String {
        TemplateValue.object([TemplateValue.Entry("role", .text(role))] + fields.filter { $0.key != "role" }).json
    }

    /// The text of the message; several parts are put together, nil where there is none.
    public var content: String? {
        switch fields.last(where: { $0.key == "content" })?.value {
        case .text(let text): text
        case .list(let parts):
            parts.compactMap { if case .text(let text)? = $0["text"] { text } else { nil } }.joined()
        default: nil
        }
    }
}

/// Why something is no message.
public enum ChatMessageError: Error, Sendable, Equatable, CustomStringConvertible {
    case notAnObject
    case noRole
    case invalidRole(String)
    case noContent(role: String)

    public var description: String {
        switch self {
        case .notAnObject: "a message is an object like {\"role\": \"user\", \"content\": \"Hello\"}"
        case .noRole: "a message has no \"role\"; expected a text such as \"user\""
        case .invalidRole(let role):
            "the role \(String(role.prefix(40)).debugDescription) is not possible; expected a word such as user, "
                + "assistant, system or tool"
        case .noContent(let role): "the message of role \(role) has no \"content\""
        }
    }
}
