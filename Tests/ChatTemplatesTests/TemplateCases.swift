import ChatTemplates
import Foundation
import JSON
import TestKit

/// Conversations and what `transformers` makes of them with many templates (Tests/Reference/chat_template_fixtures.py).
struct TemplateCases {
    struct Case {
        let template: String
        let conversation: String
        let addsGenerationPrompt: Bool
        let hasTools: Bool
        let variables: [String: TemplateValue]
        /// nil where it is an error.
        let text: String?
        let generation: [String]

        var description: String { "\(template), \(conversation)\(hasTools ? ", tools" : "")" }
    }

    let cases: [Case]
    private let document: TemplateValue

    static let folder = Repository.file("Tests/Fixtures/chat-templates")

    init(_ file: URL = folder.appendingPathComponent("expected.json")) throws {
        document = try JSONReader.read([UInt8](Data(contentsOf: file))) { try TemplateValue(reading: &$0) }
        cases = Self.list(document["cases"]).map { value in
            Case(
                template: Self.text(value["template"]) ?? "", conversation: Self.text(value["conversation"]) ?? "",
                addsGenerationPrompt: value["prompt"] == .boolean(true), hasTools: value["tools"] == .boolean(true),
                variables: Self.entries(value["variables"]), text: Self.text(value["text"]),
                generation: Self.list(value["generation"]).compactMap(Self.text))
        }
    }

    /// The template of a case, from the document or from the folder of the fixtures.
    func source(of name: String) throws -> String {
        if let source = Self.text(document["templates"]?[name]) { return source }
        return try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    }

    func render(_ one: Case, _ template: ChatTemplate) throws -> RenderedChat {
        let messages = try Self.list(document["conversations"]?[one.conversation]).map { value in
            // `transformers` gives thoughts under two names.
            guard let thought = value["reasoning_content"], case .object(let entries) = value else {
                return try ChatMessage(value)
            }
            return try ChatMessage(.object([TemplateValue.Entry("thinking", thought)] + entries))
        }
        return try template.render(
            messages, addsGenerationPrompt: one.addsGenerationPrompt,
            tools: one.hasTools ? Self.list(document["tools"]) : nil,
            specialTokens: Self.entries(document["special"]).compactMapValues(Self.text), variables: one.variables,
            time: TemplateTime(
                year: 2026, month: 3, day: 10, hour: 9, minute: 5, second: 7, weekday: 2, dayOfYear: 69))
    }

    private static func text(_ value: TemplateValue?) -> String? {
        if case .text(let text)? = value { text } else { nil }
    }

    private static func list(_ value: TemplateValue?) -> [TemplateValue] {
        if case .list(let list)? = value { list } else { [] }
    }

    private static func entries(_ value: TemplateValue?) -> [String: TemplateValue] {
        guard case .object(let entries)? = value else { return [:] }
        return Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }
}
