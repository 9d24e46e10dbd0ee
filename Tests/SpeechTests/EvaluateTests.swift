import Evaluation
import Foundation
import TestKit
import Testing

/// `speech evaluate`, run as a program.
@Suite struct EvaluateTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func report(_ name: String) throws -> EvaluationReport {
        try EvaluationReport(json: Data(contentsOf: folder.url.appendingPathComponent(name)))
    }

    @Test func faultyItemsAreCountedAndTheRestIsScored() throws {
        try folder.write(SoundFile.tone(seconds: 0.5), to: "a.wav")
        try folder.write(SoundFile.silence(seconds: 0.5), to: "b.wav")
        try folder.write("a.wav\tone two\nmissing.wav\tthree\nno tab here\nb.wav\tfour\n", to: "list.tsv")
        let run = try folder.speech("evaluate", "list.tsv", "--output", "report.json", "--normalizer", "none")
        #expect(run.status == 1)
        #expect(run.errorLines.count == 3, "\(run.errors)")
        #expect(run.errors.contains("missing.wav") && run.errors.contains("list.tsv:3: "))
        #expect(run.errorLines.last == "speech: 2 of 4 evaluated, 2 failed")
        #expect(run.output.hasPrefix("word error rate: ") && run.output.contains("over 2 items"))

        let report = try report("report.json")
        #expect(report.items.map(\.name) == ["a.wav", "missing.wav", "line 3", "b.wav"])
        #expect(report.items.map { $0.error == nil } == [true, false, false, true])
        #expect(report.figures.map(\.itemCount) == [2, 2])
        #expect(report.figures[0].parts["reference_count"] == 3)
        #expect(report.settings["normalizer"] == "none")
        #expect(report.model.name == "tiny-random-english")
        #expect(report.model.weightsSHA256.count == 64 && report.data.sha256.count == 64)
        #expect(report.model.parameterCount > 10_000)
        #expect(report.timing.amount == 1)
        #expect(!(try folder.contents(of: "report.json")).contains(folder.url.path))
    }

    @Test func jsonGoesToStandardOutput() throws {
        try folder.write(SoundFile.silence(seconds: 0.5), to: "a.wav")
        try folder.write(#"{"audio": "a.wav", "text": "one"}"#, to: "list.jsonl")
        let run = try folder.speech("evaluate", "list.jsonl", "--format", "json")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        let report = try EvaluationReport(json: Data(run.output.utf8))
        #expect(report.figures.map(\.value) == [1, 1])
        #expect(report.figures.map(\.interval) == [nil, nil])
    }

    @Test func rowsGoToStandardOutput() throws {
        try folder.write(SoundFile.silence(seconds: 0.5), to: "a.wav")
        try folder.write("file_name,transcription\na.wav,\"It's one, two\"\nb.wav,three\n", to: "list.csv")
        let run = try folder.speech("evaluate", "list.csv", "--format", "csv", "--normalizer", "english")
        #expect(run.status == 1)
        let rows = run.output.split(separator: "\n").map(String.init)
        #expect(rows.count == 3, "\(run.output)")
        #expect(rows[0].hasPrefix("name,word_error_rate,word_error_rate.errors,word_error_rate.deletions,"))
        #expect(rows[1].contains(",\"It's one, two\","))
        #expect(rows[2].hasPrefix("b.wav,,") && rows[2].contains(",three,,"))
    }

    @Test func unusableDataIsOneLine() throws {
        try folder.write("\n", to: "empty.tsv")
        for data in ["empty.tsv", "nowhere", "."] {
            let run = try folder.speech("evaluate", data)
            #expect(run.status == 1)
            #expect(run.errorLines.count == 1 && run.errors.contains(data), "\(run.errors)")
        }
    }

    @Test func unwritableReportIsToldBeforeTheWork() throws {
        let run = try folder.speech("evaluate", "nowhere", "--output", "/proc/report.json")
        #expect(run.status == 1)
        #expect(run.errorLines.count == 1 && run.errors.contains("/proc/report.json"), "\(run.errors)")
    }

    /// The four samples hold 85 words; Whisper's tiny English model gets nearly all of them.
    @Test(.needsModel("whisper-tiny.en"))
    func samplesAreHeardWell() throws {
        let run = try ProgramRun(
            "speech", ["evaluate", Repository.file("Assets/Samples").path, "--output", "report.json"], in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        let report = try report("report.json")
        #expect(report.items.count == 4)
        #expect(try #require(report.figures[0].value) < 0.1)
        #expect(report.environment.threads >= 1)
    }
}
