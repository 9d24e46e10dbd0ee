import Tensors
import Testing

@testable import Decoding

struct PhraseLoopTests {
    @Test func speechIsNoLoop() {
        #expect(PhraseLoop.first(in: []) == nil)
        #expect(PhraseLoop.first(in: Array(0..<200)) == nil)
        // "no, no, no, no": people say that.
        #expect(PhraseLoop.first(in: [1, 2, 9, 5, 9, 5, 9, 5, 9, 5, 3, 4]) == nil)
        // A sentence and its repetition.
        #expect(PhraseLoop.first(in: Array(0..<12) + Array(0..<12)) == nil)
    }

    @Test func aPhraseSaidAgainAndAgainIs() {
        let phrase = [7, 8, 9, 4]
        let text = [1, 2, 3] + Array(repeating: phrase, count: 5).joined() + [5, 6]
        #expect(PhraseLoop.first(in: text) == PhraseLoop(period: 4, range: 3..<23))
        #expect(PhraseLoop.first(in: text)?.count == 5)
        // Cut off in the middle of a turn.
        #expect(PhraseLoop.first(in: Array(text[..<21])) == PhraseLoop(period: 4, range: 3..<21))
        #expect(PhraseLoop.first(in: Array(repeating: 3, count: 10)) == PhraseLoop(period: 1, range: 0..<10))
        #expect(PhraseLoop.first(in: Array(repeating: 3, count: 9)) == nil)
        let long = Array(20..<50)
        #expect(PhraseLoop.first(in: long + long + long) == PhraseLoop(period: 30, range: 0..<90))
    }

    /// Every period and every range, one after the other.
    private func obvious(_ tokens: [Int]) -> PhraseLoop? {
        for start in tokens.indices {
            for period in 1...max(1, tokens.count / 3) {
                var end = start + period
                while end < tokens.count, tokens[end] == tokens[end - period] { end += 1 }
                let turns = period == 1 ? 10 : period <= 3 ? 6 : period <= 8 ? 4 : 3
                if end <= tokens.count, end - start >= max(10, turns * period) {
                    return PhraseLoop(period: period, range: start..<end)
                }
            }
        }
        return nil
    }

    @Test func agreesWithTheObviousSearch() {
        var random = RandomSource(seed: 5)
        for _ in 0..<300 {
            var tokens: [Int] = []
            for _ in 0..<Int(random.next() % 8) {
                let phrase = (0..<1 + Int(random.next() % 12)).map { _ in Int(random.next() % 4) }
                for _ in 0..<1 + Int(random.next() % 6) { tokens += phrase }
            }
            #expect(PhraseLoop.first(in: tokens) == obvious(tokens))
        }
    }
}
