import Tensors
import TestKit
import Testing

@testable import TextModels

/// Decoding over a cache gives what whole sequences give.
struct LlamaDecodingTests {
    private func logits(_ fixture: LlamaFixture, _ tokens: [[Int32]], _ past: LanguageModelPast) -> [[Float]] {
        let time = tokens[0].count
        let states = fixture.model(
            Tensor(tokens.flatMap { $0 }, shape: [tokens.count, time]), extending: past)
        let all = fixture.model.logits(states).floats()
        let count = all.count / (tokens.count * time)
        return (0..<tokens.count * time).map { Array(all[$0 * count..<($0 + 1) * count]) }
    }

    @Test(arguments: LlamaFixture.names)
    func inPiecesOrTokenByTokenIsTheSame(name: String) throws {
        let fixture = try LlamaFixture(name)
        let expected = try fixture.tensor("logits").floats()
        let inputs = try fixture.tokens().inputs
        let (sequences, time) = (inputs.shape[0], inputs.shape[1])
        let tokens = inputs.integers()
        for pieces in [[time], Array(repeating: 1, count: time), [5, 1, 1, time - 7]] {
            let past = fixture.model.makePast(sequences: sequences, positions: time)
            var found = [[Float]](repeating: [], count: sequences)
            var start = 0
            for piece in pieces {
                let rows = (0..<sequences).map { Array(tokens[$0 * time + start..<$0 * time + start + piece]) }
                let result = logits(fixture, rows, past)
                for sequence in 0..<sequences {
                    found[sequence] += result[sequence * piece..<(sequence + 1) * piece].flatMap { $0 }
                }
                start += piece
            }
            #expect(largestRelativeDifference(found.flatMap { $0 }, expected) < 1e-5)
        }
    }

    /// Prompts of different lengths, read one after the other in the first place and forked to theirs, then continued side
    /// by side.
    @Test(arguments: ["plain", "grouped", "llama3"])
    func textsOfDifferentLengthsGoSideBySide(name: String) throws {
        let fixture = try LlamaFixture(name)
        let prompts: [[Int32]] = [[3, 9, 14, 15, 9], [2, 6], [5, 35, 8, 9, 7, 9, 3, 2]]
        let next: [[Int32]] = [[7, 11], [7, 12], [40, 13]]
        let past = fixture.model.makePast(sequences: 3, positions: 12)
        for (index, prompt) in prompts.enumerated().reversed() {
            past.cache.truncate(sequence: 0, to: 0)
            _ = logits(fixture, [prompt], past)
            past.cache.fork(0, to: index)
        }
        #expect(past.cache.lengths == prompts.map(\.count))
        for step in 0..<2 {
            let together = logits(fixture, next.map { [$0[step]] }, past)
            for (index, prompt) in prompts.enumerated() {
                let alone = fixture.model.makePast(positions: 12)
                let expected = logits(fixture, [prompt + next[index][...step]], alone)
                #expect(largestRelativeDifference(together[index], expected[expected.count - 1]) < 1e-5)
            }
        }
        // Cut back, the text goes on from there.
        past.cache.truncate(sequence: 0, to: prompts[0].count)
        let again = logits(fixture, [[33]], past)
        let alone = logits(fixture, [prompts[0] + [33]], fixture.model.makePast(positions: 12))
        #expect(largestRelativeDifference(again[0], alone[alone.count - 1]) < 1e-5)
    }
}
