import Foundation
import JSON
import TestKit
import Testing

@testable import Datasets

@Suite struct AnswerTests {
    private func row(_ text: String) throws -> AnswerRow {
        try AnswerRow(JSONReader.read(Array(text.utf8)) { try $0.readValue() })
    }

    @Test func rowsHaveThreeForms() throws {
        let messages = [
            ConversationMessage(role: "system", content: "Be brief."),
            ConversationMessage(role: "user", content: "Hi"), ConversationMessage(role: "assistant", content: "Ho"),
        ]
        let text = #"""
            {"id": 7, "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Ho", "x": 1}, {"role": "user", "content": "unanswered"}]}
            """#
        #expect(try row(text) == .conversation(messages))
        #expect(
            try row(#"{"prompt": "Once", "completion": " more"}"#)
                == .continuation(prompt: "Once", completion: " more"))
        #expect(
            try row(#"{"instruction": "Add", "input": "1 2", "output": "3"}"#)
                == .conversation([
                    ConversationMessage(role: "user", content: "Add\n\n1 2"),
                    ConversationMessage(role: "assistant", content: "3"),
                ]))
    }

    @Test(arguments: [
        (#"{"text": "x"}"#, TextCorpusError.Reason.noConversation), (#"{"messages": 3}"#, .noConversation),
        (#"{"messages": []}"#, .noAnswer), (#"{"messages": [{"role": "user", "content": "x"}]}"#, .noAnswer),
        (#"{"messages": [{"role": "assistant", "content": ""}]}"#, .noAnswer),
        (#"{"messages": [{"role": "user"}]}"#, .incompleteMessage(number: 1)),
        (#"{"messages": [{"role": "user", "content": "x"}, 5]}"#, .incompleteMessage(number: 2)),
        (#"{"completion": "x"}"#, .missingKey("prompt")), (#"{"prompt": "x", "completion": ""}"#, .noAnswer),
        (#"{"output": "x"}"#, .missingKey("instruction")),
        (#"{"instruction": "x", "output": 4}"#, .missingKey("output")),
    ])
    func rowsWithoutAnswersAreRefused(text: String, reason: TextCorpusError.Reason) {
        #expect(throws: reason) { try row(text) }
    }

    private static let numbers = """
        {"prompt": "a", "completion": "bc"}

        {"prompt": "", "completion": "d"}
        no JSON
        {"text": "e"}
        """

    /// A token a byte.
    private func encode(_ row: AnswerRow) -> [AnswerSequence] {
        guard case .continuation(let prompt, let completion) = row else { return [] }
        let tokens = [0] + (prompt + completion).utf8.map(Int32.init)
        return [AnswerSequence(tokens: tokens, answers: [1 + prompt.utf8.count..<tokens.count])]
    }

    @Test func badRowsAreToldAllAtOnceWithTheirPlaces() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.numbers, to: "rows.jsonl")
        do {
            _ = try AnswerCorpus(files: [path]).sequences(encode: encode)
            Issue.record("nothing was thrown")
        } catch let error as BadRows {
            #expect(error.rowCount == 4 && error.rows.map(\.line) == [4, 5])
            #expect(error.description.contains("2 of 4 rows"))
            #expect(error.description.contains("rows.jsonl:5: the object is no row with answers"))
        }
        let read = try AnswerCorpus(files: [path], skippingBadRows: 2).sequences(encode: encode)
        #expect(read.sequences.map(\.tokens) == [[0, 97, 98, 99], [0, 100]])
        #expect(read.sequences.map(\.answers) == [[2..<4], [1..<2]])
        #expect(read.badRows.map(\.place) == ["\(path):4", "\(path):5"])
        #expect(throws: BadRows.self) { try AnswerCorpus(files: [path], skippingBadRows: 1).sequences(encode: encode) }
    }

    @Test func whatARowHoldsTellsTheKindOfData() throws {
        let folder = try TemporaryFolder()
        let chat = try folder.write("\n{\"messages\": []}\n", to: "chat.jsonl")
        let texts = try folder.write("{\"text\": \"x\", \"output\": \"y\"}\n", to: "texts.jsonl")
        let book = try folder.write("book", to: "book.txt")
        let empty = try folder.write("", to: "empty.jsonl")
        #expect(try AnswerCorpus.describes([chat], field: "text"))
        #expect(try AnswerCorpus.describes([chat, texts], field: "text"))
        #expect(try !AnswerCorpus.describes([chat, book], field: "text"))
        #expect(try !AnswerCorpus.describes([texts], field: "text"))
        #expect(try AnswerCorpus.describes([texts], field: "story"))
        #expect(try !AnswerCorpus.describes([empty], field: "text"))
    }

    @Test func sequencesEndWithTheirLastAnswer() {
        let sequence = AnswerSequence(tokens: Array(0..<10), answers: [2..<4, 6..<8])
        #expect(sequence.tokens == Array(0..<8))
        #expect(sequence.prefix(7) == AnswerSequence(tokens: Array(0..<7), answers: [2..<4, 6..<7]))
        #expect(sequence.prefix(6) == AnswerSequence(tokens: Array(0..<4), answers: [2..<4]))
        #expect(sequence.prefix(2) == nil)
        #expect(sequence.prefix(20) == sequence)
    }

    @Test func onlyAnswersAreTargets() {
        let batch = AnswerBatches.batch([
            AnswerSequence(tokens: [5, 6, 7, 8, 9], answers: [1..<2, 3..<5]),
            AnswerSequence(tokens: [1, 2, 3], answers: [2..<3]),
        ])
        #expect(batch.sequenceCount == 2 && batch.blockLength == 4)
        #expect(batch.inputs == [5, 6, 7, 8, 1, 2, 0, 0])
        #expect(batch.targets == [6, -1, 8, 9, -1, 3, -1, -1])
        #expect(batch.targetCount == 4 && batch.tokenCount == 6)
    }

    /// Each pass has every sequence once, in another order, whatever was asked before, and batches hold similar lengths.
    @Test func passesAreShuffledAndBatchesEven() {
        let sequences = (0..<203).map { index in
            let length = 2 + index * 7 % 50
            return AnswerSequence(tokens: Array(repeating: Int32(index), count: length), answers: [1..<length])
        }
        let batches = AnswerBatches(sequences, batchSize: 4, seed: 3)
        #expect(batches.batchesPerEpoch == 51)
        var orders: [[Int32]] = []
        var (own, padded) = (0, 0)
        for epoch in 0..<2 {
            var seen: [Int32] = []
            for index in 0..<51 {
                let batch = batches.batch(index, epoch: epoch)
                for sequence in 0..<batch.sequenceCount { seen.append(batch.inputs[sequence * batch.blockLength]) }
                (own, padded) = (own + batch.tokenCount, padded + batch.inputs.count)
            }
            #expect(seen.sorted() == Array(0..<203))
            orders.append(seen)
        }
        #expect(orders[0] != orders[1])
        #expect(Double(own) > 0.9 * Double(padded), "\(own) of \(padded)")
        #expect(batches.batch(7, epoch: 1) == AnswerBatches(sequences, batchSize: 4, seed: 3).batch(7, epoch: 1))
        let validation = AnswerBatches(sequences, batchSize: 4, seed: nil)
        #expect(validation.batch(3, epoch: 0) == validation.batch(3, epoch: 5))
    }
}
