import Testing

@testable import SpeechModels

struct WindowPhraseTests {
    private func phrase(_ words: [(String, Double, Double)]) -> WindowPhrase {
        WindowPhrase(
            start: 1, end: 9, tokens: [100] + Array(words.indices) + [101], text: words.map(\.0).joined(),
            words: words.map { TranscriptWord(text: $0.0, start: $0.1, end: $0.2, probability: 1) })
    }

    private func split(_ words: [(String, Double, Double)], at joins: [Double]) -> [WindowPhrase] {
        phrase(words).split(at: joins) { tokens in tokens.filter { $0 < 100 }.map { words[$0].0 }.joined() }
    }

    private let words = [(" one", 1.2, 2.0), (" two", 2.1, 3.0), (" three", 5.5, 6.0), (" four.", 6.0, 7.0)]

    @Test func whatLiesOnBothSidesBecomesTwo() {
        let parts = split(words, at: [4])
        #expect(parts.map(\.text) == [" one two", " three four."])
        #expect(parts.map(\.tokens) == [[100, 0, 1], [2, 3, 101]])
        #expect(parts.map(\.start) == [1, 5.5])
        #expect(parts.map(\.end) == [3, 9])
        #expect(parts.flatMap { $0.words ?? [] } == phrase(words).words)
    }

    @Test func whatLiesOnOneSideIsMovedThere() {
        let late = split(words.suffix(2).map { $0 }, at: [4])
        #expect(late.count == 1 && late[0].start == 4 && late[0].end == 9)
        let early = split(words.prefix(2).map { $0 }, at: [4])
        #expect(early.count == 1 && early[0].start == 1 && early[0].end == 4)
    }

    @Test func severalJoins() {
        #expect(split(words, at: [2.05, 4, 8]).map(\.text) == [" one", " two", " three four."])
        #expect(split(words, at: [0.5, 9.5]).count == 1)
    }

    @Test func aWordOverAJoinIsCutToTheSideOfItsMiddle() {
        let parts = split([(" one", 1.2, 4.5), (" two", 4.6, 6)], at: [4])
        #expect(parts.map { $0.words?.map(\.end) } == [[4], [6]])
        let other = split([(" one", 1.2, 2), (" two", 3.5, 6)], at: [4])
        #expect(other.map { $0.words?.map(\.start) } == [[1.2], [4]])
    }

    @Test func aWordOverASilenceKeepsItsOwnSide() {
        func split(_ words: [(String, Double, Double)]) -> [[TranscriptWord]?] {
            phrase(words).split(at: [4], silences: [2.2...2.4, 3.5...4.4]) { tokens in
                tokens.filter { $0 < 100 }.map { words[$0].0 }.joined()
            }.map(\.words)
        }
        #expect(split([(" one", 1.2, 2), (" two", 3, 6)]).map { $0?.map(\.start) } == [[1.2], [4.4]])
        #expect(split([(" one", 2.5, 5), (" two", 5, 6)]).map { $0?.map(\.end) } == [[3.5], [6]])
    }

    @Test func withoutWordsNothingIsCut() {
        var phrase = phrase(words)
        phrase.words = nil
        #expect(phrase.split(at: [4], text: { _ in "" }).count == 1)
    }
}
