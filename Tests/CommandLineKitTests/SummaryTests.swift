import Evaluation
import Testing

@testable import CommandLineKit

@Suite struct SummaryTests {
    private func report(_ counts: [ErrorCounts], items: [EvaluationReport.Item]) -> EvaluationReport {
        EvaluationReport(
            task: "speech transcription",
            model: .init(
                name: "tiny", architecture: "whisper", weightsSHA256: "0123456789abcdef", parameterCount: 37_760_640),
            data: .init(name: "talks.tsv", sha256: "fedcba9876543210", itemCount: items.count),
            settings: ["normalizer": "basic", "beam": 1],
            figures: [Figure(name: "word_error_rate", counts: counts, bootstrap: Bootstrap(seed: 0))], items: items,
            environment: .init(version: "0.1.0", kernelLevel: "avx2", threads: 2),
            timing: .init(amount: 20, unit: "seconds of audio", wallSeconds: 5))
    }

    @Test func figuresThenOriginThenTheWorst() {
        let counts = [
            ErrorCounts(hits: 3, substitutions: 1, insertions: 0, deletions: 0),
            ErrorCounts(hits: 4, substitutions: 0, insertions: 0, deletions: 0),
        ]
        let items = [
            EvaluationReport.Item(
                name: "a.wav", reference: "The cat sat down.", output: "the hat sat down",
                figures: ["word_error_rate": Ratio(counts[0])]),
            EvaluationReport.Item(
                name: "b.wav", reference: "x", output: "x", figures: ["word_error_rate": Ratio(counts[1])]),
            EvaluationReport.Item(name: "c.wav", reference: "y", error: "holds no sound"),
        ]
        #expect(
            report(counts, items: items).summary(worstItemCount: 5) == """
                word error rate: 12.50 % (95 % interval 0.00 % to 25.00 %) over 2 items
                  1 substitutions, 0 insertions, 0 deletions; 8 in the reference
                failed items: 1 of 3, in no figure

                model: tiny (whisper, 37.8 million parameters, SHA-256 0123456789ab…)
                data: talks.tsv (3 items, SHA-256 fedcba987654…)
                settings: beam=1 normalizer=basic
                time: 20.0 seconds of audio in 5.0 s, 4.0 per second, 2 threads, avx2, Triptych 0.1.0

                worst by word error rate ([-said-], {+written+}):
                a.wav: 25.0 %, 1 errors
                  the [-cat-] {+hat+} sat down

                """)
    }

    @Test func wordsAndSpeakersStandInTables() {
        var tally = WordErrorTally()
        for _ in 0..<3 { tally.add(reference: "the cat", hypothesis: "a cat") }
        tally.add(reference: "in and out here now", hypothesis: "on out here now uh")
        var report = report([ErrorCounts(hits: 7, substitutions: 4, insertions: 1, deletions: 1)], items: [])
        report.wordErrors = tally.errors
        report.speakers = [
            .init(name: "ann", itemCount: 3, figures: ["word_error_rate": Ratio(1, over: 8)]),
            .init(name: "bob", itemCount: 12, figures: ["word_error_rate": Ratio(1, over: 2)]),
        ]
        let summary = report.summary(worstItemCount: 0, wordErrorCount: 2)
        #expect(
            summary.hasSuffix(
                """

                speaker  items  word error rate
                bob         12          50.00 %
                ann          3          12.50 %

                taken for another  times  left out  times  invented  times
                the -> a               3  and           1  uh            1
                in -> on               1

                """), "\(summary)")
        #expect(!report.summary(worstItemCount: 0).contains("left out"))
    }

    @Test func nothingToCompareIsSaid() {
        let summary = report([], items: []).summary(worstItemCount: 5)
        #expect(summary.hasPrefix("word error rate: undefined, since there is nothing to compare with\n"))
        #expect(!summary.contains("worst"))
    }
}
