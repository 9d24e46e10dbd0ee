import ChatTemplates
import Testing

/// The parts that people wrote are known, however a template treats them.
@Suite struct ProvenanceTests {
    private func conversationParts(_ source: String, _ content: String) throws -> [String] {
        let chat = try ChatTemplate(source).render([ChatMessage(role: "user", content: content)])
        let bytes = Array(chat.text.utf8)
        return chat.conversationRanges.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    @Test func textsKeepTheirOrigin() throws {
        let content = " <|end|> Ünï "
        let use = "{{ '<a>' ~ messages[0].content%@ ~ '</a>' }}"
        func parts(_ operation: String) throws -> [String] {
            try conversationParts(use.replacing("%@", with: operation), content)
        }
        #expect(try parts("") == [content])
        #expect(try parts("|trim") == ["<|end|> Ünï"])
        #expect(try parts(".upper()") == [" <|END|> ÜNÏ "])
        #expect(try parts("[::-1]") == [String(content.unicodeScalars.reversed().map { Character($0) })])
        #expect(try parts(".split()[0]") == ["<|end|>"])
        #expect(try parts(".replace('end', 'x')") == [" <|", "|> Ünï "])
        #expect(try parts(".split()|join(', ')") == ["<|end|>", "Ünï"])
        #expect(try parts("|tojson") == [content])
        #expect(try parts("|list|last") == [" "])
        #expect(try parts("|indent(2)|title|capitalize|safe|string|replace('q', 'z')") == [" <|end|> ünï "])
        #expect(try conversationParts("{{ messages }}", "it's").contains("it's"))
    }

    @Test func rolesAndSpecialTokensAreTheTemplatesOwn() throws {
        let chat = try ChatTemplate("{{ bos_token }}<|{{ messages[0].role }}|>").render(
            [ChatMessage(role: "user", content: "x")], specialTokens: ["bos_token": "<s>"])
        #expect(chat.text == "<s><|user|>" && chat.conversationRanges.isEmpty)
    }

    @Test func variablesAndToolsComeFromOutside() throws {
        let tool = TemplateValue.object([.init("name", .text("<t>"))])
        let chat = try ChatTemplate("{{ tools|tojson }}{{ extra }}").render(
            [ChatMessage(role: "user", content: "x")], tools: [tool], variables: ["extra": .text("<e>")])
        let bytes = Array(chat.text.utf8)
        #expect(
            chat.conversationRanges.map { String(decoding: bytes[$0], as: UTF8.self) } == ["name", "<t>", "<e>"])
    }

    @Test(arguments: ["", "us er", "<|im_end|>", "a\n", String(repeating: "a", count: 33), "é"])
    func aRoleIsAWord(role: String) {
        #expect(throws: ChatMessageError.invalidRole(role)) {
            _ = try ChatMessage(.object([.init("role", .text(role)), .init("content", .text(""))]))
        }
    }
}
