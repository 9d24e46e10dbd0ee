import Evaluation
import Hashing
import SpeechModels
import Testing

@Suite struct TranscriptionEvaluationTests {
    private func evaluation() -> TranscriptionEvaluation {
        var evaluation = TranscriptionEvaluation(normalizer: .basic)
        evaluation.add(
            name: "a.wav", contentHash: SHA256.hash("sound".utf8), reference: "One, two three.", output: "one two tree",
            audioSeconds: 3, wallSeconds: 1)
        evaluation.addFailure(name: "b.wav", contentHash: nil, reference: "four", error: "no such file")
        evaluation.add(
            name: "c.wav", contentHash: SHA256.hash("".utf8), reference: "five", output: "Five!", audioSeconds: 1,
            wallSeconds: 1)
        return evaluation
    }

    private func report(_ evaluation: TranscriptionEvaluation) -> EvaluationReport {
        evaluation.report(
            model: .init(name: "tiny", architecture: "whisper", weightsSHA256: "", parameterCount: 1),
            dataName: "talks.tsv", settings: ["decoding": "greedy"],
            environment: .init(version: "0", kernelLevel: "portable", threads: 1))
    }

    @Test func figuresStandOverWhatCouldBeTranscribed() {
        let report = report(evaluation())
        #expect(report.figures.map(\.name) == ["word_error_rate", "character_error_rate"])
        #expect(report.figures.map(\.value) == [1.0 / 4, 1.0 / 17])
        #expect(report.figures.map(\.itemCount) == [2, 2])
        #expect(report.items.map(\.name) == ["a.wav", "b.wav", "c.wav"])
        #expect(report.items[1].error == "no such file")
        #expect(report.failedItemCount == 1)
        #expect(report.settings == ["decoding": "greedy", "normalizer": "basic"])
        #expect(report.timing.wallSecondsPerUnit == 0.5)
    }

    @Test func wordsAndSpeakersAreTold() {
        var evaluation = evaluation()
        for (name, output) in [("d.wav", "one two tree"), ("e.wav", "one two three")] {
            evaluation.add(
                name: name, contentHash: SHA256.hash("".utf8), reference: "One two three", output: output,
                speaker: name == "d.wav" ? "ann" : "bob", audioSeconds: 1, wallSeconds: 1)
        }
        let report = report(evaluation)
        #expect(report.wordErrors?.substitutions.map(\.count) == [2])
        #expect(report.wordErrors?.substitutions.first?.reference == "three")
        #expect(
            report.items.map(\.alignment) == [
                "one two [-three-] {+tree+}", nil, nil, "one two [-three-] {+tree+}", nil,
            ])
        #expect(report.items.map(\.speaker) == [nil, nil, nil, "ann", "bob"])
        #expect(report.speakers?.map(\.name) == ["ann", "bob"] && report.speakers?.map(\.itemCount) == [1, 1])
        #expect(report.speakers?.map { $0.figures["word_error_rate"]?.value } == [1.0 / 3, 0])
        #expect(report.speakers?[0].figures["character_error_rate"]?.value == 1.0 / 13)
    }

    @Test func dataHashIsThatOfOneLinePerItem() {
        let lines = """
            a.wav\t\(SHA256.hash("sound".utf8))\tOne, two three.
            b.wav\t-\tfour
            c.wav\t\(SHA256.hash("".utf8))\tfive

            """
        #expect(report(evaluation()).data.sha256 == SHA256.hash(lines.utf8).hexadecimal)
    }
}
