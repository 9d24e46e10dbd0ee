public import ChatTemplates
public import Checkpoints
import FoundationEssentials
public import Tokenizers

/// How a model is shown a conversation: its chat template, and the way of what that writes into tokens.
///
/// Ids are those of `transformers`' `apply_chat_template`, with the one difference that what people wrote is text: a special
/// token that somebody types out is none.
public struct ChatFormat: Sendable {
    public let template: ChatTemplate
    /// For conversations with tools, where the model has another one for these.
    private let toolTemplate: ChatTemplate?
    private let tokenizer: any Tokenizer
    private let specialTokens: [String: String]
    private let controlTokens: Set<Int>
    /// What a template knows beside the conversation (`enable_thinking`).
    public var variables: [String: TemplateValue] = [:]
    /// Tokens that the template puts behind an answer: they end one, whatever the model's configuration says.
    public private(set) var endTokens: Set<Int> = []

    /// - Parameters:
    ///   - adapter: what the model is used with; a template beside it goes before the folder's, because the adapter has
    ///     learnt by it.
    ///   - template: in place of both.
    /// - Throws: ``ChatTemplateError``, and ``TextModelError/noChatTemplate(model:)`` where there is none.
    public init(
        _ folder: ModelFolder, adapter: AdapterFolder? = nil, tokenizer: any Tokenizer, template: ChatTemplate? = nil
    ) throws {
        var files = try ChatTemplateFiles(folder)
        if let adapter, template == nil {
            let learnt = try ChatTemplateFiles(adapter).templates
            if !learnt.isEmpty { files.templates = learnt }
        }
        guard let chosen = template ?? files.templates["default"] else {
            throw TextModelError.noChatTemplate(model: folder.url.path(percentEncoded: false))
        }
        self.template = chosen
        self.tokenizer = tokenizer
        specialTokens = files.specialTokens
        toolTemplate = template == nil ? files.templates["tool_use"] : nil
        let literals = (chosen.literals + (toolTemplate?.literals ?? [])).joined(separator: "\0")
        controlTokens = Set(
            tokenizer.addedTokens.filter { token in
                // A token that the template writes steers the model, whether it is called special or not.
                token.isSpecial
                    || (!token.content.allSatisfy(\.isWhitespace) && literals.contains(token.content))
            }.map(\.id))
        endTokens = findEndTokens()
        if let end = files.specialTokens["eos_token"].flatMap({ tokenizer.id(of: $0) }) { endTokens.insert(end) }
    }

    /// A conversation as text and as tokens, with nothing put before it that the template does not write.
    ///
    /// - Parameters:
    ///   - addsGenerationPrompt: whether the beginning of an answer follows.
    ///   - tools: what the model may call, as JSON schemas of functions; nil where there are none.
    public func encode(
        _ messages: [ChatMessage], addsGenerationPrompt: Bool = true, tools: [TemplateValue]? = nil,
        time: TemplateTime = .now
    ) throws -> (chat: RenderedChat, tokens: [Int]) {
        let chat = try (tools == nil ? template : toolTemplate ?? template).render(
            messages, addsGenerationPrompt: addsGenerationPrompt, tools: tools, specialTokens: specialTokens,
            variables: variables, time: time)
        return (chat, try tokens(of: chat.text, plain: chat.conversationRanges))
    }

    private func tokens(of text: String, plain ranges: [Range<Int>]) throws -> [Int] {
        try tokenizer.encode(text, plain: PlainText(ranges, controlTokens: controlTokens))
    }

    /// The control token that follows at once on what an assistant has said.
    private func findEndTokens() -> Set<Int> {
        let messages = [
            ChatMessage(role: "user", content: "Hello"), ChatMessage(role: "assistant", content: "Hello"),
        ]
        // A template that wants other conversations tells nothing; the model's own end tokens remain.
        guard let (chat, _) = try? encode(messages, addsGenerationPrompt: false),
            let answer = chat.conversationRanges.last
        else { return [] }
        let rest = String(decoding: Array(chat.text.utf8)[answer.upperBound...], as: UTF8.self)
        guard let tokens = try? tokens(of: rest, plain: []),
            let first = tokens.first(where: { tokenizer.text(of: $0)?.allSatisfy(\.isWhitespace) != true }),
            controlTokens.contains(first)
        else { return [] }
        return [first]
    }
}

extension ChatFormat {
    /// What a model would go on with by a template that comes with the programs and has no token to end an answer.
    public var stopStrings: [String] {
        BuiltInTemplate.allCases.first { $0.source == template.source }?.stopStrings ?? []
    }

    /// A conversation without its oldest turns, as far as it has to lose some to have no more than `limit` tokens. What the
    /// system says stays, and so does the last question.
    ///
    /// - Returns: the tokens, the messages that remain, and the number of those that were dropped.
    /// - Throws: ``TextModelError/promptTooLong(tokenCount:limit:)`` where not even the last question fits.
    public func encode(
        _ messages: [ChatMessage], fitting limit: Int, time: TemplateTime = .now
    ) throws -> (tokens: [Int], messages: [ChatMessage], droppedCount: Int) {
        var rest = messages
        while true {
            let tokens = try encode(rest, time: time).tokens
            if tokens.count <= limit { return (tokens, rest, messages.count - rest.count) }
            // A turn goes from a question up to the next one.
            let start = rest.firstIndex { $0.role != "system" } ?? rest.endIndex
            guard let next = rest.indices.first(where: { $0 > start && rest[$0].role == "user" }) else {
                throw TextModelError.promptTooLong(tokenCount: tokens.count, limit: limit)
            }
            rest.removeSubrange(start..<next)
        }
    }
}
