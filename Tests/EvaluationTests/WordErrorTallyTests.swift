import Evaluation
import Testing

@Suite struct WordErrorTallyTests {
    private typealias Entry = EvaluationReport.WordErrors.Entry

    @Test func errorsAreCountedByTheirWords() {
        var tally = WordErrorTally()
        tally.add(reference: "the cat sat on the mat", hypothesis: "a cat sat the mat")
        tally.add(reference: "the dog", hypothesis: "a dog barks")
        for _ in 0..<2 { tally.add(reference: "", hypothesis: "mat") }
        tally.add(reference: "on", hypothesis: "")
        tally.add(reference: "same same", hypothesis: "same same")
        let errors = tally.errors
        #expect(errors.substitutions == [entry("the", "a", 2)])
        #expect(errors.deletions == [entry("on", nil, 2)])
        #expect(errors.insertions == [entry(nil, "mat", 2), entry(nil, "barks", 1)])
        #expect(WordErrorTally().errors.isEmpty && !errors.isEmpty)
    }

    private func entry(_ reference: String?, _ output: String?, _ count: Int) -> Entry {
        var errors = WordErrorTally()
        for _ in 0..<count { errors.add(reference: reference ?? "", hypothesis: output ?? "") }
        let found = errors.errors
        return (found.substitutions + found.deletions + found.insertions)[0]
    }

    /// Knuth's numbers; the same in every run.
    private struct Congruential: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 33
        }
    }

    /// Every error of the rate is one of the words'.
    @Test func countsAreThoseOfTheRate() {
        var random = Congruential(state: 1)
        for _ in 0..<50 {
            func text() -> String {
                (0..<Int.random(in: 0...12, using: &random)).map { _ in String("abcd".randomElement(using: &random)!) }
                    .joined(separator: " ")
            }
            let (reference, hypothesis) = (text(), text())
            var tally = WordErrorTally()
            tally.add(reference: reference, hypothesis: hypothesis)
            let counts = TranscriptScore(reference: reference, hypothesis: hypothesis, normalizer: .none).words
            func sum(_ entries: [Entry]) -> Int { entries.reduce(0) { $0 + $1.count } }
            #expect(sum(tally.errors.substitutions) == counts.substitutions)
            #expect(sum(tally.errors.deletions) == counts.deletions)
            #expect(sum(tally.errors.insertions) == counts.insertions)
            #expect(tally.errors.substitutions.allSatisfy { $0.reference != $0.output })
        }
    }
}
