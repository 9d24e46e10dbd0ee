import ChatTemplates
import Checkpoints
import Datasets
import Foundation
import TestKit
import Testing
import TextModels
import Tokenizers

/// Rows with answers become tokens, of which the answers are to be learnt.
@Suite struct AnswerEncoderTests {
    private let folder: ModelFolder
    private let tokenizer: any Tokenizer
    private let end: Int

    init() throws {
        folder = try ModelFolder(Repository.file("Tests/Fixtures/llama/tiny-text"))
        tokenizer = try loadTokenizer(folder: folder.url.path)
        end = try #require(tokenizer.id(of: "<|endoftext|>"))
    }

    private func sequences(_ row: AnswerRow, template: String? = nil, limit: Int = 256) throws -> [AnswerSequence] {
        let tuning = try FineTuning(folder, template: template.map { try ChatTemplate($0) })
        return try tuning.answerEncoder(limit: limit, truncates: false).sequences(of: row)
    }

    private func learnt(_ sequence: AnswerSequence) -> [String] {
        sequence.answers.map { tokenizer.decode(sequence.tokens[$0].map(Int.init)) }
    }

    private static let talk = AnswerRow.conversation([
        ConversationMessage(role: "system", content: "Be brief."),
        ConversationMessage(role: "user", content: "The tide?"),
        ConversationMessage(role: "assistant", content: "It came in."),
        ConversationMessage(role: "user", content: "And then?"),
        ConversationMessage(role: "assistant", content: "It went out."),
    ])

    @Test func aCompletionIsLearntWithTheEndOfTheText() throws {
        let found = try sequences(.continuation(prompt: "The tide", completion: " came in"))
        #expect(found.count == 1 && learnt(found[0]) == [" came in<|endoftext|>"])
        #expect(found[0].tokens.last == Int32(end))
    }

    @Test func everyAnswerIsLearntUpToTheTokenThatEndsIt() throws {
        let turns =
            "{% for m in messages %}{{ m.role ~ ':' ~ m.content ~ '<|endoftext|>\n' }}{% endfor %}"
            + "{% if add_generation_prompt %}assistant:{% endif %}"
        let found = try sequences(Self.talk, template: turns)
        #expect(found.count == 1)
        #expect(learnt(found[0]) == ["It came in.<|endoftext|>", "It went out.<|endoftext|>"])
    }

    /// The built-in template for models that never saw a conversation has no token to end a turn.
    @Test func withoutATokenInTheTemplateTheLastAnswerEndsTheText() throws {
        let found = try sequences(Self.talk, template: BuiltInTemplate.plain.source)
        #expect(found.count == 1)
        #expect(learnt(found[0]) == [" It came in.\n", " It went out.<|endoftext|>"])
    }

    /// As templates do that leave out what was thought in earlier turns.
    @Test func whereEarlierAnswersLookOtherwiseEachIsASequence() throws {
        let turns =
            "{% for m in messages %}{{ m.content if loop.last or m.role != 'assistant' else '…' }}<|endoftext|>{% endfor %}"
        let found = try sequences(Self.talk, template: turns)
        #expect(found.map(learnt) == [["It came in.<|endoftext|>"], ["It went out.<|endoftext|>"]])
    }

    @Test func whatCannotBeLearntIsToldSo() throws {
        #expect(throws: TextModelError.noChatTemplate(model: folder.path)) { try sequences(Self.talk) }
        #expect(throws: TextCorpusError.Reason.self) {
            try sequences(Self.talk, template: "{{ raise_exception('no') }}")
        }
        #expect(throws: TextCorpusError.Reason.tooLong(tokens: 8, limit: 7)) {
            try sequences(.continuation(prompt: "The tide", completion: " came in"), limit: 7)
        }
    }
}
