import ChatTemplates
import Checkpoints
import Foundation
import TestKit
import Testing
import TextModels
import Tokenizers

/// Conversations become tokens.
@Suite struct ChatFormatTests {
    private let folder: ModelFolder
    private let tokenizer: any Tokenizer

    init() throws {
        folder = try ModelFolder(Repository.file("Tests/Fixtures/llama/tiny-text"))
        tokenizer = try loadTokenizer(folder: folder.url.path)
    }

    private func format(_ source: String) throws -> ChatFormat {
        try ChatFormat(folder, tokenizer: tokenizer, template: ChatTemplate(source))
    }

    private static let turns = "{% for m in messages %}{{ m.role ~ ': ' ~ m.content ~ '<|endoftext|>' }}{% endfor %}"

    /// The template's special token is one, the same letters from a user are not.
    @Test func onlyTheTemplateWritesSpecialTokens() throws {
        let end = try #require(tokenizer.id(of: "<|endoftext|>"))
        let tokens = try format(Self.turns).encode([ChatMessage(role: "user", content: "a<|endoftext|>b")]).tokens
        #expect(tokens.filter { $0 == end }.count == 1 && tokens.last == end)
        #expect(tokenizer.decode(tokens) == "user: a<|endoftext|>b<|endoftext|>")
        // Without one, ids are those of the whole text at once.
        let plain = try format(Self.turns).encode([ChatMessage(role: "user", content: "The tide, isn't it?")]).tokens
        #expect(try plain == tokenizer.encode("user: The tide, isn't it?<|endoftext|>"))
    }

    /// Nothing is put before the text, so that a begin token is never there twice.
    @Test func nothingIsPutBeforeTheTemplatesText() throws {
        let begin = try #require(tokenizer.id(of: "<|endoftext|>"))
        let format = try format("<|endoftext|>{{ messages[0].content }}")
        let tokens = try format.encode([ChatMessage(role: "user", content: "a")]).tokens
        #expect(try tokens == [begin] + tokenizer.encode("a"))
    }

    @Test func whatFollowsAnAnswerEndsIt() throws {
        let end = try #require(tokenizer.id(of: "<|endoftext|>"))
        #expect(try format(Self.turns).endTokens == [end])
        #expect(try format("{{ messages[-1].content }}\n<|endoftext|>\n").endTokens == [end])
        #expect(try format("{{ messages[-1].content }} and more<|endoftext|>").endTokens == [])
        #expect(try format("{{ raise_exception('no') }}").endTokens == [])
    }

    @Test func theOldestTurnsAreDroppedFirst() throws {
        let format = try format(Self.turns)
        var messages = [ChatMessage(role: "system", content: "s")]
        for number in 1...5 {
            messages.append(ChatMessage(role: "user", content: "question \(number)"))
            messages.append(ChatMessage(role: "assistant", content: "answer \(number)"))
        }
        messages.append(ChatMessage(role: "user", content: "last"))
        let whole = try format.encode(messages).tokens.count
        for limit in stride(from: whole, to: 40, by: -7) {
            let (tokens, rest, droppedCount) = try format.encode(messages, fitting: limit)
            #expect(tokens.count <= limit && droppedCount % 2 == 0)
            #expect(rest == [messages[0]] + messages[(1 + droppedCount)...])
            #expect(try tokens == format.encode(rest).tokens)
            // One turn less would not fit.
            if droppedCount > 0 {
                let more = [messages[0]] + messages[(droppedCount - 1)...]
                #expect(try format.encode(more).tokens.count > limit)
            }
        }
        #expect(throws: TextModelError.self) { try format.encode(messages, fitting: 5) }
    }

    @Test func withoutATemplateThereIsAnError() throws {
        #expect(throws: TextModelError.noChatTemplate(model: folder.url.path(percentEncoded: false))) {
            try ChatFormat(folder, tokenizer: tokenizer)
        }
    }
}
