/// A chat template, read and ready to render conversations: the part of Jinja 3.1 that published templates use, with the
/// settings and functions that `transformers` gives them.
///
/// ```swift
/// let template = try ChatTemplate(source)
/// let chat = try template.render([ChatMessage(role: "user", content: "Hello")])
/// ```
///
/// Values are immutable and may be used by several threads at once.
public struct ChatTemplate: Sendable {
    /// What errors call it.
    public let name: String
    public let source: String
    private let statements: [Statement]
    private let limits: RenderingLimits

    /// - Throws: ``ChatTemplateError`` with the place of what is not understood.
    public init(
        _ source: String, name: String = "chat template", limits: RenderingLimits = RenderingLimits()
    ) throws {
        self.name = name
        self.source = source
        self.limits = limits
        statements = try TemplateParser.statements(of: source, name: name, limits: limits)
    }

    /// All that the template may write by itself: its text, and the texts in quotes in its expressions.
    public var literals: [String] {
        // It was read before, without an error.
        let tokens = (try? TemplateLexer.tokens(of: source, name: name, limits: limits)) ?? []
        return tokens.compactMap { token in
            switch token.kind {
            case .text(let text), .string(let text): text.string
            default: nil
            }
        }
    }

    /// What the model is to read for a conversation.
    ///
    /// - Parameters:
    ///   - messages: their order is that of the conversation.
    ///   - addsGenerationPrompt: whether the beginning of an answer follows.
    ///   - tools: what the model may call, as JSON schemas of functions; nil where there are none.
    ///   - specialTokens: `bos_token` and others, by the names that templates use.
    ///   - variables: whatever else a template knows (`enable_thinking`).
    ///   - time: what `strftime_now` tells.
    /// - Throws: ``ChatTemplateError``.
    public func render(
        _ messages: [ChatMessage], addsGenerationPrompt: Bool = true, tools: [TemplateValue]? = nil,
        specialTokens: [String: String] = [:], variables: [String: TemplateValue] = [:], time: TemplateTime = .now
    ) throws -> RenderedChat {
        var values: [String: Value] = [:]
        let renderer = Renderer(name: name, limits: limits, time: time, variables: [:])
        for (name, text) in specialTokens { values[name] = .text(text) }
        for (name, value) in variables { values[name] = try renderer.value(of: value) }
        values["tools"] = try tools.map { try renderer.value(of: .list($0)) } ?? Value.none
        values["documents"] = values["documents"] ?? Value.none
        values["add_generation_prompt"] = .boolean(addsGenerationPrompt)
        values["messages"] = try renderer.made(
            messages.map { message in
                // A role is the program's own word, of which some templates make a special token.
                var dictionary = ValueDictionary()
                try renderer.set(.text("role"), to: .text(message.role), in: &dictionary, at: SourcePlace())
                for field in message.fields where field.key != "role" {
                    try renderer.set(
                        .text(field.key), to: renderer.value(of: field.value), in: &dictionary, at: SourcePlace())
                }
                return .dictionary(dictionary)
            })
        return RenderedChat(
            try Renderer(name: name, limits: limits, time: time, variables: values).render(statements))
    }
}

extension Renderer {
    /// What comes from outside; its texts are marked as such.
    func value(of value: TemplateValue) throws -> Value {
        switch value {
        case .none: return .none
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .text(let text): return try made(TemplateText(text, isFromConversation: true))
        case .list(let elements): return try nested { try made(elements.map { try self.value(of: $0) }) }
        case .object(let entries):
            return try nested {
                var dictionary = ValueDictionary()
                for entry in entries {
                    try set(
                        .text(TemplateText(entry.key, isFromConversation: true)), to: self.value(of: entry.value),
                        in: &dictionary, at: SourcePlace())
                }
                return .dictionary(dictionary)
            }
        }
    }
}
