import ChatTemplates
import Foundation
import TestKit
import Testing

@Suite struct RenderingTests {
    /// Text for text what `transformers` gives, and an error where it gives one.
    @Test func textsAreThoseOfTheReference() throws { try Self.compare(TemplateCases()) }

    static func compare(_ cases: TemplateCases) throws {
        #expect(!cases.cases.isEmpty)
        var templates: [String: ChatTemplate] = [:]
        for one in cases.cases {
            do {
                let template = try templates[one.template] ?? ChatTemplate(cases.source(of: one.template))
                templates[one.template] = template
                let chat = try cases.render(one, template)
                #expect(chat.text == one.text, "\(one.description)")
                let bytes = Array(chat.text.utf8)
                #expect(
                    chat.generationRanges.map { String(decoding: bytes[$0], as: UTF8.self) } == one.generation,
                    "\(one.description)")
            } catch let error as ChatTemplateError {
                #expect(one.text == nil, "\(one.description): \(error)")
            }
        }
    }
}

/// Templates that are not part of the repository; see chat_template_fixtures.py.
@Suite struct PublishedTemplateTests {
    static let cases = ProcessInfo.processInfo.environment["TRIPTYCH_CHAT_TEMPLATES"]

    @Test(.enabled(if: cases != nil, "TRIPTYCH_CHAT_TEMPLATES names no file of cases"))
    func textsAreThoseOfTheReference() throws {
        try RenderingTests.compare(TemplateCases(URL(fileURLWithPath: try #require(Self.cases))))
    }
}
